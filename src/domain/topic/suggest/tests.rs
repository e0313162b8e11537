//! Suggestions from made-up verdicts: what is told, with which counts, and what is kept quiet.

use std::sync::Arc;

use super::super::compile::{Library, TopicSet};
use super::super::filter::Origin;
use super::super::matcher::tests::{document, library, matching, topic};
use super::super::{Rule, Topic};
use super::*;

/// Entries with verdicts, matched by `rule`: (useful, title, body).
fn judged(topic: &Topic, library: &Library, entries: &[(bool, &str, &str)]) -> Vec<Judged> {
    let set = TopicSet::compile(vec![Arc::new(topic.clone())], library).unwrap();
    let one = |(wanted, title, body): &(bool, &str, &str)| {
        let document = document(title, body);
        let found = set.evaluate_topic(&topic.id, &document, &Origin::UNKNOWN);
        let spans = found.map(|found| {
            found.evidence.clauses.iter().flat_map(|clause| clause.spans.iter().cloned()).collect()
        });
        Judged { wanted: *wanted, document, was_found: true, spans }
    };
    entries.iter().map(one).collect()
}

fn of(rule: Rule, entries: &[(bool, &str, &str)]) -> Suggestions {
    let (topic, library) = (topic("nato", rule), Library::default());
    let judged = judged(&topic, &library, entries);
    suggest(&topic, &library, &judged, &[], &Vocabulary::default())
}

const USEFUL: (bool, &str, &str) =
    (true, "NATO ministers meet", "The summit in Brussels was about NATO and its budgets.");
const NOISE: (bool, &str, &str) =
    (false, "A NATO strap for your watch", "Leather or nylon: the NATO strap fits any watch.");

#[test]
fn words_that_tell_useful_finds_from_noise_are_suggested_with_their_counts() {
    let mut entries = vec![USEFUL; 7];
    entries.extend([NOISE; 6]);
    entries.push((false, "NATO crossword", "A summit of words."));
    let found = of(matching("NATO"), &entries);
    assert_eq!((found.useful, found.noise, found.is_enough()), (7, 7, true));
    let wanted: Vec<&str> = found.wanted.iter().map(|one| one.term.as_str()).collect();
    assert!(wanted.contains(&"ministers") && wanted.contains(&"budgets"), "{wanted:?}");
    assert!(!wanted.contains(&"NATO"), "the rule has it");
    assert!(!wanted.contains(&"the") && !wanted.contains(&"its"), "{wanted:?}");
    let unwanted = found.unwanted.iter().find(|one| one.term == "watch").unwrap();
    assert_eq!((unwanted.useful, unwanted.noise), (0, 6));
    assert!(unwanted.z < -1.645 && unwanted.log_odds < 0.0, "{unwanted:?}");
    assert!(found.unwanted.iter().any(|one| one.term == "\"NATO strap\""), "{found:?}");
}

#[test]
fn the_arithmetic_is_that_of_the_paper() {
    let mut entries = vec![USEFUL; 5];
    entries.extend([NOISE; 5]);
    let found = of(matching("NATO"), &entries);
    let minister = found.wanted.iter().find(|one| one.term == "ministers").unwrap();
    // 5 of 5 against 0 of 5; the prior adds ½ with and 10 without to each side.
    let expected = (5.5f64 / 10.0).ln() - (0.5f64 / 15.0).ln();
    assert!((minister.log_odds - expected).abs() < 1e-9, "{minister:?}");
    let variance: f64 = 1.0 / 5.5 + 1.0 / 10.0 + 1.0 / 0.5 + 1.0 / 15.0;
    assert!((minister.z - expected / variance.sqrt()).abs() < 1e-9, "{minister:?}");
}

