//! Titles are compared by their content words, whatever their spelling, case or decoration.

use super::*;

fn words(title: &str) -> Vec<i64> {
    Signature::of(title, None).terms
}

#[test]
fn stop_words_are_sorted_for_the_search() {
    assert!(STOP_WORDS.is_sorted());
}

#[test]
fn case_accents_plurals_possessives_and_source_names_do_not_count() {
    let plain = words("Minister opens alliance talks in Lodz");
    assert_eq!(words("MINISTER OPENS ALLIANCES TALKS IN ŁODZ".replace('Ł', "L").as_str()), plain);
    assert_eq!(words("Minister’s opens: the alliance talks, in Lódz"), plain);
    assert_eq!(words("Minister opens alliance talks in Lodz - Harbour Wire"), plain);
    assert_eq!(words("Minister opens alliance talks in Lodz | Nordic Ledger"), plain);
}

#[test]
fn a_short_title_is_not_mistaken_for_its_source() {
    assert_ne!(words("Talks fail - Denmark leaves"), words("Talks fail"));
}

#[test]
fn scripts_without_spaces_are_compared_by_pairs_of_letters() {
    let a = Signature::of("北约与丹麦加强防务合作", None);
    let b = Signature::of("丹麦与北约加强防务合作", None);
    assert!(a.terms.len() >= 8, "{a:?}");
    assert!(a.shared(&b) >= 6);
}

#[test]
fn names_are_told_from_words_unless_the_title_shouts() {
    let china = Signature::of("Britain and China sign trade deal", None);
    let japan = Signature::of("Britain and Japan sign trade deal", None);
    assert!(china.has_name_missing_in(&japan) && japan.has_name_missing_in(&china));
    let loud = Signature::of("BRITAIN AND JAPAN SIGN TRADE DEAL", None);
    assert!(!loud.has_name_missing_in(&china));
}
