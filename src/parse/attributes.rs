//! Reads the attributes of a start tag, however they are quoted. [`super::lex`] finds where the
//! tag ends; what a value means is for [`super::normal`].

use super::lex::quote_end;
use super::repairs::{Fault, Tally};

/// An attribute as written, references in its value unresolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

/// The attributes of a tag, at most `max` of them; of those repeated the first counts. `None` if
/// there are more.
pub fn read<'a>(written: &'a str, max: usize, tally: &mut Tally) -> Option<Vec<Attribute<'a>>> {
    let mut attributes: Vec<Attribute<'a>> = Vec::new();
    let mut rest = begin(written);
    while !rest.is_empty() {
        let (attribute, after) = next(rest, tally);
        rest = begin(after);
        if attribute.name.is_empty() {
            continue;
        }
        if attributes.len() >= max {
            return None;
        }
        if attributes.iter().any(|known| known.name == attribute.name) {
            tally.note(Fault::DuplicateAttribute);
        } else {
            attributes.push(attribute);
        }
    }
    Some(attributes)
}

/// From the next name on: slashes and stray quotes are nobody's.
fn begin(rest: &str) -> &str {
    rest.trim_start_matches(|char: char| {
        char.is_ascii_whitespace() || matches!(char, '/' | '"' | '\'' | '?')
    })
}

fn next<'a>(rest: &'a str, tally: &mut Tally) -> (Attribute<'a>, &'a str) {
    let is_end = |char: char| char.is_ascii_whitespace() || char == '=';
    let (name, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
    let Some(value) = after.trim_start().strip_prefix('=') else {
        tally.note(Fault::BrokenAttribute);
        return (Attribute { name, value: "" }, after);
    };
    let value = value.trim_start();
    if value.starts_with(['"', '\'']) {
        if let Some(end) = quote_end(value.as_bytes(), 0) {
            return (Attribute { name, value: &value[1..end] }, &value[end + 1..]);
        }
        tally.note(Fault::BrokenAttribute);
        let (value, after) = word(&value[1..]);
        return (Attribute { name, value }, after);
    }
    tally.note(Fault::UnquotedAttribute);
    let (value, after) = word(value);
    (Attribute { name, value: value.trim_end_matches(['"', '\'']) }, after)
}

fn word(text: &str) -> (&str, &str) {
    let end = text.find(|char: char| char.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at(end)
}
