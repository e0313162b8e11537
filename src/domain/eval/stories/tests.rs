//! Labelled entries told to the clustering that runs live, and what is reported of it.

use std::time::Duration;

use super::*;
use crate::domain::eval::tally::{Score, Tally};
use crate::domain::feed::Interval;

const PACT: &str = "Ministers of seven nations sign harbour defence pact in Copenhagen";
const FERRY: &str = "Ferry crews walk out over night shifts on the Sund crossing";

fn labelled(minute: i64, label: Option<&str>, title: &str) -> Labelled {
    let feed = Feed {
        key: "wire".parse().unwrap(),
        url: "https://wire.example/".to_owned(),
        title: None,
        publisher: Some("Wire".to_owned()),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    };
    Labelled {
        id: Some(format!("{minute}")),
        label: label.map(str::to_owned),
        copy_of: None,
        feed: Arc::new(feed),
        at: Timestamp::from_second(1_770_000_000 + 60 * minute).unwrap(),
        entry: ParsedEntry { title: Some(title.to_owned()), ..ParsedEntry::default() },
    }
}

fn measured(entries: &[Labelled]) -> Report {
    report(entries, &place(entries, Fields::Full)).unwrap()
}

#[test]
fn entries_of_one_title_are_one_story_and_of_two_are_two() {
    let entries = [
        labelled(0, Some("pact"), PACT),
        labelled(1, Some("ferry"), FERRY),
        labelled(2, Some("pact"), PACT),
        labelled(3, None, "Seven ways to cook a marrow"),
    ];
    let report = measured(&entries);
    assert_eq!(report.b_cubed, Score::of(1.0, 1.0));
    assert_eq!((report.labelled, report.unlabelled, report.found, report.joined), (3, 1, 2, 0));
    assert_eq!(report.mixed, []);
    assert_eq!(report.labels.len(), 2);
}

#[test]
fn entries_are_told_in_order_of_time_and_not_of_the_file() {
    // Two months later nothing is known of a title any more.
    let day = 24 * 60;
    let entries = [
        labelled(60 * day, Some("late"), PACT),
        labelled(0, Some("early"), PACT),
        labelled(60 * day - 5, Some("late"), PACT),
        labelled(5, Some("early"), PACT),
    ];
    let placed = place(&entries, Fields::Full);
    assert_eq!((placed[0].story, placed[1].story), (placed[2].story, placed[3].story));
    assert_ne!(placed[0].story, placed[1].story);
    assert_eq!(report(&entries, &placed).unwrap().b_cubed, Score::of(1.0, 1.0));
}

#[test]
fn what_was_torn_apart_mixed_or_joined_from_the_noise_is_named() {
    let entries = [
        labelled(0, Some("pact"), PACT),
        labelled(1, Some("pact"), PACT),
        labelled(2, Some("pact"), "Seven governments agree to guard each other's ports"),
        labelled(3, Some("other"), PACT),
        labelled(4, None, PACT),
        labelled(5, None, FERRY),
    ];
    let report = measured(&entries);
    let torn = &report.labels[0];
    assert_eq!((torn.label.as_str(), torn.entries), ("pact", 3));
    let pieces: Vec<_> = torn.pieces.iter().map(|piece| (piece.entries, piece.example)).collect();
    assert_eq!(pieces, [(2, 0), (1, 2)]);
    let [mixed] = report.mixed.as_slice() else { panic!("{:?}", report.mixed) };
    let parts: Vec<_> =
        mixed.parts.iter().map(|(label, count, at)| (label.as_deref(), *count, *at)).collect();
    assert_eq!(parts, [(Some("pact"), 2, 0), (Some("other"), 1, 3), (None, 1, 4)]);
    assert_eq!((mixed.strangers, report.joined, report.unlabelled), (2, 1, 2));
    // Labelled entries alone: two of three, twice, then one of one and one of three.
    let precision = (2.0 / 3.0 + 2.0 / 3.0 + 1.0 + 1.0 / 3.0) / 4.0;
    assert_eq!(report.b_cubed.precision, Some(precision));
}

#[test]
fn copies_are_looked_for_where_their_original_is() {
    let mut entries = [
        labelled(0, Some("pact"), PACT),
        labelled(1, Some("pact"), PACT),
        labelled(2, Some("pact"), FERRY),
        labelled(3, Some("pact"), FERRY),
    ];
    assert_eq!(measured(&entries).copies, None);
    entries[1].copy_of = Some("0".to_owned());
    entries[2].copy_of = Some("0".to_owned());
    entries[3].copy_of = Some("not there".to_owned());
    let copies = measured(&entries).copies.unwrap();
    assert_eq!((copies.wanted, copies.joined, copies.apart), (2, 1, vec![2]));
}

#[test]
fn a_copy_of_a_copy_is_one_of_the_original() {
    let mut entries: Vec<Labelled> =
        (0..5).map(|minute| labelled(minute, Some("pact"), PACT)).collect();
    for (at, of) in [(1, "0"), (2, "1"), (4, "4")] {
        entries[at].copy_of = Some(of.to_owned());
    }
    // 1 is a copy of 0 found as such, 2 as one of 0 and not of 1, 3 is none, 4 names itself.
    let found = [None, Some(0), Some(0), Some(0), None];
    let placed = found.map(|copy_of| Placed { story: StoryId(1), copy_of });
    let copies = report(&entries, &placed).unwrap().copies.unwrap();
    assert_eq!(copies.marks, Tally { right: 2, found: 3, wanted: 3 });
    assert_eq!((copies.missed, copies.wrong), (vec![4], vec![3]));
}

#[test]
fn languages_are_told_apart() {
    let mut entries = [
        labelled(0, Some("pact"), PACT),
        labelled(1, Some("pact"), PACT),
        labelled(2, Some("pact"), "Sieben Staaten unterzeichnen Hafenpakt"),
    ];
    entries[2].entry.language = Some("de".to_owned());
    let languages = measured(&entries).languages;
    let of: Vec<_> = languages
        .iter()
        .map(|of| (of.language.as_deref(), of.entries, of.b_cubed.recall))
        .collect();
    assert_eq!(of, [(None, 2, Some(2.0 / 3.0)), (Some("de"), 1, Some(1.0 / 3.0))]);
}

#[test]
fn nothing_is_measured_without_labels() {
    let entries = [labelled(0, None, PACT)];
    assert_eq!(report(&entries, &place(&entries, Fields::Full)), None);
}

#[test]
fn as_much_of_an_entry_is_told_as_was_asked() {
    let mut entry = labelled(0, None, PACT);
    let words: Vec<String> = (0..100).map(|n| format!("word{n}")).collect();
    entry.entry.content = Some(words.join(" "));
    let words_told = |fields| entry.document(fields).body.split_whitespace().count();
    assert_eq!(words_told(Fields::Full), 100);
    assert_eq!(words_told(Fields::Lead), 60);
    assert_eq!(words_told(Fields::Title), 0);
    assert_eq!(entry.document(Fields::Title).title, PACT);
}
