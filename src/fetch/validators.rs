//! Conditional requests: validators are opaque bytes, echoed exactly as they came or not at all
//! (RFC 9110, sections 8.8 and 13.1).

use reqwest::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};

use crate::domain::feed::Validators;

/// Longest validator that is echoed; the usual ones have 20 to 80 bytes.
const MAX_VALIDATOR_BYTES: usize = 1024;

/// `A-IM` (RFC 3229, section 10.5.3) …
const ACCEPT_INSTANCE: HeaderName = HeaderName::from_static("a-im");

/// … with what is understood: an answer that holds only the entries that are new since the one
/// with this ETag.
const FEED_DELTA: HeaderValue = HeaderValue::from_static("feed");

/// The conditional headers for the next request: both where both are known, and with an ETag the
/// offer to take only what is new.
pub fn conditional(validators: &Validators) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)]
    {
        let value = value.as_deref().filter(|bytes| echoable(bytes));
        if let Some(Ok(value)) = value.map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
    if headers.contains_key(IF_NONE_MATCH) {
        headers.insert(ACCEPT_INSTANCE, FEED_DELTA);
    }
    headers
}

/// The validators of an answer.
pub fn received(headers: &HeaderMap) -> Validators {
    let take = |name: HeaderName| {
        headers
            .get(name)
            .map(HeaderValue::as_bytes)
            .filter(|bytes| echoable(bytes))
            .map(<[u8]>::to_vec)
    };
    Validators { etag: take(ETAG), last_modified: take(LAST_MODIFIED) }
}

/// The validators after a 304: what it repeats or renews, else what was asked with.
pub fn merged(old: &Validators, new: Validators) -> Validators {
    Validators {
        etag: new.etag.or_else(|| old.etag.clone()),
        last_modified: new.last_modified.or_else(|| old.last_modified.clone()),
    }
}

/// Whether these validators made the request a conditional one.
pub fn may_answer_304(validators: &Validators) -> bool {
    !conditional(validators).is_empty()
}

/// Visible ASCII (and the space of a date) only: anything else some proxy would mangle.
fn echoable(bytes: &[u8]) -> bool {
    (1..=MAX_VALIDATOR_BYTES).contains(&bytes.len())
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}
