//! What is answered, as JSON Schema: the objects of [`crate::record`], field by field.

use serde_json::{Map, Value, json};

type Fields = [(&'static str, Value)];

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

/// An object that has all these fields, and may get more.
fn object(fields: &Fields) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn number() -> Value {
    json!({ "type": "number" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn id(letter: char) -> Value {
    json!({ "type": "string", "pattern": format!("^{letter}[0-9a-z]+$") })
}

fn word(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn any() -> Value {
    json!({ "type": "object" })
}

fn severity() -> Value {
    word(&["info", "low", "medium", "high", "critical"])
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

fn topic_row() -> Vec<(&'static str, Value)> {
    vec![
        ("topic", text()),
        ("name", text()),
        ("severity", severity()),
        ("mode", text()),
        ("tags", list(text())),
        ("channels", list(text())),
        ("tests", count()),
        ("last_match", or_null(time())),
        ("silent_since", or_null(time())),
        ("file", text()),
        ("revision", text()),
        ("kept", or_null(text())),
    ]
}

fn topic() -> Value {
    let mut fields = topic_row();
    fields.extend([
        ("filter", any()),
        ("stem", or_null(text())),
        ("match", or_null(text())),
        ("exclude", list(text())),
        ("weights", list(object(&[("clause", text()), ("weight", number())]))),
        ("threshold", or_null(number())),
        ("alert", any()),
        ("expect", or_null(any())),
        ("usual", or_null(text())),
        ("verdicts", any()),
    ]);
    object(&fields)
}

/// Of a feed that was never fetched only its key, state, title and address are known.
fn feed_row() -> Value {
    let mut row =
        object(&[("feed", text()), ("state", text()), ("title", or_null(text())), ("url", text())]);
    let rest = [
        ("since", or_null(time())),
        ("failures", count()),
        ("failing_since", or_null(time())),
        ("last_outcome", or_null(text())),
        ("last_success", or_null(time())),
        ("last_new_entry", or_null(time())),
        ("entries", count()),
        ("next_due", or_null(time())),
        ("latency", or_null(text())),
        ("trails", or_null(text())),
        ("why", or_null(text())),
        ("detail", or_null(text())),
        ("advice", or_null(text())),
        ("next_reason", or_null(text())),
        ("expected_latency_s", or_null(count())),
        ("last_fetch", or_null(time())),
        ("entries_per_day", number()),
        ("told_at", or_null(time())),
        ("latency_p50_s", or_null(count())),
        ("latency_p95_s", or_null(count())),
        ("latency_entries", count()),
        ("alert_p50_s", or_null(count())),
        ("alert_p95_s", or_null(count())),
        ("latency_alerts", count()),
        ("behind", list(any())),
    ];
    for (name, schema) in rest {
        row["properties"][name] = schema;
    }
    row
}

fn feed() -> Value {
    object(&[
        ("feed", text()),
        ("title", or_null(text())),
        ("url", text()),
        ("publisher", or_null(text())),
        ("tags", list(text())),
        ("interval_floor_s", count()),
        ("interval_ceiling_s", count()),
        ("state", text()),
        ("since", or_null(time())),
        ("code", text()),
        ("detail", or_null(text())),
        ("advice", or_null(text())),
        ("told_at", or_null(time())),
        ("failures", count()),
        ("failing_since", or_null(time())),
        ("last_fetch", or_null(time())),
        ("last_success", or_null(time())),
        ("last_new_entry", or_null(time())),
        ("next_due", or_null(time())),
        ("next_reason", or_null(text())),
        ("why", or_null(text())),
        ("expected_latency_s", or_null(count())),
        ("entries", count()),
        ("entries_per_day", number()),
        ("baseline_at", or_null(time())),
        ("would_have_raised", count()),
        ("gap_median_s", or_null(count())),
        ("silence_unusual_after_s", count()),
        ("language", or_null(text())),
        ("leads_to", or_null(text())),
        ("repairs", list(object(&[("code", text()), ("count", count())]))),
        ("fetches", list(any())),
        ("events", list(any())),
        ("moves", list(any())),
        ("paused", flag()),
        ("full_text", flag()),
        ("hub", or_null(any())),
    ])
}

fn attempt() -> Value {
    object(&[
        ("at", time()),
        ("duration_ms", count()),
        ("code", text()),
        ("detail", or_null(text())),
    ])
}

fn delivery() -> Value {
    object(&[
        ("id", id('D')),
        ("alert", or_null(id('A'))),
        ("notice", or_null(id('N'))),
        ("digest", or_null(id('G'))),
        ("seq", or_null(count())),
        ("channel", text()),
        ("state", text()),
        ("tries", count()),
        ("last_code", or_null(text())),
        ("last_detail", or_null(text())),
        ("next_attempt", or_null(time())),
        ("held", or_null(text())),
        ("repeat", or_null(count())),
        ("route", or_null(text())),
        ("remark", or_null(text())),
        ("handle", or_null(text())),
        ("created", time()),
        ("settled", or_null(time())),
        ("attempts", list(attempt())),
    ])
}

fn silence() -> Value {
    object(&[
        ("id", id('M')),
        ("state", word(&["active", "coming", "over"])),
        ("scope", text()),
        ("starts", time()),
        ("ends", time()),
        ("planned_end", or_null(time())),
        ("ended_by", or_null(text())),
        ("place", or_null(text())),
        ("author", text()),
        ("reason", text()),
        ("held", count()),
        ("last_held", or_null(time())),
    ])
}
