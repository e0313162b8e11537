//! Which title stands for a story.

use super::*;
use crate::domain::story::vector::Weighted;

const NEAR: &[u32] = &[1, 2, 3];
const FAR: &[u32] = &[3, 7, 8, 9];

fn vector(hashes: &[u32]) -> Vector {
    Vector::from_terms(hashes.iter().map(|&hash| Weighted { hash, weight: 100 }).collect())
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(minutes * 60).unwrap()
}

/// The title chosen among these, with their words, in order of appearance.
fn chosen(titles: &[(&str, &[u32], bool)], current: Option<(i64, i64)>, now: i64) -> i64 {
    let vectors: Vec<Vector> = titles.iter().map(|(_, hashes, _)| vector(hashes)).collect();
    let candidates: Vec<Candidate> = titles
        .iter()
        .zip(&vectors)
        .enumerate()
        .map(|(n, ((title, _, carries_topic), vector))| Candidate {
            entry: EntryId(n as i64),
            title,
            vector,
            seen: at(n as i64),
            carries_topic: *carries_topic,
        })
        .collect();
    let current = current.map(|(entry, since)| Current { entry: EntryId(entry), since: at(since) });
    choose(&candidates, &vector(NEAR), current, at(now)).unwrap().0
}

const GOOD: &str = "Starmer builds defence alliance with Denmark";

#[test]
fn the_title_most_like_the_story_wins_and_the_earliest_of_equals() {
    assert_eq!(chosen(&[(GOOD, FAR, false), (GOOD, NEAR, false), (GOOD, NEAR, false)], None, 9), 1);
}

#[test]
fn a_title_that_cannot_stand_alone_loses_to_one_that_can() {
    for title in [
        "Denmark talks",
        "LIVE: Starmer in Denmark for defence talks",
        "Watch: Starmer arrives for talks in Denmark",
        "STARMER BUILDS DEFENCE ALLIANCE WITH DENMARK",
        "What will Starmer want from Denmark and NATO?",
        "UPDATE 1-Starmer builds alliance with Denmark",
        "Starmer in Denmark: live updates from the talks",
    ] {
        assert!(!is_fit(title), "{title}");
        assert_eq!(
            chosen(&[(title, NEAR, false), (GOOD, &[1, 3, 9], false)], None, 9),
            1,
            "{title}"
        );
    }
    assert!(is_fit("Live music returns to the harbour after a decade"));
}

#[test]
fn a_headline_changes_only_for_a_better_one_and_at_most_hourly() {
    let titles = [(GOOD, FAR, false), (GOOD, NEAR, false)];
    assert_eq!(chosen(&titles, Some((0, 0)), 59), 0);
    assert_eq!(chosen(&titles, Some((0, 0)), 60), 1);
    let alike: [(&str, &[u32], bool); 2] = [(GOOD, NEAR, false), (GOOD, NEAR, true)];
    assert_eq!(chosen(&alike, Some((0, 0)), 600), 1);
    assert_eq!(chosen(&[(GOOD, NEAR, false), (GOOD, NEAR, false)], Some((1, 0)), 600), 1);
}
