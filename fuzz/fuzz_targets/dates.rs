//! Dates in a feed: a text is read the same within a feed as any other, and never crashes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wirewatch::parse::{Limits, read};

fuzz_target!(|date: &str| {
    let date = date.replace(['\\', '"', '\n', '\r', '\t'], " ");
    let feed = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \
         \"items\": [{{\"id\": \"1\", \"date_published\": \"{date}\"}}]}}"
    );
    let _ = read(feed.as_bytes(), None, "https://quay.example/feed", Limits::STANDARD);
});
