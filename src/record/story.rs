//! Stories as objects: in a list, with all that is known of them, and as pages of entries and alerts
//! tell of them.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::moment;
use super::reason::{self, Source};
use crate::domain::ids::EntryId;
use crate::domain::story::Story;
use crate::domain::story::edit::Edit;
use crate::store::alerts::read::AlertView;
use crate::store::stories::read::{MemberView, Place, StoryDetail, StoryView};

/// A story in a list.
pub fn row(view: &StoryView) -> Value {
    let story = &view.story;
    json!({
        "id": story.id.to_string(),
        "headline": story.headline,
        "entries": story.entries,
        "publishers": story.publishers.len(),
        "texts": story.texts(),
        "first_seen": moment::json(story.first_seen),
        "last_seen": moment::json(story.last_seen),
        "topics": view.topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>(),
        "feeds": story.feeds,
        "parent": story.parent.map(|parent| parent.to_string()),
    })
}

/// A story, as far as every command tells of it.
pub fn object(story: &Story) -> Value {
    json!({
        "id": story.id.to_string(),
        "headline": story.headline,
        "entries": story.entries,
        "publishers": story.publishers,
        "texts": story.texts(),
        "feeds": story.feeds,
        "first_published": moment::json(story.first_at),
        "last_published": moment::json(story.last_at),
        "first_seen": moment::json(story.first_seen),
        "last_seen": moment::json(story.last_seen),
        "parent": story.parent.map(|parent| parent.to_string()),
        "merged_into": story.merged.map(|(into, _)| into.to_string()),
    })
}

/// All that is known of a story.
pub fn page(detail: &StoryDetail) -> Value {
    let sources = Sources::of(detail);
    let mut object = object(&detail.story);
    object["children"] = detail.children.iter().map(|child| json!(child.to_string())).collect();
    let aliases = detail.aliases.iter().map(|alias| {
        json!({
            "id": alias.id.to_string(),
            "into": alias.into.to_string(),
            "at": moment::json(alias.at),
            "headline": alias.headline,
            "why": alias.why,
        })
    });
    object["aliases"] = aliases.collect();
    object["alerts"] = detail.alerts.iter().map(alert).collect();
    object["members"] = (detail.members.iter())
        .map(|view| member(view, sources.of_member(view), &detail.edits))
        .collect();
    object["edits"] = detail.edits.iter().map(edit).collect();
    object
}

/// An alert, as far as its story tells of it.
pub fn alert(alert: &AlertView) -> Value {
    json!({
        "id": alert.id.to_string(),
        "topic": alert.topic.as_str(),
        "severity": alert.severity.as_str(),
        "state": alert.state.as_str(),
        "story": alert.story.to_string(),
        "merged_into": alert.merged_into.map(|into| into.to_string()),
        "opened": moment::json(alert.opened),
        "updated": moment::json(alert.updated),
        "seq": alert.seq,
    })
}

fn member(view: &MemberView, source: Source<'_>, edits: &[Edit]) -> Value {
    json!({
        "entry": view.member.entry.to_string(),
        "title": view.title,
        "publisher": view.publisher,
        "feed": view.feed.as_str(),
        "url": view.url,
        "published": moment::json_opt(view.published),
        "date_quality": view.date_quality.as_str(),
        "at": moment::json(view.member.at),
        "first_seen": moment::json(view.first_seen),
        "topics": view.topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>(),
        "reason": reason::object(&view.member, source, edits),
    })
}

/// What somebody did to a story.
pub fn edit(edit: &Edit) -> Value {
    json!({
        "kind": edit.change.code(),
        "from": edit.from.to_string(),
        "into": edit.into.to_string(),
        "entries": edit.entries.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "author": edit.author,
        "reason": edit.reason,
        "at": moment::json(edit.at),
    })
}

/// Adds the story and the reason to an object that has the id of the story.
pub fn add_place(object: &mut Value, place: &Place) {
    let story = &place.story;
    object["story_headline"] = json!(story.headline);
    object["story_entries"] = json!(story.entries);
    object["story_publishers"] = json!(story.publishers.len());
    object["story_texts"] = json!(story.texts());
    object["story_reason"] = reason::object(&place.member, source(place), &place.edits);
}

/// Who published first what the entry at this place repeats.
pub fn source(place: &Place) -> Source<'_> {
    place.copied_from.as_ref().map(|(publisher, at)| (publisher.as_str(), *at))
}

/// Where the entries of a story are from, for those that repeat them.
pub struct Sources<'a>(HashMap<EntryId, &'a MemberView>);

impl<'a> Sources<'a> {
    pub fn of(detail: &'a StoryDetail) -> Self {
        Self(detail.members.iter().map(|view| (view.member.entry, view)).collect())
    }

    /// Who published what this entry repeats, if that is in the story too.
    pub fn of_member(&self, view: &MemberView) -> Source<'a> {
        let source = self.0.get(&view.member.copy_of?.entry)?;
        Some((source.publisher.as_str(), source.member.at))
    }
}
