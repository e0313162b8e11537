//! Which kind of feed a document is, by its root: for people who choose between several.

use super::decode;

/// How much of a document is looked at, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// `rss`, `atom`, `rdf`, `json` or `feed` of a document that was read as a feed.
pub fn format(body: &[u8], content_type: Option<&str>) -> &'static str {
    let text = decode::to_text(&body[..body.len().min(HEAD_BYTES)], content_type);
    let text = text.trim_start();
    if text.starts_with(['{', '[']) {
        return "json";
    }
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).unwrap_or(0);
        let name = rest[..end].rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "rss" => return "rss",
            "rdf" => return "rdf",
            "feed" => return "atom",
            _ => {}
        }
    }
    "feed"
}
