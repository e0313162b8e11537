//! The story of an entry as the pages of entries and alerts tell it: which one, and why.

use super::tellers;
use crate::domain::story::Story;
use crate::record::reason;
use crate::record::story::source;
use crate::store::stories::read::Place;

/// `S06…: headline (3 publishers, 2 independent texts)`.
pub fn story(story: &Story) -> String {
    format!("{}: {} ({})", story.id, story.headline, tellers(story))
}

/// Why the entry is in it.
pub fn why(place: &Place) -> String {
    reason::text(&place.member, source(place), &place.edits)
}
