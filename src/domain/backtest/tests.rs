//! Backtests of small topics over few entries, and the laws that hold for any.

mod laws;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::domain::alert::mark::Mark;
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::document::Document;
use crate::domain::entry::{DateQuality, Entry};
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::{Digest, EntryId, FeedId, TopicId};
use crate::domain::story::features::Features;
use crate::domain::topic::compile::{Library, TopicSet};
use crate::domain::topic::filter::{Choice, Filters};
use crate::domain::topic::syntax::ast::Definition;
use crate::domain::topic::syntax::{parse, parse_list_item};
use crate::domain::topic::{Mode, Rule, Severity, Topic, Weight};

const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn topic(rule: Rule) -> Topic {
    Topic {
        id: id(),
        name: "Pacts".to_owned(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule,
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![2],
                quiet: 24 * HOUR,
                new_facts: false,
                repeat_every: 6 * HOUR,
            },
            escalate: Vec::new(),
            max_age: 7 * 24 * HOUR,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    }
}

pub(super) fn id() -> TopicId {
    "pacts".parse().unwrap()
}

fn rule(matching: &str, exclude: &[&str]) -> Rule {
    Rule {
        matching: Some(parse(matching).unwrap()),
        exclude: exclude.iter().map(|text| parse(text).unwrap()).collect(),
        ..Rule::default()
    }
}

/// Lists of words separated by `|`; a macro begins with `=`.
fn library(definitions: &[(&str, &str)]) -> Library {
    let read = |text: &str| match text.strip_prefix('=') {
        Some(rule) => Definition::Macro(parse(rule).unwrap()),
        None => {
            let items = text.split('|').map(|item| parse_list_item(item).unwrap());
            Definition::List(items.collect())
        }
    };
    let definitions = definitions.iter().map(|(name, text)| ((*name).to_owned(), read(text)));
    Library { definitions: definitions.collect() }
}

pub(super) fn compiled(rule: Rule, library: &Library) -> TopicSet {
    TopicSet::compile(vec![Arc::new(topic(rule))], library).unwrap()
}

fn judge(rule: Rule, library: &Library) -> Judge {
    Judge::new(&compiled(rule, library), &id(), Depth::Clauses).unwrap()
}

/// An entry with this title, the `n`-th of the past, an hour after the one before.
fn past(n: i64, feed: &str, title: &str) -> Past {
    let at: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
    let at = at + HOUR * u32::try_from(n).unwrap();
    let document = Document { title: title.to_owned(), ..Document::default() };
    let mut past = Past {
        entry: Entry {
            id: EntryId(n + 1),
            feed: FeedId(1),
            revision: 1,
            guid: None,
            publisher: feed.to_uppercase(),
            published: Some(at),
            published_by: None,
            date_quality: DateQuality::Exact,
            date_text: None,
            first_seen: at,
            content: Digest::of("content", &[title.as_bytes()]),
            document,
        },
        feed: Arc::new(Feed {
            key: feed.parse().unwrap(),
            url: format!("https://{feed}.example/"),
            title: None,
            publisher: None,
            tags: vec!["war".to_owned()],
            paused: false,
            interval: Interval { floor: HOUR, ceiling: HOUR },
            backfill: Duration::ZERO,
            full_text: false,
        }),
        at,
        baseline: false,
        link: None,
        features: Features::default(),
        story: None,
    };
    past.read();
    past
}

fn terms() -> Terms {
    Terms {
        routes: Vec::new().into(),
        silences: Vec::new(),
        marks: Default::default(),
        since: None,
        until: None,
        samples: 20,
        seed: 1,
    }
}

fn run(judge: &Judge, terms: Terms, entries: &[Past]) -> Report {
    let mut course = Course::new(judge, terms);
    for past in entries {
        course.tell(past, &judge.judge(&past.entry.document, &past.origin()));
    }
    course.finish()
}

fn titles(titles: &[&str]) -> Vec<Past> {
    let numbered = titles.iter().enumerate();
    numbered.map(|(n, title)| past(n as i64, "wire", title)).collect()
}

#[test]
fn an_entry_under_a_date_that_is_not_its_own_is_no_older_than_it_was_when_it_came() {
    let judge = judge(rule("NATO", &[]), &Library::default());
    let mut old = past(0, "wire", "NATO summit in Oslo");
    old.entry.published = Some(old.at - 24 * HOUR * 322);
    let stale = run(&judge, terms(), std::slice::from_ref(&old));
    assert_eq!((stale.ours.matches, stale.ours.alerts), (1, 0));
    old.entry.published_by = Some(old.at);
    assert_eq!(run(&judge, terms(), &[old]).ours.alerts, 1);
}

