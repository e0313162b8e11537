//! Entries of long ago: gathered among themselves, and apart from what is told today.

use std::collections::HashSet;

use super::*;
use crate::domain::document::Document;
use crate::domain::ids::IdSource;
use crate::domain::story::trace::StoredMember;

const NOW: &str = "2026-03-02T08:00:00Z";

const FORGES: (&str, &str) = (
    "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play",
    "Labour leader Sir Keir Starmer has cemented a strategic defence partnership with Danish Prime \
     Minister Mette Frederiksen during high-level talks in Copenhagen. Sir Keir engaged in \
     discussions with PM Frederiksen about NATO cooperation and defence manufacturing.",
);

const BUILDS: (&str, &str) = (
    "Starmer builds defence alliance with Denmark",
    "Labour leader Sir Keir Starmer and Danish Prime Minister Mette Frederiksen agreed in \
     Copenhagen to deepen defence cooperation and to strengthen NATO, with new work for the \
     defence industries of both countries.",
);

const BUTTER: (&str, &str) = (
    "Danish dairy alliance opens its defence of the butter price",
    "Producers said the alliance would argue in Copenhagen that prices reflect the cost of feed.",
);

/// A shelf that is told entries, with what a store keeps of them.
struct World {
    shelf: Shelf,
    ids: IdSource,
    members: Vec<StoredMember>,
}

impl World {
    fn new() -> Self {
        Self { shelf: Shelf::default(), ids: IdSource::resume(7), members: Vec::new() }
    }

    fn tell(&mut self, feed: &str, (title, body): (&str, &str), dated: &str, now: &str) -> StoryId {
        let document = Document {
            title: title.to_owned(),
            body: body.to_owned(),
            language: Some("en".to_owned()),
            ..Document::default()
        };
        let features = Features::of(&document, None, feed);
        let now: Timestamp = now.parse().unwrap();
        let last_before = EntryId(self.ids.last());
        let new = Newcomer {
            entry: EntryId(self.ids.next(now)),
            features: &features,
            now,
            dated: Some(dated.parse().unwrap()),
            linked: None,
            asleep: None,
            beside: Some(Beside { listed: &HashSet::new(), last_before }),
        };
        let ids = &mut self.ids;
        let (story, _) = self.shelf.tell(new, || StoryId(ids.next(now)));
        let (_, traces) = self.shelf.take_changes();
        let stored = traces.into_iter();
        self.members.extend(stored.map(|(entry, at, trace)| StoredMember {
            entry,
            story,
            at,
            trace,
        }));
        story
    }

    /// As after a restart: with the stories of the past, and the counts.
    fn restart(&mut self) {
        let counts = self.shelf.index.counts().clone();
        self.shelf = Shelf::of(StoryIndex::restored(counts), Vec::new());
        self.members.iter().for_each(|member| self.shelf.restore_past(member));
    }
}

#[test]
fn what_several_feeds_say_of_long_ago_is_one_story_when_they_are_first_fetched() {
    let mut world = World::new();
    let first = world.tell("wire", FORGES, "2024-06-03T08:15:00Z", NOW);
    let other = world.tell("ledger", BUTTER, "2024-06-03T08:30:00Z", NOW);
    assert_ne!(first, other);
    assert_eq!(world.tell("ledger", BUILDS, "2024-06-03T09:05:00Z", NOW), first);
}

#[test]
fn a_document_that_goes_back_in_time_is_gathered_too() {
    let mut world = World::new();
    let later = world.tell("ledger", BUILDS, "2024-06-03T09:05:00Z", NOW);
    assert_eq!(world.tell("wire", FORGES, "2024-06-01T08:15:00Z", NOW), later);
}

#[test]
fn what_was_said_at_another_time_is_another_story() {
    let mut world = World::new();
    let first = world.tell("wire", FORGES, "2024-06-03T08:15:00Z", NOW);
    for dated in ["2024-05-20T09:05:00Z", "2024-06-20T09:05:00Z", NOW] {
        assert_ne!(world.tell("ledger", BUILDS, dated, NOW), first, "{dated}");
    }
}

#[test]
fn the_past_does_not_fill_the_window_of_the_present() {
    let mut world = World::new();
    world.tell("wire", FORGES, "2024-06-03T08:15:00Z", NOW);
    assert_eq!((world.shelf.index.entries(), world.shelf.index.stories()), (0, 0));
}

#[test]
fn a_feed_that_is_added_days_later_finds_no_stories_of_the_past() {
    let mut world = World::new();
    let first = world.tell("wire", FORGES, "2024-06-03T08:15:00Z", NOW);
    let after = "2026-03-05T08:00:00Z";
    assert_ne!(world.tell("ledger", BUILDS, "2024-06-03T09:05:00Z", after), first);
}

#[test]
fn a_restart_forgets_no_story_of_the_past() {
    let mut world = World::new();
    let first = world.tell("wire", FORGES, "2024-06-03T08:15:00Z", NOW);
    world.tell("ledger", BUTTER, "2024-06-03T08:30:00Z", NOW);
    world.restart();
    assert_eq!(world.tell("ledger", BUILDS, "2024-06-03T09:05:00Z", NOW), first);
}
