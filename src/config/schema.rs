//! The files of a configuration as JSON Schema (draft 2020-12), for editors: every key that the
//! readers know, with what it holds and what it is for. What the readers check beyond a single
//! value (ids that exist, rules that compile) no schema can say.
//!
//! The tables are written here by hand ([`main_file()`], [`channel`], [`topic`]), each beside the
//! [`Shape`] its reader goes by; a test holds the two together, key by key. [`reference`](reference())
//! makes a page of them.

mod channel;
mod main_file;
mod reference;
mod topic;

use serde_json::{Map, Value, json};

pub use self::reference::reference;

use super::section::Shape;
use crate::domain::calendar::WEEKDAYS;
use crate::domain::ids::MAX_KEY_BYTES;
use crate::domain::topic::Severity;

/// What a key holds.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    /// A line that is not empty, of at most 200 characters.
    Name,
    /// An id of the user's choice.
    Id,
    /// An array of texts, or a single one.
    Texts,
    Ids,
    /// The same, and not empty.
    SomeTexts,
    Boolean,
    Integer(u32, u32),
    /// Any whole number.
    Whole,
    /// Whole numbers, none below the first.
    Integers(u32),
    Number,
    /// A lowest and a highest number.
    Range,
    Duration,
    /// One duration or two: `15m..60m`.
    Interval,
    /// A duration, or this word.
    DurationOr(&'static str),
    Size,
    HttpUrl,
    /// A date, with or without a time: TOML has a type for it, JSON has not.
    Moment,
    /// `07:00`.
    TimeOfDay,
    Days,
    Day,
    Severity,
    SeverityOr(&'static str),
    Word(&'static [&'static str]),
    /// A text of this pattern.
    Pattern(&'static str),
    Table(&'static Table),
    Tables(&'static Table),
    /// A table whose keys are names of the user's choice.
    Names(&'static Holds),
    /// A table whose keys are severities.
    BySeverity(&'static Table),
    Either(&'static [Holds]),
    /// Known, so that it can be refused with the right words.
    Refused,
}

/// A key of a table.
#[derive(Clone, Copy)]
struct Key {
    name: &'static str,
    holds: Holds,
    about: &'static str,
    is_required: bool,
}

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, about, is_required: false }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, about, is_required: true }
}

/// A table of a file, beside the shape its reader goes by.
struct Table {
    shape: &'static Shape,
    keys: &'static [Key],
    /// What holds beyond single keys.
    rules: fn(&mut Map<String, Value>),
}

/// Nothing holds beyond single keys.
fn no_rules(_: &mut Map<String, Value>) {}

/// A unit of time and the number before it.
const DURATION: &str =
    r"(\d+\s*(ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*)+";

/// `wirewatch.toml`.
pub fn main_file() -> Value {
    document("main", "wirewatch: the main file", &main_file::MAIN)
}

/// A topic file.
pub fn topics() -> Value {
    document("topics", "wirewatch: topics and lists", &topic::FILE)
}

/// A file of feeds.
pub fn feeds() -> Value {
    document("feeds", "wirewatch: feeds", &main_file::FEEDS)
}

fn document(name: &str, title: &str, table: &Table) -> Value {
    let mut root = table.object();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    root.insert("$schema".to_owned(), json!(draft));
    root.insert("$id".to_owned(), json!(format!("urn:wirewatch:schema:config:{name}")));
    root.insert("title".to_owned(), json!(title));
    Value::Object(root)
}

impl Table {
    fn object(&self) -> Map<String, Value> {
        let properties: Map<String, Value> = self.keys.iter().map(Key::property).collect();
        let required: Vec<&str> =
            self.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
        let mut object = Map::from_iter([
            ("title".to_owned(), json!(self.shape.what.replace('`', ""))),
            ("type".to_owned(), json!("object")),
            ("additionalProperties".to_owned(), json!(false)),
            ("properties".to_owned(), Value::Object(properties)),
        ]);
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        (self.rules)(&mut object);
        object
    }
}

impl Key {
    fn property(&self) -> (String, Value) {
        let mut schema = match self.holds {
            Holds::Refused => json!({ "not": {} }),
            holds => holds.schema(),
        };
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), json!(self.about));
        }
        (self.name.to_owned(), schema)
    }
}

impl Holds {
    fn schema(self) -> Value {
        match self {
            Holds::Text => json!({ "type": "string" }),
            Holds::Name => json!({ "type": "string", "pattern": r"\S", "maxLength": 1_000 }),
            Holds::Id => json!({
                "type": "string",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
                "maxLength": MAX_KEY_BYTES,
            }),
            Holds::Texts => one_or_many(Holds::Text.schema(), 0),
            Holds::Ids => one_or_many(Holds::Id.schema(), 0),
            Holds::SomeTexts => one_or_many(Holds::Text.schema(), 1),
            Holds::Boolean => json!({ "type": "boolean" }),
            Holds::Integer(least, most) => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Holds::Whole => json!({ "type": "integer" }),
            Holds::Integers(least) => {
                json!({ "type": "array", "items": { "type": "integer", "minimum": least } })
            }
            Holds::Number => json!({ "type": "number" }),
            Holds::Range => json!({
                "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2,
            }),
            Holds::Duration => pattern(&format!(r"^\s*{DURATION}$")),
            Holds::Interval => pattern(&format!(r"^\s*{DURATION}(\.\.\s*{DURATION})?$")),
            Holds::DurationOr(word) => pattern(&format!(r"^(\s*{DURATION}|{word})$")),
            Holds::Size => pattern(r"^\s*\d+\s*([bB]|[kKmMgG][iI]?[bB])\s*$"),
            Holds::HttpUrl => pattern(r"^\s*[hH][tT][tT][pP][sS]?://[^/]"),
            Holds::Moment => json!({}),
            Holds::TimeOfDay => pattern(r"^\s*([01]?[0-9]|2[0-3]):[0-5][0-9]\s*$"),
            Holds::Day => pattern(&format!(r"^\s*({})\s*$", WEEKDAYS.map(any_case).join("|"))),
            Holds::Days => one_or_many(Holds::Day.schema(), 0),
            Holds::Severity => json!({ "enum": severities() }),
            Holds::SeverityOr(word) => {
                let mut words = severities();
                words.push(word);
                json!({ "enum": words })
            }
            Holds::Word(words) => json!({ "enum": words }),
            Holds::Pattern(text) => pattern(text),
            Holds::Table(table) => Value::Object(table.object()),
            Holds::Tables(table) => json!({ "type": "array", "items": table.object() }),
            Holds::Names(holds) => {
                json!({ "type": "object", "additionalProperties": holds.schema() })
            }
            Holds::BySeverity(table) => json!({
                "type": "object",
                "additionalProperties": table.object(),
                "propertyNames": { "enum": severities() },
            }),
            Holds::Either(all) => {
                let all: Vec<Value> = all.iter().map(|holds| holds.schema()).collect();
                json!({ "anyOf": all })
            }
            Holds::Refused => json!(false),
        }
    }
}

/// A word in any case, for editors whose patterns have no flags.
fn any_case(word: &str) -> String {
    word.chars().map(|c| format!("[{}{c}]", c.to_ascii_uppercase())).collect()
}

fn severities() -> Vec<&'static str> {
    Severity::ALL.map(Severity::as_str).to_vec()
}

fn pattern(text: &str) -> Value {
    json!({ "type": "string", "pattern": text })
}

fn one_or_many(item: Value, least: u32) -> Value {
    let many = json!({ "type": "array", "items": item.clone(), "minItems": least });
    json!({ "anyOf": [item, many] })
}

#[cfg(test)]
mod tests;
