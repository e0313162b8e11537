//! What wirewatch works with, as JSON Schema: topics, feeds, deliveries and silences.

use serde_json::Value;

use super::parts::{
    any, count, flag, id, list, number, object, or_null, severity, text, time, word,
};

pub fn topic_row() -> Vec<(&'static str, Value)> {
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

pub fn topic() -> Value {
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
pub fn feed_row() -> Value {
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

pub fn feed() -> Value {
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

pub fn attempt() -> Value {
    object(&[
        ("at", time()),
        ("duration_ms", count()),
        ("code", text()),
        ("detail", or_null(text())),
    ])
}

pub fn delivery() -> Value {
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

pub fn silence() -> Value {
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
