//! A rehearsal, told entry by entry.

use std::time::Duration;

use super::*;
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::alert::silence::SilenceScope;
use crate::domain::document::Document;
use crate::domain::entry::{DateQuality, EntryKeys};
use crate::domain::feed::Interval;
use crate::domain::ids::Digest;
use crate::domain::ingest::Route;
use crate::domain::story::features::Features;
use crate::domain::topic::evidence::{Evidence, Match};
use crate::domain::topic::{Mode, Rule, Severity, Topic};

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct World {
    rehearsal: Rehearsal,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        let render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };
        let routes = vec![Route {
            channel: "log".parse().unwrap(),
            min_severity: Severity::Info,
            budgeted: true,
            terms: Default::default(),
        }];
        let now = "2026-06-03T12:00:00Z".parse().unwrap();
        Self { rehearsal: Rehearsal::new(render, routes), now }
    }

    /// Tells an entry that matches the topic `nato` if its title says so. Returns the decision.
    fn tell(&mut self, feed: &str, guid: &str, link: &str, title: &str) -> Option<String> {
        let plan = self.tell_in(false, feed, guid, link, title);
        plan.decisions.first().map(|d| format!("{} {}", d.verdict, d.reason.code))
    }

    fn tell_in(&mut self, baseline: bool, feed: &str, guid: &str, link: &str, title: &str) -> Plan {
        let prepared = entry(feed, guid, link, title, self.now);
        self.rehearsal.tell(Told { feed: source(feed), at: self.now, baseline, prepared })
    }
}

fn source(feed: &str) -> Arc<Feed> {
    Arc::new(Feed {
        key: feed.parse().unwrap(),
        url: format!("https://{feed}.example/"),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: HOUR, ceiling: HOUR },
        backfill: Duration::ZERO,
        full_text: false,
    })
}

fn topic() -> Arc<Topic> {
    Arc::new(Topic {
        id: "nato".parse().unwrap(),
        name: "NATO".to_owned(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule::default(),
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![2, 3],
                quiet: DAY,
                new_facts: false,
                repeat_every: 6 * HOUR,
            },
            escalate: Vec::new(),
            max_age: 7 * DAY,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    })
}

fn entry(feed: &str, guid: &str, link: &str, title: &str, now: Timestamp) -> Prepared {
    let digest = |kind: &str, text: &str| Digest::of(kind, &[text.as_bytes()]);
    let link = Some(link).filter(|link| !link.is_empty()).map(|link| digest("link", link));
    let found = Match {
        topic: "nato".parse().unwrap(),
        revision: digest("rule", "nato"),
        analyser: 1,
        score: None,
        threshold: None,
        evidence: Evidence::default(),
    };
    let document = Document { title: title.to_owned(), ..Document::default() };
    Prepared {
        given: Default::default(),
        guid: Some(guid.to_owned()),
        publisher: feed.to_uppercase(),
        published: Some(now),
        date_quality: DateQuality::Exact,
        own_date: Some(now),
        latest: None,
        date_text: None,
        keys: EntryKeys {
            guid: Some(digest("guid", guid)),
            link,
            title_date: None,
            text: digest("text", title),
            title: None,
        },
        content: digest("content", title),
        features: Features::of(&document, link, feed),
        document,
        matches: if title.contains("NATO") { vec![(topic(), found)] } else { Vec::new() },
    }
}

#[test]
fn a_story_told_by_three_feeds_is_one_alert_with_its_follow_ups() {
    let mut world = World::new();
    assert_eq!(world.tell("wire", "1", "a", TITLE).as_deref(), Some("raise first"));
    world.now += HOUR;
    assert_eq!(world.tell("ledger", "2", "b", TITLE).as_deref(), Some("amend publishers>=2"));
    world.now += HOUR;
    assert_eq!(world.tell("post", "3", "c", TITLE).as_deref(), Some("record repeat_every"));
    world.now += 6 * HOUR;
    let last = world.tell_in(false, "post", "4", "d", TITLE);
    let revision = &last.alerts[0];
    assert_eq!((revision.seq, revision.reason.code.as_str()), (3, "publishers>=3"));
    assert_eq!(revision.story.publishers, ["WIRE", "LEDGER", "POST"]);
    assert_eq!((revision.story.entries, last.deliveries.len()), (4, 1));
}

#[test]
fn a_baseline_raises_nothing_but_its_story_is_known() {
    let mut world = World::new();
    let first = world.tell_in(true, "wire", "1", "a", TITLE);
    assert_eq!(first.decisions[0].reason.code, "baseline");
    let second = world.tell_in(false, "ledger", "2", "b", TITLE);
    assert_eq!(second.decisions[0].reason.code, "first");
    assert_eq!(second.decisions[0].story, first.decisions[0].story);
}

#[test]
fn a_story_of_two_is_continued_for_three_weeks_and_a_link_for_thirty_days() {
    let mut world = World::new();
    let first = world.tell_in(false, "wire", "1", "a", TITLE).members[0].story;
    world.now += 2 * DAY;
    assert_eq!(world.tell_in(false, "ledger", "2", "b", TITLE).members[0].story, first);
    world.now += 21 * DAY + HOUR;
    assert_ne!(world.tell_in(false, "herald", "3", "c", TITLE).members[0].story, first);
    world.now += 6 * DAY;
    assert_eq!(world.tell_in(false, "post", "4", "a", "Other words").members[0].story, first);
    world.now += 31 * DAY;
    assert_ne!(world.tell_in(false, "echo", "5", "a", "Other words").members[0].story, first);
}

