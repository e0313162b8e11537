//! What waits, over real files: stories for publishers, revisions for `repeat_every`; and when it
//! waits no longer. New facts, where an entry is edited.

use std::sync::Arc;

use jiff::Timestamp;
use wirewatch::domain::alert::silence::{Silence, SilenceScope};
use wirewatch::domain::ids::{Digest, SilenceId, StoryId};
use wirewatch::domain::ingest::{Plan, Prepared, plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::story::edit::Change;
use wirewatch::domain::topic::{Mode, Topic};

use super::desk::{Desk, RENDER, now, topic, words};
use super::stories::{HOUR, edit, ingest_at, says};

/// Entries as this topic finds them.
fn found_by(topic: &Topic, mut entries: Vec<Prepared>) -> Vec<Prepared> {
    let topic = Arc::new(topic.clone());
    entries.iter_mut().for_each(|entry| entry.matches[0].0 = topic.clone());
    entries
}

fn waits_for_two() -> Topic {
    let mut topic = topic();
    topic.alert.publishers_min = 2;
    topic
}

fn waiting(desk: &Desk) -> Vec<StoryId> {
    let pending = desk.store.pending(None, now(), 10).unwrap();
    pending.into_iter().map(|view| view.pending.story).collect()
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.decisions.iter().map(|decision| decision.reason.code.as_str()).collect()
}

#[tokio::test]
async fn a_story_that_one_fetch_brings_from_two_newsrooms_is_raised_and_waits_no_longer() {
    let desk = Desk::open(&["portal"]).await;
    let both = vec![says(&words(1, 8), "", "/1", now()), says(&words(1, 8), "", "/2", now())];
    let mut batch = Arc::unwrap_or_clone(desk.batch(0, found_by(&waits_for_two(), both)));
    batch.entries[0].publisher = "Wire".to_owned();
    batch.entries[1].publisher = "Ledger".to_owned();
    let batch = Arc::new(batch);
    let same = batch.clone();
    let made = desk.store.ingest(batch, move |view| plan(view, &same, now(), RENDER)).await;
    assert_eq!(codes(&made.unwrap()), ["awaiting_publishers", "first"]);
    assert_eq!(waiting(&desk), []);
}

#[tokio::test]
async fn a_story_that_waits_and_becomes_part_of_one_with_an_alert_waits_no_longer() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let tell = async |feed: usize, n: usize, link: &str| {
        let entry = found_by(&waits_for_two(), vec![says(&words(n, 8), "", link, now())]);
        let plan = ingest_at(&desk, feed, entry, now()).await.unwrap();
        plan.members[0].story
    };
    let raised = tell(0, 1, "/1").await;
    tell(1, 1, "/2").await;
    let waits = tell(0, 2, "/3").await;
    assert_eq!(waiting(&desk), [waits]);
    edit(&desk.store, Change::Merge(raised, waits), now() + HOUR).await.unwrap();
    assert_eq!(waiting(&desk), []);
}

#[tokio::test]
async fn an_alert_that_leaves_shadow_mode_waits_no_longer() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let shadow = Topic { mode: Mode::Shadow, ..topic() };
    let tell = async |feed: usize, topic: &Topic, link: &str| {
        let entry = found_by(topic, vec![says(&words(1, 8), "", link, now())]);
        ingest_at(&desk, feed, entry, now()).await.unwrap()
    };
    tell(0, &shadow, "/1").await;
    let mut live = topic();
    live.alert.publishers_min = 3;
    assert_eq!(codes(&tell(1, &live, "/2").await), ["awaiting_publishers"]);
    assert_eq!(waiting(&desk).len(), 1);
    assert_eq!(codes(&tell(2, &live, "/3").await), ["left_shadow"]);
    assert_eq!(waiting(&desk), []);
}

#[tokio::test]
async fn a_revision_that_waits_goes_with_its_entry_when_the_story_is_split() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let mut topic = topic();
    topic.alert.follow_up.publishers = vec![2, 3];
    let mut last = None;
    for feed in 0..3 {
        let entry = vec![says(&words(1, 8), "", &format!("/{feed}"), now())];
        last = Some(ingest_at(&desk, feed, found_by(&topic, entry), now()).await.unwrap());
    }
    let third = last.unwrap();
    assert_eq!(codes(&third), ["repeat_every"]);
    assert!(desk.store.next_follow_up().unwrap().is_some());
    let (story, entries) = (third.members[0].story, vec![third.members[0].entry]);
    edit(&desk.store, Change::Split { story, entries }, now() + HOUR).await.unwrap();
    assert_eq!(desk.store.next_follow_up().unwrap(), None);
}

