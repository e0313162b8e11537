//! What every store must keep, on real SQLite files: one batch is one transaction, the same batch
//! twice changes nothing, one story is one alert however many feeds tell it at once. [`desk`]
//! sets the scene; opening, deliveries, reading, and how far alerts go, have files of their own.

mod alerting;
mod deliveries;
pub mod desk;
mod memory;
mod opening;
mod reading;
mod rehearsal;
mod stories;
mod story_replay;
mod trust;

use std::sync::Arc;

use jiff::ToSpan as _;
use wirewatch::config::outline::{Kind, Part};
use wirewatch::domain::alert::silence::{Silence, SilenceScope};
use wirewatch::domain::feed::{Feed, FeedEvent, FeedState};
use wirewatch::store::alerts::read::AlertFilter;
use wirewatch::store::entries::EntryFilter;
use wirewatch::store::outbox::DeliveryFilter;
use wirewatch::store::push::Recorded;
use wirewatch::store::running::Takeover;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use desk::{Desk, now, told};

#[tokio::test]
async fn the_same_batch_twice_changes_nothing() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    for feed in 0..2 {
        desk.ingest(feed, desk.stories(feed, 12)).await.unwrap();
    }
    let before = desk.dump();
    assert!(before["alerts"].len() > 3, "there is something to change: {before:#?}");
    for feed in 0..2 {
        let plan = desk.ingest(feed, desk.stories(feed, 12)).await.unwrap();
        assert_eq!(plan.fetch.new_entries, 0);
    }
    assert_eq!(desk.dump(), before);
    desk.check_index();
}

#[tokio::test]
async fn a_failure_in_the_last_row_leaves_nothing_of_the_batch() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    let before = desk.dump();
    let poisoned = desk.ingest_with(1, desk.stories(1, 5), |mut plan| {
        let again = plan.deliveries[0].clone();
        plan.deliveries.push(again);
        plan
    });
    let sound = desk.ingest(2, vec![told("Harbour strike ends after nine days of talks", "/h")]);
    let (poisoned, sound) = tokio::join!(poisoned, sound);
    assert_eq!(poisoned.unwrap_err().code(), "sql");
    assert_eq!(sound.unwrap().fetch.new_entries, 1, "a neighbour is not taken along");
    let ours: Vec<_> = before["entries"].iter().collect();
    let after = desk.dump();
    assert_eq!(after["entries"].len(), ours.len() + 1);
    assert_eq!(after["matches"].len(), before["matches"].len() + 1);
    assert_eq!(after["deliveries"].len(), before["deliveries"].len() + 1);
    desk.check_index();
    let plan = desk.ingest(1, desk.stories(1, 5)).await.unwrap();
    assert_eq!(plan.fetch.new_entries, 5, "the batch can be stored once it is sound");
}

