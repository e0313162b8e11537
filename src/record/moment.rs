//! Points in time as they are written: RFC 3339 in UTC with whole seconds for programs, without
//! the letters for people.

use jiff::Timestamp;
use serde_json::{Value, json};

/// `2026-06-03T09:45:00Z`.
pub fn json(at: Timestamp) -> Value {
    json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The same, or null.
pub fn json_opt(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, json)
}

/// `2026-06-03 09:45`.
pub fn text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
