//! Titles without what aggregators and desks add to them.

/// Most words of a trailing source name ("… - The Harbour Wire") that is cut off a title.
const MAX_SOURCE_WORDS: usize = 4;

/// Cuts a trailing " - Source" or " | Source", which aggregators add, if enough title is left.
pub fn without_source(title: &str) -> &str {
    for separator in [" - ", " – ", " — ", " | ", " · "] {
        if let Some((head, source)) = title.rsplit_once(separator) {
            let short = source.split_whitespace().count() <= MAX_SOURCE_WORDS;
            if short && head.split_whitespace().count() >= MAX_SOURCE_WORDS {
                return head;
            }
        }
    }
    title
}
