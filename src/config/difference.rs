//! What is different between two configurations, part by part and field by field; of rules line by
//! line ([`lines`]). Pure: both are given in short, as [`super::outline`] makes them.

pub mod lines;

use std::collections::BTreeMap;

use super::outline::{Kind, Part, RULE, TESTS_TEXT};
use lines::Line;

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Changed,
    Removed,
}

impl Change {
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Removed => "removed",
        }
    }

    /// `+`, `~` or `-`.
    pub fn sign(self) -> char {
        match self {
            Change::Added => '+',
            Change::Changed => '~',
            Change::Removed => '-',
        }
    }
}

/// One part that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    pub kind: Kind,
    pub id: String,
    pub change: Change,
    /// Fields that differ, by name; of a part added or removed all it has.
    pub fields: Vec<FieldChange>,
    /// Of a topic whose rule differs: its text, line by line.
    pub lines: Vec<Line>,
}

/// One field that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What leads from `before` to `after`: topics first, then feeds, channels and settings, each by
/// id. `ignored` names fields that are not compared.
pub fn between(before: &[Part], after: &[Part], ignored: &[&str]) -> Vec<PartChange> {
    let mut parts: BTreeMap<(Kind, &str), Pair<'_>> = BTreeMap::new();
    for part in before {
        parts.entry((part.kind, &part.id)).or_default().0 = Some(part);
    }
    for part in after {
        parts.entry((part.kind, &part.id)).or_default().1 = Some(part);
    }
    parts.into_iter().filter_map(|((kind, id), pair)| part(kind, id, pair, ignored)).collect()
}

/// A part as it was and as it is.
type Pair<'p> = (Option<&'p Part>, Option<&'p Part>);

fn part(kind: Kind, id: &str, (before, after): Pair<'_>, ignored: &[&str]) -> Option<PartChange> {
    let change = match (before, after) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    let none = BTreeMap::new();
    let old = before.map_or(&none, |part| &part.fields);
    let new = after.map_or(&none, |part| &part.fields);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let fields: Vec<FieldChange> = names
        .into_iter()
        .filter(|name| !ignored.contains(&name.as_str()))
        .filter(|name| old.get(*name) != new.get(*name))
        // Where one side has no tests their number tells it; older versions did not keep it.
        .filter(|name| *name != TESTS_TEXT || (old.contains_key(*name) && new.contains_key(*name)))
        .map(|name| FieldChange {
            name: name.clone(),
            before: old.get(name).cloned(),
            after: new.get(name).cloned(),
        })
        .collect();
    if change == Change::Changed && fields.is_empty() {
        return None;
    }
    let lines = match fields.iter().any(|field| field.name == RULE) {
        true => {
            let text = |part: Option<&Part>| {
                part.and_then(|part| part.source.as_ref()).map(ToString::to_string)
            };
            let [old, new] = [before, after].map(|part| text(part).unwrap_or_default());
            lines::between(old.trim_end(), new.trim_end())
        }
        false => Vec::new(),
    };
    Some(PartChange { kind, id: id.to_owned(), change, fields, lines })
}

#[cfg(test)]
mod tests;
