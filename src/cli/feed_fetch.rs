//! `wirewatch feeds fetch`: one feed, now. A URL is only looked at; a configured feed goes through
//! the whole pipeline unless `--dry-run` is given, just as the daemon would do it.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::cli::exit::{Exit, Failure};
use crate::cli::feed_raise::Unasked;
use crate::cli::output::{Column, Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::{feed_raise, feeds, moment, naming};
use crate::config::Config;
use crate::daemon::after_all::{self, Decided};
use crate::daemon::events::{Told, Visit};
use crate::daemon::pipeline::Pipeline;
use crate::daemon::storage::Storage;
use crate::domain::document::Document;
use crate::domain::entry::ParsedEntry;
use crate::domain::feed::health::span;
use crate::domain::feed::{Feed, Outcome, ParsedFeed, Validators};
use crate::domain::publisher;
use crate::domain::topic::filter::Origin;
use crate::domain::untrusted::excerpt;
use crate::egress::{Egress, EgressError};
use crate::fetch::failure::FetchFailure;
use crate::fetch::{Fetched, Fetcher};
use crate::parse;
use crate::store::error::StoreError;
use crate::store::{Access, DATABASE_FILE, InstanceLock, Store};

const COLUMNS: &[Column] = &[
    Column::shown("published"),
    Column::text("title"),
    Column::text("topics").spare(2),
    Column::link("url").spare(1),
    Column::hidden("guid"),
    Column::hidden("authors"),
];

/// Longest date that is quoted.
const MAX_DATE_CHARS: usize = 60;

pub fn run(what: &str, dry_run: bool, raise: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    if what.contains("://") {
        if raise {
            let refusal = "only what is stored can be raised, and a URL is only looked at";
            return Err(Failure::said(Exit::Usage, refusal.to_owned())
                .hint("name a configured feed by its key: `wirewatch feeds list` shows them"));
        }
        return look(what, None, &config, session);
    }
    let Some(feed) = feeds::configured(&config, what).cloned() else {
        let known: Vec<String> = config.feeds.iter().map(|feed| feed.key.to_string()).collect();
        return Err(naming::unknown("feed", what, &known));
    };
    match dry_run {
        true => look(&feed.url, Some(&feed), &config, session),
        false => visit(&feed, config, raise, session),
    }
}

/// Fetches, parses and matches, and stores nothing. The filters of the topics are asked of a
/// configured feed as they would be of a visit.
fn look(
    url: &str,
    feed: Option<&Feed>,
    config: &Config,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let egress = Egress::new(&config.egress)?;
    let fetcher = Fetcher::new(&config.fetch, egress)?;
    let (fetched, parsed) = session.wait(async {
        let fetched = fetcher.fetch(url, &Validators::default()).await.map_err(refused)?;
        let base = if fetched.final_url.is_empty() { url } else { &fetched.final_url };
        let parsed = parse::parse(
            fetched.body.clone(),
            fetched.content_type.as_deref(),
            base,
            parse::Limits::STANDARD,
        )
        .await
        .map_err(|failure| {
            if let Some(stall) = fetched.stalled {
                return refused(stall.failure());
            }
            let hint = feeds::offer::hint(&failure, &fetched, url);
            Failure::new(Exit::Failed, failure).hint(hint)
        })?;
        Ok::<_, Failure>((fetched, parsed))
    })??;
    tell(&fetched, &parsed, session);
    let mut records = Records::new(COLUMNS, "no entries");
    for entry in &parsed.entries {
        let document = Document::from_parsed(entry);
        let publisher = feed.map(|feed| publisher::of(feed, entry, config.topics.publishers()));
        let origin = Origin {
            feed: feed.map(|feed| feed.key.as_str()),
            tags: feed.map(|feed| feed.tags.as_slice()).unwrap_or_default(),
            publisher: publisher.as_deref(),
        };
        let found = config.topics.evaluate(&document, &origin);
        records.row([
            moment::json_opt(entry.published),
            json!(document.title),
            found.iter().map(|(topic, _)| json!(topic.id.as_str())).collect(),
            json!(document.url),
            json!(entry.guid),
            json!(document.authors),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// What the answer was like, beside the entries.
fn tell(fetched: &Fetched, parsed: &ParsedFeed, session: &Session) {
    let validators = [
        fetched.validators.etag.as_ref().map(|_| "an ETag"),
        fetched.validators.last_modified.as_ref().map(|_| "a Last-Modified"),
    ];
    let validators: Vec<&str> = validators.into_iter().flatten().collect();
    let validators = match validators.as_slice() {
        [] => "no validators".to_owned(),
        some => some.join(" and "),
    };
    session.messages.note(&format!(
        "{}: HTTP {}, {}, {}, {validators}; nothing was stored",
        parsed.title.as_deref().unwrap_or("(no title)"),
        fetched.status,
        count(usize::try_from(fetched.bytes).unwrap_or(usize::MAX), "byte"),
        count(parsed.entries.len(), "entry"),
    ));
    for warning in &parsed.warnings {
        session.messages.warn(warning);
    }
    remarks(fetched, parsed).iter().for_each(|remark| session.messages.warn(remark));
    if let Some(repairs) = parse::repairs::sentence(&parsed.repairs) {
        session.messages.note(&repairs);
    }
}

/// What the daemon would go by, and what nobody sees in the entries.
fn remarks(fetched: &Fetched, parsed: &ParsedFeed) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(to) = &fetched.permanent_url {
        remarks.push(format!(
            "the server says that the feed has moved to {to} for good: configure that URL"
        ));
    }
    if let Some(to) = &parsed.links.moved_to {
        remarks.push(format!("the feed says that it has moved to {to}"));
    }
    if fetched.truncated && !parsed.cut && !parsed.ended {
        remarks.push("the answer ended too early; what was whole was read".to_owned());
    }
    match fetched.mislabelled.as_deref() {
        Some("") => remarks.push("the answer is compressed, and does not say so".to_owned()),
        Some(said) => remarks
            .push(format!("the answer is not what `Content-Encoding: {said}` says; it was read")),
        None => {}
    }
    let unread = |entry: &&ParsedEntry| entry.published.is_none() && entry.updated.is_none();
    let undated: Vec<&ParsedEntry> = parsed.entries.iter().filter(unread).collect();
    let written: Vec<&str> =
        undated.iter().filter_map(|entry| entry.date_text.as_deref()).collect();
    if let Some(first) = written.first() {
        remarks.push(format!(
            "{} with a date that cannot be read, such as `{}`: it counts as published when it is \
             seen",
            count(written.len(), "entry"),
            excerpt(first, MAX_DATE_CHARS),
        ));
    }
    let without = undated.len() - written.len();
    if without > 0 {
        remarks.push(format!("{} without a date", count(without, "entry")));
    }
    remarks
}

/// A failed look, with the time that the server asks for.
fn refused(failure: FetchFailure) -> Failure {
    let Some(wait) = failure.retry_after() else {
        return failure.into();
    };
    let hint = format!("the server asks to be left alone for {} (Retry-After)", span(wait));
    Failure::new(Exit::Failed, failure).hint(hint)
}

/// The visit that the daemon would make, in its place: so that none may be running. What is raised
/// after all is in the database already, and can be raised beside it.
fn visit(
    feed: &Arc<Feed>,
    config: Config,
    raise: bool,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let (lock, access) = match InstanceLock::acquire(&config.state_dir) {
        Ok(lock) => (Some(lock), Access::Create),
        Err(StoreError::Locked { .. }) if raise => {
            session.messages.note("the daemon runs and fetches this feed: it is not visited now");
            (None, Access::Existing)
        }
        Err(error) => return Err(no_lock(error, feed)),
    };
    let store = Store::open(&config.state_dir.join(DATABASE_FILE), access)?;
    let egress = Egress::new(&config.egress)?;
    let pipeline = Pipeline {
        fetcher: Fetcher::new(&config.fetch, egress)?,
        config: Arc::new(config),
        store,
        clock: session.clock.clone(),
        committed: watch::Sender::new(()),
        wanted: Default::default(),
        hubs: Default::default(),
        storage: Storage::open(),
        replaced: CancellationToken::new(),
    };
    let may_visit = lock.is_some();
    let made = session.wait(make(&pipeline, feed, may_visit, raise))??;
    let Some((visit, decided)) = made else {
        return Err(naming::unknown("feed", feed.key.as_str(), &[]));
    };
    show(feed, visit.as_ref(), decided.as_ref(), session)?;
    let Some(visit) = visit.filter(|visit| visit.outcome == Outcome::Failed) else {
        return Ok(Exit::Ok);
    };
    if let Some(advice) = visit.advice {
        let hint = advice.trim_start_matches("hint: ").to_owned();
        session.messages.report(&Failure::shown(Exit::Failed).hint(hint));
    }
    Ok(Exit::Failed)
}

/// What was raised after all, and what was not even asked of.
type AfterAll = (Vec<Decided>, Vec<Unasked>);

/// Visits the feed, if that may be, and raises what it was not, if that is asked for. `None`: the
/// database does not know the feed.
async fn make(
    pipeline: &Pipeline,
    feed: &Arc<Feed>,
    may_visit: bool,
    raise: bool,
) -> Result<Option<(Option<Visit>, Option<AfterAll>)>, StoreError> {
    let (store, config, now) = (&pipeline.store, &pipeline.config, pipeline.clock.now());
    let states = match may_visit {
        true => {
            let states = store.sync_feeds(config.feeds.clone(), now).await?;
            store.remember_keeps(&config.retention).await?;
            states
        }
        false => store.feed_states()?.into_iter().map(|view| view.state).collect(),
    };
    let Some(mut state) = states.into_iter().find(|state| state.key == feed.key) else {
        return Ok(None);
    };
    let mut visit = None;
    if may_visit {
        // Nothing reloads here.
        if let Some((after, made)) = pipeline.visit(feed, &state).await? {
            (state, visit) = (after, Some(made));
        }
    }
    let mut decided = None;
    if raise {
        let unasked = feed_raise::unasked(feed, config, store, now)?;
        decided = Some((after_all::raise(pipeline, feed, &state, now).await?, unasked));
    }
    Ok(Some((visit, decided)))
}

fn no_lock(error: StoreError, feed: &Feed) -> Failure {
    let locked = matches!(error, StoreError::Locked { .. });
    let failure = Failure::from(error);
    let hint = format!(
        "the daemon holds the state directory and fetches this feed when it is due; \
         `wirewatch feeds fetch {} --dry-run` tries it now",
        feed.key
    );
    if locked { failure.hint(hint) } else { failure }
}

/// What a visit brought, and what was raised after all.
fn show(
    feed: &Feed,
    visit: Option<&Visit>,
    decided: Option<&AfterAll>,
    session: &mut Session,
) -> Result<(), Failure> {
    let mut object = visit.map_or_else(|| json!({ "feed": feed.key.as_str() }), visit_object);
    let mut text = visit.map(visit_text).unwrap_or_default();
    if let Some((decided, unasked)) = decided {
        object["after_all"] = feed_raise::object(decided);
        object["not_asked"] = feed_raise::unasked_object(unasked);
        let mut page = Page::new(&session.printer);
        feed_raise::page(decided, &mut page);
        feed_raise::unasked_lines(unasked, &mut page);
        text = format!("{text}\n{}", page.text()).trim().to_owned();
    }
    session.printer.object(&object, &text)?;
    if decided.is_none() && visit.is_some_and(|visit| visit.would_have_raised() > 0) {
        let next = format!("`wirewatch feeds fetch {} --raise` raises them after all", feed.key);
        session.messages.note(&next);
    }
    Ok(())
}

fn visit_object(visit: &Visit) -> Value {
    let alerts =
        |told: &[Told]| -> Vec<String> { told.iter().map(|told| told.alert.to_string()).collect() };
    json!({
        "feed": visit.feed.as_str(),
        "outcome": visit.outcome.as_str(),
        "code": visit.code.as_ref(),
        "detail": visit.detail,
        "baseline": visit.baseline,
        "entries": visit.entries,
        "new_entries": visit.new_entries,
        "would_have_raised": visit.would_have_raised(),
        "raised": alerts(&visit.raised),
        "amended": alerts(&visit.amended),
    })
}

fn visit_text(visit: &Visit) -> String {
    let mut text = format!(
        "{}: {} ({}), {} new of {}, {} raised, {} revised",
        visit.feed,
        visit.outcome.as_str(),
        visit.code,
        visit.new_entries,
        count(visit.entries as usize, "entry"),
        count(visit.raised.len(), "alert"),
        visit.amended.len(),
    );
    if visit.baseline {
        text += "\nthis was its baseline: stored and matched";
        text += if visit.raised.is_empty() { ", nothing raised" } else { "" };
    }
    if visit.would_have_raised() > 0 {
        text += &format!("\ntaken as the past, would have raised {}", visit.would_have_raised());
    }
    if let Some(detail) = &visit.detail {
        text += &format!("\n{}", crate::domain::untrusted::terminal(detail));
    }
    text
}

impl From<EgressError> for Failure {
    fn from(error: EgressError) -> Self {
        let hint = error.advice().trim_start_matches("hint: ").to_owned();
        Failure::new(Exit::Failed, error).hint(hint)
    }
}

impl From<FetchFailure> for Failure {
    fn from(failure: FetchFailure) -> Self {
        let hint = failure.advice().trim_start_matches("hint: ").to_owned();
        Failure::new(Exit::Failed, failure).hint(hint)
    }
}
