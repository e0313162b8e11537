//! Stories over real files: how they grow, become one, are taken apart by people, and what becomes
//! of their alerts.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Value;
use wirewatch::domain::alert::AlertState;
use wirewatch::domain::document::Document;
use wirewatch::domain::ids::{EntryId, StoryId};
use wirewatch::domain::ingest::edit::Means;
use wirewatch::domain::ingest::{Plan, Prepared, Route, plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::story::edit::{Change, Edit, NewEdit};
use wirewatch::domain::story::features::Features;
use wirewatch::domain::topic::Severity;
use wirewatch::store::error::StoreError;
use wirewatch::store::outbox::DeliveryFilter;
use wirewatch::store::stories::read::StoryFilter;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use super::desk::{Desk, RENDER, now, told, topic, words};

pub const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// An entry that says just this, under a link of its own.
pub fn says(title: &str, body: &str, link: &str, at: Timestamp) -> Prepared {
    let entry = told(title, link);
    let document = Document { body: body.to_owned(), ..entry.document };
    Prepared {
        features: Features::of(&document, entry.keys.link, "desk"),
        document,
        published: Some(at),
        own_date: Some(at),
        ..entry
    }
}

/// Stores entries as if they were fetched at `at`.
pub async fn ingest_at(
    desk: &Desk,
    feed: usize,
    entries: Vec<Prepared>,
    at: Timestamp,
) -> Result<Plan, StoreError> {
    let mut batch = Arc::unwrap_or_clone(desk.batch(feed, entries));
    for entry in &mut batch.entries {
        let link = entry.features.link;
        entry.features = Features::of(&entry.document, link, batch.feed.key.as_str());
    }
    batch.fetch.at = at;
    let batch = Arc::new(batch);
    let same = batch.clone();
    desk.store.ingest(batch, move |view| plan(view, &same, at, RENDER)).await
}

pub fn means() -> Means {
    let log = Route {
        channel: "log".parse().unwrap(),
        min_severity: Severity::Info,
        budgeted: false,
        terms: Default::default(),
    };
    Means {
        routes: vec![log].into(),
        topics: vec![Arc::new(topic())],
        publishers: Directory::builtin(),
        render: RENDER,
    }
}

pub async fn edit(store: &Store, change: Change, at: Timestamp) -> Result<Edit, StoreError> {
    let (author, reason) = ("ann".to_owned(), "I know better".to_owned());
    store.edit_story(NewEdit { change, author, reason, at }, means()).await
}

fn member(plan: &Plan) -> (EntryId, StoryId) {
    (plan.members[0].entry, plan.members[0].story)
}

/// Two stories, each with an alert: told by the first feed and by the second.
async fn two(desk: &Desk) -> ((EntryId, StoryId), (EntryId, StoryId)) {
    let one = says(&words(1, 8), "", "/1", now());
    let other = says(&words(2, 8), "", "/2", now());
    let one = ingest_at(desk, 0, vec![one], now()).await.unwrap();
    let other = ingest_at(desk, 1, vec![other], now() + HOUR).await.unwrap();
    assert_ne!(member(&one).1, member(&other).1);
    (member(&one), member(&other))
}

#[tokio::test]
async fn two_newsrooms_that_tell_it_in_their_own_words_are_one_alert() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let one = says(
        "Ferry with 300 aboard sinks off Rhodes in storm",
        "A ferry carrying 300 passengers sank off the Greek island of Rhodes on Tuesday in a heavy \
         storm, the coast guard said. Rescue boats and helicopters pulled most passengers from the \
         water.",
        "/1",
        now(),
    );
    let other = says(
        "Passengers rescued as Greek ferry goes down near Rhodes",
        "Rescue helicopters and fishing boats saved passengers from the water near Rhodes after \
         their ferry went down in a storm, according to the Greek coast guard.",
        "/2",
        now(),
    );
    let one = ingest_at(&desk, 0, vec![one], now()).await.unwrap();
    let other = ingest_at(&desk, 1, vec![other], now() + HOUR).await.unwrap();
    assert_eq!(member(&one).1, member(&other).1);
    let detail = desk.store.story_detail(member(&one).1).unwrap().unwrap();
    assert_eq!((detail.story.entries, detail.story.texts(), detail.alerts.len()), (2, 2, 1));
    let why = detail.members[1].member.reason.text();
    assert!(why.contains("rhodes") || why.contains("Rhodes"), "{why}");
}

