//! When an alert is revised, made more severe, held back or given up: the whole daemon over a
//! virtual clock.

mod clocks;
mod configured;
mod decided;

use std::time::Duration;

use wirewatch::domain::alert::silence::{Silence, SilenceScope};
use wirewatch::domain::ids::SilenceId;
use wirewatch::domain::publisher::Directory;
use wirewatch::store::alerts::read::AlertDetail;
use wirewatch::store::entries::EntryFilter;

use crate::support::server::Reply;
use crate::support::world::{World, item, rss};

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";
const HOUR: Duration = Duration::from_secs(3_600);
const LIMIT: Duration = Duration::from_secs(120);

/// A world whose one topic has this policy.
async fn world(feeds: &[&str], alert: &str) -> World {
    let mut world = World::new(feeds).await;
    world.topics = format!("[[topic]]\nid = \"nato\"\nname = \"NATO\"\nmatch = 'NATO'\n{alert}\n");
    world.start().await;
    world.first_round().await;
    world
}

/// A feed tells the story, at an address of its own.
async fn tell(world: &mut World, feed: &str, text: &str) {
    tell_of(world, feed, TITLE, text).await;
}

/// The same of another story.
async fn tell_of(world: &mut World, feed: &str, title: &str, text: &str) {
    let site = format!("{feed}.example");
    let all = EntryFilter { limit: 1_000, ..EntryFilter::default() };
    let count = world.store().entries(&all).unwrap().len();
    let mut told = item(title).text(text).at(&site);
    told.guid = format!("{feed}-{count}");
    told.link = format!("https://{site}/{count}");
    world.publish(feed, told);
    // Where the clock was moved, visits that were due anyway come in between.
    world.app().visit_now(&feed.parse().unwrap());
    until(world, |world| world.store().entries(&all).unwrap().len() > count).await;
}

fn alert(world: &World) -> AlertDetail {
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    world.store().alert(alerts[0].id).unwrap().unwrap()
}

/// Event and reason of each revision.
fn revisions(world: &World) -> Vec<String> {
    let each = alert(world).revisions;
    each.into_iter().map(|of| format!("{} {}", of.event, of.reason.code)).collect()
}

/// Moves the clock, and waits until this holds.
async fn after(world: &mut World, time: Duration, holds: impl Fn(&World) -> bool) {
    world.clock.advance(time);
    until(world, holds).await;
}

