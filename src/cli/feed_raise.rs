//! What `wirewatch feeds fetch KEY --raise` tells: for each match that was taken as the past, what
//! became of it after all, and why. [`super::feed_fetch`] has it done.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::page::Page;
use crate::config::Config;
use crate::daemon::after_all::{Decided, MAX_MATCHES};
use crate::domain::feed::Feed;
use crate::domain::ids::TopicId;
use crate::store::Store;
use crate::store::entries::{EntryFilter, EntryView};
use crate::store::error::StoreError;

/// Most topics that were not asked which people are told of.
const MAX_NAMED: usize = 5;

/// Most stored entries of the feed that are looked at for each topic.
const MAX_LOOKED_AT: u32 = 1_000;

/// A topic that was never asked of entries that are fresh enough for it: they were stored before
/// its rule was in use.
pub struct Unasked {
    pub topic: TopicId,
    pub entries: usize,
}

/// The topics that were not asked of stored entries of this feed, by the rules of now.
pub fn unasked(
    feed: &Feed,
    config: &Config,
    store: &Store,
    now: Timestamp,
) -> Result<Vec<Unasked>, StoreError> {
    let mut unasked = Vec::new();
    // Where no daemon ever ran, single fetches asked whatever was configured then.
    let has_run = store.running()?.is_some();
    for (topic, revision) in config.topics.topics() {
        let in_use = match store.topic_source(&topic.id, revision)? {
            Some(rule) => rule.first_used,
            None if has_run => now,
            None => continue,
        };
        let max_age = SignedDuration::try_from(topic.alert.max_age).unwrap_or(SignedDuration::MAX);
        let since = now.saturating_sub(max_age);
        let filter = EntryFilter {
            feed: Some(feed.key.clone()),
            since: Some(since.unwrap_or(Timestamp::MIN)),
            limit: MAX_LOOKED_AT,
            ..EntryFilter::default()
        };
        let not_asked =
            |entry: &&EntryView| entry.first_seen < in_use && !entry.topics.contains(&topic.id);
        let entries = store.entries(&filter)?.iter().filter(not_asked).count();
        if entries > 0 {
            unasked.push(Unasked { topic: topic.id.clone(), entries });
        }
    }
    Ok(unasked)
}

/// The same for programs.
pub fn unasked_object(unasked: &[Unasked]) -> Value {
    let one = |one: &Unasked| json!({ "topic": one.topic.as_str(), "entries": one.entries });
    unasked.iter().map(one).collect()
}

/// And for people: what is stored is raised only where it matched when it came.
pub fn unasked_lines(unasked: &[Unasked], page: &mut Page) {
    for Unasked { topic, entries } in unasked.iter().take(MAX_NAMED) {
        page.line(&format!(
            "{} stored before the rule of {topic} was in use: never matched against it, and so not \
             raised; `wirewatch topics backtest {topic}` shows what it would have found",
            count(*entries, "entry")
        ));
    }
    if let Some(more) = unasked.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        page.line(&format!("and so it is with {} more", count(more, "topic")));
    }
}

/// The matches with what became of them, oldest first.
pub fn object(decided: &[Decided]) -> Value {
    let one = |one: &Decided| {
        json!({
            "entry": one.unraised.entry.to_string(),
            "title": one.unraised.title,
            "url": one.unraised.url,
            "published": moment::json_opt(one.unraised.published),
            "topic": one.unraised.topic.as_str(),
            "verdict": one.verdict,
            "code": one.reason.code,
            "reason": one.reason.text,
            "alert": one.alert.map(|alert| alert.to_string()),
        })
    };
    decided.iter().map(one).collect()
}

/// The same for people.
pub fn page(decided: &[Decided], page: &mut Page) {
    if decided.is_empty() {
        page.line("after all: no match of its past is left that no alert has told of");
        return;
    }
    let raised = decided.iter().filter(|one| one.verdict == "raise").count();
    let of = count(decided.len(), "match");
    page.line(&format!("after all: {} raised of {of} in its past", count(raised, "alert")));
    for one in decided {
        let told = format!("{}: {}", one.unraised.title, one.reason.text);
        page.item(&format!("{:<8}  {}", one.verdict, one.unraised.topic), &told);
    }
    if decided.len() >= MAX_MATCHES as usize {
        page.line(&format!("only the {MAX_MATCHES} newest were decided on"));
    }
}
