//! What the alerts of a desk are about: a feed, a story, and a revision told of both.

use std::time::Duration;

use jiff::Timestamp;
use wirewatch::domain::alert::{
    AlertEvent, AlertRevision, EntryFacts, Reach, Reason, StoryFacts, TopicFacts,
};
use wirewatch::domain::entry::DateQuality;
use wirewatch::domain::feed::{Feed, Interval};
use wirewatch::domain::ids::{AlertId, Digest, EntryId, StoryId};
use wirewatch::domain::story::Story;
use wirewatch::domain::topic::Severity;
use wirewatch::domain::topic::evidence::Evidence;

pub fn feed() -> Feed {
    let hour = Duration::from_secs(3600);
    Feed {
        key: "wire".parse().expect("a key"),
        url: "https://wire.example/rss".to_owned(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: hour, ceiling: hour },
        backfill: Duration::ZERO,
        full_text: false,
    }
}

pub fn story(revision: &AlertRevision) -> Story {
    let at = revision.at;
    Story {
        entries: 1,
        publishers: revision.story.publishers.clone(),
        feeds: revision.story.feeds.clone(),
        ..Story::opened(revision.story.id, revision.headline.clone(), at, at)
    }
}

pub fn revision(n: i64, seq: u32, at: Timestamp) -> AlertRevision {
    AlertRevision {
        alert: AlertId(n),
        seq,
        event: if seq == 1 { AlertEvent::Opened } else { AlertEvent::Updated },
        reach: Reach::Pushed,
        at,
        reason: Reason { code: "first".to_owned(), text: format!("revision {seq}") },
        remark: None,
        note: None,
        topic: TopicFacts {
            id: "nato".parse().expect("a key"),
            name: "NATO".to_owned(),
            severity: Severity::High,
            tags: Vec::new(),
            revision: Digest::of("test", &[b"rule"]),
            file: "topics/nato.toml".to_owned(),
        },
        score: None,
        threshold: None,
        headline: format!("Headline {n}, zażółć \u{1b}[31m\u{202e}"),
        summary: "A summary.".to_owned(),
        story: StoryFacts {
            id: StoryId(n),
            entries: seq,
            publishers: vec!["Wire".to_owned()],
            texts: 1,
            feeds: vec!["wire".to_owned()],
            first_seen: at,
            last_seen: at,
            new_publishers: Vec::new(),
        },
        entry: EntryFacts {
            id: EntryId(n),
            feed: "wire".to_owned(),
            feed_title: "Wire".to_owned(),
            publisher: "Wire".to_owned(),
            agency: None,
            guid: None,
            url: None,
            author: None,
            language: None,
            published: None,
            date_quality: DateQuality::Missing,
            seen: at,
        },
        evidence: Evidence::default(),
    }
}
