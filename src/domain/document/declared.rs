//! Whether a web page says that it has a feed: such a page is a site's, and no wall before it.

/// What a page calls the feeds that it links to.
const FEED_TYPES: [&[u8]; 4] = [
    b"application/rss+xml",
    b"application/atom+xml",
    b"application/feed+json",
    b"application/rdf+xml",
];

/// Whether a page, in lower case, has a `<link rel="alternate">` to a feed.
pub fn declares_feed(page: &[u8]) -> bool {
    page.split(|byte| *byte == b'<').any(|tag| {
        let tag = tag.split(|byte| *byte == b'>').next().unwrap_or_default();
        tag.starts_with(b"link")
            && has(tag, b"alternate")
            && FEED_TYPES.iter().any(|kind| has(tag, kind))
    })
}

fn has(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}
