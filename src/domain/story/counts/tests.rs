//! Counts, their journal, and boilerplate.

use super::*;
use crate::domain::document::Document;

fn told(source: &str, body: &str) -> Features {
    let document = Document {
        title: "A title".to_owned(),
        body: body.to_owned(),
        language: Some("en".to_owned()),
        ..Document::default()
    };
    Features::of(&document, None, source)
}

fn day(days: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + days * 86_400).unwrap()
}

#[test]
fn counts_and_their_journal_give_the_same_counts_again() {
    let mut running = Counts::default();
    (0..50).for_each(|n| running.learn(&told("a", &format!("Ferry {n} sank. Bye.")), day(0)));
    running.take_journal();
    let stored = running.to_bytes();
    let mut again = Counts::from_bytes(&stored).unwrap();
    // Beyond the day on which all are halved.
    (0..50).for_each(|n| running.learn(&told("b", &format!("Bridge {n} fell. Bye.")), day(n)));
    again.replay(&running.take_journal().unwrap()).unwrap();
    assert_eq!(running.take_journal(), None);
    assert_eq!(running.to_bytes(), again.to_bytes());
    assert_ne!(running.to_bytes(), stored);
}

#[test]
fn damaged_counts_are_refused() {
    let mut counts = Counts::default();
    counts.learn(&told("a", "Ferry sank."), day(0));
    let whole = counts.to_bytes();
    for cut in 0..whole.len() {
        assert!(Counts::from_bytes(&whole[..cut]).is_err(), "{cut}");
    }
    assert!(counts.replay(&[7]).is_err());
}

#[test]
fn what_is_in_every_entry_weighs_less_and_less() {
    let mut counts = Counts::default();
    (0..200).for_each(|n| counts.learn(&told("a", &format!("Ferry number{n}.")), day(0)));
    let terms = told("a", "Ferry lighthouse.");
    let english = Tongue::of("en");
    let rarity = |word: &str| {
        let all = terms.terms(&|_| false);
        let term = all.iter().find(|term| terms.spelt(term.hash) == Some(word)).unwrap();
        counts.rarity(english)(term.hash)
    };
    assert!(rarity("Ferry") * 5 < rarity("lighthouse"));
}

#[test]
fn a_sentence_in_every_entry_of_a_source_is_its_boilerplate_and_nobody_elses() {
    let mut counts = Counts::default();
    for n in 0..30 {
        let body = format!("Ferry {n} sank off the coast. Sign up for our morning newsletter.");
        counts.learn(&told("a", &body), day(0));
    }
    let sentences = told("a", "Ferry 31 sank. Sign up for our morning newsletter.");
    let last = *sentences.body_sentences().last().unwrap();
    assert!(counts.boilerplate(sentences.source)(last));
    assert!(!counts.boilerplate(sentences.source)(sentences.body_sentences()[0]));
    assert!(!counts.boilerplate(told("b", "").source)(last));
}
