//! Suggestions for names that are spelt nearly right.

use super::nearest;

#[test]
fn a_slip_finds_the_word_that_was_meant() {
    let fields = ["title", "lead", "body", "text", "author", "category", "url"];
    for (typed, meant) in [
        ("titel", Some("title")),
        ("Title", Some("title")),
        ("categry", Some("category")),
        ("bdy", Some("body")),
        ("uri", Some("url")),
        ("https", None),
        ("x", None),
        ("", None),
    ] {
        assert_eq!(nearest(typed, fields), meant, "{typed}");
    }
}

#[test]
fn the_nearest_of_several_wins() {
    assert_eq!(nearest("medum", ["media", "medium"]), Some("medium"));
}

#[test]
fn a_very_long_word_is_not_compared() {
    let long = "x".repeat(10_000);
    assert_eq!(nearest(&long, [long.as_str()]), None);
}
