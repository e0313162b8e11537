//! One match, found again from the stored rule over the stored text.

use std::sync::Arc;

use jiff::Timestamp;

use crate::cli::exit::Failure;
use crate::config;
use crate::domain::document::Document;
use crate::domain::entry::identity;
use crate::domain::feed::Feed;
use crate::domain::ids::{Digest, EntryId, TopicId};
use crate::domain::text::ANALYSER_VERSION;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::explain::{Explanation, replay};
use crate::domain::topic::filter::Origin;
use crate::store::Store;
use crate::store::entries::{EntryDetail, StoredMatch};

/// What came out.
pub struct Replayed {
    pub entry: EntryId,
    pub entry_revision: u32,
    /// The rule that found it.
    pub rule: Option<Digest>,
    /// Version of the text analysis that found it.
    pub analyser: Option<u32>,
    /// Nothing: it came out the same.
    pub differences: Vec<Difference>,
    /// The document as it was, and why the rule as it was matches it, or not.
    pub why: Option<(Document, Explanation)>,
}

/// Why a match cannot be found again as it was.
pub struct Difference {
    /// Stable word: `entry_gone`, `no_match_stored`, `text_gone`, `text_altered`,
    /// `rule_not_stored`, `rule_broken`, `analyser`, `fields_not_kept`, `no_match`, `filter` or
    /// `evidence`.
    pub code: &'static str,
    pub text: String,
}

impl Replayed {
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }

    fn differs(&mut self, code: &'static str, text: impl Into<String>) {
        self.differences.push(Difference { code, text: text.into() });
    }
}

/// Finds again what `topic` found in `entry` at the time `at`.
pub fn replay(
    store: &Store,
    topic: &TopicId,
    entry: EntryId,
    at: Timestamp,
    feeds: &[Arc<Feed>],
) -> Result<Replayed, Failure> {
    let mut told = Replayed {
        entry,
        entry_revision: 0,
        rule: None,
        analyser: None,
        differences: Vec::new(),
        why: None,
    };
    let Some(detail) = store.entry(entry)? else {
        told.differs("entry_gone", "the entry is no longer stored");
        return Ok(told);
    };
    told.entry_revision = revision_at(&detail, at);
    let Some(stored) = stored_match(&detail, topic, told.entry_revision) else {
        told.differs("no_match_stored", "no match of this topic in this revision is stored");
        return Ok(told);
    };
    told.rule = Some(stored.found.revision);
    told.analyser = Some(stored.found.analyser);
    let Some(document) = document(&detail, &mut told) else {
        return Ok(told);
    };
    let Some(rule) = store.topic_source(topic, stored.found.revision)? else {
        told.differs("rule_not_stored", "the rule that found it is not stored");
        return Ok(told);
    };
    let set = match config::restore(&rule.source, &format!("{topic} as stored")) {
        Ok(restored) => restored.set,
        Err(problems) => {
            let first = problems.iter().next().map(|problem| problem.message.clone());
            let why = first.unwrap_or_default();
            told.differs("rule_broken", format!("the stored rule cannot be read any more: {why}"));
            return Ok(told);
        }
    };
    compare(&set, topic, &detail, stored, document, feeds, &mut told);
    Ok(told)
}

fn compare(
    set: &TopicSet,
    topic: &TopicId,
    detail: &EntryDetail,
    stored: &StoredMatch,
    document: Document,
    feeds: &[Arc<Feed>],
    told: &mut Replayed,
) {
    let feed = feeds.iter().find(|feed| feed.key == detail.feed_key);
    let origin = Origin {
        feed: Some(detail.feed_key.as_str()),
        tags: feed.map(|feed| feed.tags.as_slice()).unwrap_or_default(),
        publisher: Some(&detail.entry.publisher),
    };
    let again = set.evaluate_topic(topic, &document, &origin);
    match &again {
        Some(again) if stored.found == *again => {}
        // Whatever comes out, it does not come of what the rule saw.
        _ if told.entry_revision != detail.entry.revision && asks_lost(set, topic) => {
            let text = "the rule asks for authors, categories, the link or the language, which are \
                        not kept of earlier revisions: those of the present one were taken";
            told.differs("fields_not_kept", text);
        }
        Some(again) => {
            for text in replay::differences(&stored.found, again) {
                told.differs("evidence", text);
            }
        }
        // What feeds are tagged with, and who publishes them, is not kept.
        None if set.evaluate_topic(topic, &document, &Origin::UNKNOWN).is_some() => {
            let text = "the topic's filters no longer let this feed through: its tags or its \
                        publisher have changed";
            told.differs("filter", text);
        }
        None => told.differs("no_match", "the stored rule does not match the stored text"),
    }
    if !told.agrees() && stored.found.analyser != ANALYSER_VERSION {
        told.differences.insert(
            0,
            Difference {
                code: "analyser",
                text: format!(
                    "found with version {} of the text analysis; this is version {ANALYSER_VERSION}",
                    stored.found.analyser
                ),
            },
        );
    }
    told.why = set.explain(topic, &document, &origin).map(|why| (document, why));
}

/// Whether the rule asks for something that is kept of an entry's present revision only.
fn asks_lost(set: &TopicSet, topic: &TopicId) -> bool {
    let filters = set.get(topic).is_some_and(|topic| !topic.rule.filters.languages.is_any());
    filters || set.reads_all_fields()
}

/// Which revision the entry was at: the first that was replaced after that time.
fn revision_at(detail: &EntryDetail, at: Timestamp) -> u32 {
    let earlier = detail.revisions.iter().find(|old| old.replaced_at > at);
    earlier.map_or(detail.entry.revision, |old| old.revision)
}

/// The match that raised it: of several rules the one that was in use last.
fn stored_match<'d>(
    detail: &'d EntryDetail,
    topic: &TopicId,
    revision: u32,
) -> Option<&'d StoredMatch> {
    let of =
        |stored: &&StoredMatch| stored.found.topic == *topic && stored.entry_revision == revision;
    detail.matches.iter().rfind(of)
}

/// The text as it was at that revision. Authors, categories and link are kept of the present
/// one only.
fn document(detail: &EntryDetail, told: &mut Replayed) -> Option<Document> {
    let entry = &detail.entry;
    let mut document = entry.document.clone();
    let mut content = entry.content;
    if told.entry_revision != entry.revision {
        let Some(old) = detail.revisions.iter().find(|old| old.revision == told.entry_revision)
        else {
            told.differs("text_gone", "the entry was revised since, and its text of then is gone");
            return None;
        };
        (document.title, document.body) = (old.title.clone(), old.body.clone());
        content = old.content;
    }
    if identity::content(&document) != content {
        told.differs("text_altered", "the stored text is not what was stored: its hash differs");
    }
    Some(document)
}
