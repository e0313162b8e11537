//! A story: entries that tell the same thing, in whichever feeds. [`features`] of a text, weighed
//! with [`counts`] into a [`vector`], are placed by the [`index`] of the stories that may still
//! grow, with a [`placement`] that says why; [`trace`] is what is stored of a member, and
//! [`headline`] chooses the title that stands for a story. [`shelf`] tells entries one by one to all
//! of that; [`edit`] is what people do to stories. [`signature`] compares two titles.

pub mod counts;
pub mod edit;
pub mod features;
pub mod headline;
pub mod index;
pub mod placement;
pub mod shelf;
pub mod signature;
pub mod trace;
pub mod vector;

use jiff::Timestamp;

use super::ids::{EntryId, StoryId};
use super::publisher::Directory;
use headline::Current;
use placement::{Copied, JoinReason};

/// A story as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub id: StoryId,
    pub headline: String,
    /// Whose title that is, and since when; not known of stories of earlier versions.
    pub headline_of: Option<Current>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// When its entries were published, or seen where they do not say so: the first and the last.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// How many entries tell it.
    pub entries: u32,
    /// Who tells it, in order of appearance, each once.
    pub publishers: Vec<String>,
    /// Those of them with a text of their own; the others only copied.
    pub writers: Vec<String>,
    /// Keys of the feeds that carry it, in order of appearance, each once.
    pub feeds: Vec<String>,
    /// The story it goes on from.
    pub parent: Option<StoryId>,
    /// The story that its entries went over to, and when.
    pub merged: Option<(StoryId, Timestamp)>,
}

impl Story {
    /// A story that an entry published at `at` opens; it has no entry yet.
    pub fn opened(id: StoryId, headline: String, now: Timestamp, at: Timestamp) -> Self {
        Self {
            id,
            headline,
            headline_of: None,
            first_seen: now,
            last_seen: now,
            first_at: at,
            last_at: at,
            entries: 0,
            publishers: Vec::new(),
            writers: Vec::new(),
            feeds: Vec::new(),
            parent: None,
            merged: None,
        }
    }

    /// How many independent texts tell it: copies count once, and so does each publisher.
    pub fn texts(&self) -> u32 {
        u32::try_from(self.writers.len()).unwrap_or(u32::MAX)
    }

    /// Takes in what another story has: it is the same.
    pub fn take_in(&mut self, other: &Self) {
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.entries = self.entries.saturating_add(other.entries);
        remember(&mut self.publishers, &other.publishers);
        remember(&mut self.writers, &other.writers);
        remember(&mut self.feeds, &other.feeds);
    }

    /// Counts an entry in: who published it, by the name it is known by now, in which feed, when,
    /// and whether it is a copy.
    pub fn count(
        &mut self,
        publisher: &str,
        feed: &str,
        (seen, at): (Timestamp, Timestamp),
        copy: bool,
    ) {
        self.entries = self.entries.saturating_add(1);
        self.first_seen = self.first_seen.min(seen);
        self.last_seen = self.last_seen.max(seen);
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
        remember(&mut self.publishers, [publisher]);
        if !copy {
            remember(&mut self.writers, [publisher]);
        }
        remember(&mut self.feeds, [feed]);
    }

    /// Names each newsroom as it is known now: what was stored may have it under a domain, or under
    /// two names that have been said to be one since.
    pub fn gather(&mut self, newsrooms: &Directory) {
        self.publishers = newsrooms.gathered(&self.publishers);
        self.writers = newsrooms.gathered(&self.writers);
    }
}

fn remember<T: AsRef<str>>(list: &mut Vec<String>, names: impl IntoIterator<Item = T>) {
    for name in names {
        let name = name.as_ref();
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
}

/// One entry's place in a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub story: StoryId,
    pub entry: EntryId,
    /// When it was published, or seen where it does not say so.
    pub at: Timestamp,
    pub reason: JoinReason,
    /// The entry whose text it repeats.
    pub copy_of: Option<Copied>,
}
