//! Stories as a reader sees them: which entries are together.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::document::Document;
use crate::domain::story::placement::JoinReason;
use crate::domain::story::trace::StoredMember;

mod edges;
mod edits;

/// An index that is told entries, with what a store would keep.
#[derive(Default)]
struct World {
    index: StoryIndex,
    entries: i64,
    members: Vec<StoredMember>,
    states: AHashMap<StoryId, StoryState>,
    placed: Vec<Placement>,
}

impl World {
    /// Tells an entry; gives its story.
    fn tell(&mut self, source: &str, title: &str, body: &str, hours: i64) -> i64 {
        self.tell_in("en", source, title, body, hours, &Asked::default())
    }

    fn tell_in(
        &mut self,
        language: &str,
        source: &str,
        title: &str,
        body: &str,
        hours: i64,
        asked: &Asked,
    ) -> i64 {
        let document = Document {
            title: title.to_owned(),
            body: body.to_owned(),
            language: Some(language.to_owned()),
            ..Document::default()
        };
        let features = Features::of(&document, None, source);
        self.entries += 1;
        let (entry, now) = (EntryId(self.entries), at(hours));
        self.index.forget(now);
        let placement = self.index.place(&features, now, asked);
        let story = placement.story.unwrap_or(StoryId(self.entries));
        let state = self.index.add(entry, story, &features, &placement.trace, now);
        self.states.insert(story, state);
        let trace = placement.trace.clone();
        self.members.push(StoredMember { entry, story, at: now, trace });
        if let Some(bridge) = placement.merge
            && let Some(state) = self.index.merge(bridge.into, bridge.from)
        {
            self.states.insert(bridge.into, state);
            self.states.remove(&bridge.from);
            let lost = self.members.iter_mut().filter(|member| member.story == bridge.from);
            lost.for_each(|member| member.story = bridge.into);
        }
        self.placed.push(placement);
        story.0
    }

    fn reason(&self) -> &JoinReason {
        &self.placed.last().unwrap().reason
    }

    /// The index as it would be after a restart at `hours`.
    fn restarted(&mut self, hours: i64) -> StoryIndex {
        let counts = Counts::from_bytes(&self.index.counts().to_bytes()).unwrap();
        let mut index = StoryIndex::restored(counts);
        let start = StoryIndex::window_start(at(hours));
        for state in self.states.values().filter(|state| state.last_seen >= start) {
            index.restore_story(state.clone());
        }
        for member in self.members.iter().rev().filter(|member| member.at >= start) {
            let trace = Trace::from_bytes(&member.trace.to_bytes()).unwrap();
            index.restore_member(&StoredMember { trace, ..member.clone() });
        }
        index.forget(at(hours));
        index
    }
}

fn features_of(source: &str, (title, body): (&str, &str)) -> Features {
    let document = Document {
        title: title.to_owned(),
        body: body.to_owned(),
        language: Some("en".to_owned()),
        ..Document::default()
    };
    Features::of(&document, None, source)
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap() + Duration::from_secs(hours as u64 * 3600)
}

const FORGES: (&str, &str) = (
    "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play",
    "In a significant move that signals Britain's renewed commitment to global security, Labour \
     leader Sir Keir Starmer has cemented a strategic defence partnership with Danish Prime \
     Minister Mette Frederiksen during high-level talks in Copenhagen. Sir Keir engaged in \
     discussions with PM Frederiksen about NATO cooperation and defence manufacturing.",
);

const BUILDS: (&str, &str) = (
    "Starmer builds defence alliance with Denmark",
    "Labour leader Sir Keir Starmer and Danish Prime Minister Mette Frederiksen agreed in \
     Copenhagen to deepen defence cooperation and to strengthen NATO, with new work for the \
     defence industries of both countries.",
);

const VEULENT: (&str, &str) = (
    "Copenhague : Starmer et Frederiksen veulent renforcer l’OTAN",
    "Le dirigeant travailliste Keir Starmer et la Première ministre danoise Mette Frederiksen ont \
     évoqué lundi à Copenhague un partenariat de défense et l’avenir de l’OTAN.",
);

const BUTTER: (&str, &str) = (
    "Danish dairy alliance opens its defence of the butter price",
    "Producers said the alliance would argue in Copenhagen that prices reflect the cost of feed.",
);