#[test]
fn what_all_stored_entries_say_of_a_word_draws_its_odds_to_theirs() {
    let words = [("minister".to_owned(), 900), ("summit".to_owned(), 3)];
    let background = Vocabulary::new(words, 1_000, true);
    let (topic, library) = (topic("nato", matching("NATO")), Library::default());
    let mut entries = vec![(true, "NATO minister at a summit", ""); 5];
    entries.extend([(false, "NATO quiz", ""); 5]);
    let judged = judged(&topic, &library, &entries);
    let found = suggest(&topic, &library, &judged, &[], &background);
    let odds = |term: &str| found.wanted.iter().find(|one| one.term == term).unwrap().log_odds;
    // Both are in 5 of 5 against 0 of 5; 10 entries as usual add 9 and 1, or ½ and 10.
    assert!((odds("minister") - (14.0f64 / 1.0 / (9.0 / 6.0)).ln()).abs() < 1e-9);
    assert!(odds("summit") > odds("minister"), "{found:?}");
}

#[test]
fn few_verdicts_are_too_few_to_tell() {
    let mut entries = vec![USEFUL; 3];
    entries.extend([NOISE; 2]);
    let found = of(matching("NATO"), &entries);
    assert_eq!((found.is_enough(), found.wanted.len(), found.unwanted.len()), (false, 0, 0));
    assert_eq!(found.contexts[0].phrase, "\"NATO strap\"", "a phrase in all noise is worth a look");
}

#[test]
fn phrases_around_noise_are_suggested_unless_a_useful_find_has_them() {
    let noise = [NOISE, (false, "Best NATO straps", ""), (false, "The NATO alphabet", "")];
    let found = of(matching("NATO"), &noise);
    let told = |found: &Suggestions| -> Vec<(String, String, usize)> {
        let one = |one: &ContextSuggestion| (one.phrase.clone(), one.found.clone(), one.noise);
        found.contexts.iter().map(one).collect()
    };
    assert_eq!(
        told(&found),
        [("\"NATO strap\"".to_owned(), "NATO".to_owned(), 2)],
        "once is chance, and longer phrases say no more"
    );
    let bans = (true, "Army bans the NATO strap", "");
    let found = of(matching("NATO"), &[noise[0], noise[1], bans]);
    assert_eq!(told(&found), []);
    let mended = of(matching("NATO EXCEPT \"NATO strap\""), &noise);
    assert_eq!((mended.mended, told(&mended)), (2, vec![]));
}

#[test]
fn noise_that_was_never_found_is_not_counted_as_mended() {
    let (topic, library) = (topic("nato", matching("NATO")), Library::default());
    let mut judged = judged(&topic, &library, &[(false, "Cycle lanes", ""), (false, "Trams", "")]);
    judged[0].was_found = false;
    let found = suggest(&topic, &library, &judged, &[], &Vocabulary::default());
    assert_eq!((found.noise, found.mended), (2, 1));
}

#[test]
fn what_was_missed_of_a_story_is_shown_with_words_the_rule_lacks() {
    let lib = library(&[("names", &["NATO", "allianc*"])]);
    let topic = topic("nato", matching("@names"));
    let entry = EntryId(1);
    let told = StoryTold {
        story: StoryId(7),
        matched: vec![
            document("NATO chief Stoltenfeld in Vilnius", "Stoltenfeld spoke of the alliance."),
            document("Stoltenfeld: NATO must arm", "The alliance is to spend more."),
        ],
        missed: vec![(entry, document("Stoltenfeld in Vilnius", "The alliances of the pact."))],
    };
    let words = [("vilnius".to_owned(), 40), ("stoltenfeld".to_owned(), 2)];
    let background = Vocabulary::new(words, 1_000, true);
    let found = suggest(&topic, &lib, &[], &[told], &background);
    assert_eq!(found.missed.len(), 1);
    let missed = &found.missed[0];
    assert_eq!((missed.entry, missed.story, missed.matched), (entry, StoryId(7), 2));
    let shared = [("Stoltenfeld".to_owned(), 2), ("Vilnius".to_owned(), 1)];
    assert_eq!(missed.shared, shared, "the rule has the alliance already");
}
