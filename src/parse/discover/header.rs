//! `Link` headers (RFC 8288, section 3), read as leniently as they are written.

use url::Url;

use super::link::Declared;
use super::{Candidate, MAX_CANDIDATES, Why, resolve};

/// Longest header that is read, in bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// The feeds that one header names; its links are relative to `base`.
pub fn read(value: &str, base: &Url) -> Vec<Candidate> {
    let mut rest = &value[..value.floor_char_boundary(MAX_HEADER_BYTES)];
    let mut found = Vec::new();
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let target = &rest[start + 1..start + length];
        let (parameters, after) = parameters(&rest[start + length + 1..]);
        rest = after;
        let get = |name: &str| {
            let value = parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            value.map_or("", |(_, value)| value.as_str())
        };
        let declared = Declared {
            rel: get("rel"),
            media_type: get("type"),
            title: get("title"),
            translated: !get("hreflang").is_empty(),
        };
        let candidate =
            resolve(base, target).and_then(|url| declared.candidate(url, found.len(), Why::Header));
        found.extend(candidate);
        if found.len() >= MAX_CANDIDATES {
            break;
        }
    }
    found
}

/// The parameters behind a target, up to the comma before the next link, and what follows.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else {
            return (found, rest);
        };
        let after = after.trim_start();
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let name = after[..end].trim().to_owned();
        match after[end..].strip_prefix('=') {
            Some(value) => {
                let (value, behind) = parameter_value(value.trim_start());
                found.push((name, value));
                rest = behind;
            }
            None => rest = &after[end..],
        }
    }
}

/// A value, in quotes or not, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}