#[tokio::test]
async fn a_copy_is_no_text_of_its_own() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let body = format!("{}. {}. {}.", words(7, 30), words(8, 30), words(9, 30));
    let one = says(&words(1, 8), &body, "/1", now());
    let other = says(&words(2, 8), &body, "/2", now());
    ingest_at(&desk, 0, vec![one], now()).await.unwrap();
    let plan = ingest_at(&desk, 1, vec![other], now() + HOUR).await.unwrap();
    let detail = desk.store.story_detail(member(&plan).1).unwrap().unwrap();
    assert_eq!((detail.story.publishers.len(), detail.story.texts()), (2, 1));
    let copy = &detail.members[1];
    assert_eq!(copy.copied_from.as_deref(), Some("wire"));
    assert!(copy.member.copy_of.is_some_and(|copy| copy.share > 9_000), "{copy:#?}");
}

#[tokio::test]
async fn an_entry_that_is_near_two_stories_makes_one_of_them() {
    let desk = Desk::open(&["wire", "ledger", "herald", "times", "post"]).await;
    let mixed = |n: usize| {
        let (one, other) = (words(1, 8), words(2, 8));
        let half = |text: &str| text.split(' ').take(4).collect::<Vec<_>>().join(" ");
        format!("{} {} {}", half(&one), half(&other), words(100 + n, 1))
    };
    let ((_, one), (_, other)) = two(&desk).await;
    let mut merged = Vec::new();
    for n in 0..6 {
        let at = now() + HOUR * (2 + n as u32);
        let entry = says(&mixed(n), "", &format!("/m{n}"), at);
        let plan = ingest_at(&desk, 2 + n % 3, vec![entry], at).await.unwrap();
        merged.extend(plan.merges);
        if !merged.is_empty() {
            break;
        }
    }
    let [merge] = &merged[..] else { panic!("{merged:#?}") };
    assert_eq!((merge.merge.into, merge.merge.from), (one, other), "the older id goes on");
    let detail = desk.store.story_detail(other).unwrap().unwrap();
    assert_eq!((detail.story.id, detail.aliases[0].id), (one, other));
    assert!(detail.aliases[0].why.contains("tells both"), "{:?}", detail.aliases);
    let (older, younger) = (&detail.alerts[0], &detail.alerts[1]);
    assert_eq!((older.state, younger.state), (AlertState::Open, AlertState::Closed));
    assert_eq!((younger.merged_into, younger.story), (Some(older.id), other));
    let last = desk.store.alert(younger.id).unwrap().unwrap();
    assert_eq!(last.revisions.last().unwrap().event, "closed");
    assert_eq!(last.revisions.last().unwrap().reason.code, "merged");
    assert_eq!(last.deliveries.len(), last.revisions.len(), "told like any revision");
    let listed = desk.store.stories(&StoryFilter::default()).unwrap();
    assert!(listed.iter().all(|view| view.story.id != other), "one story in the list");
}

