//! Told again in the order of their ids, with people's edits at their place, the stored entries give
//! the same stories, byte for byte; however often the daemon was restarted in between.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use jiff::Timestamp;
use rusqlite::types::Value;
use wirewatch::domain::ids::{Digest, EntryId, StoryId};
use wirewatch::domain::ingest::Prepared;
use wirewatch::domain::story::edit::{Change, Edit};
use wirewatch::domain::story::features::Features;
use wirewatch::domain::story::index::Beside;
use wirewatch::domain::story::placement::JoinReason;
use wirewatch::domain::story::shelf::{LINK_WINDOW, Newcomer, Shelf};
use wirewatch::domain::story::trace::{StoredMember, Trace};
use wirewatch::store::history::HistoryFilter;
use wirewatch::store::stories::read::StoryFilter;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use super::desk::{Desk, now, words};
use super::stories::{HOUR, edit, ingest_at, says};

const FEEDS: [&str; 4] = ["wire", "ledger", "herald", "times"];

/// The n-th entry: of one of a few events, in words partly its own.
fn entry(n: usize, at: Timestamp) -> Prepared {
    let event = n * n % 11;
    let pick = |text: String, from: usize, count: usize| -> String {
        text.split(' ').skip(from).take(count).collect::<Vec<_>>().join(" ")
    };
    let title = format!("{} {}", pick(words(event, 40), n % 5, 5), words(900 + n, 2));
    let body = format!("{} {}", pick(words(event, 40), n % 7, 30), words(500 + n, 25 + n % 40));
    // Each feed has a shared link once: a second time would be a revision of the same entry.
    let link = if n % 9 == 4 { format!("/shared/{}", n / 36) } else { format!("/{n}") };
    let dated = at - HOUR * (n as u32 % 5);
    let entry = says(&title, &body, &link, dated);
    if n.is_multiple_of(4) { Prepared { published: None, own_date: None, ..entry } } else { entry }
}

/// A replay of what a database has.
#[derive(Default)]
struct Replay {
    shelf: Shelf,
    links: HashMap<Digest, (EntryId, StoryId, Timestamp)>,
    stories: BTreeMap<EntryId, StoryId>,
    reasons: BTreeMap<EntryId, JoinReason>,
    traces: BTreeMap<EntryId, (Timestamp, Trace)>,
}

impl Replay {
    fn tell(&mut self, told: &wirewatch::store::history::HistoryEntry) {
        let entry = &told.entry;
        let features = Features::of(&entry.document, told.link, told.feed.as_str());
        let linked = told.link.and_then(|link| self.links.get(&link));
        let linked = linked.filter(|(_, _, then)| told.at.duration_since(*then) <= LINK_WINDOW);
        let new = Newcomer {
            entry: entry.id,
            features: &features,
            now: told.at,
            dated: entry.published,
            linked: linked.map(|(entry, story, _)| (*entry, *story)),
            asleep: None,
            beside: Some(Beside { listed: &HashSet::new(), last_before: EntryId(entry.id.0 - 1) }),
        };
        // A story has the id after that of the entry that opened it.
        let (story, shelved) = self.shelf.tell(new, || StoryId(entry.id.0 + 4_096));
        self.stories.insert(entry.id, story);
        self.reasons.insert(entry.id, shelved.reason);
        if let Some(link) = told.link {
            self.links.insert(link, (entry.id, story, shelved.at));
        }
        let (_, traces) = self.shelf.take_changes();
        self.traces.extend(traces.into_iter().map(|(entry, at, trace)| (entry, (at, trace))));
        if let Some(bridge) = shelved.merge {
            self.rename(bridge.from, bridge.into);
        }
    }

    fn rename(&mut self, from: StoryId, into: StoryId) {
        let of_entries = self.stories.values_mut();
        let of_links = self.links.values_mut().map(|(_, story, _)| story);
        of_entries.chain(of_links).filter(|story| **story == from).for_each(|story| *story = into);
    }

    fn edit(&mut self, edit: &Edit) {
        let (from, into) = (edit.from, edit.into);
        if let Change::Merge(..) = edit.change {
            assert!(self.shelf.merge(into, from), "both may still grow");
            self.rename(from, into);
            return;
        }
        for entry in &edit.entries {
            self.stories.insert(*entry, into);
            for (of, story, _) in self.links.values_mut() {
                if of == entry {
                    *story = into;
                }
            }
        }
        for story in [from, into] {
            let members: Vec<StoredMember> = (self.stories.iter())
                .filter(|(_, of)| **of == story)
                .filter_map(|(entry, _)| {
                    let (at, trace) = self.traces.get(entry)?.clone();
                    Some(StoredMember { entry: *entry, story, at, trace })
                })
                .collect();
            self.shelf.index.rebuild(story, &members);
        }
        self.shelf.apart.push((from, into));
    }
}