#[tokio::test]
async fn a_panic_in_the_decision_harms_no_other_batch() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let poisoned = desk.ingest_with(0, desk.stories(0, 5), |_| panic!("no such luck"));
    let sound = desk.ingest(1, desk.stories(1, 5));
    let (poisoned, sound) = tokio::join!(poisoned, sound);
    let error = poisoned.unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("no such luck")), ("defect", true));
    assert_eq!(sound.unwrap().fetch.new_entries, 5);
    assert_eq!(desk.ingest(0, desk.stories(0, 5)).await.unwrap().fetch.new_entries, 5);
    desk.check_index();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn feeds_that_tell_one_story_at_once_raise_one_alert() {
    let names: Vec<String> = (0..40).map(|n| format!("feed-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = Desk::open(&names).await;
    let mut running = tokio::task::JoinSet::new();
    for feed in 0..40 {
        let title = "Denmark and Britain sign defence alliance in Copenhagen";
        running.spawn(desk.ingest(feed, vec![told(title, &format!("/{feed}"))]));
    }
    while let Some(plan) = running.join_next().await {
        plan.unwrap().unwrap();
    }
    let alerts = desk.store.alerts(&AlertFilter::default()).unwrap();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let (story, members) = desk.store.story(alerts[0].story).unwrap().unwrap();
    assert_eq!((story.entries, story.publishers.len(), members.len()), (40, 40, 40));
    let detail = desk.store.alert(alerts[0].id).unwrap().unwrap();
    let seqs: Vec<u32> = detail.revisions.iter().map(|revision| revision.seq).collect();
    assert_eq!(seqs, (1..=alerts[0].seq).collect::<Vec<_>>());
    assert_eq!(detail.deliveries.len(), seqs.len(), "one delivery per revision and channel");
}

#[tokio::test]
async fn a_story_is_joined_by_link_and_by_title_and_not_by_chance() {
    let desk = Desk::open(&["wire", "ledger", "herald", "times"]).await;
    let title = "Denmark and Britain sign defence alliance in Copenhagen";
    let first = desk.ingest(0, vec![told(title, "/a")]).await.unwrap().members[0].story;
    let same_link = desk.ingest(1, vec![told("A pact is sealed", "/a")]).await.unwrap();
    assert_eq!(same_link.members[0].story, first);
    let same_title = desk.ingest(2, vec![told(title, "/b")]).await.unwrap();
    assert_eq!(same_title.members[0].story, first);
    let other = told("Denmark and Sweden open a bridge for trains", "/c");
    let other = desk.ingest(3, vec![other]).await.unwrap();
    assert_ne!(other.members[0].story, first);
}

#[tokio::test]
async fn a_purged_entry_never_returns_as_new() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 4)).await.unwrap();
    desk.raw("PRAGMA foreign_keys = ON; DELETE FROM entries_fts; DELETE FROM entries;");
    let plan = desk.ingest(0, desk.stories(0, 4)).await.unwrap();
    assert_eq!(plan.fetch.new_entries, 0);
    assert_eq!(desk.store.counts().unwrap().entries, 0);
}

#[tokio::test]
async fn a_revision_is_found_by_its_new_words_and_keeps_the_old_text() {
    let desk = Desk::open(&["wire"]).await;
    let entry =
        desk.ingest(0, vec![told("Ferry sinks off Rhodes", "/f")]).await.unwrap().entries[0].id;
    // Two revisions that may well be committed together.
    let again = desk.ingest(0, vec![told("Ferry sinks off Crete", "/f")]);
    let (once, twice) =
        tokio::join!(again, desk.ingest(0, vec![told("Ferry towed to Piraeus", "/f")]));
    assert_eq!((once.unwrap().revised.len(), twice.unwrap().revised.len()), (1, 1));
    assert_eq!(desk.found("piraeus"), 1);
    assert_eq!(desk.found("rhodes") + desk.found("crete"), 0);
    let detail = desk.store.entry(entry).unwrap().unwrap();
    let old: Vec<&str> = detail.revisions.iter().map(|old| old.title.as_str()).collect();
    assert_eq!(old, ["Ferry sinks off Rhodes", "Ferry sinks off Crete"]);
    assert_eq!((detail.entry.revision, detail.matches.len()), (3, 3));
    assert_eq!(desk.store.alerts(&AlertFilter::default()).unwrap().len(), 1);
    desk.check_index();
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let desk = Desk::open(&["wire"]).await;
    for (round, title) in ["Ferry sinks off Rhodes", "Vote on budget delayed"].iter().enumerate() {
        desk.ingest(0, vec![told(title, &format!("/{round}"))]).await.unwrap();
        // What a killed process leaves behind: the files as they lie, with an unfolded log.
        let left = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(desk.dir.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
        }
        let store = Store::open(&left.path().join(DATABASE_FILE), Access::Create).unwrap();
        let entries = store.entries(&EntryFilter::default()).unwrap();
        assert_eq!((entries.len(), entries[0].title.as_str()), (round + 1, *title));
        let due = store.deliveries(&DeliveryFilter::default()).unwrap();
        assert_eq!(due.len(), round + 1, "an entry is visible with its deliveries");
    }
}