#[test]
fn two_newsrooms_and_a_third_in_french_tell_one_story() {
    let mut world = World::default();
    let forges = world.tell("wire", FORGES.0, FORGES.1, 0);
    assert_eq!(world.tell("ledger", BUTTER.0, BUTTER.1, 0), 2);
    assert_eq!(world.tell("ledger", BUILDS.0, BUILDS.1, 1), forges);
    assert_eq!(world.reason().code(), "alike");
    let french = world.tell_in("fr", "courant", VEULENT.0, VEULENT.1, 1, &Asked::default());
    assert_eq!(french, forges);
}

#[test]
fn a_join_says_what_carried_it_and_the_shares_sum_to_the_cosine() {
    let mut world = World::default();
    world.tell("wire", FORGES.0, FORGES.1, 0);
    world.tell("ledger", BUILDS.0, BUILDS.1, 1);
    let JoinReason::Alike(likeness) = world.reason() else { panic!("{:?}", world.reason()) };
    let named: u32 = likeness.carriers.iter().map(|carrier| carrier.share).sum();
    assert_eq!(named + likeness.others, likeness.cosine);
    assert!(likeness.carriers.iter().any(|carrier| carrier.word == "Frederiksen"));
    assert!(likeness.cosine >= likeness.needed);
}

#[test]
fn look_alikes_stay_apart() {
    for (one, other) in [
        ("Britain and China sign trade deal", "Britain and Japan sign trade deal"),
        (
            "Magnitude 5.2 earthquake strikes off Japan",
            "Magnitude 6.8 earthquake strikes off Japan",
        ),
        ("Morning briefing", "Morning briefing: what we know"),
        ("", ""),
    ] {
        let mut world = World::default();
        assert_ne!(world.tell("a", one, "", 0), world.tell("b", other, "", 1), "{one} / {other}");
    }
}

#[test]
fn headlines_alone_join_where_they_share_enough() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, "", 0);
    assert_eq!(world.tell("b", BUILDS.0, "", 1), first);
    assert_ne!(world.tell("b", BUTTER.0, "", 1), first);
}

#[test]
fn placing_changes_nothing() {
    let mut world = World::default();
    world.tell("a", FORGES.0, FORGES.1, 0);
    let document = Document { title: BUILDS.0.to_owned(), ..Document::default() };
    let features = Features::of(&document, None, "b");
    let first = world.index.place(&features, at(1), &Asked::default());
    assert_eq!(first, world.index.place(&features, at(1), &Asked::default()));
    assert_eq!(world.index.entries(), 1);
}

/// Texts of a few events, each in other words.
fn text(event: usize, words: &[usize]) -> (String, String) {
    const NAMES: [&str; 4] = ["Oslo Ferry", "Quito Bridge", "Lagos Stadium", "Perth Harbour"];
    const WORDS: [&str; 12] = [
        "sank", "closed", "burned", "rescue", "minister", "crew", "storm", "inquiry", "owners",
        "divers", "repairs", "crowd",
    ];
    let said: Vec<&str> = words.iter().map(|word| WORDS[(word + event * 3) % 12]).collect();
    let title = format!("{} {}", NAMES[event], said.join(" "));
    let body = format!("The {} was in trouble: {}. ", NAMES[event], said.join(" and the "));
    (title, body.repeat(words.len() % 4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A restart forgets nothing that matters, and the order in which rows come back is nothing.
    #[test]
    fn a_restarted_index_decides_as_the_one_that_kept_running(
        told in proptest::collection::vec(
            (0usize..4, proptest::collection::vec(0usize..12, 1..8), 0i64..30), 1..40),
        split in 0usize..40,
    ) {
        let mut world = World::default();
        let (mut hours, split) = (0, split.min(told.len()));
        for (event, words, later) in &told[..split] {
            hours += later;
            let (title, body) = text(*event, words);
            world.tell(["a", "b", "c"][words.len() % 3], &title, &body, hours);
        }
        world.index.forget(at(hours));
        let mut again = World {
            index: world.restarted(hours),
            entries: world.entries,
            ..World::default()
        };
        for (event, words, later) in &told[split..] {
            hours += later;
            let (title, body) = text(*event, words);
            let source = ["a", "b", "c"][words.len() % 3];
            world.tell(source, &title, &body, hours);
            again.tell(source, &title, &body, hours);
            prop_assert_eq!(world.placed.last(), again.placed.last());
        }
        prop_assert_eq!(world.index.entries(), again.index.entries());
        prop_assert_eq!(world.index.stories(), again.index.stories());
        prop_assert_eq!(world.index.counts().to_bytes(), again.index.counts().to_bytes());
    }
}
