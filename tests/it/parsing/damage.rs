//! Damage as it is seen in the wild, done to clean feeds: the entries must come out the same.
//! [`clean`] writes the feeds, [`kinds`] is the table of what is done to them.
//!
//! `WIREWATCH_DAMAGE_CASES` raises how many feeds each kind is done to;
//! `WIREWATCH_DAMAGE_KEEP` names a folder for one failing feed of each kind.

mod characters;
mod clean;
mod cuts;
mod kinds;
mod markup;
mod mutated;
mod surroundings;

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wirewatch::domain::document::Document;
use wirewatch::domain::feed::ParsedFeed;
use wirewatch::parse::{Limits, ParseFailure, read};

use super::URL;
use clean::{Clean, generated, written_by_hand};
use kinds::{Chance, Damaged, KINDS, Kind};

/// Generated feeds per kind in the normal suite.
const CASES: usize = 12;

/// What must be the same of an entry: guid, link, title, date, and text where `with_body`.
fn told(feed: &ParsedFeed, with_body: bool) -> Vec<String> {
    let entries = feed.entries.iter().map(|entry| {
        let document = Document::from_parsed(entry);
        let (guid, link) = (&entry.guid, &entry.link);
        let mut told = format!("{guid:?} {link:?} {:?} {:?}", document.title, entry.published);
        if with_body {
            write!(told, " {:?}", document.body).unwrap();
        }
        told
    });
    entries.collect()
}

fn parsed(body: &[u8], content_type: Option<&str>) -> Result<ParsedFeed, String> {
    let reading = || read(body, content_type, URL, Limits::STANDARD);
    match catch_unwind(AssertUnwindSafe(reading)) {
        Ok(result) => result.map_err(|failure: ParseFailure| failure.to_string()),
        Err(_) => Err("panic".to_owned()),
    }
}

/// What is wrong with how a damaged feed was read.
fn fault(clean: &Clean, damaged: &Damaged) -> Option<String> {
    let before = parsed(clean.text.as_bytes(), None).expect("a clean feed is read");
    let expected = told(&before, damaged.with_body);
    let expected = &expected[..damaged.whole.unwrap_or(expected.len())];
    let feed = match parsed(&damaged.bytes, damaged.content_type) {
        Ok(feed) => feed,
        Err(reason) => return Some(reason),
    };
    let found = told(&feed, damaged.with_body);
    if let Some(at) = (0..expected.len()).find(|at| found.get(*at) != expected.get(*at)) {
        let got = found.get(at).map_or("nothing", String::as_str);
        return Some(format!("entry {at}\n    is {got}\n    not {}", expected[at]));
    }
    let more = found.len() - expected.len();
    (more > damaged.allowed_more).then(|| format!("{more} entries too many"))
}

fn number_of_cases() -> usize {
    std::env::var("WIREWATCH_DAMAGE_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(CASES)
}

/// How many feeds of a kind were read right, of how many, and what was wrong with the first other.
fn tried(kind: &Kind, feeds: &[Clean]) -> (usize, usize, Option<String>) {
    let (mut right, mut all, mut first) = (0, 0, None);
    for (number, clean) in feeds.iter().enumerate() {
        let mut chance = Chance::new(number as u64);
        let Some(damaged) = (kind.damage)(clean, &mut chance) else { continue };
        all += 1;
        match fault(clean, &damaged) {
            None => right += 1,
            Some(fault) if first.is_none() => {
                keep(kind.name, &damaged.bytes);
                first = Some(format!("{:?}: {fault}", clean.format));
            }
            Some(_) => {}
        }
    }
    (right, all, first)
}

fn keep(kind: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("WIREWATCH_DAMAGE_KEEP") {
        std::fs::write(format!("{folder}/{kind}.xml"), bytes).unwrap();
    }
}

#[test]
fn damaged_feeds_give_the_entries_of_the_clean_ones() {
    let mut feeds = written_by_hand();
    feeds.extend(generated(number_of_cases()));
    let mut report = String::new();
    for kind in KINDS {
        let (right, all, first) = tried(kind, &feeds);
        assert!(all > 0, "{} is never done", kind.name);
        if let Some(first) = first {
            writeln!(report, "{}: {right} of {all}; {first}", kind.name).unwrap();
        }
    }
    assert!(KINDS.len() >= 30);
    assert!(report.is_empty(), "damage that loses entries:\n{report}");
}

#[test]
fn clean_feeds_are_read_without_repair_and_as_they_were_written() {
    for clean in generated(number_of_cases()) {
        let feed = parsed(clean.text.as_bytes(), None).unwrap();
        assert_eq!(feed.repairs, [], "{}", clean.text);
        assert_eq!(feed.warnings, Vec::<String>::new(), "{}", clean.text);
        assert!(!feed.cut);
        let titles = feed.entries.iter().map(|entry| Document::from_parsed(entry).title);
        assert_eq!(titles.collect::<Vec<_>>(), clean.titles, "{}", clean.text);
    }
}