#[tokio::test]
async fn a_feed_goes_on_where_it_was_when_it_returns() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    desk.ingest(0, desk.stories(0, 2)).await.unwrap();
    let validators = |state: &wirewatch::domain::feed::FeedState| state.validators.clone();
    let kept = desk.store.feeds().unwrap()[1].clone();
    assert!(kept.state.validators.etag.is_some() && kept.entries == 2, "{kept:#?}");

    let only_ledger = vec![desk.feeds[1].0.clone()];
    desk.store.sync_feeds(only_ledger, now()).await.unwrap();
    let retired = |views: Vec<wirewatch::store::feeds::FeedView>| {
        let retired = |view: &wirewatch::store::feeds::FeedView| view.retired_at.is_some();
        views.iter().map(retired).collect::<Vec<_>>()
    };
    assert_eq!(retired(desk.store.feeds().unwrap()), [false, true]);

    let both = vec![desk.feeds[1].0.clone(), desk.feeds[0].0.clone()];
    let states = desk.store.sync_feeds(both, now()).await.unwrap();
    assert_eq!(states[1], kept.state, "in the given order, and as it was");
    assert_eq!(retired(desk.store.feeds().unwrap()), [false, false]);

    let now_retired = vec![desk.feeds[1].0.clone()];
    let telling = "UPDATE feeds SET told_at = 1, told_condition = 'failing'";
    let conn = rusqlite::Connection::open(desk.dir.path().join(DATABASE_FILE)).unwrap();
    conn.execute(telling, []).unwrap();
    let both = vec![desk.feeds[1].0.clone(), desk.feeds[0].0.clone()];
    let told_of = |desk: &Desk| -> Vec<bool> {
        desk.store.feeds().unwrap().iter().map(|view| view.told_at.is_some()).collect()
    };
    desk.store.sync_feeds(both.clone(), now()).await.unwrap();
    assert_eq!(told_of(&desk), [true, true], "a reload forgets nothing");
    desk.store.sync_feeds(now_retired, now()).await.unwrap();
    desk.store.sync_feeds(both, now()).await.unwrap();
    assert_eq!(told_of(&desk), [true, false], "one that was away is told of anew");

    let mut moved = (*desk.feeds[0].0).clone();
    moved.url = "https://elsewhere.example/feed".into();
    let states = desk.store.sync_feeds(vec![moved.into()], now()).await.unwrap();
    assert_eq!(validators(&states[0]), Default::default(), "another URL, another server");
    assert_eq!((states[0].id, states[0].body_hash), (kept.state.id, None));
    let late = desk.ingest(0, vec![told("Sent from the old address", "/o")]).await.unwrap();
    assert_eq!(late.fetch.new_entries, 1);
    let now_there = &desk.store.feeds().unwrap()[1];
    assert_eq!(validators(&now_there.state), Default::default(), "no validator of the old URL");
    assert_eq!(now_there.entries, 3);
}

#[tokio::test]
async fn the_last_200_fetches_of_a_feed_are_remembered() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let state = desk.feeds[0].1.clone();
    for n in 0..230u32 {
        let mut fetch = desk.batch(0, vec![]).fetch.clone();
        fetch.bytes = n.into();
        desk.store.record_fetch(state.clone(), fetch, Vec::new()).await.unwrap();
    }
    let fetches = desk.store.fetches(&state.key, 1_000).unwrap();
    let sizes: Vec<u64> = fetches.iter().map(|fetch| fetch.bytes).collect();
    assert_eq!(sizes, (30..230).rev().collect::<Vec<u64>>());
    assert_eq!(desk.store.fetches(&desk.feeds[1].1.key, 10).unwrap(), []);
    let unknown = desk.store.fetches(&"nobody".parse().unwrap(), 10).unwrap_err();
    assert_eq!(unknown.code(), "unknown_id");
}

#[tokio::test]
async fn a_silence_holds_alerts_back_until_it_ends() {
    let desk = Desk::open(&["wire"]).await;
    let hour = std::time::Duration::from_secs(3600);
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Text("ferry".into()),
        also: None,
        author: "ann".into(),
        reason: "known".into(),
        starts: now() - hour,
        ends: now() + hour,
    };
    let silence = desk.store.add_silence(silence, now()).await.unwrap();
    desk.ingest(0, vec![told("Ferry sinks off Rhodes", "/f")]).await.unwrap();
    assert_eq!(desk.store.counts().unwrap().alerts_open, 0);
    let entry = &desk.store.entries(&EntryFilter::default()).unwrap()[0];
    let decisions = desk.store.entry(entry.id).unwrap().unwrap().decisions;
    assert_eq!(decisions[0].reason.code, "silenced", "what was held back says so");

    desk.store
        .end_silence(wirewatch::domain::ids::SilenceId(silence.id), "ann", now())
        .await
        .unwrap();
    assert_eq!(desk.store.silences(now()).unwrap(), []);
    desk.ingest(0, vec![told("Second ferry in trouble near Kos", "/g")]).await.unwrap();
    assert_eq!(desk.store.counts().unwrap().alerts_open, 1);
}

