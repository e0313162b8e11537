//! Columns: what a source publishes time and again under one title ("Morning briefing") is a story
//! each time, unless it is the very text once more.

use jiff::Timestamp;

use super::StoryIndex;
use crate::domain::ids::StoryId;
use crate::domain::story::features::Features;

/// A source that uses a title again after this long has a column of that name: not a correction,
/// nor a text under a new address.
pub(super) const AFTER_MS: i64 = 18 * 3600 * 1000;

/// Fingerprints that make it the same text.
const SAME_PRINTS: usize = 4;

impl StoryIndex {
    /// Stories that an entry only shares the title of a column with.
    pub fn columns(&self, features: &Features, at: Timestamp) -> Vec<StoryId> {
        if features.title.words.is_empty() {
            return Vec::new();
        }
        let at_ms = at.as_millisecond();
        let rows = self.titles.rows(features.title_hash()).filter_map(|slot| self.row(slot));
        let earlier = rows.filter(|row| {
            row.source == features.source && at_ms.saturating_sub(row.at_ms) >= AFTER_MS
        });
        let mut prints = None;
        let mut other_text = |kept: &[u32]| {
            let prints = prints.get_or_insert_with(|| features.prints(&|_| false));
            kept.iter().filter(|print| prints.binary_search(print).is_ok()).count() < SAME_PRINTS
        };
        let mut stories: Vec<StoryId> =
            earlier.filter(|row| other_text(row.prints().kept)).map(|row| row.story).collect();
        stories.sort_unstable();
        stories.dedup();
        stories
    }
}