#[tokio::test]
async fn what_people_merge_is_one_for_every_entry_to_come_and_can_be_undone() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let ((_, one), (second, other)) = two(&desk).await;
    // As a command would, in a process of its own, beside a daemon that has read its stories.
    let store = Store::open(&desk.dir.path().join(DATABASE_FILE), Access::Existing).unwrap();
    let made = edit(&store, Change::Merge(other, one), now() + 2 * HOUR).await.unwrap();
    assert_eq!((made.into, made.from, made.entries.len()), (one, other, 1));
    let later = says(&words(2, 8), "", "/3", now());
    let plan = ingest_at(&desk, 2, vec![later], now() + 3 * HOUR).await.unwrap();
    assert_eq!(member(&plan).1, one, "the words of the other lead there");
    let detail = desk.store.story_detail(other).unwrap().unwrap();
    assert_eq!((detail.story.entries, detail.edits.len()), (3, 1));
    assert_eq!(detail.edits[0].author, "ann");
    let again = edit(&store, Change::Merge(other, one), now()).await.unwrap_err();
    assert_eq!(again.code(), "same_story");

    let undone = edit(&store, Change::Undo { merged: other }, now() + 4 * HOUR).await.unwrap();
    assert_eq!((undone.into, undone.entries.as_slice()), (other, &[second][..]));
    let detail = desk.store.story_detail(other).unwrap().unwrap();
    assert_eq!((detail.story.id, detail.story.entries), (other, 1));
    let alert = &detail.alerts[0];
    assert_eq!((alert.state, alert.merged_into), (AlertState::Open, None));
    let revisions = desk.store.alert(alert.id).unwrap().unwrap().revisions;
    let codes: Vec<&str> = revisions.iter().map(|r| r.reason.code.as_str()).collect();
    assert_eq!(codes, ["first", "merged", "split"]);
    let left = desk.store.story_detail(one).unwrap().unwrap();
    assert_eq!((left.story.entries, left.alerts.len()), (2, 1));
}

#[tokio::test]
async fn what_is_split_off_is_a_story_that_nothing_merges_again() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let title = words(1, 8);
    let one = ingest_at(&desk, 0, vec![says(&title, "", "/1", now())], now()).await.unwrap();
    let two = says(&title, "", "/2", now());
    let two = ingest_at(&desk, 1, vec![two], now() + HOUR).await.unwrap();
    let (story, off) = (member(&one).1, member(&two).0);
    assert_eq!(member(&two).1, story);
    let nothing = Change::Split { story, entries: vec![member(&one).0, off] };
    assert_eq!(edit(&desk.store, nothing, now()).await.unwrap_err().code(), "nothing_left");
    let split = Change::Split { story, entries: vec![off] };
    let made = edit(&desk.store, split, now() + HOUR).await.unwrap();
    assert_ne!(made.into, story);
    let alerts = |story| desk.store.story_detail(story).unwrap().unwrap().alerts.len();
    assert_eq!((alerts(story), alerts(made.into)), (1, 0), "the alert stays where it matched");
    let both = says(&title, "", "/3", now());
    let plan = ingest_at(&desk, 2, vec![both], now() + 2 * HOUR).await.unwrap();
    assert!(plan.merges.is_empty(), "{:#?}", plan.merges);
    let stories = desk.store.stories(&StoryFilter::default()).unwrap();
    assert_eq!(stories.len(), 2);
}

