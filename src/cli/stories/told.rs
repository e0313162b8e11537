//! The story of an entry as the pages of entries and alerts tell it: which one, and why.

use serde_json::{Value, json};

use super::reason::{self, Source};
use super::tellers;
use crate::domain::story::Story;
use crate::store::stories::read::Place;

/// `S06…: headline (3 publishers, 2 independent texts)`.
pub fn story(story: &Story) -> String {
    format!("{}: {} ({})", story.id, story.headline, tellers(story))
}

/// Why the entry is in it.
pub fn why(place: &Place) -> String {
    reason::text(&place.member, source(place), &place.edits)
}

/// Adds the story and the reason to an object that has the id of the story.
pub fn add(object: &mut Value, place: &Place) {
    let story = &place.story;
    object["story_headline"] = json!(story.headline);
    object["story_entries"] = json!(story.entries);
    object["story_publishers"] = json!(story.publishers.len());
    object["story_texts"] = json!(story.texts());
    object["story_reason"] = reason::object(&place.member, source(place), &place.edits);
}

fn source(place: &Place) -> Source<'_> {
    place.copied_from.as_ref().map(|(publisher, at)| (publisher.as_str(), *at))
}