#[tokio::test]
async fn what_happens_to_a_feed_is_kept_with_its_fetch_and_the_last_50_of_each_feed() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let (wire, ledger) = (desk.feeds[0].1.clone(), desk.feeds[1].1.clone());
    let at = |n: i64| now() + std::time::Duration::from_secs(n as u64);
    for n in 0..60i64 {
        let event = FeedEvent::new(wire.id, at(n), "moved", &format!("to place {n}"));
        let fetch = desk.batch(0, vec![]).fetch.clone();
        desk.store.record_fetch(wire.clone(), fetch, vec![event]).await.unwrap();
    }
    let own = FeedEvent::new(ledger.id, at(90), "paused", &"x".repeat(10_000));
    desk.store.record_feed_events(vec![own]).await.unwrap();
    let of_wire = desk.store.feed_events(Some(&wire.key), 1_000).unwrap();
    let told: Vec<&str> = of_wire.iter().map(|(_, event)| event.detail.as_str()).collect();
    let expected: Vec<String> = (10..60).rev().map(|n| format!("to place {n}")).collect();
    assert_eq!(told, expected);
    let all = desk.store.feed_events(None, 2).unwrap();
    assert_eq!((&all[0].0, all[0].1.code.as_ref()), (&ledger.key, "paused"));
    assert_eq!(all[0].1.detail.len(), 500);
    assert_eq!(all[1].1.detail, "to place 59");
}

#[tokio::test]
async fn a_visit_is_recorded_on_top_of_what_was_pushed_during_it() {
    let desk = Desk::open(&["wire"]).await;
    let before = desk.feeds[0].1.clone();
    let fetch = desk.batch(0, vec![]).fetch.clone();
    // What a push learns while the visit is under way.
    let mut pushed = before.clone();
    (pushed.last_new_entry, pushed.entries_per_day) = (Some(now()), 7.5);
    desk.store.record_fetch(pushed, fetch.clone(), Vec::new()).await.unwrap();
    let failed = move |state: &FeedState| Recorded {
        state: FeedState { failures: state.failures + 1, ..state.clone() },
        fetch: fetch.clone(),
        events: Vec::new(),
    };
    let recorded = desk.store.record_visit(before.clone(), failed).await.unwrap();
    let stored = desk.store.feed_state(before.id).unwrap().unwrap();
    for state in [&recorded.state, &stored] {
        assert_eq!((state.failures, state.entries_per_day), (1, 7.5));
        assert_eq!(state.last_new_entry, Some(now()));
    }
}

#[tokio::test]
async fn a_feed_that_was_paused_until_now_is_due_at_once() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let feeds = |paused: bool| {
        let wire = Feed { paused, ..(*desk.feeds[0].0).clone() };
        vec![Arc::new(wire), desk.feeds[1].0.clone()]
    };
    let part = |paused: bool| Part {
        kind: Kind::Feed,
        id: "wire".to_owned(),
        fields: paused.then(|| ("paused".to_owned(), "yes".to_owned())).into_iter().collect(),
        source: None,
    };
    let later = now() + 1.hour();
    for at in 0..2 {
        let mut state = desk.feeds[at].1.clone();
        (state.last_fetch, state.next_due) = (Some(now()), now() + 9.hours());
        let fetch = desk.batch(at, vec![]).fetch.clone();
        desk.store.record_fetch(state, fetch, Vec::new()).await.unwrap();
    }
    let run = |paused: bool| {
        let (feeds, parts) = (feeds(paused), vec![part(paused)]);
        desk.store.take_over(Takeover { feeds, parts, ..Takeover::default() }, later)
    };
    let waiting = run(true).await.unwrap();
    assert_eq!(waiting[0].next_due, now() + 9.hours());
    let resumed = run(false).await.unwrap();
    assert_eq!((resumed[0].next_due, resumed[0].next_reason.as_ref()), (later, "resumed"));
    assert_eq!(resumed[1].next_due, now() + 9.hours());
    assert_eq!(desk.store.feeds().unwrap()[1].state.next_due, later);
}
