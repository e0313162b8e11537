//! Texts that run from right to left among others that do not. Without care a headline in Arabic
//! pulls the words and numbers around it to places where they mean something else; an isolate keeps
//! it to itself (Unicode Standard Annex 9). Direction marks that were in a text are gone by now.

use std::borrow::Cow;

/// Begins a part with a direction of its own, that of its first letter with one.
const ISOLATE: char = '\u{2068}';
const END: char = '\u{2069}';

/// A text as it can stand among others: isolated if any of it runs from right to left.
pub fn isolated(text: &str) -> Cow<'_, str> {
    match text.contains(runs_left) {
        true => Cow::Owned(format!("{ISOLATE}{text}{END}")),
        false => Cow::Borrowed(text),
    }
}

/// A text that was cut: what [`isolated`] opened in it ends with it at the latest.
pub fn closed(text: &str) -> String {
    let count = |mark: char| text.chars().filter(|c| *c == mark).count();
    let open = count(ISOLATE).saturating_sub(count(END));
    text.chars().chain(std::iter::repeat_n(END, open)).collect()
}

/// Whether a character belongs to a script that runs from right to left: the blocks that Unicode
/// keeps for such scripts (Hebrew to Arabic, their presentation forms, and those of the first plane).
fn runs_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_left_is_isolated() {
        assert_eq!(isolated("NATO 東京 Łódź"), "NATO 東京 Łódź");
        assert_eq!(isolated("حلف NATO 3"), "\u{2068}حلف NATO 3\u{2069}");
        assert_eq!(isolated("נאט״ו"), "\u{2068}נאט״ו\u{2069}");
    }

    #[test]
    fn what_was_cut_is_closed() {
        assert_eq!(closed("[high] \u{2068}حلف…"), "[high] \u{2068}حلف…\u{2069}");
        assert_eq!(closed("\u{2068}حلف\u{2069} x"), "\u{2068}حلف\u{2069} x");
    }
}
