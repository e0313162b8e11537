//! The kinds of parameters and fields: how each is read, and how it describes itself.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::domain::ids::MAX_KEY_BYTES;
use crate::domain::untrusted;

/// Most items of one page.
pub const MAX_LIMIT: u64 = 200;

/// A kind of parameter or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything with a visible character in it, at most so many characters.
    Text(usize),
    /// The same; may be empty.
    Words(usize),
    /// The key of a topic, feed or channel.
    Key,
    /// An id that begins with this letter.
    Id(char),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A point in time as RFC 3339 has it.
    Time,
    /// A whole number within these bounds, both included.
    Number(u64, u64),
    /// Where a page ended, as that page said: hexadecimal, so many bytes.
    Cursor(usize, usize),
    /// One or two things to be silenced: `[{"kind": "topic", "value": "nato"}]`.
    Scopes,
}

/// Kinds of things that are silenced.
pub const SCOPES: &[&str] = &["topic", "story", "feed", "publisher", "text"];

/// Longest value of a thing to be silenced, in characters.
const MAX_SCOPE_CHARS: usize = 200;

/// Whether there is something to see in a text, once it is cleaned for showing.
fn is_visible(text: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{2800}';
    untrusted::terminal(text).chars().any(|c| !is_blank(c))
}

impl Kind {
    /// Whether a text is of this kind; else what was expected.
    pub fn read(self, text: &str) -> Result<(), String> {
        let good = match self {
            Kind::Text(most) => text.chars().count() <= most && is_visible(text),
            Kind::Words(most) => text.chars().count() <= most,
            Kind::Key => is_key(text),
            Kind::Id(letter) => is_id(letter, text),
            Kind::Choice(words) => words.contains(&text),
            Kind::Flag => matches!(text, "true" | "false"),
            Kind::Time => time(text).is_some(),
            Kind::Number(least, most) => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                digits && text.parse().is_ok_and(|number| (least..=most).contains(&number))
            }
            Kind::Cursor(least, most) => {
                let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                hex && text.len().is_multiple_of(2) && (least * 2..=most * 2).contains(&text.len())
            }
            Kind::Scopes => false,
        };
        if good { Ok(()) } else { Err(self.expected()) }
    }

    /// Whether a value of a body is of this kind; else what was expected.
    pub fn read_json(self, value: &Value) -> Result<(), String> {
        match (self, value) {
            (Kind::Scopes, Value::Array(scopes)) if (1..=2).contains(&scopes.len()) => {
                if scopes.iter().all(is_scope) { Ok(()) } else { Err(self.expected()) }
            }
            (Kind::Number(least, most), Value::Number(number)) => {
                // What JSON Schema calls an integer may be written with a point: 60.0.
                let whole = number.as_u64().or_else(|| {
                    let number = number.as_f64()?;
                    (number.fract() == 0.0 && number >= 0.0).then_some(number as u64)
                });
                match whole.is_some_and(|number| (least..=most).contains(&number)) {
                    true => Ok(()),
                    false => Err(self.expected()),
                }
            }
            (Kind::Scopes | Kind::Number(..), _) => Err(self.expected()),
            (kind, Value::String(text)) => kind.read(text),
            _ => Err(self.expected()),
        }
    }

    fn expected(self) -> String {
        match self {
            Kind::Text(most) => format!("1 to {most} characters, one of them visible"),
            Kind::Words(most) => format!("a text of at most {most} characters"),
            Kind::Key => "a key (letters, digits, `-`, `_`, `.`; at most 64)".to_owned(),
            Kind::Id(letter) => format!("an id ({letter} and base 32 digits)"),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Flag => "true or false".to_owned(),
            Kind::Time => "a time such as 2026-06-03T09:45:00Z".to_owned(),
            Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Cursor(..) => "a cursor that a page before has given as `next`".to_owned(),
            Kind::Scopes => {
                format!("a list of one or two of {{kind, value}}; kinds are {}", SCOPES.join(", "))
            }
        }
    }

    /// The kind as JSON Schema.
    pub fn schema(self) -> Value {
        match self {
            Kind::Text(most) => {
                json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": "\\S" })
            }
            Kind::Words(most) => json!({ "type": "string", "maxLength": most }),
            Kind::Key => {
                let most = MAX_KEY_BYTES - 1;
                let pattern = format!("^[A-Za-z0-9][A-Za-z0-9._-]{{0,{most}}}$");
                json!({ "type": "string", "pattern": pattern })
            }
            Kind::Id(letter) => {
                json!({ "type": "string", "pattern": format!("^{letter}[0-9a-hjkmnp-tv-z]{{1,12}}$") })
            }
            Kind::Choice(words) => json!({ "type": "string", "enum": words }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Time => json!({ "type": "string", "format": "date-time" }),
            Kind::Number(least, most) => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Kind::Cursor(least, most) => {
                let pattern = format!("^([0-9a-f]{{2}}){{{least},{most}}}$");
                json!({ "type": "string", "pattern": pattern })
            }
            Kind::Scopes => json!({
                "type": "array",
                "minItems": 1,
                "maxItems": 2,
                "items": {
                    "type": "object",
                    "required": ["kind", "value"],
                    "additionalProperties": false,
                    "properties": {
                        "kind": { "type": "string", "enum": SCOPES },
                        "value": Kind::Text(MAX_SCOPE_CHARS).schema(),
                    },
                },
            }),
        }
    }
}

fn is_key(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= MAX_KEY_BYTES
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(inner)
}

fn is_id(letter: char, text: &str) -> bool {
    let digit =
        |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() && !b"ilou".contains(&byte);
    text.strip_prefix(letter)
        .is_some_and(|digits| (1..=12).contains(&digits.len()) && digits.bytes().all(digit))
}

fn is_scope(scope: &Value) -> bool {
    let Value::Object(fields) = scope else { return false };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    fields.len() == 2
        && text("kind").is_some_and(|kind| SCOPES.contains(&kind))
        && text("value").is_some_and(|value| Kind::Text(MAX_SCOPE_CHARS).read(value).is_ok())
}

/// A time of RFC 3339. One that lies beyond what can be told is the last or first that can.
pub fn time(text: &str) -> Option<Timestamp> {
    let has_offset = text.len() >= 20
        && text.as_bytes().get(10).is_some_and(|byte| matches!(byte, b'T' | b't' | b' '));
    if !has_offset || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().or_else(|| {
        let offset = text.ends_with(['Z', 'z'])
            || text.get(text.len() - 6..).is_some_and(|end| {
                end.starts_with(['+', '-']) && end.as_bytes().get(3) == Some(&b':')
            });
        let local: DateTime = text.get(..19)?.parse().ok()?;
        offset.then(|| match local.to_zoned(TimeZone::UTC) {
            Ok(zoned) => zoned.timestamp(),
            Err(_) => Timestamp::MAX,
        })
    })
}
