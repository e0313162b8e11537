//! What is answered, as JSON Schema: the objects of [`crate::record`], field by field. What was found
//! stands here, what wirewatch works with in [`super::work`].

use serde_json::{Value, json};

use super::parts::{
    any, count, flag, id, list, number, object, of, or_null, severity, text, time, word,
};
use super::work::{attempt, delivery, feed, feed_row, silence, topic, topic_row};

/// The schemas by name.
pub fn all() -> Value {
    json!({
        "Problem": problem(),
        "Health": object(&[("alive", json!({ "type": "boolean" }))]),
        "Readiness": readiness(),
        "Asked": object(&[("asked", flag()), ("feed", text())]),
        "AlertRow": object(&alert_row()),
        "Alert": alert(),
        "StoryRow": story_row(),
        "Story": story(),
        "EntryRow": entry_row(),
        "Entry": entry(),
        "TopicRow": object(&topic_row()),
        "Topic": topic(),
        "FeedRow": feed_row(),
        "Feed": feed(),
        "Delivery": delivery(),
        "Silence": silence(),
        "Reason": object(&[("code", text()), ("text", text())]),
    })
}

fn state() -> Value {
    word(&["open", "acknowledged", "closed"])
}

fn verdict() -> Value {
    word(&["useful", "noise", "dup"])
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text(),
            "title": text(),
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": { "type": "string", "description": "A stable word" },
            "detail": { "type": "string", "description": "What happened" },
            "hint": { "type": "string", "description": "What to do next" },
        },
    })
}

fn readiness() -> Value {
    let check =
        object(&[("name", text()), ("ok", flag()), ("needed", flag()), ("code", or_null(text()))]);
    object(&[("ready", flag()), ("checks", list(check)), ("scheduler_silent_s", count())])
}

fn alert_row() -> Vec<(&'static str, Value)> {
    vec![
        ("id", id('A')),
        ("state", state()),
        ("severity", severity()),
        ("topic", text()),
        ("headline", text()),
        ("publishers", count()),
        ("texts", or_null(count())),
        ("seq", count()),
        ("updated", time()),
        ("verdict", or_null(verdict())),
        ("marks", list(text())),
        ("opened", time()),
        ("topic_name", text()),
        ("story", id('S')),
        ("score", or_null(number())),
    ]
}

fn alert() -> Value {
    let said = object(&[
        ("entry", id('E')),
        ("verdict", verdict()),
        ("author", text()),
        ("at", time()),
        ("note", or_null(text())),
    ]);
    let decision = object(&[
        ("at", time()),
        ("verdict", text()),
        ("reason", of("Reason")),
        ("entry", id('E')),
        ("publisher", text()),
        ("title", text()),
    ]);
    let note = object(&[
        ("at", time()),
        ("author", text()),
        ("state", state()),
        ("note", or_null(text())),
        ("did", word(&["acknowledged", "closed", "reopened", "noted"])),
    ]);
    let waiting = object(&[
        ("due", time()),
        ("severity", severity()),
        ("reason", of("Reason")),
        ("entry", id('E')),
    ]);
    let told = object(&[
        ("id", id('D')),
        ("seq", or_null(count())),
        ("channel", text()),
        ("state", text()),
        ("created", time()),
        ("next_attempt", or_null(time())),
        ("settled", or_null(time())),
        ("attempts", list(attempt())),
    ]);
    let mut fields = alert_row();
    fields.retain(|(name, _)| *name != "marks");
    fields.extend([
        ("merged_into", or_null(id('A'))),
        ("shadow", flag()),
        ("held_back", count()),
        ("verdicts", list(said)),
        ("revisions", list(or_null(any()))),
        ("waiting", or_null(waiting)),
        ("decisions", list(decision)),
        ("notes", list(note)),
        ("deliveries", list(told)),
    ]);
    object(&fields)
}

fn story_row() -> Value {
    object(&[
        ("id", id('S')),
        ("headline", text()),
        ("entries", count()),
        ("publishers", count()),
        ("texts", count()),
        ("first_seen", time()),
        ("last_seen", time()),
        ("topics", list(text())),
        ("feeds", list(text())),
        ("parent", or_null(id('S'))),
    ])
}

fn story() -> Value {
    let alert = object(&[
        ("id", id('A')),
        ("topic", text()),
        ("severity", severity()),
        ("state", state()),
        ("story", id('S')),
        ("merged_into", or_null(id('A'))),
        ("opened", time()),
        ("updated", time()),
        ("seq", count()),
    ]);
    let member = object(&[
        ("entry", id('E')),
        ("title", text()),
        ("publisher", text()),
        ("feed", text()),
        ("url", or_null(text())),
        ("published", or_null(time())),
        ("date_quality", text()),
        ("at", time()),
        ("first_seen", time()),
        ("topics", list(text())),
        ("reason", object(&[("code", text()), ("text", text()), ("copy_of", or_null(any()))])),
    ]);
    object(&[
        ("id", id('S')),
        ("headline", text()),
        ("entries", count()),
        ("publishers", list(text())),
        ("texts", count()),
        ("feeds", list(text())),
        ("first_published", time()),
        ("last_published", time()),
        ("first_seen", time()),
        ("last_seen", time()),
        ("parent", or_null(id('S'))),
        ("merged_into", or_null(id('S'))),
        ("children", list(id('S'))),
        ("aliases", list(any())),
        ("alerts", list(alert)),
        ("members", list(member)),
        ("edits", list(any())),
    ])
}

fn entry_row() -> Value {
    object(&[
        ("id", id('E')),
        ("first_seen", time()),
        ("publisher", text()),
        ("title", text()),
        ("story", or_null(id('S'))),
        ("topics", list(text())),
        ("feed", text()),
        ("url", or_null(text())),
        ("published", or_null(time())),
        ("revision", count()),
    ])
}

fn entry() -> Value {
    let clause = object(&[
        ("clause", text()),
        ("count", count()),
        ("quotes", list(object(&[("field", text()), ("quote", text())]))),
    ]);
    let found = object(&[
        ("topic", text()),
        ("topic_revision", text()),
        ("entry_revision", count()),
        ("score", or_null(number())),
        ("threshold", or_null(number())),
        ("clauses", list(clause)),
    ]);
    let decision = object(&[
        ("topic", text()),
        ("verdict", text()),
        ("alert", or_null(id('A'))),
        ("reason", text()),
        ("at", time()),
    ]);
    object(&[
        ("id", id('E')),
        ("feed", text()),
        ("publisher", text()),
        ("agency", or_null(text())),
        ("revision", count()),
        ("guid", or_null(text())),
        ("title", text()),
        ("body", text()),
        ("authors", text()),
        ("categories", text()),
        ("url", or_null(text())),
        ("language", or_null(text())),
        ("published", or_null(time())),
        ("date_quality", text()),
        ("date_text", or_null(text())),
        ("first_seen", time()),
        ("story", or_null(id('S'))),
        ("revisions", list(any())),
        ("matches", list(found)),
        ("full_text", or_null(any())),
        ("decisions", list(decision)),
    ])
}
