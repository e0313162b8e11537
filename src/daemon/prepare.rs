//! From what a feed said to what can be decided on: document, identity, signature and matches
//! of each entry. Pure work on the processor, done outside of the transaction.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::document::Document;
use crate::domain::entry::{ParsedEntry, identity};
use crate::domain::feed::{Feed, ParsedFeed};
use crate::domain::ingest::{OwnNames, Prepared};
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

/// Prepares every entry of a document.
pub fn prepare(
    feed: &Feed,
    parsed: &ParsedFeed,
    topics: &TopicSet,
    now: Timestamp,
) -> Vec<Prepared> {
    let guids = count(parsed.entries.iter().filter_map(|entry| entry.guid.clone()));
    let links = count(parsed.entries.iter().filter_map(normalised_link));
    let home = parsed.link.as_deref().and_then(identity::normalise_link);
    let prepare_one = |entry: &ParsedEntry| {
        let document = Document::from_parsed(entry);
        let own = OwnNames {
            guid: entry.guid.as_ref().is_some_and(|guid| guids.get(guid) == Some(&1)),
            // A link that several entries share, or that leads to the front page, names none of
            // them.
            link: normalised_link(entry)
                .is_some_and(|link| links.get(&link) == Some(&1) && home.as_ref() != Some(&link)),
        };
        Prepared::of(feed, entry, document, own, now, |document, publisher| {
            let origin = Origin {
                feed: Some(feed.key.as_str()),
                tags: &feed.tags,
                publisher: Some(publisher),
            };
            topics.evaluate(document, &origin)
        })
    };
    parsed.entries.iter().map(prepare_one).collect()
}

fn normalised_link(entry: &ParsedEntry) -> Option<String> {
    entry.link.as_deref().and_then(identity::normalise_link)
}

fn count(texts: impl Iterator<Item = String>) -> HashMap<String, u32> {
    texts.fold(HashMap::new(), |mut counts, text| {
        *counts.entry(text).or_default() += 1;
        counts
    })
}