#[tokio::test]
async fn an_entry_is_moved_with_its_alert_if_no_other_is_left_for_it() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let ((_, one), (second, other)) = two(&desk).await;
    let quiet = Prepared { matches: Vec::new(), ..says(&words(2, 8), "", "/q", now()) };
    ingest_at(&desk, 2, vec![quiet], now() + HOUR).await.unwrap();
    let made = edit(&desk.store, Change::Move { entry: second, to: None }, now() + 2 * HOUR);
    let made = made.await.unwrap();
    let detail = desk.store.story_detail(made.into).unwrap().unwrap();
    assert_eq!((detail.members.len(), detail.alerts.len()), (1, 1));
    assert_eq!(detail.members[0].member.reason.code(), "told");
    assert_eq!(desk.store.story_detail(other).unwrap().unwrap().alerts.len(), 0);
    let there = Change::Move { entry: second, to: Some(made.into) };
    assert_eq!(edit(&desk.store, there, now()).await.unwrap_err().code(), "there_already");
    // The last entry of a story takes the whole story along.
    let back = Change::Move { entry: second, to: Some(one) };
    edit(&desk.store, back, now() + 3 * HOUR).await.unwrap();
    assert_eq!(desk.store.story_detail(made.into).unwrap().unwrap().story.id, one);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_the_stories_as_they_were() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let ((_, one), _) = two(&desk).await;
    let poisoned = desk.ingest_with(1, vec![told(&words(50, 8), "/x")], |mut plan| {
        let again = plan.deliveries[0].clone();
        plan.deliveries.push(again);
        plan
    });
    let sound = ingest_at(&desk, 2, vec![says(&words(1, 8), "", "/s", now())], now() + HOUR);
    let (poisoned, sound) = tokio::join!(poisoned, sound);
    assert_eq!(poisoned.unwrap_err().code(), "sql");
    assert_eq!(member(&sound.unwrap()).1, one);
    // What was rolled back left no word behind: told again, it opens its story as for the first
    // time, and the one after it joins.
    let first = says(&words(50, 8), "", "/y", now());
    let first = ingest_at(&desk, 1, vec![first], now() + 2 * HOUR).await.unwrap();
    let next = says(&words(50, 8), "", "/z", now());
    let next = ingest_at(&desk, 2, vec![next], now() + 2 * HOUR).await.unwrap();
    assert_eq!(member(&first).1, member(&next).1);
    assert_eq!(first.decisions[0].reason.code, "first");
}

#[tokio::test]
async fn a_clock_that_leaps_ten_years_and_returns_finds_the_stories_in_their_place() {
    let desk = Desk::open(&["wire", "ledger", "herald", "times", "post"]).await;
    let ((_, one), _) = two(&desk).await;
    for (back, leap) in [(3, 3_652 * 24), (4, -3_652 * 24)] {
        let away = now() + jiff::SignedDuration::from_hours(leap);
        let undated = |n: usize| {
            let told = n + usize::from(leap < 0) * 20;
            let entry = says(&words(told, 8), "", &format!("/{n}/{leap}"), away);
            Prepared { published: None, own_date: None, ..entry }
        };
        for n in 0..3 {
            let plan = ingest_at(&desk, 2, vec![undated(60 + n)], away + HOUR * n as u32).await;
            assert_eq!(plan.unwrap().members.len(), 1);
        }
        // The clock is right again: what was told before goes on, without an alert of its own.
        let link = format!("/back{leap}");
        let entry = says(&words(1, 8), "", &link, now() + 2 * HOUR);
        let plan = ingest_at(&desk, back, vec![entry], now() + 3 * HOUR).await.unwrap();
        assert_eq!(member(&plan).1, one, "{leap}");
        assert!(plan.alerts.iter().all(|alert| alert.seq > 1), "{:#?}", plan.alerts);
        // And news is still news.
        let news = words(70 + usize::from(leap < 0), 8);
        let news = says(&news, "", &format!("/news{leap}"), now());
        let plan = ingest_at(&desk, back, vec![news], now() + 3 * HOUR).await.unwrap();
        assert_eq!(plan.alerts.len() + plan.members.len(), 2);
    }
}

#[tokio::test]
async fn the_same_link_wakes_a_story_for_thirty_days() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let ((_, one), _) = two(&desk).await;
    let later = now() + 20 * DAY;
    let woken = says(&words(30, 8), "", "/1", later);
    let plan = ingest_at(&desk, 2, vec![woken], later).await.unwrap();
    assert_eq!(member(&plan).1, one);
    // It goes on as what it was.
    let state = &desk.dump()["story_states"];
    let woken = state.iter().find(|row| row[0] == Value::Integer(one.0)).unwrap();
    assert_eq!(woken[3], Value::Integer(2), "entries it is made of");
    let much_later = later + 40 * DAY;
    let plan = ingest_at(&desk, 0, vec![says(&words(31, 8), "", "/2", much_later)], much_later);
    let plan = plan.await.unwrap();
    let opened = plan.members.first().is_none_or(|member| member.story != one);
    assert!(opened);
}

