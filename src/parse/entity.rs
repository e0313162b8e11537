//! Resolves references: `&amp;`, `&#233;`, HTML's names though no feed declares them, and what
//! the document declares itself, within a budget. What begins no reference is text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::decode::is_legal;
use super::repairs::{Fault, Tally};

/// Longest name of an entity; HTML's longest has 31 characters.
const MAX_NAME_BYTES: usize = 32;

/// Bytes that all references to declared entities of a document may become. Bytes and steps
/// alike are paid from it, and once it is spent, no declared entity is resolved any more.
const BUDGET_BYTES: usize = 64 * 1024;

/// Entities within entities.
const MAX_DEPTH: usize = 16;

/// Most entities that a document may declare.
const MAX_DECLARED: usize = 1_000;

/// HTML's names, each with its characters in hex: `nbsp=a0`, of several joined by `+`.
static HTML: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let characters = |codes: &str| -> Option<String> {
        codes.split('+').map(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)).collect()
    };
    include_str!("entity/html.txt")
        .split_ascii_whitespace()
        .filter_map(|pair| {
            let (name, codes) = pair.split_once('=')?;
            Some((name, characters(codes)?))
        })
        .collect()
});

/// The entities of a document.
#[derive(Debug)]
pub struct Entities {
    declared: HashMap<String, String>,
    budget_bytes: usize,
}

impl Default for Entities {
    fn default() -> Self {
        Self { declared: HashMap::new(), budget_bytes: BUDGET_BYTES }
    }
}

/// What a `<` that begins no markup becomes: itself, or escaped where the text is read as HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    Keep,
    Escape,
}

impl Entities {
    /// Takes the internal entities of a document type declaration. External ones are not read.
    pub fn declare(&mut self, doctype: &str) {
        for declaration in doctype.split("<!ENTITY").skip(1) {
            let declaration = declaration.trim_start();
            let Some((name, rest)) =
                declaration.split_once(|char: char| char.is_ascii_whitespace())
            else {
                continue;
            };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|char| matches!(char, '"' | '\'')) else {
                continue;
            };
            if let Some((value, _)) = rest[1..].split_once(quote)
                && self.declared.len() < MAX_DECLARED
            {
                self.declared.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
    }

    /// `text` with its references resolved.
    pub fn unescape<'a>(&mut self, text: &'a str, bare: Bare, tally: &mut Tally) -> Cow<'a, str> {
        let mut plain = String::new();
        let mut copied = 0;
        let mut from = 0;
        while let Some(found) = memchr::memchr2(b'&', b'<', &text.as_bytes()[from..]) {
            let at = from + found;
            from = at + 1;
            if text.as_bytes()[at] == b'<' {
                tally.note(Fault::BareLessThan);
                if bare == Bare::Escape {
                    plain.push_str(&text[copied..at]);
                    plain.push_str("&lt;");
                    copied = at + 1;
                }
                continue;
            }
            plain.push_str(&text[copied..at]);
            copied = at;
            let length = self.reference(&text[at..], &mut plain, tally);
            if length == 0 && bare == Bare::Escape && names_a_parameter(&text[at + 1..]) {
                plain.push_str("&amp;");
                copied += 1;
            }
            copied += length;
            from = from.max(copied);
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        plain.push_str(&text[copied..]);
        Cow::Owned(plain)
    }

    /// Resolves the reference that `text` begins with; gives its length, or 0 if it is none.
    fn reference(&mut self, text: &str, plain: &mut String, tally: &mut Tally) -> usize {
        let Some(name) = name(text) else {
            tally.note(Fault::BareAmpersand);
            return 0;
        };
        let length = name.len() + 2;
        if let Some(digits) = name.strip_prefix('#') {
            return number(digits, &text[length..], plain, tally).map_or(0, |more| length + more);
        }
        if let Some(char) = predefined(name) {
            plain.push(char);
            return length;
        }
        if self.declared.contains_key(name) {
            let start = plain.len();
            let name = name.to_owned();
            if self.expand(&name, 0, plain) {
                return length;
            }
            plain.truncate(start);
            self.budget_bytes = 0;
        }
        match HTML.get(name) {
            Some(characters) => {
                tally.note(Fault::HtmlEntity);
                plain.push_str(characters);
                length
            }
            None => {
                tally.note(Fault::BareAmpersand);
                0
            }
        }
    }

    /// Appends what a declared entity stands for; false if that is too much.
    fn expand(&mut self, name: &str, depth: usize, plain: &mut String) -> bool {
        // Copied only where it can be paid for: a long one may be named a million times.
        let budget = self.budget_bytes;
        let payable = |value: &&String| value.len() < budget && depth < MAX_DEPTH;
        let Some(value) = self.declared.get(name).filter(payable).cloned() else {
            return false;
        };
        self.budget_bytes -= value.len() + 1;
        let mut rest = value.as_str();
        while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let inner = self::name(rest);
            let length = match inner {
                Some(inner) if self.declared.contains_key(inner) => {
                    if !self.expand(inner, depth + 1, plain) {
                        return false;
                    }
                    inner.len() + 2
                }
                _ => self.reference(rest, plain, &mut Tally::default()),
            };
            if length == 0 {
                plain.push('&');
            }
            rest = &rest[length.max(1)..];
        }
        plain.push_str(rest);
        true
    }
}

/// Whether a URL's parameter begins: HTML would read a sign out of `&copy=2`.
fn names_a_parameter(text: &str) -> bool {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric());
    end.is_some_and(|end| text.as_bytes()[end] == b'=')
}

/// The name between the `&` at the start of `text` and the next `;`.
fn name(text: &str) -> Option<&str> {
    let window = &text.as_bytes()[1..text.len().min(MAX_NAME_BYTES + 2)];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"#._-:".contains(byte);
    let length = window.iter().position(|byte| !is_part(byte))?;
    (length > 0 && window[length] == b';').then(|| &text[1..=length])
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Appends the character of a number. Gives the length of a second reference that was used up:
/// some feeds write one character as the two halves of UTF-16.
fn number(digits: &str, after: &str, plain: &mut String, tally: &mut Tally) -> Option<usize> {
    let Some(code) = code(digits) else {
        tally.note(Fault::BareAmpersand);
        return None;
    };
    if let Some(char) = char::from_u32(code).filter(|char| is_legal(*char)) {
        plain.push(char);
        return Some(0);
    }
    tally.note(Fault::IllegalReference);
    if (0xd800..0xdc00).contains(&code)
        && let Some(next) = after.starts_with('&').then(|| name(after)).flatten()
        && let Some(low) = next.strip_prefix('#').and_then(self::code)
        && (0xdc00..0xe000).contains(&low)
    {
        let both = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        plain.extend(char::from_u32(both));
        return Some(next.len() + 2);
    }
    Some(0)
}

/// `None` if these are no digits; numbers beyond all characters are `u32::MAX`.
fn code(digits: &str) -> Option<u32> {
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    let all = !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix));
    all.then(|| u32::from_str_radix(digits, radix).unwrap_or(u32::MAX))
}
