//! A link that is stored nowhere: which feeds carry its site, and how they do.

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::entry::identity;
use crate::domain::feed::{FetchRecord, Outcome};
use crate::domain::ids::TopicId;
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::sightings::Carrier;

/// Fetches looked through for the last one that was read.
const MAX_FETCHES: u32 = 200;

/// Most feeds told of one site.
const MAX_CARRIERS: usize = 20;

/// How a feed that carries the site does.
struct Finding {
    feed: String,
    /// Stable word: `never_fetched`, `failing`, `not_in_feed`, `not_configured`.
    code: &'static str,
    sentence: String,
}

pub fn run(
    url: &str,
    topic: &TopicId,
    purged: bool,
    config: &Config,
    store: &Store,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let shown = untrusted::terminal(url).into_owned();
    let (Some(site), Some(_)) = (identity::site(url), identity::normalise_link(url)) else {
        return Err(Failure::said(Exit::Usage, format!("`{shown}` is not a link")));
    };
    let mut findings = Vec::new();
    if !purged {
        for carrier in store.carriers(&site)?.iter().take(MAX_CARRIERS) {
            findings.push(finding(carrier, config, store)?);
        }
        findings.extend(new_feeds(&site, &findings, config));
    }
    let (status, sentence) = match (purged, findings.is_empty()) {
        (true, _) => ("purged", format!("{shown} was seen, and is no longer stored")),
        (_, true) => ("no_feed", format!("never seen: no feed carries {site}")),
        _ => ("not_seen", format!("never seen: {shown}")),
    };
    let next = next_command(&findings, &site, purged);
    let object = json!({
        "topic": topic.as_str(),
        "url": url,
        "site": site,
        "status": status,
        "matched": Value::Null,
        "feeds": findings.iter().map(|finding| json!({
            "feed": finding.feed,
            "code": finding.code,
            "text": finding.sentence,
        })).collect::<Vec<_>>(),
        "next": next,
    });
    let mut page = Page::new(&session.printer);
    page.title(&sentence);
    for finding in &findings {
        page.line(1, &finding.sentence);
    }
    session.printer.object(&object, &page.text())?;
    session.messages.note(&format!("hint: {next}"));
    Ok(Exit::Ok)
}

fn finding(carrier: &Carrier, config: &Config, store: &Store) -> Result<Finding, Failure> {
    let state = &carrier.feed.state;
    let key = &state.key;
    let links = match (carrier.is_own, carrier.links) {
        (_, 0) => String::new(),
        (true, links) => format!("; {} of its newest entries link there", links),
        (false, links) => format!("; {} of its newest entries link to this site", links),
    };
    let is_configured = config.feeds.iter().any(|feed| feed.key == *key);
    let (code, sentence) = if !is_configured {
        ("not_configured", format!("feed {key} is no longer configured{links}"))
    } else if let (Some(since), Some(outcome)) = (state.failing_since, &state.last_outcome) {
        let detail = state.last_detail.as_deref().unwrap_or("no detail");
        let since = moment::text(since);
        (
            "failing",
            format!(
                "not fetched: feed {key} has been failing since {since} ({outcome}: {detail}){links}"
            ),
        )
    } else if let Some(at) = state.last_fetch {
        let fetches = store.fetches(key, MAX_FETCHES)?;
        let held = fetches.iter().find(|fetch| fetch.outcome == Outcome::Fresh);
        let at = moment::text(at);
        (
            "not_in_feed",
            format!(
                "feed {key} was fetched at {at}, and this link was not in it{}{links}",
                holds(held)
            ),
        )
    } else {
        ("never_fetched", format!("feed {key} was never fetched{links}"))
    };
    Ok(Finding { feed: key.to_string(), code, sentence })
}

/// How far back a feed reaches.
fn holds(last: Option<&FetchRecord>) -> String {
    match last {
        Some(fetch) => format!(
            " (it holds its newest {}; last read anew {})",
            count(fetch.entries as usize, "entry"),
            moment::text(fetch.at)
        ),
        None => String::new(),
    }
}

/// Feeds of the site that are configured, and that no daemon knows yet.
fn new_feeds(site: &str, known: &[Finding], config: &Config) -> Vec<Finding> {
    let of_site = config.feeds.iter().filter(|feed| {
        identity::site(&feed.url).as_deref() == Some(site)
            && !known.iter().any(|finding| finding.feed == feed.key.as_str())
    });
    of_site
        .map(|feed| Finding {
            feed: feed.key.to_string(),
            code: "never_fetched",
            sentence: format!("feed {} is configured, and was never fetched", feed.key),
        })
        .collect()
}

/// What to try next.
fn next_command(findings: &[Finding], site: &str, purged: bool) -> String {
    let of = |code: &str| findings.iter().find(|finding| finding.code == code);
    if purged {
        return "`wirewatch search WORD` finds what is stored".to_owned();
    }
    if let Some(finding) = of("failing").or_else(|| of("not_in_feed")) {
        return format!(
            "`wirewatch feeds fetch {} --dry-run` fetches it now and shows what is in it",
            finding.feed
        );
    }
    match findings {
        [] => format!(
            "find a feed of {site}, look at it with `wirewatch feeds fetch FEED-URL --dry-run`, and add a [[feed]]"
        ),
        _ => "`wirewatch run --once` fetches every feed".to_owned(),
    }
}
