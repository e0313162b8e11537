//! Which entry of a feed is which: whether one of a batch is known, new, or told twice. Wrong
//! one way, a story is missed; wrong the other way, a feed floods. For [`super::plan()`].
//!
//! First come the entries that two facts agree on (guid, link, text); they are taken. Then the
//! others, each to an entry that nobody has taken yet. What remains is new, unless
//! [`super::turn`] finds that the document as a whole has known entries under new names.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Batch, Known, Prepared, Seen};
use crate::domain::entry::identity::{self, TELLING_BODY_BYTES};
use crate::domain::ids::{Digest, EntryId};
use crate::domain::story::signature::Signature;

/// Most keys an entry learns beside those it came with: some feeds make up new names, or dates,
/// at each fetch, and would be given their own table's worth of them.
const MAX_ALIASES: u32 = 64;

/// So many entries under their own link and with their own text, but with new guids, say that
/// the feed's guids changed: from then on the link alone will do.
const GUIDS_CHANGED: usize = 2;

/// What is known of a feed's entries while a batch is gone through.
pub(super) struct Recognition<'a> {
    seen: &'a Seen,
    /// The known entry that each entry of the batch is, by its place there.
    found: Vec<Option<&'a Arc<Known>>>,
    /// Known entries that this batch has told already.
    told: HashSet<EntryId>,
    /// Keys learnt from this batch.
    fresh: HashSet<Digest>,
}

impl<'a> Recognition<'a> {
    /// Finds the known entries of a batch, whose entries are gone through in `order`.
    pub fn new(seen: &'a Seen, batch: &Batch, order: &[usize]) -> Self {
        let mut found: Vec<Option<&Arc<Known>>> =
            batch.entries.iter().map(|entry| Leads::of(seen, entry).sure(entry)).collect();
        let mut taken: HashSet<EntryId> = found.iter().flatten().map(|known| known.entry).collect();
        let guids_changed = guids_changed(seen, batch, &found);
        for &index in order.iter().filter(|_| !seen.known.is_empty()) {
            if found[index].is_none() {
                let entry = &batch.entries[index];
                found[index] = Leads::of(seen, entry).likely(entry, guids_changed, &taken);
                taken.extend(found[index].map(|known| known.entry));
            }
        }
        Self { seen, found, told: HashSet::new(), fresh: HashSet::new() }
    }

    /// The entry that the one at this place of the batch is, if it is known.
    pub fn known(&self, index: usize) -> Option<&'a Arc<Known>> {
        self.found[index]
    }

    /// The known entries that some entry of the batch is.
    pub fn taken(&self) -> HashSet<EntryId> {
        self.found.iter().flatten().map(|known| known.entry).collect()
    }

    /// Takes the entry at this place as a known one.
    pub fn take(&mut self, index: usize, known: &'a Arc<Known>) {
        self.found[index] = Some(known);
    }

    /// Whether this document has had the entry already. An entry without a guid or link of its
    /// own (it may stand twice in the document) is no new one while the feed knows its like.
    pub fn told_twice(&self, prepared: &Prepared) -> bool {
        let mut strong = prepared.keys.strong().peekable();
        if strong.peek().is_some() {
            return strong.any(|key| self.fresh.contains(&key));
        }
        let known = |key: &Digest| self.fresh.contains(key) || self.seen.known.contains_key(key);
        weak(prepared).iter().any(known)
    }

    /// Learns the keys of a new entry. Returns those that this feed has never had, to be stored.
    pub fn learn(&mut self, prepared: &Prepared, id: EntryId) -> Vec<(Digest, EntryId)> {
        let keys = prepared.keys.iter().filter(|key| !self.seen.known.contains_key(key));
        keys.filter(|key| self.fresh.insert(*key)).map(|key| (key, id)).collect()
    }

    /// Learns under which further keys a known entry goes, up to [`MAX_ALIASES`]. A purged entry
    /// keeps those it has.
    pub fn learn_aliases(&mut self, prepared: &Prepared, known: &Known) -> Vec<(Digest, EntryId)> {
        let room = if known.content.is_some() { MAX_ALIASES } else { 0 };
        let mut keys = self.learn(prepared, known.entry);
        keys.truncate(room.saturating_sub(known.aliases) as usize);
        keys
    }

    /// Notes that a known entry is told. Returns whether this is the first time in this batch.
    pub fn tell(&mut self, id: EntryId) -> bool {
        self.told.insert(id)
    }
}

/// Whether so many entries go by their own link and text under new guids that the link counts.
fn guids_changed(seen: &Seen, batch: &Batch, found: &[Option<&Arc<Known>>]) -> bool {
    let (mut sure, mut linked) = (0, 0);
    for (entry, found) in batch.entries.iter().zip(found) {
        let new_guid = entry.keys.guid.is_some_and(|guid| !seen.known.contains_key(&guid));
        if new_guid && entry.keys.link.is_some_and(|link| seen.known.contains_key(&link)) {
            linked += 1;
            sure += usize::from(found.is_some());
        }
    }
    sure >= GUIDS_CHANGED && 2 * sure > linked
}

