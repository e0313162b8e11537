//! What was asked, checked against what can be asked: each parameter and field has a [`Kind`], which
//! reads it and describes itself in the document. What is not known, doubled or out of its bounds is
//! refused, so that nobody believes in a filter that was ignored.

mod kind;

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::http::HeaderMap;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

pub(super) use self::kind::{Kind, MAX_LIMIT};
use super::problem::Problem;
use super::route::{Route, Verb};
use super::tokens::Caller;
use crate::domain::alert::change::MAX_AUTHOR_CHARS;

/// Parameters of a query that are read.
const MAX_PARAMS: usize = 50;

/// What may stand in a query.
pub(super) struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub about: &'static str,
}

/// What may stand in a body.
pub(super) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub about: &'static str,
}

/// A checked request.
pub(super) struct Ask {
    path: Vec<(String, String)>,
    query: BTreeMap<&'static str, String>,
    body: Map<String, Value>,
    pub caller: Caller,
    pub headers: HeaderMap,
}

impl Ask {
    pub fn read(
        route: &Route,
        path: Vec<(String, String)>,
        query: &str,
        token_allowed: bool,
        body: &[u8],
        caller: Caller,
        headers: HeaderMap,
    ) -> Result<Self, Problem> {
        let query = read_query(route.query, query, token_allowed)?;
        let body = match route.method {
            Verb::Get => Map::new(),
            Verb::Post => read_fields(route.body, body)?,
        };
        Ok(Self { path, query, body, caller, headers })
    }

    /// What stands in the path under this name.
    pub fn path(&self, name: &str) -> &str {
        let found = self.path.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The id in the path; one that cannot be is one that is not there.
    pub fn id<T: FromStr>(&self, what: &str) -> Result<T, Problem> {
        let text = self.path("id");
        text.parse().map_err(|_| Problem::unknown(what, text))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    pub fn number(&self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }

    pub fn time(&self, name: &str) -> Option<Timestamp> {
        kind::time(self.text(name)?)
    }

    /// A key that filters; one that cannot be is one that is not there.
    pub fn key<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let key = |text: &str| text.parse().map_err(|_| Problem::unknown(name, text));
        self.text(name).map(key).transpose()
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    pub fn field_value(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Who says what is said: the name of the token, and the person if the request names one.
    pub fn author(&self) -> String {
        let person = self.field("author").map(str::trim).filter(|author| !author.is_empty());
        match (person, &self.caller.token) {
            (Some(person), Some(token)) => {
                // Which token it was is worth more than the end of a long name.
                let room = MAX_AUTHOR_CHARS.saturating_sub(token.chars().count() + 3);
                let person: String = person.chars().take(room).collect();
                format!("{person} ({token})")
            }
            (Some(person), None) => person.to_owned(),
            (None, Some(token)) => token.clone(),
            (None, None) => "http".to_owned(),
        }
    }
}

fn read_query(
    known: &'static [Param],
    query: &str,
    token_allowed: bool,
) -> Result<BTreeMap<&'static str, String>, Problem> {
    let mut read = BTreeMap::new();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    for (n, pair) in pairs.enumerate() {
        if n == MAX_PARAMS {
            return Err(Problem::bad("bad_query", "the query has too many parameters"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if token_allowed && name == "token" {
            continue;
        }
        let Some(param) = known.iter().find(|param| param.name == name) else {
            let names: Vec<&str> = known.iter().map(|param| param.name).collect();
            let there = match names.is_empty() {
                true => "there are none here".to_owned(),
                false => format!("there are: {}", names.join(", ")),
            };
            let detail = format!("`{name}` is no parameter of this path; {there}");
            return Err(Problem::bad("unknown_parameter", detail));
        };
        if let Err(expected) = param.kind.read(&value) {
            let detail = format!("`{}` is not {expected}", param.name);
            return Err(Problem::bad("bad_parameter", detail));
        }
        if read.insert(param.name, value).is_some() {
            let detail = format!("`{}` is there twice", param.name);
            return Err(Problem::bad("repeated_parameter", detail));
        }
    }
    match known.iter().find(|param| param.required && !read.contains_key(param.name)) {
        Some(missing) => {
            let detail = format!("`{}` is missing", missing.name);
            Err(Problem::bad("missing_parameter", detail))
        }
        None => Ok(read),
    }
}

/// A part of a query as it was meant: `+` is a space, as in forms.
fn decoded(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|text| text.into_owned())
        .map_err(|_| Problem::bad("bad_query", "the query is not UTF-8"))
}

fn read_fields(known: &'static [Field], body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let value = match body.trim_ascii() {
        [] => Value::Object(Map::new()),
        text => serde_json::from_slice(text).map_err(|error| {
            let detail = format!("the body is not JSON (line {})", error.line());
            Problem::bad("bad_json", detail)
        })?,
    };
    let Value::Object(fields) = value else {
        return Err(Problem::bad("bad_json", "the body is not a JSON object"));
    };
    for (name, value) in &fields {
        let Some(field) = known.iter().find(|field| field.name == name) else {
            let detail = format!("`{name}` is no field of this request");
            return Err(Problem::bad("unknown_field", detail));
        };
        if let Err(expected) = field.kind.read_json(value) {
            let detail = format!("`{}` is not {expected}", field.name);
            return Err(Problem::bad("bad_field", detail));
        }
    }
    match known.iter().find(|field| field.required && !fields.contains_key(field.name)) {
        Some(missing) => {
            Err(Problem::bad("missing_field", format!("`{}` is missing", missing.name)))
        }
        None => Ok(fields),
    }
}

#[cfg(test)]
mod tests;
