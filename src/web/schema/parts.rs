//! Short words for JSON Schema, of which the objects are made.

use serde_json::{Map, Value, json};

pub type Fields = [(&'static str, Value)];

/// An object that has all these fields, and may get more.
pub fn object(fields: &Fields) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

pub fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub fn text() -> Value {
    json!({ "type": "string" })
}

pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

pub fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

pub fn number() -> Value {
    json!({ "type": "number" })
}

pub fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub fn id(letter: char) -> Value {
    json!({ "type": "string", "pattern": format!("^{letter}[0-9a-z]+$") })
}

pub fn word(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

pub fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

pub fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

pub fn any() -> Value {
    json!({ "type": "object" })
}

pub fn severity() -> Value {
    word(&["info", "low", "medium", "high", "critical"])
}
