//! The first step of the decision: which entries of a batch are new, and which story each of them
//! tells. It goes by what the feed had before ([`Seen`]) and by the index of stories, which takes
//! in each entry as it is placed: within one document, too, two entries may tell one story. What
//! follows from it is decided in [`super::plan()`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::recognition::Recognition;
use super::{Batch, Known, Linked, Prepared, Seen, opening, turn};
use crate::domain::alert::baseline::Baseline;
use crate::domain::ids::{Digest, EntryId, IdSource, StoryId};
use crate::domain::story::Member;
use crate::domain::story::index::Beside;
use crate::domain::story::shelf::{Newcomer, Shelf};
use crate::domain::story::vector::{ONE, Vector};

/// The entries of a batch, recognised and placed.
#[derive(Debug, Clone, Default)]
pub struct Arrangement {
    /// The highest id handed out so far.
    pub last_id: i64,
    /// Whether what is new in this document is the past.
    pub baseline: Option<Baseline>,
    /// The entries, in the order in which they are gone through.
    pub entries: Vec<Arranged>,
}

/// One entry of the batch.
#[derive(Debug, Clone)]
pub struct Arranged {
    /// Its place in the batch.
    pub index: usize,
    /// Keys to remember of it.
    pub keys: Vec<(Digest, EntryId)>,
    pub found: Found,
}

/// What an entry of a batch turned out to be.
#[derive(Debug, Clone)]
pub enum Found {
    /// One that the feed has had before. `again`: this document told it already; two texts of one
    /// entry would replace each other at every fetch.
    Known { known: Arc<Known>, again: bool },
    /// Told already by an entry of this document that is new itself.
    Twice,
    /// A new one, with its place.
    New(Box<Placed>),
}

/// The place of a new entry.
#[derive(Debug, Clone)]
pub struct Placed {
    pub member: Member,
    /// Whether its story begins with it.
    pub opens: bool,
    /// The story that a new one goes on from.
    pub parent: Option<StoryId>,
    /// Two stories that turned out to be one, now that this entry has joined.
    pub merge: Option<Merge>,
    /// What the entry is about, and the story with it.
    pub about: Option<(Vector, Vector)>,
}

/// Two stories that are one from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The older one, which goes on.
    pub into: StoryId,
    /// Whose entries go over. Its id leads to the other for good.
    pub from: StoryId,
    /// Why, as a sentence without its end.
    pub why: String,
}

/// Recognises and places the entries of a batch. The shelf has taken them in afterwards; should the
/// batch not be stored after all, it is to be read anew.
pub fn arrange(seen: &Seen, batch: &Batch, shelf: &mut Shelf, now: Timestamp) -> Arrangement {
    let order = oldest_first(&batch.entries);
    let mut recognition = Recognition::new(seen, batch, &order);
    let baseline = turn::take(seen, batch, &mut recognition);
    // What stands beside a part of the feed says nothing of what is gone from it.
    let listed = (!turn::is_part(batch)).then(|| recognition.taken());
    let mut placing = Placing {
        seen,
        shelf,
        ids: IdSource::resume(seen.last_id),
        now,
        links: HashMap::new(),
        merged: HashMap::new(),
        listed,
    };
    let mut entries = Vec::with_capacity(order.len());
    for index in order {
        let prepared = &batch.entries[index];
        let mut keys = Vec::new();
        let found = if let Some(known) = recognition.known(index) {
            keys = recognition.learn_aliases(prepared, known);
            Found::Known { known: Arc::clone(known), again: !recognition.tell(known.entry) }
        } else if recognition.told_twice(prepared) {
            Found::Twice
        } else {
            let entry = EntryId(placing.ids.next(now));
            keys = recognition.learn(prepared, entry);
            Found::New(Box::new(placing.place(prepared, entry)))
        };
        entries.push(Arranged { index, keys, found });
    }
    Arrangement { last_id: placing.ids.last(), baseline, entries }
}

/// The order of publication, undated entries last, feeds being newest first.
fn oldest_first(entries: &[Prepared]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).rev().collect();
    order.sort_by_key(|&index| entries[index].published.unwrap_or(Timestamp::MAX));
    order
}

/// The new entries of a batch, as they are placed one after the other.
struct Placing<'a> {
    seen: &'a Seen,
    shelf: &'a mut Shelf,
    ids: IdSource,
    now: Timestamp,
    /// The newest entry of this batch with each link.
    links: HashMap<Digest, Linked>,
    /// Stories that this batch merged into others.
    merged: HashMap<StoryId, StoryId>,
    /// Known entries that the feed still has; `None` where the document is only a part of it.
    listed: Option<HashSet<EntryId>>,
}

impl Placing<'_> {
    fn place(&mut self, prepared: &Prepared, entry: EntryId) -> Placed {
        let link = prepared.features.link;
        let linked = link.and_then(|link| self.linked(link, prepared));
        let asleep = linked.and_then(|(_, story)| self.seen.asleep.get(&story));
        let new = Newcomer {
            entry,
            features: &prepared.features,
            now: self.now,
            dated: prepared.own_date,
            linked,
            asleep,
            beside: (self.listed.as_ref())
                .map(|listed| Beside { listed, last_before: EntryId(self.seen.last_id) }),
        };
        let (ids, now) = (&mut self.ids, self.now);
        let (story, shelved) = self.shelf.tell(new, || StoryId(ids.next(now)));
        if let Some(link) = link {
            let own = opening(&prepared.document.title, &prepared.document.body);
            self.links.insert(link, Linked { entry, story, own: Some(own) });
        }
        let merge = shelved.merge.map(|bridge| {
            self.merged.insert(bridge.from, bridge.into);
            let percent = bridge.cosine / (ONE / 100);
            let why = format!("entry {entry} tells both, and {percent} % of their words agree");
            Merge { into: bridge.into, from: bridge.from, why }
        });
        let (opens, parent) = (shelved.story.is_none(), shelved.parent);
        let member = Member {
            story,
            entry,
            at: shelved.at,
            reason: shelved.reason,
            copy_of: shelved.copy_of,
        };
        Placed { member, opens, parent, merge, about: shelved.about }
    }

    /// The newest entry with this link, and the story it is in by now, if the link says that this
    /// entry tells it.
    fn linked(&self, link: Digest, prepared: &Prepared) -> Option<(EntryId, StoryId)> {
        let linked = self.links.get(&link).or_else(|| self.seen.links.get(&link))?;
        if !linked.is_joined_by(&prepared.document) {
            return None;
        }
        let (entry, mut story) = (linked.entry, linked.story);
        while let Some(into) = self.merged.get(&story) {
            story = *into;
        }
        Some((entry, story))
    }
}
