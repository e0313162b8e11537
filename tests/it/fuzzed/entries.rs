//! Bytes → entries → documents: no input may crash, hang, or break a limit.

use wirewatch::domain::document::{Document, MAX_BODY_BYTES, MAX_TITLE_CHARS};
use wirewatch::parse::{Limits, read};

pub fn run(bytes: &[u8]) {
    // The first byte chooses what the server called it.
    let (kind, body) = bytes.split_first().unwrap_or((&0, bytes));
    let content_type = match kind % 4 {
        0 => None,
        1 => Some("text/xml; charset=iso-8859-1"),
        2 => Some("application/json"),
        _ => Some("application/xml; charset=utf-16"),
    };
    let Ok(feed) = read(body, content_type, "https://quay.example/feed", Limits::STANDARD) else {
        return;
    };
    assert!(feed.entries.len() <= Limits::STANDARD.entries);
    for entry in &feed.entries {
        let document = Document::from_parsed(entry);
        assert!(document.body.len() <= MAX_BODY_BYTES);
        assert!(document.title.chars().count() <= MAX_TITLE_CHARS);
    }
}
