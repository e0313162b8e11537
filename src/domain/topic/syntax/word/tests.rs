//! Which strings of characters are one word of a rule.

use super::{is_definition_name, scan};

#[test]
fn names_people_write_are_single_words() {
    for word in [
        "NATO",
        "C++",
        "C#",
        "AT&T",
        "U.S.",
        "N.A.T.O.",
        "defence-led",
        "O'Brien",
        "l’OTAN",
        "co-operation",
        "Sánchez",
        "G7",
        "3D",
        "оборона",
        "北约",
        "나토",
        "ناتو",
        "हिन्दी",
        "col·lectiu",
        "ארה״ב",
        "cafe\u{301}",
    ] {
        assert_eq!(scan(word), word.len(), "{word}");
    }
}

#[test]
fn punctuation_after_a_word_is_not_part_of_it() {
    for (text, word) in [
        ("defence.", "defence"),
        ("soldiers’ pay", "soldiers"),
        ("half-", "half"),
        ("a--b", "a"),
        ("R&", "R"),
        ("Verteidigung*", "Verteidigung"),
        ("title:x", "title"),
        ("km/h", "km"),
        ("-x", ""),
        ("", ""),
    ] {
        assert_eq!(&text[..scan(text)], word, "{text}");
    }
}

#[test]
fn definition_names_are_plain() {
    for (name, good) in [
        ("nato_false", true),
        ("def", true),
        ("états-unis", true),
        ("2nd", false),
        ("_x", false),
        ("a b", false),
        ("", false),
    ] {
        assert_eq!(is_definition_name(name), good, "{name}");
    }
}
