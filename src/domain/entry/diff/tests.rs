//! What changed, as it is shown.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(old: &str, new: &str, expect: &str) {
    assert_eq!(in_words(&diff(old, new), 3), expect);
}

#[test]
fn changed_words_are_told_with_their_neighbours() {
    check("Talks end in Oslo", "Talks end in Oslo", "");
    check("", "Talks", "{+Talks+}");
    check("Talks end in Oslo", "Talks go on in Oslo", "Talks [-end-] {+go on+} in Oslo");
    check(
        "one two three four five six seven",
        "one two three four five six eight",
        "… four five six [-seven-] {+eight+}",
    );
    check(
        "a b c d e f g h i j k l",
        "A b c d e f g h i j k L",
        "[-a-] {+A+} b c d … i j k [-l-] {+L+}",
    );
    check("first\n\nsecond", "first\n\nbetween\n\nsecond", "first {+between+} second");
}

#[test]
fn texts_with_nothing_in_common_are_told_as_replaced() {
    let text = |word: &str| (0..1_000).map(|n| format!("{word}{n} ")).collect::<String>();
    let (old, new) = (text("a"), text("b"));
    assert_eq!(diff(&old, &new), [Part::Gone(&old), Part::New(&new)]);
}

/// The words of a text without what is between them.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn the_parts_make_up_both_texts(old in "([abc]{1,2}[ \n]{1,2}){0,40}", new in "([abc]{1,2}[ \n]{1,2}){0,40}") {
        let parts = diff(&old, &new);
        let (mut was, mut is) = (String::new(), String::new());
        for part in parts {
            match part {
                Part::Same(text) => { was += text; was.push(' '); is += text; is.push(' '); }
                Part::Gone(text) => { was += text; was.push(' '); }
                Part::New(text) => { is += text; is.push(' '); }
            }
        }
        prop_assert_eq!(plain(&was), plain(&old));
        prop_assert_eq!(plain(&is), plain(&new));
    }
}
