//! What an alert revision says of its topic, story and entry, gathered by [`super::plan()`].

use super::{Batch, LastTold};
use crate::domain::alert::{EntryFacts, StoryFacts, TopicFacts};
use crate::domain::entry::Entry;
use crate::domain::publisher::credit;
use crate::domain::story::Story;
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;
use crate::domain::untrusted;

/// Most characters of a headline, and of the start of the text that summarises an entry.
const HEADLINE_CHARS: usize = 300;
const SUMMARY_CHARS: usize = 500;

pub(super) fn entry_facts(batch: &Batch, entry: &Entry) -> EntryFacts {
    let feed = &batch.feed;
    let own_title = feed.title.as_ref().or(batch.title.as_ref());
    let title = own_title.map_or_else(|| feed.key.to_string(), String::clone);
    facts(entry, feed.key.to_string(), title)
}

/// The facts of the entry that an alert told of last.
pub(super) fn entry_facts_of(told: &LastTold) -> EntryFacts {
    facts(&told.entry, told.feed.clone(), told.feed_title.clone())
}

fn facts(entry: &Entry, feed: String, feed_title: String) -> EntryFacts {
    let document = &entry.document;
    EntryFacts {
        id: entry.id,
        feed,
        feed_title,
        publisher: entry.publisher.clone(),
        agency: credit::of(document).map(str::to_owned),
        guid: entry.guid.clone(),
        url: document.url.clone(),
        author: Some(&document.authors).filter(|text| !text.is_empty()).cloned(),
        language: document.language.clone(),
        published: entry.published,
        date_quality: entry.date_quality,
        seen: entry.first_seen,
    }
}

pub(super) fn topic_facts(topic: &Topic, found: &Match) -> TopicFacts {
    TopicFacts {
        id: topic.id.clone(),
        name: topic.name.clone(),
        severity: topic.severity,
        tags: topic.tags.clone(),
        revision: found.revision,
        // Where the file lies is nobody's business who gets the alert.
        file: topic.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
    }
}

pub(super) fn story_facts(story: &Story, told: &[String]) -> StoryFacts {
    let new = story.publishers.iter().filter(|publisher| !told.contains(publisher));
    StoryFacts {
        id: story.id,
        entries: story.entries,
        publishers: story.publishers.clone(),
        texts: story.texts(),
        feeds: story.feeds.clone(),
        first_seen: story.first_seen,
        last_seen: story.last_seen,
        new_publishers: new.cloned().collect(),
    }
}

/// The publisher's own words: the title, else the start of the text.
pub(super) fn headline(entry: &Entry) -> String {
    let title = start_of(&entry.document.title, HEADLINE_CHARS);
    if title.is_empty() { start_of(&entry.document.body, HEADLINE_CHARS) } else { title }
}

/// The start of the entry's text.
pub(super) fn summary(entry: &Entry) -> String {
    start_of(&entry.document.body, SUMMARY_CHARS)
}

fn start_of(text: &str, chars: usize) -> String {
    untrusted::excerpt(text.trim(), chars).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_ends_at_a_word_and_splits_no_sign() {
        let words = "Ministers sign a defence alliance ".repeat(20);
        let cut = start_of(&words, HEADLINE_CHARS);
        assert!(cut.ends_with("defence…") && cut.chars().count() <= HEADLINE_CHARS, "{cut}");
        let family = "👩\u{200d}👩\u{200d}👧\u{200d}👦";
        let cut = start_of(&family.repeat(60), HEADLINE_CHARS);
        assert_eq!(cut.trim_end_matches('…').replace(family, ""), "");
        assert_eq!(start_of(" Short ", HEADLINE_CHARS), "Short");
    }
}
