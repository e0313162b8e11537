//! What joins a story and what does not.

use super::*;
use crate::domain::ids::{Digest, EntryId};

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn member(story: i64, title: &str) -> Member {
    Member {
        story: StoryId(story),
        entry: EntryId(story),
        signature: Signature::of(title, None),
        at: now() - Duration::from_secs(3600),
        reason: JoinReason::Opened,
    }
}

fn joins(title: &str, other: &str) -> bool {
    place(&Signature::of(title, None), [&member(1, other)], now()).story.is_some()
}

#[test]
fn two_headlines_of_one_story_join() {
    let forges = "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play";
    assert!(joins("Starmer builds defence alliance with Denmark", forges));
    assert!(joins(forges, "Starmer builds defence alliance with Denmark"));
    assert!(joins("UPDATE 1: NATO summit opens", "NATO summit opens: update 1"));
}

#[test]
fn look_alikes_do_not_join() {
    for (one, other) in [
        ("Britain and China sign trade deal", "Britain and Japan sign trade deal"),
        (
            "Magnitude 5.2 earthquake strikes off Japan",
            "Magnitude 6.8 earthquake strikes off Japan",
        ),
        ("Morning briefing", "Morning briefing: what we know"),
        ("Starmer builds defence alliance with Denmark", "Danish dairy alliance opens its defence"),
        ("", ""),
    ] {
        assert!(!joins(one, other), "{one} / {other}");
    }
}

#[test]
fn a_title_joins_within_two_days_only_and_a_link_at_any_time() {
    let title = "Starmer builds defence alliance with Denmark";
    let link = Some(Digest::of("test", &[b"link"]));
    let mut old = member(1, title);
    old.at = now() - Duration::from_secs(49 * 3600);
    assert_eq!(place(&Signature::of(title, None), [&old], now()).story, None);
    old.signature.link = link;
    let placed = place(&Signature::of("Anything", link), [&old], now());
    assert_eq!((placed.story, placed.reason), (Some(StoryId(1)), JoinReason::SameLink));
}

#[test]
fn the_best_candidate_wins_whatever_their_order() {
    let title = "Starmer builds defence alliance with Denmark today";
    let near = member(5, "Starmer builds defence alliance with Denmark");
    let same = member(9, title);
    let twin = member(7, title);
    for order in [[&near, &same, &twin], [&twin, &near, &same], [&same, &twin, &near]] {
        assert_eq!(place(&Signature::of(title, None), order, now()).story, Some(StoryId(7)));
    }
}
