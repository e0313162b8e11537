//! What the stored texts tell: slips of the pen, wide wildcards, how words are written.

use super::super::super::compile::Library;
use super::super::super::matcher::tests::{library, matching};
use super::super::history::{History, Query, Vocabulary};
use super::super::{Level, Lint};
use super::{lints, told};
use crate::domain::document::Document;
use crate::domain::text::scan::{TokenKind, tokens};

/// Lints of one match over these bodies, each stored as often as said.
fn over(source: &str, library: &Library, texts: &[(&str, usize)]) -> Vec<Lint> {
    let bodies: Vec<&str> = texts.iter().flat_map(|(text, times)| vec![*text; *times]).collect();
    let mut words: std::collections::BTreeMap<String, u64> = Default::default();
    let of = |body: &str| -> std::collections::BTreeSet<String> {
        let tokens = tokens(body).into_iter().filter(|token| token.kind != TokenKind::Joined);
        tokens.map(|token| token.form).collect()
    };
    for body in &bodies {
        of(body).into_iter().for_each(|word| *words.entry(word).or_default() += 1);
    }
    let vocabulary = Vocabulary::new(words, bodies.len() as u64, true);
    let mut entries = |query: &Query, limit: usize| -> Vec<Document> {
        let answers = |body: &&&str| {
            let words = of(body);
            let spaced = body.to_lowercase().replace('-', " ");
            let holds =
                |word: &String| words.contains(word) || spaced.contains(&format!(" {word} "));
            query.iter().all(|group| group.iter().any(holds))
        };
        let found = bodies.iter().filter(answers).take(limit);
        found.map(|body| Document { body: (*body).to_string(), ..Document::default() }).collect()
    };
    let mut history = History { vocabulary: &vocabulary, entries: &mut entries };
    lints(vec![matching(source)], library, Some(&mut history))
}

#[test]
fn a_slip_of_the_pen_is_told_with_what_was_meant() {
    let found = over("AUKUSS", &Library::default(), &[("The AUKUS pact grows.", 133)]);
    assert_eq!(told(&found), ["never_seen: AUKUSS"]);
    assert_eq!(found[0].level, Level::Warning);
    assert_eq!(
        found[0].message,
        "`AUKUSS` is in none of the stored entries; did you mean `AUKUS`, which is in 133?"
    );
    let known = over("AUKUSS OR AUKUS", &Library::default(), &[("The AUKUS pact grows.", 133)]);
    assert_eq!(told(&known), [""; 0], "what stands beside it was not meant by it");
    let rare = over("AUKUSS", &Library::default(), &[("The AUKUS pact grows.", 4)]);
    assert_eq!(told(&rare), [""; 0], "too few entries to say so");
}

#[test]
fn words_that_are_merely_alike_are_no_slips() {
    let texts = [("They praise and watch open talks on self defence; I sell Straps.", 133)];
    for source in ["raise", "match", "OPEC", "\"sell defence*\" OR \"seld defence\""] {
        let told = told(&over(source, &Library::default(), &texts));
        let expected: &[&str] =
            if source.contains("seld") { &["never_seen: \"seld defence\""] } else { &[] };
        assert_eq!(told, expected, "{source}");
    }
    let swapped = over("wtach", &Library::default(), &texts);
    assert_eq!(told(&swapped), ["never_seen: wtach"]);
    let first = over("wacth OR atlks", &Library::default(), &texts);
    assert_eq!(told(&first), ["never_seen: wacth", "never_seen: atlks"]);
}

#[test]
fn a_term_that_never_occurred_is_told_once_there_is_enough_to_tell_by() {
    let texts = [("Nothing happened in Oslo today.", 499), ("The nato of old is naps.", 1)];
    let found = over("Xanadu OR Oslo", &Library::default(), &texts);
    assert_eq!(told(&found), ["never_seen: Xanadu"]);
    assert_eq!(found[0].level, Level::Note);
    let found = over("NATO OR Oslo", &Library::default(), &texts);
    assert_eq!(told(&found), ["never_seen: NATO"], "it is there, but not in capitals");
    let author = "author:Xanadu OR author:@gone OR Oslo";
    let gone = library(&[("gone", &["Shangri"])]);
    assert_eq!(told(&over(author, &gone, &texts)), [""; 0], "authors are not in the index");
    let few = [texts[0], texts[1]].map(|(text, times)| (text, times / 2));
    assert_eq!(told(&over("Xanadu OR Oslo", &Library::default(), &few)), [""; 0]);
    let list = library(&[("places", &["Xanadu", "Oslo", "Atlantis", "北约", "re/Q+/"])]);
    let found = over("@places", &list, &texts);
    assert_eq!(told(&found), ["never_seen: "], "one note for a whole list");
    assert!(
        found[0].message.contains("2 are in none of the 500 stored entries: `Xanadu`, `Atlantis`"),
        "{}",
        found[0].message
    );
}

#[test]
fn what_is_found_in_another_writing_is_not_called_missing() {
    let texts = [("Defenses in København, U.S. troops and co-operation at NATO-led talks.", 600)];
    let source =
        "defence OR Kobenhavn OR U.S. OR cooperation OR NATO OR \"NATO-led talks\" OR troop";
    assert_eq!(told(&over(source, &Library::default(), &texts)), [""; 0]);
}

#[test]
fn a_wildcard_for_very_many_words_is_told_with_the_words() {
    let many: String = (0..60).map(|n| format!("all{} ", letters(n))).collect();
    let texts = [(many.as_str(), 1), ("alliance of allies", 7)];
    let found = over("all*", &Library::default(), &texts);
    assert_eq!(told(&found), ["wildcard_wide: all*"]);
    assert!(
        found[0].message.contains("62 different words in the stored entries: alliance 7, allies 7"),
        "{}",
        found[0].message
    );
    assert_eq!(told(&over("alli*", &Library::default(), &texts)), [""; 0]);
}

fn letters(n: u8) -> String {
    [b'a' + n / 26, b'a' + n % 26, b'q'].map(char::from).iter().collect()
}

#[test]
fn how_a_word_is_written_decides_over_the_list_of_nouns() {
    let small = [("They formed an alliance, the alliance grew.", 20)];
    let found = over("Alliance", &Library::default(), &small);
    let titlecase = told(&found);
    assert_eq!(titlecase[0], "titlecase_common_noun: Alliance");
    assert!(found[0].message.contains("in 40 of 40 stored mentions"), "{}", found[0].message);
    let name = [("We flew with Alliance, and Alliance was late.", 20)];
    assert_eq!(told(&over("Alliance", &Library::default(), &name)), [""; 0]);
    let unlisted = [("They ate a quince, and the quince was sour.", 20)];
    assert_eq!(
        told(&over("Quince", &Library::default(), &unlisted))[0],
        "titlecase_common_noun: Quince"
    );
    let word = [("So we care, and we care a lot. The CARE act.", 20)];
    assert_eq!(told(&over("CARE", &Library::default(), &word)), ["acronym_is_word: CARE"]);
    let nato = [("Then Nato met; the NATO, said Nato, is not nato.", 20)];
    assert_eq!(told(&over("NATO", &Library::default(), &nato)), [""; 0]);
}
