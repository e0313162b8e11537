//! What a text is compared by.

use super::*;

fn features(title: &str, body: &str, language: &str) -> Features {
    let document = Document {
        title: title.to_owned(),
        body: body.to_owned(),
        language: Some(language.to_owned()),
        ..Document::default()
    };
    Features::of(&document, None, "feed")
}

/// The words that a text's facts are written with, in order.
fn facts(title: &str, body: &str) -> String {
    let features = features(title, body, "en");
    let mut words: Vec<&str> =
        features.facts().iter().filter_map(|fact| features.spelt(*fact)).collect();
    words.sort_unstable();
    words.join(" ")
}

fn hashes(title: &str, language: &str) -> Vec<u32> {
    features(title, "", language).terms(&|_| false).iter().map(|term| term.hash).collect()
}

#[test]
fn names_and_numbers_inside_sentences_are_facts() {
    let body = "Yesterday Keir Starmer met 27 ministers in Oslo. Nobody spoke.";
    assert_eq!(facts("", body), "27 Keir Oslo Starmer");
    // Where every word has a capital, capitals say nothing.
    assert_eq!(facts("Minister Opens Bridge Over River Quietly Today", ""), "");
    assert_eq!(facts("Quake of 5.2 hits Japan", ""), "5.2 Japan");
}

#[test]
fn inflections_and_spellings_are_one_word() {
    for (one, other) in [
        ("Alliances defended", "alliance defends"),
        ("defence organisation", "defense organization"),
    ] {
        assert_eq!(hashes(one, "en"), hashes(other, "en"), "{one} / {other}");
    }
    assert_eq!(hashes("les alliances", "fr"), hashes("alliance", "fr"));
    assert_ne!(hashes("quake of 5.2", "en"), hashes("quake of 5.3", "en"));
}

#[test]
fn scripts_without_spaces_give_pairs_of_characters() {
    assert_eq!(hashes("北约开会", "zh").len(), 3);
}

#[test]
fn words_that_say_nothing_are_left_out() {
    assert!(hashes("It is what it is, and that was that", "en").is_empty());
    assert!(hashes("Ce qui est dans les", "fr").is_empty());
}

#[test]
fn the_title_and_the_lead_weigh_more_than_the_rest() {
    let filler = "plain words follow here ".repeat(20);
    let told = features("Harbour closes", &format!("The ferry sank. {filler} A lighthouse."), "en");
    let weight = |word: &str| {
        let terms = told.terms(&|_| false);
        let found = terms.iter().find(|term| told.spelt(term.hash) == Some(word));
        found.map_or(0, |term| term.weight)
    };
    assert!(weight("Harbour") > weight("ferry") && weight("ferry") > weight("lighthouse"));
    assert!(weight("lighthouse") > 0);
}

#[test]
fn names_of_sources_are_cut_off() {
    assert_eq!(
        hashes("Ferry sinks off the coast - Harbour Wire", "en"),
        hashes("Ferry sinks off the coast", "en")
    );
}

#[test]
fn a_sentence_can_be_taken_out_again() {
    let told = features(
        "Ferry sinks",
        "The ferry sank. Subscribe to our newsletter for more today.",
        "en",
    );
    let last = *told.body_sentences().last().unwrap();
    let kept = told.terms(&|sentence| sentence == last);
    assert!(kept.iter().all(|term| told.spelt(term.hash) != Some("newsletter")));
    assert!(told.prints(&|sentence| sentence == last).len() < told.prints(&|_| false).len());
}
