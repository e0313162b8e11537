//! From what a feed said to what can be decided on: document, identity, signature and matches
//! of each entry. Pure work on the processor, done outside of the transaction.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::document::Document;
use crate::domain::entry::{ParsedEntry, identity};
use crate::domain::feed::{Feed, ParsedFeed};
use crate::domain::ingest::Prepared;
use crate::domain::story::signature::Signature;
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
        let unique_guid = entry.guid.as_ref().is_some_and(|guid| guids.get(guid) == Some(&1));
        let mut keys = identity::keys(entry, &document, unique_guid);
        // A link that several entries share, or that leads to the front page, names none of them.
        let own_link = normalised_link(entry)
            .is_some_and(|link| links.get(&link) == Some(&1) && home.as_ref() != Some(&link));
        keys.link = keys.link.filter(|_| own_link);
        let (published, date_quality) = identity::date(entry, now);
        let publisher = identity::publisher(feed, entry);
        let origin =
            Origin { feed: Some(feed.key.as_str()), tags: &feed.tags, publisher: Some(&publisher) };
        Prepared {
            guid: entry.guid.clone(),
            matches: topics.evaluate(&document, &origin),
            publisher,
            published,
            date_quality,
            signature: Signature::of(&document.title, keys.link),
            content: identity::content(&document),
            keys,
            document,
        }
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
