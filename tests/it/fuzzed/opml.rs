//! Lists of feeds: whatever is in one, what is taken of it is bounded and harmless, and reads back
//! after it was written.

use std::collections::BTreeSet;

use wirewatch::parse::opml::{Outline, read, write};

pub fn run(bytes: &[u8]) {
    let Ok(list) = read(bytes) else { return };
    for Outline { title, url, tags } in &list.feeds {
        assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
        assert!(
            !url.contains('@') || !url.split('/').nth(2).unwrap_or_default().contains('@'),
            "{url}"
        );
        for text in title.iter().chain(tags) {
            assert!(!text.contains(char::is_control), "{text:?}");
        }
    }
    let again = read(write("again", &list.feeds).as_bytes()).map(|list| list.feeds);
    let as_set = |feeds: Vec<Outline>| feeds.into_iter().map(sorted).collect::<BTreeSet<_>>();
    if !list.feeds.is_empty() {
        assert_eq!(as_set(again.unwrap_or_default()), as_set(list.feeds));
    }
}

/// With its tags in order: folders may come in another one.
fn sorted(mut outline: Outline) -> Outline {
    outline.tags.sort();
    outline
}