#[test]
fn clauses_that_never_hit_and_matches_owed_to_one_alone_are_counted() {
    let library = library(&[("pact", "pact|treaty|accord"), ("deal", "=@pact OR bargain")]);
    let judge = judge(rule("NATO AND (@deal OR summit)", &[]), &library);
    let entries = titles(&[
        "NATO pact",
        "NATO treaty and pact",
        "NATO summit on a pact",
        "NATO summit",
        "A pact",
    ]);
    let report = run(&judge, terms(), &entries);
    assert_eq!(report.ours.matches, 4);
    let counted = |label: &str| {
        let of = |count: &&ClauseCount| count.clause.label == label;
        let count = report.clauses.iter().find(of).unwrap();
        (&*count.clause.place, count.found_in, count.alone)
    };
    assert_eq!(counted("@deal"), ("match", 3, 2));
    assert_eq!(counted("summit"), ("match", 2, 1));
    assert_eq!(counted("@pact"), ("@deal", 3, 2));
    assert_eq!(counted("bargain"), ("@deal", 0, 0));
    assert_eq!(counted("pact"), ("@pact", 3, 1));
    assert_eq!(counted("treaty"), ("@pact", 1, 0));
    assert_eq!(counted("accord"), ("@pact", 0, 0));
}

#[test]
fn each_exclusion_is_credited_with_what_it_alone_held_back() {
    let library = library(&[("legal", "lawyer|counsel"), ("def", "=defence EXCEPT @legal")]);
    let source = "(@def OR NATO NOT NEAR/2 strap) AND pact AND NOT opera";
    let judge = judge(rule(source, &["football", "cricket"]), &library);
    let entries = titles(&[
        "Defence pact",
        "Football defence pact",
        "Football and cricket defence pact",
        "Defence pact opera",
        "NATO strap pact",
        "Defence",
    ]);
    let report = run(&judge, terms(), &entries);
    assert_eq!(report.ours.matches, 1);
    let held_back = |label: &str| {
        let of = |count: &&ObstacleCount| count.relaxed.label == label;
        let count = report.obstacles.iter().find(of).unwrap_or_else(|| panic!("{label}"));
        (count.relaxed.obstacle, count.held_back)
    };
    assert_eq!(held_back("exclude football"), (Obstacle::Exclusion, 1));
    assert_eq!(held_back("exclude cricket"), (Obstacle::Exclusion, 0));
    assert_eq!(held_back("NOT opera"), (Obstacle::Exclusion, 1));
    assert_eq!(held_back("NOT NEAR/2 strap"), (Obstacle::Exclusion, 1));
    assert_eq!(held_back("EXCEPT @legal"), (Obstacle::Exclusion, 0));
    assert_eq!(held_back("pact"), (Obstacle::Operand, 1));
    assert_eq!(report.near_misses, 4);
    let misses: Vec<&str> = report.misses.iter().map(|miss| &*miss.title).collect();
    assert_eq!(misses.len(), 4, "{misses:?}");
}

#[test]
fn filters_thresholds_counts_and_distances_make_near_misses() {
    let weights = |source: &str, weight| Weight { expr: parse(source).unwrap(), weight };
    let near = |rule: Rule, title: &str| {
        let judge = judge(rule, &Library::default());
        let past = past(0, "wire", title);
        let judged = judge.judge(&past.entry.document, &past.origin());
        assert!(judged.found.is_none(), "{title}");
        let near = judged.near.iter().map(|&index| judge.relaxed()[index].obstacle);
        near.collect::<Vec<_>>()
    };
    let only = |feed: &str| Choice { only: vec![feed.to_owned()], not: Vec::new() };
    let filtered = Filters { feeds: only("ledger"), ..Filters::default() };
    let of_ledger = Rule { filters: filtered, ..rule("NATO", &[]) };
    assert_eq!(near(of_ledger, "NATO pact"), [Obstacle::Filter]);
    let scored = Rule {
        weights: vec![weights("NATO", 2.0), weights("pact", 1.0)],
        threshold: Some(5.0),
        ..Rule::default()
    };
    assert_eq!(near(scored.clone(), "NATO talks"), [Obstacle::Threshold]);
    assert!(near(scored, "A pact").is_empty());
    assert_eq!(near(rule("MENTIONS/2(NATO)", &[]), "NATO pact"), [Obstacle::Count]);
    assert_eq!(near(rule("ATLEAST/2(NATO, pact)", &[]), "NATO talks"), [Obstacle::Count]);
    assert_eq!(near(rule("NATO NEAR/1 pact", &[]), "NATO signs a pact"), [Obstacle::Distance]);
}

