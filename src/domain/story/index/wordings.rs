//! What a source says again, word for word, under another name: an item that gets a new id and a new
//! link at each fetch. Other feeds' words, and longer texts that were edited, are [`super::copies`].

use std::collections::HashSet;

use jiff::Timestamp;

use super::StoryIndex;
use super::column::AFTER_MS;
use super::window::WINDOW_MS;
use crate::domain::ids::{EntryId, IdSource, StoryId};
use crate::domain::story::features::Features;

/// Most entries with the same words that are passed over since the feed still has them.
const MAX_LISTED: usize = 64;

/// What else there is in the document that brings an entry.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Known entries that the feed still has: what stands beside them is not one of them.
    pub listed: &'a HashSet<EntryId>,
    /// The last id that was given before the document came: entries with later ones came with it.
    pub last_before: EntryId,
}

impl StoryIndex {
    /// The latest entry of the same source that had the same title and text and is gone from its
    /// feed, with its story, if it was seen so lately that it tells the same. A title alone is
    /// believed for less long: a source that uses it again later has a column of that name.
    pub fn said_before(
        &self,
        features: &Features,
        now: Timestamp,
        beside: &Beside<'_>,
    ) -> Option<(EntryId, StoryId)> {
        let wording = features.wording?;
        let mut last = beside.last_before.0;
        // Where each entry comes as a document of its own, those of one moment are of one.
        if IdSource::made_at(last).as_second() == now.as_second() {
            last = last.min(IdSource::floor(now) - 1);
        }
        let range = (wording, EntryId(0))..=(wording, EntryId(last.max(0)));
        let earlier = self.wordings.range(range).rev().map(|(_, entry)| *entry).take(MAX_LISTED);
        let entry = earlier.into_iter().find(|entry| !beside.listed.contains(entry))?;
        let window_ms = if features.has_text { WINDOW_MS } else { AFTER_MS };
        let seen_ms = IdSource::made_at(entry.0).as_millisecond();
        let row = self.row(*self.by_entry.get(&entry)?)?;
        let is_recent = now.as_millisecond().saturating_sub(seen_ms) < window_ms;
        (is_recent && self.story(row.story).is_some()).then_some((entry, row.story))
    }
}
