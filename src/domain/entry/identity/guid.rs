//! Guids made comparable. A feed writes the same one with other white space, the same permalink
//! with another scheme, the same UUID in capitals; anything else is opaque and stays as it is.

use url::Url;

use super::link;

/// Length of a UUID as it is written, `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.
const UUID_CHARS: usize = 36;

/// A guid for comparison only: white space collapsed, a web address without what links do not
/// differ by (its fragment stays: `#item7` may be all that tells two entries apart), a UUID in
/// small letters. `None` if nothing is left.
pub fn normalise_guid(guid: &str) -> Option<String> {
    let words: Vec<&str> = guid.split_whitespace().collect();
    let guid = words.join(" ");
    if guid.is_empty() {
        return None;
    }
    if let Some(address) = address(&guid) {
        return Some(address);
    }
    let uuid = guid.rsplit(':').next().unwrap_or(&guid);
    Some(if is_uuid(uuid) { guid.to_ascii_lowercase() } else { guid })
}

fn address(guid: &str) -> Option<String> {
    let mut address = link::normalise_link(guid)?;
    let fragment = Url::parse(guid).ok()?.fragment().map(str::to_owned);
    if let Some(fragment) = fragment.filter(|text| !text.starts_with(['!', '/'])) {
        address.push('#');
        address.push_str(&fragment);
    }
    Some(address)
}

fn is_uuid(text: &str) -> bool {
    let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == UUID_CHARS
        && text.bytes().enumerate().all(|(at, byte)| match hyphen(at) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}
