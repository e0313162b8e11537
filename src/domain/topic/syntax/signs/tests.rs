//! Signs in phrases: which are told, and where they stand.

use super::{IgnoredSign, ignored_signs, ignored_signs_of_item};

/// `sign→what is looked for`, with a `!` where no words stand on both sides of it.
fn told(source: &str, found: &[IgnoredSign]) -> Vec<String> {
    let each = found.iter().map(|one| {
        assert_eq!(&source[one.span.clone()], one.sign, "{source}");
        format!("{}→{}{}", one.sign, one.term, if one.is_between { "" } else { "!" })
    });
    each.collect()
}

#[test]
fn a_sign_alone_in_a_phrase_is_told_with_what_is_looked_for() {
    for (rule, expected) in [
        ("\"- trade\"", vec!["-→trade!"]),
        ("NATO AND (title:\"& Co\" OR x)", vec!["&→Co!"]),
        ("\"Johnson & Johnson\"", vec!["&→\"Johnson Johnson\""]),
        ("=\"Oil – Gas €\"~2", vec!["–→=\"Oil Gas\"~2", "€→=\"Oil Gas\"~2!"]),
        ("„100 %“ OR «— — война»", vec!["%→100!", "— —→война!"]),
        ("\"=Oil -- field\"", vec!["--→=\"Oil field\""]),
        ("\"= -- Oil field\"", vec!["= --→\"Oil field\"!"]),
    ] {
        assert_eq!(told(rule, &ignored_signs(rule)), expected, "{rule}");
    }
}

#[test]
fn an_entry_of_a_list_is_told_likewise() {
    for (item, expected) in [
        ("- trade", vec!["-→trade!"]),
        (" =& Co ", vec!["&→=Co!"]),
        ("\"Marks & Spencer\"~3", vec!["&→\"Marks Spencer\"~3"]),
        ("5 · 4 *war", vec!["·→\"5 4 *war\""]),
    ] {
        let found = ignored_signs_of_item(item);
        assert_eq!(told(item, &found), expected, "{item}");
    }
}

#[test]
fn signs_that_belong_to_a_word_or_a_pattern_are_none() {
    for rule in [
        "\"AT&T\" AND \"C++ code\" AND \".NET core\" AND \"#MeToo now\"",
        "re/a - b/ AND \"(trade) war\"",
        "( a OR b ) AND \"one, two\"",
    ] {
        assert_eq!(ignored_signs(rule), [], "{rule}");
    }
    for item in ["re/a - b/", "NATO", "AT&T Inc", "Verteidigung*", "= Oil field"] {
        assert_eq!(ignored_signs_of_item(item), [], "{item}");
    }
}