#[test]
fn stories_gained_and_lost_are_told_with_whether_they_alert() {
    let new = judge(rule("NATO OR OTAN", &[]), &Library::default());
    let judge = new.against(&compiled(rule("NATO OR UNO", &[]), &Library::default()));
    let mut entries = titles(&["NATO meets", "OTAN signs", "UNO votes", "Cricket"]);
    entries[2].baseline = true;
    let report = run(&judge, terms(), &entries);
    assert_eq!((report.ours.matches, report.base.unwrap().matches), (2, 2));
    assert_eq!((report.ours.alerts, report.base.unwrap().alerts), (2, 1));
    let told = |changes: &[StoryChange]| {
        let told = changes.iter().map(|change| (change.headline.clone(), change.alerted));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(&report.gained), [("OTAN signs".to_owned(), true)]);
    assert_eq!(told(&report.lost), [("UNO votes".to_owned(), false)]);
    assert_eq!((report.baseline_entries, report.baseline_matches), (1, 0));
}

#[test]
fn what_was_fetched_before_the_period_is_known_but_not_counted() {
    let judge = judge(rule("NATO", &[]), &Library::default());
    let title = "NATO signs a harbour defence pact";
    let entries = [past(0, "wire", title), past(1, "ledger", title)];
    let since = Some(entries[1].at);
    let report = run(&judge, Terms { since, ..terms() }, &entries);
    assert_eq!((report.entries, report.told_before, report.ours.matches), (1, 1, 1));
    assert_eq!((report.ours.alerts, report.ours.follow_ups), (0, 1));
    assert_eq!(report.decisions.len(), 1);
}

#[test]
fn rates_are_of_the_period_that_was_asked_as_far_as_anything_is_stored() {
    let judge = judge(rule("NATO", &[]), &Library::default());
    let day = std::time::Duration::from_secs(86_400);
    let mut entries = [past(0, "wire", "NATO signs"), past(1, "wire", "NATO sails")];
    entries[1].at = entries[0].at + 4 * day;
    let begin = entries[0].at;
    let days =
        |since, until| run(&judge, Terms { since, until, ..terms() }, &entries).length_days();
    assert_eq!(days(None, None), 4.0, "from the first to the last");
    assert_eq!(days(Some(begin + day), Some(begin + 9 * day)), 8.0, "quiet hours count");
    assert_eq!(days(Some(begin - 90 * day), Some(begin + 9 * day)), 9.0, "nothing is known before");
    assert_eq!(days(Some(begin + 4 * day), Some(begin + 4 * day)), 1.0, "a day at least");
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_in_any_order() {
    let judge = judge(rule("NATO", &[]), &Library::default());
    let entries: Vec<Past> = (0..60).map(|n| past(n, "wire", &format!("NATO {n}"))).collect();
    let drawn = |seed, entries: &[Past]| {
        let report = run(&judge, Terms { samples: 5, seed, ..terms() }, entries);
        report.hits.iter().map(|hit| hit.entry).collect::<Vec<_>>()
    };
    let backwards: Vec<Past> = entries.iter().rev().cloned().collect();
    assert_eq!(drawn(1, &entries).len(), 5);
    assert_eq!(drawn(1, &entries), drawn(1, &backwards));
    assert_ne!(drawn(1, &entries), drawn(2, &entries));
    assert!(drawn(0, &entries[..3]).len() == 3);
}

#[test]
fn a_small_draw_is_not_crowded_out_by_a_large_one() {
    let taken = sample::in_turn(vec![vec![1, 2, 3, 4, 5], vec![10], vec![20, 21]], 6);
    assert_eq!(taken, [1, 10, 20, 2, 21, 3]);
}

#[test]
fn precision_has_wilsons_bounds_and_counts_no_duplicates() {
    let near = |a: f64, b: f64| (a - b).abs() < 5e-4;
    let some = precision(9, 10).unwrap();
    // As in Newcombe (1998), and R's prop.test without correction.
    assert!(near(some.low, 0.5958) && near(some.high, 0.9821), "{some:?}");
    let all = precision(5, 5).unwrap();
    assert!(near(all.low, 0.5655) && near(all.high, 1.0), "{all:?}");
    let none = precision(0, 5).unwrap();
    assert!(near(none.low, 0.0) && near(none.high, 0.4345), "{none:?}");
    assert_eq!(precision(0, 0), None);
    let judge = judge(rule("NATO", &[]), &Library::default());
    let entries = titles(&["NATO one", "NATO two", "NATO three", "Otan", "Cricket"]);
    let marks = [Mark::Useful, Mark::Noise, Mark::Dup, Mark::Useful, Mark::Noise];
    let marks = entries.iter().zip(marks).map(|(past, mark)| (past.entry.id, mark)).collect();
    let marked = run(&judge, Terms { marks, ..terms() }, &entries).marked;
    assert_eq!(marked.precision(), precision(1, 2));
    assert_eq!((marked.duplicate, marked.missed, marked.rejected), (1, 1, 1));
}