#[test]
fn a_silence_holds_back_while_it_lasts() {
    let mut world = World::new();
    world.rehearsal.silences(vec![Silence {
        id: 1,
        scope: SilenceScope::Topic("nato".to_owned()),
        also: None,
        author: "ann".to_owned(),
        reason: "planned".to_owned(),
        starts: world.now + HOUR,
        ends: world.now + 2 * HOUR,
    }]);
    assert_eq!(world.tell("wire", "1", "a", "NATO opens a bridge").as_deref(), Some("raise first"));
    world.now += HOUR;
    assert_eq!(
        world.tell("wire", "2", "b", "Ferry strike grounds NATO").as_deref(),
        Some("suppress silenced")
    );
    world.now += HOUR;
    assert_eq!(world.tell("wire", "3", "c", "NATO budget delayed").as_deref(), Some("raise first"));
}

#[test]
fn an_entry_told_again_is_no_news_and_a_changed_one_is_a_revision() {
    let mut world = World::new();
    world.tell("wire", "1", "a", "Talks in Copenhagen");
    let again = world.tell_in(false, "wire", "1", "a", "Talks in Copenhagen");
    assert!(again.entries.is_empty() && again.revised.is_empty());
    let changed = world.tell_in(false, "wire", "1", "a", "NATO talks in Copenhagen");
    assert_eq!(changed.revised[0].revision, 2);
    assert_eq!(changed.alerts[0].reason.code, "first");
    let repeated = world.tell("wire", "1", "a", "NATO talks in Denmark");
    assert_eq!(repeated.as_deref(), Some("record already_matched"));
}

#[test]
fn entries_of_a_database_are_never_taken_for_one_another() {
    let mut world = World::new();
    world.rehearsal = world.rehearsal.of_distinct_entries();
    assert_eq!(world.tell_in(false, "wire", "1", "a", TITLE).entries.len(), 1);
    assert_eq!(world.tell_in(false, "wire", "1", "a", TITLE).entries.len(), 1);
}

#[test]
fn what_is_out_of_every_window_is_forgotten() {
    let mut world = World::new();
    world.rehearsal = world.rehearsal.of_distinct_entries();
    for n in 0..200 {
        let title = format!("NATO harbour{n} fleet{n} bridge{n} ferry{n}");
        world.tell("wire", &format!("g{n}"), &format!("l{n}"), &title);
        world.now += 12 * HOUR;
    }
    let (growing, stories, links) = world.rehearsal.memory.sizes();
    assert!(growing <= 15 && stories <= 63 && links <= 61, "{growing} {stories} {links}");
}

#[test]
fn a_budget_is_used_up_and_comes_back_as_in_the_daemon() {
    let mut world = World::new();
    let mut reached = Vec::new();
    let mut thrifty = (*topic()).clone();
    thrifty.alert.budget = Some(1);
    let titles = ["bridge opens in Oslo", "museum burns down", "strike grounds ferries"];
    for (n, title) in titles.into_iter().enumerate() {
        let key = n.to_string();
        let mut prepared = entry("wire", &key, &key, &format!("NATO {title}"), world.now);
        prepared.matches[0].0 = Arc::new(thrifty.clone());
        let told = Told { feed: source("wire"), at: world.now, baseline: false, prepared };
        let plan = world.rehearsal.tell(told);
        reached.push((plan.alerts[0].reach.as_str(), plan.overspent.len()));
        world.now += 12 * HOUR;
    }
    assert_eq!(reached, [("pushed", 0), ("held_back", 1), ("pushed", 0)]);
}

#[test]
fn a_revision_that_was_held_back_is_made_when_it_is_due() {
    let mut world = World::new();
    world.tell("wire", "1", "a", TITLE);
    world.now += HOUR;
    world.tell("ledger", "2", "b", TITLE);
    let revised = world.now;
    world.now += HOUR;
    assert_eq!(world.tell("post", "3", "c", TITLE).as_deref(), Some("record repeat_every"));
    assert!(world.rehearsal.advance(revised + 5 * HOUR).is_empty());
    let due = world.rehearsal.advance(revised + DAY);
    assert_eq!(due.len(), 1);
    let (at, plan) = &due[0];
    assert_eq!(*at, revised + 6 * HOUR);
    assert_eq!(plan.alerts[0].reason.code, "publishers>=3");
    assert_eq!(plan.alerts[0].entry.publisher, "POST");
    assert!(world.rehearsal.advance(revised + 9 * DAY).is_empty(), "it is made once");
}

#[test]
fn a_silence_holds_a_revision_that_is_due_and_the_next_entry_brings_it() {
    let mut world = World::new();
    world.tell("wire", "1", "a", TITLE);
    world.now += HOUR;
    world.tell("ledger", "2", "b", TITLE);
    world.now += HOUR;
    world.tell("post", "3", "c", TITLE);
    world.rehearsal.silences(vec![Silence {
        id: 7,
        scope: SilenceScope::Publisher("post".to_owned()),
        also: Some(SilenceScope::Topic("nato".to_owned())),
        author: "ann".to_owned(),
        reason: "planned".to_owned(),
        starts: world.now,
        ends: world.now + 8 * HOUR,
    }]);
    let due = world.rehearsal.advance(world.now + 7 * HOUR);
    let decision = &due[0].1.decisions[0];
    assert_eq!((decision.verdict, decision.silence), ("suppress", Some(7)));
    world.now += 9 * HOUR;
    assert_eq!(world.tell("post", "4", "d", TITLE).as_deref(), Some("amend publishers>=3"));
}
