//! Dates in a feed: no text crashes their reader, and the same text is read the same twice.

use wirewatch::parse::{Limits, read};

pub fn run(bytes: &[u8]) {
    let Ok(date) = std::str::from_utf8(bytes) else { return };
    let date = date.replace(['\\', '"', '\n', '\r', '\t'], " ");
    let feed = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \
         \"items\": [{{\"id\": \"1\", \"date_published\": \"{date}\"}}]}}"
    );
    let read = || {
        let feed = read(feed.as_bytes(), None, "https://quay.example/feed", Limits::STANDARD);
        feed.ok().and_then(|feed| feed.entries.first().and_then(|entry| entry.published))
    };
    assert_eq!(read(), read());
}
