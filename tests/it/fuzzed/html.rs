//! HTML → text: whatever the markup, the text is within its bounds, nothing in it would be obeyed by
//! a terminal, and made of text again it stays as it is.

use wirewatch::domain::document::{Document, MAX_BODY_BYTES, MAX_TITLE_CHARS, article_text};
use wirewatch::domain::entry::ParsedEntry;

pub fn run(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes).into_owned();
    let article = article_text(&html);
    assert!(article.len() <= MAX_BODY_BYTES);
    let entry = ParsedEntry {
        title: Some(html.clone()),
        summary: Some(html.chars().take(200).collect()),
        content: Some(html),
        ..ParsedEntry::default()
    };
    let document = Document::from_parsed(&entry).with_article(&article);
    assert!(document.body.len() <= MAX_BODY_BYTES);
    assert!(document.title.chars().count() <= MAX_TITLE_CHARS);
    assert!(!document.title.contains('\n'), "{:?}", document.title);
    for text in [&document.title, &document.body] {
        let bad = text.chars().find(|c| {
            c.is_control() && *c != '\n'
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(bad, None, "{text:?}");
    }
}