#[tokio::test]
async fn a_story_that_waits_waits_where_its_last_match_is_after_a_split() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let mut topic = topic();
    topic.alert.publishers_min = 3;
    let mut last = None;
    for feed in 0..2 {
        let entry = vec![says(&words(1, 8), "", &format!("/{feed}"), now())];
        last = Some(ingest_at(&desk, feed, found_by(&topic, entry), now()).await.unwrap());
    }
    let second = last.unwrap();
    let (story, entries) = (second.members[0].story, vec![second.members[0].entry]);
    assert_eq!(waiting(&desk), [story]);
    let made = edit(&desk.store, Change::Split { story, entries }, now() + HOUR).await.unwrap();
    let pending = desk.store.pending(None, now(), 10).unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].pending.story, made.into);
    assert_eq!(pending[0].pending.standing(), "1 of 3 publishers");
}

#[tokio::test]
async fn a_fact_that_publishers_add_by_editing_is_new() {
    let desk = Desk::open(&["wire", "ledger", "herald"]).await;
    let mut topic = topic();
    topic.alert.follow_up.new_facts = true;
    topic.alert.follow_up.publishers = vec![50];
    let tell = async |feed: usize, body: &str, at: Timestamp| {
        let mut entry = says(&words(1, 8), body, &format!("/{feed}"), now());
        entry.content = Digest::of("content", &[body.as_bytes()]);
        ingest_at(&desk, feed, found_by(&topic, vec![entry]), at).await.unwrap()
    };
    tell(0, "It was seen from Oslo.", now()).await;
    tell(1, "It was seen from Oslo too.", now()).await;
    for feed in 0..2 {
        let more = format!("It was seen from Oslo, said Mette Frederiksen to feed {feed}.");
        let edited = tell(feed, &more, now() + HOUR).await;
        assert_eq!(codes(&edited), ["already_matched"]);
    }
    let third = tell(2, "There is smoke over Oslo.", now() + 2 * HOUR).await;
    assert_eq!(codes(&third), ["new_terms"]);
    let text = &third.decisions[0].reason.text;
    assert_eq!(text, "new: Mette Frederiksen, told by 2 publishers", "Oslo was told before");
}

fn silence_of(story: StoryId) -> Silence {
    Silence {
        id: 0,
        scope: SilenceScope::Story(story.0),
        also: None,
        author: "ann".to_owned(),
        reason: "known".to_owned(),
        starts: now(),
        ends: now() + 9 * HOUR,
    }
}

#[tokio::test]
async fn a_silence_of_a_story_counts_once_it_is_part_of_another() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let tell = async |feed: usize, n: usize| {
        let entry = vec![says(&words(n, 8), "", &format!("/{feed}{n}"), now())];
        ingest_at(&desk, feed, entry, now()).await.unwrap()
    };
    let into = tell(0, 1).await.members[0].story;
    let from = tell(0, 2).await.members[0].story;
    desk.store.add_silence(silence_of(from), now()).await.unwrap();
    edit(&desk.store, Change::Merge(into, from), now()).await.unwrap();
    assert_eq!(codes(&tell(1, 1).await), ["silenced"]);
    let views = desk.store.silence_views(None, 10).unwrap();
    assert_eq!(views[0].held, 1);
    let preview =
        desk.store.preview_silence(&silence_of(from), now(), 10, &Directory::builtin()).unwrap();
    assert_eq!((preview.told, preview.held), (2, 2), "both are one story by now");
}

/// A silence beyond those that decisions look at would hold back nothing, and be called active.
#[tokio::test]
async fn a_silence_that_nobody_would_look_at_is_refused_and_one_said_again_is_the_same() {
    let desk = Desk::open(&["wire"]).await;
    let saying = |n: u32| Silence {
        scope: SilenceScope::Topic(format!("topic-{n}")),
        ..silence_of(StoryId(1))
    };
    let first = desk.store.add_silence(saying(0), now()).await.unwrap();
    for n in 1..1_000 {
        desk.store.add_silence(saying(n), now()).await.unwrap();
    }
    let again = desk.store.add_silence(saying(0), now()).await.unwrap();
    assert_eq!(again.id, first.id);
    let refused = desk.store.add_silence(saying(1_000), now()).await.unwrap_err();
    assert_eq!(refused.code(), "too_many");
    desk.store.end_silence(SilenceId(first.id), "ann", now()).await.unwrap();
    desk.store.add_silence(saying(1_000), now()).await.unwrap();
}
