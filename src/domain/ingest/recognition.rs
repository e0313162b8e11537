//! Which entry of a feed is which: whether one of a batch is known, new, or told twice. Wrong
//! one way, a story is missed; wrong the other way, a feed floods. For [`super::plan()`].

use std::collections::HashSet;

use super::{Batch, Known, Prepared, View};
use crate::domain::ids::{Digest, EntryId};

/// What is known of a feed's entries while a batch is gone through.
pub(super) struct Recognition<'a> {
    view: &'a View,
    /// Known entries that some entry of the batch is by guid or link, or was found to be: no
    /// weak key leads another one to them.
    claimed: HashSet<EntryId>,
    /// Known entries that this batch has told already.
    told: HashSet<EntryId>,
    /// Keys learnt from this batch.
    fresh: HashSet<Digest>,
}

impl<'a> Recognition<'a> {
    pub fn new(view: &'a View, batch: &Batch) -> Self {
        let claimed = batch.entries.iter().filter_map(|entry| strongly_known(view, entry));
        Self {
            view,
            claimed: claimed.map(|known| known.entry).collect(),
            told: HashSet::new(),
            fresh: HashSet::new(),
        }
    }

    /// The entry this feed has had under one of these keys. A weak key counts only where no
    /// other entry of the batch is that one by guid or link.
    pub fn known(&self, prepared: &Prepared) -> Option<Known> {
        let unclaimed = |known: &&Known| !self.claimed.contains(&known.entry);
        let weak = || prepared.keys.weak().filter_map(|key| self.view.known.get(&key));
        strongly_known(self.view, prepared).or_else(|| weak().find(unclaimed)).cloned()
    }

    /// Whether this document has had the entry already. An entry without a guid or link of its
    /// own (it may stand twice in the document) is no new one while the feed knows its like.
    pub fn told_twice(&self, prepared: &Prepared) -> bool {
        let keys = &prepared.keys;
        let mut strong = keys.strong().peekable();
        if strong.peek().is_some() {
            return strong.any(|key| self.fresh.contains(&key));
        }
        keys.weak().any(|key| self.fresh.contains(&key) || self.view.known.contains_key(&key))
    }

    /// Learns the keys of an entry. Returns those that this feed has never had, to be stored.
    pub fn learn(&mut self, prepared: &Prepared, id: EntryId) -> Vec<(Digest, EntryId)> {
        let keys = prepared.keys.iter().filter(|key| !self.view.known.contains_key(key));
        keys.filter(|key| self.fresh.insert(*key)).map(|key| (key, id)).collect()
    }

    /// Notes that a known entry is told. Returns whether this is the first time in this batch.
    pub fn tell(&mut self, id: EntryId) -> bool {
        self.claimed.insert(id);
        self.told.insert(id)
    }
}

/// The entry that has this guid, or this link. A known link under a new guid is the same entry
/// only if its text or its title and date agree: a page that shows one current item has a new
/// one each time, under the same link.
fn strongly_known<'a>(view: &'a View, prepared: &Prepared) -> Option<&'a Known> {
    let known = |key: Digest| view.known.get(&key);
    let keys = &prepared.keys;
    let agrees = |found: &&Known| {
        let same_text = found.content.is_none_or(|content| content == prepared.content);
        let same_title = keys.title_date.and_then(known).is_some_and(|k| k.entry == found.entry);
        keys.guid.is_none() || same_text || same_title
    };
    keys.guid.and_then(known).or_else(|| keys.link.and_then(known).filter(agrees))
}
