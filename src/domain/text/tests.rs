//! Tokens, spellings, sentences and the hash.

use super::hash::{Key, PADDING_BYTES};
use super::scan::{TokenKind, tokens};
use super::sentence::sentences;
use super::spelling::{Stem, normal, spellings};
use crate::domain::ids::Digest;

/// Tokens as `form@position`, with `+width` where it is not 1.
fn forms(text: &str) -> String {
    let shown = tokens(text).into_iter().map(|token| {
        let place = token.place;
        let mark = match token.kind {
            TokenKind::Word => "",
            TokenKind::Initials => "!",
            TokenKind::Joined => "+",
            TokenKind::Unsegmented => "~",
        };
        format!("{}{mark}@{}", token.form, place.position)
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn text_is_cut_into_words_compounds_initials_and_characters() {
    for (text, expect) in [
        ("Hello, World", "hello@0 world@1"),
        ("co-operation now", "cooperation+@0 co@0 operation@1 now@2"),
        ("state-of-the-art x", "stateoftheart+@0 state@0 of@1 the@2 art@3 x@4"),
        ("a-b-c-d-e", "a@0 b@1 c@2 d@3 e@4"),
        ("Hamas’s men", "hamas@0 men@1"),
        ("l’OTAN don't", "l@0 otan@1 don@2 t@3"),
        ("the U.S. and N.A.T.O.", "the@0 us!@1 and@2 nato!@3"),
        ("U.S.-led U.S.Army", "usled+@0 us!@0 led@1 us!@2 army@3"),
        ("Łódź “Café”", "lodz@0 cafe@1"),
        ("x北约y", "x@0 北~@1 约~@2 y@3"),
        ("a- b -c", "a@0 b@1 c@2"),
        ("e.g. 3.5", "e@0 g@1 3@2 5@3"),
    ] {
        assert_eq!(forms(text), expect, "{text}");
    }
}

#[test]
fn token_places_point_at_their_text() {
    let text = "In the U.S., Łódź’s co‑op met 北约.";
    let quoted: Vec<&str> =
        tokens(text).iter().map(|token| &text[token.place.start..token.place.end]).collect();
    assert_eq!(quoted, ["In", "the", "U.S.", "Łódź", "co‑op", "co", "op", "met", "北", "约"]);
}

#[test]
fn every_spelling_of_a_word_is_found_from_each_of_the_others() {
    let families = [
        &["defence", "defences", "defense", "defenses"][..],
        &["organisation", "organization", "organisations", "organizations"],
        &["realise", "realises", "realize", "realizes"],
        &["colour", "colours", "color", "colors"],
        &["centre", "center", "centres", "centers"],
        &["ally", "allies"],
        &["movie", "movies"],
        &["house", "houses"],
        &["virus", "viruses"],
        &["box", "boxes"],
        &["headache", "headaches"],
        &["crisis", "crises"],
        &["bias", "biases"],
        &["shoe", "shoes"],
        &["tie", "ties"],
        &["wolf", "wolves"],
        &["analyse", "analyze", "analyses", "analyzes"],
        &["kilometre", "kilometers"],
        &["dishonour", "dishonor"],
        &["prize", "prizes"],
    ];
    for family in families {
        for word in family {
            let found = spellings(word, Stem::Plural);
            for other in family {
                assert_eq!(normal(word, Stem::Plural), normal(other, Stem::Plural));
                assert!(found.iter().any(|f| f == other), "{other} from {word}: {found:?}");
            }
        }
    }
}

proptest::proptest! {
    /// The law behind looking only whole words up: equal words are spellings of each other.
    #[test]
    fn equal_words_are_spellings_of_each_other(
        stem in "(labo|colo|defen|orga|cent|al|mov|hous|cris|b|vir|anal)",
        middle in "(u|ur|r|ce|se|nis|niz|l|i|e|ys|yz|x|)",
        first in "(e|es|s|y|ie|ies|re|er|res|ers|ation|ed|ing|is|us|uses|)",
        second in "(e|es|s|y|ie|ies|re|er|res|ers|ation|ed|ing|is|us|uses|)",
    ) {
        let (a, b) = (format!("{stem}{middle}{first}"), format!("{stem}{middle}{second}"));
        for kind in [Stem::Plural, Stem::None] {
            let equal = normal(&a, kind) == normal(&b, kind);
            proptest::prop_assert_eq!(spellings(&a, kind).contains(&b), equal, "{} {}", a, b);
        }
    }
}

#[test]
fn exclusions_fold_spelling_but_not_number() {
    assert_eq!(spellings("oils", Stem::None), ["oils"]);
    assert_eq!(spellings("colour", Stem::None), ["color", "colour"]);
}

#[test]
fn sentences_end_where_readers_think_they_do() {
    let text = "Mr. Smith of the U.S. Army spoke. “He left.” Then 3.5 million came! \
                The U.S. The end.\n\nNew paragraph… yes. 北约开会。结束了。";
    let cut: Vec<(&str, u32)> = sentences(text)
        .iter()
        .map(|sentence| (&text[sentence.start..sentence.end], sentence.paragraph))
        .collect();
    assert_eq!(
        cut,
        [
            ("Mr. Smith of the U.S. Army spoke.", 0),
            ("“He left.”", 0),
            ("Then 3.5 million came!", 0),
            ("The U.S.", 0),
            ("The end.", 0),
            ("New paragraph… yes.", 1),
            ("北约开会。", 1),
            ("结束了。", 1),
        ]
    );
}

#[test]
fn a_word_hashes_alike_wherever_it_stands() {
    let key = Key::new(Digest::of("key", &[b"x"]));
    let text = b"a word, and a considerably longer word 12345678";
    let mut buffer = text.to_vec();
    buffer.extend([b'z'; PADDING_BYTES]);
    for start in 0..text.len() {
        for end in start + 1..=text.len() {
            assert_eq!(key.hash(&text[start..end]), key.hash_within(&buffer, start, end));
        }
    }
    let other = Key::new(Digest::of("key", &[b"y"]));
    assert_ne!(key.hash(b"word"), other.hash(b"word"));
}