async fn until(world: &mut World, holds: impl Fn(&World) -> bool) {
    let wait = async {
        while !holds(world) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, wait).await.expect("it holds in time");
    world.delivered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_was_held_back_is_made_by_time_alone() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    tell(&mut world, "wire", "").await;
    tell(&mut world, "ledger", "").await;
    tell(&mut world, "post", "").await;
    let held = alert(&world);
    assert_eq!(held.held.map(|held| held.reason.code).as_deref(), Some("publishers>=3"));
    let last = &held.decisions.last().unwrap().reason;
    assert_eq!(last.code, "repeat_every");
    assert!(last.text.contains("it is told at 2026-06-03T18:00:00Z"), "{}", last.text);
    after(&mut world, 6 * HOUR, |world| world.alerts()[0].seq == 3).await;
    assert_eq!(
        revisions(&world),
        ["opened first", "updated publishers>=2", "updated publishers>=3"]
    );
    let told = alert(&world);
    assert_eq!(told.held, None);
    assert_eq!(told.decisions.last().unwrap().verdict, "amend");
    let log = world.alert_log();
    assert_eq!((log.len(), &log[2]["entry"]["publisher"]), (3, &"POST".into()));
    assert_eq!(log[2]["story"]["new_publishers"], serde_json::json!(["POST"]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_waits_is_made_after_a_restart_and_once() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    world.stop().await;
    world.clock.advance(7 * HOUR);
    world.round().await;
    world.round().await;
    assert_eq!(revisions(&world).len(), 3);
    assert_eq!(world.alert_log().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_waits_is_not_told_once_the_rule_is_another() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    assert!(alert(&world).held.is_some());
    world.stop().await;
    world.topics = world.topics.replace("match = 'NATO'", "match = 'Oslo'");
    world.start().await;
    world.clock.advance(6 * HOUR);
    // The daemon may be about to sleep by the time before: it looks once a minute.
    let is_let_go = |world: &World| {
        world.clock.advance(Duration::from_secs(61));
        alert(world).held.is_none()
    };
    until(&mut world, is_let_go).await;
    assert_eq!(revisions(&world).len(), 2);
    let last = alert(&world).decisions.last().unwrap().clone();
    assert_eq!((last.verdict.as_str(), last.reason.code.as_str()), ("record", "rule_changed"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_cannot_be_made_keeps_back_no_other_and_is_given_up() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    let bad = world.alerts()[0].id;
    for feed in ["wire", "ledger", "post"] {
        let title = "Fire destroys historic NATO warehouse in Rotterdam harbour overnight";
        tell_of(&mut world, feed, title, "").await;
    }
    let held = |world: &World| {
        let of = |id| world.store().alert(id).unwrap().unwrap().held.is_some();
        world.alerts().iter().filter(|alert| alert.id != bad && of(alert.id)).count()
    };
    assert_eq!(held(&world), 1);
    let file = world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
    let spoil = format!("UPDATE alerts SET held_severity = 99 WHERE id = {}", bad.0);
    rusqlite::Connection::open(file).unwrap().execute(&spoil, []).unwrap();
    world.clock.advance(6 * HOUR);
    let is_told = |world: &World| {
        world.clock.advance(Duration::from_secs(61));
        held(world) == 0
    };
    until(&mut world, is_told).await;
    let is_over = |world: &World| {
        world.clock.advance(Duration::from_secs(61));
        world.store().next_follow_up().unwrap().is_none()
    };
    until(&mut world, is_over).await;
    let given_up = world.store().alert(bad).unwrap().unwrap();
    let last = given_up.decisions.last().unwrap();
    assert_eq!((last.verdict.as_str(), last.reason.code.as_str()), ("suppress", "failed"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_waits_for_a_time_years_ahead_is_made_when_the_clock_is_right_again() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    let now = world.now();
    world.clock.set_wall(now + 1_000 * 24 * HOUR);
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    assert!(alert(&world).held.is_some());
    world.clock.set_wall(now);
    after(&mut world, HOUR, |world| world.alerts()[0].seq == 3).await;
    assert_eq!(revisions(&world)[2], "updated publishers>=3");
    assert!(world.store().next_follow_up().unwrap().is_none());
    world.stop().await;
}

/// A channel for what is critical.
const URGENT: &str = "[[channel]]\nid = \"urgent\"\ntype = \"log\"\npath = \"urgent.jsonl\"\n\
                      min_severity = \"critical\"\n";

/// How often that channel was told.
fn urgent(world: &World) -> usize {
    std::fs::read_to_string(world.dir().join("state/urgent.jsonl")).unwrap().lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_gets_more_severe_and_reaches_channels_that_ask_for_it() {
    let mut world = World::new(&["wire", "ledger", "post"]).await;
    world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\nseverity = \"medium\"\n\
                    [topic.alert]\nfollow_up = { publishers = [30], repeat_every = \"0s\" }\n\
                    [topic.alert.escalate]\nhigh = { publishers = 2 }\n\
                    critical = { publishers = 3 }\n"
        .to_owned();
    world.extra =
        format!("[[channel]]\nid = \"all\"\ntype = \"log\"\npath = \"alerts.jsonl\"\n{URGENT}");
    world.start().await;
    world.first_round().await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    assert_eq!(revisions(&world), ["opened first", "escalated severity", "escalated severity"]);
    assert_eq!(world.alerts()[0].severity.as_str(), "critical");
    let severities: Vec<_> =
        world.alert_log().iter().map(|line| line["topic"]["severity"].clone()).collect();
    assert_eq!(severities, ["medium", "high", "critical"]);
    assert_eq!(urgent(&world), 1, "only what is critical by then");
    tell(&mut world, "wire", "").await;
    assert_eq!(revisions(&world).len(), 3, "a severity is told once");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_names_in_two_publishers_are_a_revision() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [30], new_facts = true }";
    let mut world = world(&["wire", "ledger"], policy).await;
    tell(&mut world, "wire", "The two met in Copenhagen on Tuesday.").await;
    world.clock.advance(HOUR);
    tell(&mut world, "wire", "The pact was signed by Mette Frederiksen for 40 ships.").await;
    assert_eq!(revisions(&world), ["opened first"], "one publisher may err");
    tell(&mut world, "ledger", "It was Mette Frederiksen who signed.").await;
    assert_eq!(revisions(&world), ["opened first", "updated new_terms"]);
    let reason = alert(&world).revisions[1].reason.text.clone();
    assert_eq!(reason, "new: Mette Frederiksen, told by 2 publishers");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_waits_for_publishers_and_is_raised_or_given_up() {
    let policy = "[topic.alert]\npublishers = { min = 2, within = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post"], policy).await;
    tell(&mut world, "wire", "").await;
    let now = world.now();
    let pending = world.store().pending(None, now, 10).unwrap();
    assert_eq!(pending[0].pending.standing(), "1 of 2 publishers");
    assert_eq!(pending[0].pending.until, now + 6 * HOUR);
    assert!(world.alerts().is_empty());

    // Nobody else tells it in time: it is given up, with a decision that says so.
    let entry = pending[0].pending.entry;
    let is_over = |world: &World| world.store().next_follow_up().unwrap().is_none();
    after(&mut world, 6 * HOUR, is_over).await;
    let decisions = world.store().entry(entry).unwrap().unwrap().decisions;
    let last = decisions.last().unwrap();
    assert_eq!((last.verdict.as_str(), last.reason.code.as_str()), ("suppress", "expired"));
    assert_eq!(last.reason.text, "1 of 2 publishers told the story in time; given up after 6 h");

    // The next two raise it: what is too long ago does not count.
    tell(&mut world, "ledger", "").await;
    assert!(world.alerts().is_empty());
    tell(&mut world, "post", "").await;
    assert_eq!(revisions(&world), ["opened first"]);
    let now = world.now();
    assert!(world.store().pending(None, now, 10).unwrap().is_empty());
    let course: Vec<String> =
        alert(&world).decisions.into_iter().map(|of| of.reason.code).collect();
    assert_eq!(course, ["awaiting_publishers", "expired", "awaiting_publishers", "first"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_holds_back_by_two_things_and_a_live_story_alerts_when_it_is_over() {
    let mut world = world(&["wire", "ledger"], "").await;
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Topic("nato".to_owned()),
        also: Some(SilenceScope::Publisher("Wire".to_owned())),
        author: "ann".to_owned(),
        reason: "planned exercise".to_owned(),
        starts: world.now(),
        ends: world.now() + 3 * HOUR,
    };
    let now = world.now();
    let id = SilenceId(world.store().add_silence(silence, now).await.unwrap().id);
    tell(&mut world, "wire", "").await;
    assert!(world.alerts().is_empty());
    let held = world.store().silenced(id, 10).unwrap();
    assert_eq!((held.len(), held[0].publisher.as_str()), (1, "WIRE"));

    let now = world.now();
    let ended = world.store().end_silence(id, "bob", now).await.unwrap();
    assert_eq!(ended.ended_early, Some((now + 3 * HOUR, "bob".to_owned())));
    assert_eq!((ended.silence.ends, ended.held), (now, 1));
    tell(&mut world, "wire", "").await;
    assert_eq!(revisions(&world), ["opened first"]);
    assert_eq!(alert(&world).decisions[0].reason.code, "silenced");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_silence_would_have_held_back_is_known_before() {
    let mut world = world(&["wire", "ledger"], "").await;
    tell(&mut world, "wire", "").await;
    world.publish("wire", item("NATO ministers fly to Oslo on Friday"));
    world.app().visit_now(&"wire".parse().unwrap());
    until(&mut world, |world| world.alerts().len() == 2).await;
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Text("oslo".to_owned()),
        also: None,
        author: String::new(),
        reason: String::new(),
        starts: world.now(),
        ends: world.now(),
    };
    let preview = world
        .store()
        .preview_silence(&silence, world.now() - HOUR, 10, &Directory::builtin())
        .unwrap();
    assert_eq!((preview.told, preview.held), (2, 1));
    assert_eq!(preview.latest[0].title, "NATO ministers fly to Oslo on Friday");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_entry_that_resurfaces_never_alerts() {
    let mut world = world(&["wire"], "[topic.alert]\nmax_age = \"3 days\"").await;
    let old = world.now() - 4 * 24 * HOUR;
    world.publish("wire", item(TITLE).published(old));
    world.visit("wire").await;
    // Undated, and seen long before its text changes.
    world.publish("wire", item("Ministers meet in Oslo"));
    world.visit("wire").await;
    let mut changed = item("Ministers meet in Oslo");
    changed.title = "NATO ministers meet in Oslo".to_owned();
    world.server.set("/wire", Reply::ok(rss("wire", &[changed])));
    world.clock.advance(4 * 24 * HOUR);
    let is_revised = |world: &World| {
        let entries = world.store().entries(&EntryFilter::default()).unwrap();
        entries.iter().any(|entry| entry.revision == 2)
    };
    until(&mut world, is_revised).await;
    assert!(world.alerts().is_empty(), "{:?}", world.alerts());
    let entries = world.store().entries(&EntryFilter::default()).unwrap();
    for entry in entries {
        let decisions = world.store().entry(entry.id).unwrap().unwrap().decisions;
        let codes: Vec<_> = decisions.into_iter().map(|of| of.reason.code).collect();
        assert_eq!(codes, ["stale"], "{}", entry.title);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_topic_escalates_at_once_and_tells_nobody() {
    let mut world = World::new(&["wire", "ledger", "post"]).await;
    world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\nmode = \"shadow\"\n\
                    [topic.alert]\nfollow_up = { publishers = [2], repeat_every = \"6h\" }\n\
                    [topic.alert.escalate]\nhigh = { publishers = 3 }\n"
        .to_owned();
    world.start().await;
    world.first_round().await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    let all = |world: &World| world.store().last_alert_revisions(10, true).unwrap();
    assert_eq!(all(&world).len(), 3);
    assert_eq!(all(&world)[2].event, "escalated");
    assert!(world.alert_log().is_empty());
    world.stop().await;
}