/// Opens the store anew, as a daemon that was restarted does.
fn restart(desk: &mut Desk) {
    desk.store = Store::open(&desk.dir.path().join(DATABASE_FILE), Access::Existing).unwrap();
}

/// What the story of an entry is called now.
fn story_of(desk: &Desk, entry: EntryId) -> StoryId {
    desk.store.entry(entry).unwrap().unwrap().story.unwrap()
}

#[tokio::test]
async fn a_replay_with_edits_at_their_place_gives_the_same_stories_byte_for_byte() {
    let mut desk = Desk::open(&FEEDS).await;
    let mut entries: Vec<EntryId> = Vec::new();
    for n in 0..150 {
        let at = now() + HOUR * n as u32;
        let plan = ingest_at(&desk, n % FEEDS.len(), vec![entry(n, at)], at).await.unwrap();
        entries.extend(plan.members.iter().map(|member| member.entry));
        match n {
            40 | 120 => restart(&mut desk),
            70 => {
                let recent: Vec<StoryId> =
                    entries.iter().rev().take(8).map(|entry| story_of(&desk, *entry)).collect();
                let one = recent[0];
                let other = *recent.iter().find(|story| **story != one).expect("another story");
                edit(&desk.store, Change::Merge(one, other), at).await.unwrap();
            }
            100 => {
                let of = |entry: &EntryId| story_of(&desk, *entry);
                let large = |story: &StoryId| {
                    desk.store.story_detail(*story).unwrap().unwrap().members.len() > 4
                };
                let story = entries.iter().rev().map(of).find(large).expect("a large story");
                let detail = desk.store.story_detail(story).unwrap().unwrap();
                let recent = detail.members.iter().rev().map(|view| view.member.entry);
                let split = Change::Split { story, entries: recent.take(2).collect() };
                edit(&desk.store, split, at).await.unwrap();
            }
            _ => {}
        }
    }
    let mut edits = desk.store.story_edits(10).unwrap();
    edits.reverse();
    assert_eq!(edits.len(), 2);
    let mut replay = Replay::default();
    let filter = HistoryFilter::default();
    let mut due = edits.iter().peekable();
    let all = desk.store.history(&filter, |told| {
        while let Some(edit) = due.next_if(|edit| edit.after < told.entry.id) {
            replay.edit(edit);
        }
        replay.tell(&told);
        ControlFlow::Continue(())
    });
    all.unwrap();

    let every = StoryFilter { limit: 1_000, ..StoryFilter::default() };
    let stories = desk.store.stories(&every).unwrap();
    assert!(stories.len() > 5 && stories.len() < 60, "{}", stories.len());
    let mut seen = 0;
    for view in &stories {
        let detail = desk.store.story_detail(view.story.id).unwrap().unwrap();
        assert_eq!(view.story.entries as usize, detail.members.len());
        for member in detail.members.iter().map(|view| &view.member) {
            let (story, reason) = (replay.stories[&member.entry], &replay.reasons[&member.entry]);
            assert_eq!((story, reason), (member.story, &member.reason), "{:?}", member.entry);
            seen += 1;
        }
    }
    assert_eq!(seen, replay.stories.len());
    let dump = desk.dump();
    let blob = |value: &Value| match value {
        Value::Blob(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    let mut compared = 0;
    for row in &dump["story_states"] {
        let Value::Integer(id) = row[0] else { panic!("{row:?}") };
        if let Some(state) = replay.shelf.index.story(StoryId(id)) {
            assert_eq!(state.centroid.to_bytes(), blob(&row[1]));
            assert_eq!(state.anchor.to_bytes(), blob(&row[2]));
            assert_eq!(Value::Integer(state.members.into()), row[3]);
            compared += 1;
        }
    }
    assert!(compared > 5, "{compared}");
    for row in &dump["story_traces"] {
        let Value::Integer(id) = row[0] else { panic!("{row:?}") };
        assert_eq!(replay.traces[&EntryId(id)].1.to_bytes(), blob(&row[2]));
    }
}