/// The known entries that the keys of an entry lead to.
struct Leads<'a> {
    guid: Option<&'a Arc<Known>>,
    link: Option<&'a Arc<Known>>,
    title_date: Option<&'a Arc<Known>>,
    text: Option<&'a Arc<Known>>,
}

impl<'a> Leads<'a> {
    fn of(seen: &'a Seen, prepared: &Prepared) -> Self {
        let known = |key: Option<Digest>| seen.known.get(&key?);
        let keys = &prepared.keys;
        Self {
            guid: known(keys.guid),
            link: known(keys.link),
            title_date: known(keys.title_date),
            text: known(Some(keys.text)),
        }
    }

    /// The entry that two facts agree on. Where guid and link lead to different entries, the text
    /// decides: a feed that numbers its items anew at each fetch gives each the guid of another.
    fn sure(&self, prepared: &Prepared) -> Option<&'a Arc<Known>> {
        let says = |known: &&Arc<Known>| self.says_the_same(known, prepared);
        let guid = self.guid.filter(|known| {
            self.link.is_some_and(|link| link.entry == known.entry) || same_link(known, prepared)
        });
        guid.or_else(|| self.link.filter(says)).or_else(|| self.guid.filter(says))
    }

    fn says_the_same(&self, known: &Known, prepared: &Prepared) -> bool {
        let leads_there =
            |lead: Option<&Arc<Known>>| lead.is_some_and(|at| at.entry == known.entry);
        known.content == Some(prepared.content)
            || leads_there(self.title_date)
            || leads_there(self.text)
    }

    /// The entry that one fact leads to, if no other of the batch has it.
    fn likely(
        &self,
        prepared: &Prepared,
        guids_changed: bool,
        taken: &HashSet<EntryId>,
    ) -> Option<&'a Arc<Known>> {
        let free = |known: &&Arc<Known>| !taken.contains(&known.entry);
        let reused = self.guid.is_some_and(|known| is_reused(known, prepared));
        if let Some(known) = self.guid.filter(free).filter(|_| !reused) {
            return Some(known);
        }
        // A known link under a new guid is no known entry by itself: a page that shows one current
        // item has a new one each time, under the same link.
        match (self.link, prepared.keys.guid) {
            (Some(known), None) => return Some(known),
            (Some(known), Some(_)) if (guids_changed || reused) && free(&known) => {
                return Some(known);
            }
            _ => {}
        }
        let dated = self.title_date.filter(free);
        let alike = |known: &&Arc<Known>| text_tells(prepared) || same_date(known, prepared);
        dated.or_else(|| self.text.filter(free).filter(alike))
    }
}

/// The keys of an entry that two entries may share by chance.
fn weak(prepared: &Prepared) -> Vec<Digest> {
    let text = text_tells(prepared).then_some(prepared.keys.text);
    prepared.keys.title_date.into_iter().chain(text).collect()
}

/// Whether the text alone says which entry it is: there is no date, and either no link or a text
/// too long to be repeated. A daily "no change" is a new entry each day.
fn text_tells(prepared: &Prepared) -> bool {
    let long = prepared.document.body.len() >= TELLING_BODY_BYTES;
    prepared.own_date.is_none() && (long || prepared.keys.link.is_none())
}

fn same_link(known: &Known, prepared: &Prepared) -> bool {
    prepared.keys.link.is_some() && prepared.keys.link == link_of(known)
}

fn link_of(known: &Known) -> Option<Digest> {
    known.url.as_deref().and_then(identity::link_key)
}

fn same_date(known: &Known, prepared: &Prepared) -> bool {
    known.published.is_some() && known.published == prepared.own_date
}

/// Whether a guid was given to another article: it stands at another link, on another date, under
/// a title that has next to nothing in common.
fn is_reused(known: &Known, prepared: &Prepared) -> bool {
    if known.content.is_none() || same_date(known, prepared) {
        return false;
    }
    let moved = match (link_of(known), prepared.keys.link) {
        (Some(old), Some(new)) => old != new,
        _ => known.published.is_some() && prepared.own_date.is_some(),
    };
    let title = &prepared.document.title;
    moved && !alike(&Signature::of(&known.title, None), &Signature::of(title, None))
}

/// Whether a third of the shorter title's words stand in the other one. Where one has no title,
/// nothing can be said.
pub(super) fn alike(one: &Signature, other: &Signature) -> bool {
    let shorter = one.terms.len().min(other.terms.len());
    shorter == 0 || 3 * one.shared(other) >= shorter
}
