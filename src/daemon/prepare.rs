//! From what a feed said to what can be decided on: document, identity, signature and matches
//! of each entry. Pure work on the processor, done outside of the transaction.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::quarantine;
use crate::domain::document::Document;
use crate::domain::entry::identity::{self, OwnNames};
use crate::domain::entry::{Entry, EntryKeys, ParsedEntry};
use crate::domain::feed::habits::Manner;
use crate::domain::feed::{Feed, ParsedFeed};
use crate::domain::ids::{Digest, TopicId};
use crate::domain::ingest::Prepared;
use crate::domain::story::features::Features;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;
use crate::domain::topic::matcher::Evaluation;
use crate::domain::untrusted;
use crate::store::quarantine::{Broken, key_of};

/// Prepares the entries of a document, which are taken out of it, but for those that are set `aside`, by what they say. Those
/// over which it breaks come out apart.
pub fn prepare(
    feed: &Feed,
    parsed: &mut ParsedFeed,
    topics: &TopicSet,
    now: Timestamp,
    aside: &HashSet<Digest>,
) -> (Vec<Prepared>, Vec<Broken>) {
    let own_names = identity::own_names(&parsed.entries, parsed.link.as_deref(), now);
    let mut over_budget = OverBudget::default();
    let mut prepare_one = |entry: &ParsedEntry, own: OwnNames| {
        let document = Document::from_parsed(entry);
        Prepared::of(feed, entry, document, own, topics.publishers(), now, |document, publisher| {
            let origin = Origin {
                feed: Some(feed.key.as_str()),
                tags: &feed.tags,
                publisher: Some(publisher),
            };
            let evaluation = topics.evaluate_reporting(document, &origin);
            over_budget.note(&evaluation, document);
            evaluation.matches
        })
    };
    let (mut prepared, mut broken) = (Vec::with_capacity(parsed.entries.len()), Vec::new());
    for (entry, own) in std::mem::take(&mut parsed.entries).into_iter().zip(own_names) {
        if !aside.is_empty() && aside.contains(&key_of(&entry)) {
            continue;
        }
        match quarantine::attempt(&entry, || prepare_one(&entry, own)) {
            Ok(one) => prepared.push(Prepared { given: Arc::new(entry), ..one }),
            Err(one) => broken.push(*one),
        }
    }
    over_budget.warn(feed);
    (prepared, broken)
}

/// Prepares a known entry anew, with another text of its own. Only its text and its matches count:
/// what it is known by stays.
pub fn prepare_article(
    feed: &Feed,
    entry: &Entry,
    document: Document,
    topics: &TopicSet,
) -> Prepared {
    let mut over_budget = OverBudget::default();
    let origin = Origin {
        feed: Some(feed.key.as_str()),
        tags: &feed.tags,
        publisher: Some(&entry.publisher),
    };
    let evaluation = topics.evaluate_reporting(&document, &origin);
    over_budget.note(&evaluation, &document);
    over_budget.warn(feed);
    let key = Digest::of("article", &[&entry.id.0.to_le_bytes()]);
    Prepared {
        given: Arc::default(),
        guid: entry.guid.clone(),
        publisher: entry.publisher.clone(),
        published: entry.published,
        date_quality: entry.date_quality,
        keys: EntryKeys { guid: None, link: None, title_date: None, text: key, title: None },
        own_date: entry.published,
        latest: entry.published_by,
        date_text: entry.date_text.clone(),
        content: entry.content,
        // Its story is not asked again.
        features: Features::default(),
        matches: evaluation.matches,
        document,
    }
}

/// Topics that ran out of their share of work, over all entries of a visit: decided on part of
/// what these say.
#[derive(Default)]
struct OverBudget {
    /// How many entries, and the first of them.
    topics: BTreeMap<TopicId, (u32, String)>,
}

impl OverBudget {
    fn note(&mut self, evaluation: &Evaluation, document: &Document) {
        for topic in &evaluation.over_budget {
            let name = || document.url.clone().unwrap_or_else(|| document.title.clone());
            let seen = self.topics.entry(topic.clone()).or_insert_with(|| (0, name()));
            seen.0 += 1;
        }
    }

    /// One line for each topic, however many entries there were.
    fn warn(&self, feed: &Feed) {
        for (topic, (entries, first)) in &self.topics {
            tracing::warn!(
                code = "over_budget",
                topic = %topic,
                feed = %feed.key,
                entries,
                entry = %untrusted::log_line(first),
                "topic decided on part of an entry: its rule takes too much work there"
            );
        }
    }
}

/// What a document is like, apart from its entries. It was asked for at one URL and came from
/// another, perhaps.
pub fn manner(asked: &str, led: &str, parsed: &ParsedFeed) -> Manner {
    Manner {
        language: parsed.language.clone(),
        landed: landed(asked, led),
        repairs: parsed.repairs.clone(),
    }
}

/// Where a feed's URL led, if that is elsewhere; without what may be a secret of whoever asked.
fn landed(asked: &str, led: &str) -> Option<String> {
    let (asked, mut led) = (url::Url::parse(asked).ok()?, url::Url::parse(led).ok()?);
    let place = |url: &url::Url| (url.host_str().map(str::to_owned), url.path().to_owned());
    if place(&asked) == place(&led) {
        return None;
    }
    led.set_query(None);
    led.set_fragment(None);
    led.set_username("").and_then(|()| led.set_password(None)).ok()?;
    Some(led.into())
}

#[cfg(test)]
mod tests;
