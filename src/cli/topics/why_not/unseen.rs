//! A link that is stored nowhere: which feeds carry its site, and how they do.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::entry::identity;
use crate::domain::feed::{Feed, FetchRecord, Outcome};
use crate::domain::ids::TopicId;
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::sightings::Carrier;

/// Fetches looked through for the last one that was read.
const MAX_FETCHES: u32 = 200;

/// Most feeds told of one site.
const MAX_CARRIERS: usize = 20;

/// Most feeds named that were never read.
const MAX_UNREAD: usize = 5;

/// How a feed that carries the site does.
struct Finding {
    feed: String,
    /// Stable word: `paused`, `never_fetched`, `failing`, `not_in_feed`, `not_configured`.
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
    let (unread, paused) = match purged {
        true => Default::default(),
        false => unread(&findings, config, store)?,
    };
    let all_read = unread.is_empty() && paused.is_empty();
    let (status, sentence) = match (purged, findings.is_empty(), all_read) {
        (true, _, _) => ("purged", format!("{shown} was seen, and is no longer stored")),
        (_, true, true) => ("no_feed", format!("never seen: no feed carries {site}")),
        (_, true, false) => ("no_feed", format!("never seen: no feed that is read carries {site}")),
        _ => ("not_seen", format!("never seen: {shown}")),
    };
    let next = next_command(&findings, [&unread, &paused], &site, purged);
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
        "never_read": unread,
        "paused": paused,
        "next": next,
    });
    let mut page = Page::new(&session.printer);
    page.title(&sentence);
    for finding in &findings {
        page.line(1, &finding.sentence);
    }
    for (feeds, are) in
        [(&unread, ["was never read", "were never read"]), (&paused, ["is paused", "are paused"])]
    {
        if !feeds.is_empty() {
            page.line(1, &unread_sentence(feeds, are));
        }
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
    let configured = config.feeds.iter().find(|feed| feed.key == *key);
    let read = state.last_success.map(|at| format!(", last read {}", moment::text(at)));
    let (code, sentence) = if configured.is_none() {
        ("not_configured", format!("feed {key} is no longer configured{links}"))
    } else if configured.is_some_and(|feed| feed.paused) {
        let read = read.unwrap_or_else(|| ", and was never read".to_owned());
        ("paused", format!("not fetched: feed {key} is paused{read}{links}"))
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
        .map(|feed| {
            let (code, is) = match feed.paused {
                true => ("paused", "is paused"),
                false => ("never_fetched", "is configured"),
            };
            let sentence = format!("feed {} {is}, and was never fetched", feed.key);
            Finding { feed: feed.key.to_string(), code, sentence }
        })
        .collect()
}

/// Configured feeds that were never read, and those that are paused, beside those told already:
/// nobody knows what they carry.
fn unread(
    known: &[Finding],
    config: &Config,
    store: &Store,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let stored = store.feed_states()?;
    let was_read = |feed: &Feed| {
        stored.iter().any(|view| view.state.key == feed.key && view.state.last_success.is_some())
    };
    let unread = config.feeds.iter().filter(|feed| {
        let is_told = known.iter().any(|finding| finding.feed == feed.key.as_str());
        !is_told && (feed.paused || !was_read(feed))
    });
    let (paused, unread): (Vec<_>, Vec<_>) = unread.partition(|feed| feed.paused);
    let keys = |feeds: Vec<&Arc<Feed>>| feeds.iter().map(|feed| feed.key.to_string()).collect();
    Ok((keys(unread), keys(paused)))
}

/// What is said of feeds that are not read.
fn unread_sentence(unread: &[String], are: [&str; 2]) -> String {
    let mut named = unread.iter().take(MAX_UNREAD).cloned().collect::<Vec<_>>().join(", ");
    if unread.len() > MAX_UNREAD {
        named += ", …";
    }
    let (feeds, are) = match unread.len() {
        1 => ("1 feed".to_owned(), are[0]),
        many => (format!("{many} feeds"), are[1]),
    };
    format!("{feeds} {are}, and may carry it: {named}")
}

/// What to try next.
fn next_command(
    findings: &[Finding],
    [unread, paused]: [&[String]; 2],
    site: &str,
    purged: bool,
) -> String {
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
    let asleep = of("paused").map(|finding| &finding.feed);
    let asleep = asleep.or(paused.first().filter(|_| findings.is_empty() && unread.is_empty()));
    if let Some(feed) = asleep {
        return format!("`wirewatch feeds resume {feed}` has it fetched again");
    }
    match (findings, unread) {
        ([], [feed, ..]) => {
            format!(
                "`wirewatch feeds fetch {feed} --dry-run` fetches it now and shows what is in it"
            )
        }
        ([], []) => format!(
            "find a feed of {site}, look at it with `wirewatch feeds fetch FEED-URL --dry-run`, and add a [[feed]]"
        ),
        _ => "`wirewatch run --once` fetches every feed".to_owned(),
    }
}