#[tokio::test]
async fn each_item_of_a_page_is_a_story_also_where_another_feed_links_to_it() {
    let desk = Desk::open(&["page", "mirror"]).await;
    let mut told = Vec::new();
    for (n, feed) in [0, 1, 0, 1, 0].into_iter().enumerate() {
        let mut item = says(&words(n, 8), "", "/now", now());
        item.keys.guid = Some(wirewatch::domain::ids::Digest::of("guid", &[&[n as u8]]));
        let plan = ingest_at(&desk, feed, vec![item], now() + HOUR * n as u32).await.unwrap();
        told.push((member(&plan).1, plan.members[0].reason.code()));
    }
    let [one, by_link, two, again, three] = told[..] else { panic!("{told:?}") };
    assert_eq!([one.1, two.1, three.1], ["opened"; 3]);
    assert_eq!([by_link, again], [(one.0, "same_link"), (two.0, "same_link")]);
}

#[tokio::test]
async fn a_correction_revises_the_alert_at_once() {
    let desk = Desk::open(&["wire"]).await;
    let first = says(&words(1, 8), "Nine people were hurt.", "/1", now());
    ingest_at(&desk, 0, vec![first], now()).await.unwrap();
    let edited = |title: &str, body: &str| {
        let mut entry = says(title, body, "/1", now());
        entry.content = wirewatch::domain::ids::Digest::of("content", &[body.as_bytes()]);
        entry
    };
    let plain = edited(&words(1, 8), "Nine people were slightly hurt.");
    let plan = ingest_at(&desk, 0, vec![plain], now() + HOUR).await.unwrap();
    assert_eq!(plan.decisions[0].reason.code, "already_matched");
    let title = format!("Correction: {}", words(1, 8));
    let plan = ingest_at(&desk, 0, vec![edited(&title, "Nobody was hurt.")], now() + HOUR).await;
    let plan = plan.unwrap();
    assert_eq!(
        (plan.decisions[0].verdict, plan.decisions[0].reason.code.as_str()),
        ("amend", "correction")
    );
    assert_eq!((plan.alerts[0].seq, plan.deliveries.len()), (2, 1));
    assert!(plan.members.is_empty(), "a revision moves nothing");
    let more = edited(&title, "Nobody was hurt, it turned out.");
    let plan = ingest_at(&desk, 0, vec![more], now() + HOUR).await.unwrap();
    assert_eq!(plan.decisions[0].reason.code, "already_matched", "once");
    let sent = desk.store.deliveries(&DeliveryFilter::default()).unwrap();
    assert_eq!(sent.len(), 2);
}

#[tokio::test]
async fn stories_are_listed_through_filters_newest_first() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let ((_, one), (_, other)) = two(&desk).await;
    let more = says(&words(1, 8), "", "/3", now());
    ingest_at(&desk, 2, vec![more], now() + 2 * HOUR).await.unwrap();
    let list = |filter: StoryFilter| -> Vec<StoryId> {
        desk.store.stories(&filter).unwrap().iter().map(|view| view.story.id).collect()
    };
    let all = StoryFilter::default();
    assert_eq!(list(all.clone()), [one, other]);
    assert_eq!(list(StoryFilter { publishers_min: 2, ..all.clone() }), [one]);
    assert_eq!(list(StoryFilter { since: Some(now() + 2 * HOUR), ..all.clone() }), [one]);
    assert_eq!(list(StoryFilter { until: Some(now() + HOUR), ..all.clone() }), [one]);
    assert_eq!(list(StoryFilter { before: Some(one), ..all.clone() }), [other]);
    assert_eq!(list(StoryFilter { limit: 1, ..all.clone() }), [one]);
    assert_eq!(list(StoryFilter { alerted: Some(false), ..all.clone() }), []);
    let topic = |id: &str| Some(id.parse().unwrap());
    assert_eq!(list(StoryFilter { topic: topic("news"), ..all.clone() }), [one, other]);
    assert_eq!(list(StoryFilter { topic: topic("oil"), ..all }), []);
}
