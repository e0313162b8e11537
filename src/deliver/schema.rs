//! The published objects as JSON Schema (draft 2020-12), made from the types themselves: what they
//! are called, what their comments say, what may be null. Other programs read it, and a CloudEvents
//! webhook names it as the schema of its data.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::digest::DigestV1;
use super::notice::NoticeV1;
use super::object::AlertV1;
use crate::domain::notice::NoticeKind;

/// Names of the schemas. They are not fetched: a reader has them from `config schema`.
pub const ALERT_ID: &str = "urn:wirewatch:schema:alert:v1";
pub const NOTICE_ID: &str = "urn:wirewatch:schema:notice:v1";
pub const DIGEST_ID: &str = "urn:wirewatch:schema:digest:v1";

/// `wirewatch.alert.v1`.
pub fn alert() -> Value {
    named::<AlertV1>(ALERT_ID, super::object::SCHEMA)
}

/// `wirewatch.notice.v1`.
pub fn notice() -> Value {
    let mut schema = named::<NoticeV1>(NOTICE_ID, super::notice::SCHEMA);
    if let Some(event) = schema.pointer_mut("/properties/event") {
        event["enum"] = NoticeKind::ALL.iter().map(|kind| json!(kind.as_str())).collect();
    }
    schema
}

/// `wirewatch.digest.v1`.
pub fn digest() -> Value {
    named::<DigestV1>(DIGEST_ID, super::digest::SCHEMA)
}

fn named<T: JsonSchema>(id: &str, name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), json!(id));
    schema.insert("title".to_owned(), json!(name));
    let mut schema = schema.to_value();
    // The field that names the shape says which one.
    if let Some(field) = schema.pointer_mut("/properties/schema") {
        *field = json!({ "description": "Names the shape of the object.", "const": name });
    }
    schema
}

#[cfg(test)]
mod tests;
