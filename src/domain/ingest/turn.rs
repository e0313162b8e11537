//! What a document is as a whole: entry by entry all of it may look new, while the feed only
//! changed its ways. [`take`] tells whether new entries are the past, and finds known ones under
//! new names. For [`super::plan()`]; [`super::recognition`] has looked at each entry by itself.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::recognition::Recognition;
use super::{Batch, Prepared, Seen};
use crate::domain::alert::baseline::{Baseline, Past};
use crate::domain::entry::DateQuality;
use crate::domain::entry::identity::{TELLING_BODY_BYTES, site};
use crate::domain::ids::Digest;

/// Fewer unknown entries than this say nothing of a feed as a whole.
const FEW: usize = 3;

/// An outage: nothing of the document is known, and the feed was not read for at least so long.
/// What was published within this time may alert all the same.
const OUTAGE: Duration = Duration::from_secs(24 * 3600);

/// So many unknown entries from before the last visit, in a document at least twice as long as
/// any of the last, are an archive.
pub const ARCHIVE: usize = 50;

/// How long before the last visit an entry must have been published to be of the past: feeds may
/// be late.
const LATE: Duration = Duration::from_secs(24 * 3600);

/// Takes the document as a whole. Known entries found under new names are told to `recognition`.
pub(super) fn take<'a>(
    seen: &'a Seen,
    batch: &Batch,
    recognition: &mut Recognition<'a>,
) -> Option<Baseline> {
    let held = |why, within| Some(Baseline { why, within });
    if seen.feed.awaits_baseline() {
        return held(Past::FirstFetch, batch.feed.backfill);
    }
    let (unknown, entries) = unknown(batch, recognition);
    if !seen.past.any || unknown.is_empty() {
        return None;
    }
    let document = Document { seen, batch, gap: gap(seen, batch), unknown, entries };
    let before: Vec<usize> = document.seen_before().collect();
    // Where nobody is found under a new name, nobody has one.
    if document.is_migrated(before.len()) && document.rename(&before, recognition) > 0 {
        return held(Past::Migration, document.gap);
    }
    if before.is_empty() && document.unknown.len() == document.entries && !is_part(batch) {
        return if document.is_replaced() {
            held(Past::Replaced, Duration::ZERO)
        } else if document.unknown.len() >= FEW && document.gap >= OUTAGE {
            held(Past::Outage, OUTAGE)
        } else {
            None
        };
    }
    let first_known = (0..batch.entries.len()).find(|&at| recognition.known(at).is_some());
    document
        .is_archive(first_known)
        .then_some(Baseline { why: Past::Archive, within: document.gap + LATE })
}

/// Places of the entries that are not known by themselves, and how many entries there are, each
/// counted once. Copies of an item without a name (an advertisement between the news) are one: the
/// first takes the known entry, and the others are no sign of anything.
fn unknown(batch: &Batch, recognition: &Recognition<'_>) -> (Vec<usize>, usize) {
    let places = 0..batch.entries.len();
    let (known, rest): (Vec<usize>, Vec<usize>) =
        places.partition(|&at| recognition.known(at).is_some());
    let nameless = |at: usize| batch.entries[at].keys.strong().next().is_none();
    let text = |at: usize| batch.entries[at].keys.text;
    let mut told: HashSet<Digest> =
        known.iter().copied().filter(|&at| nameless(at)).map(text).collect();
    let is_copy = |at: usize, told: &mut HashSet<Digest>| {
        nameless(at) && (!told.insert(text(at)) || recognition.told_twice(&batch.entries[at]))
    };
    let unknown: Vec<usize> = rest.into_iter().filter(|&at| !is_copy(at, &mut told)).collect();
    let entries = known.len() + unknown.len();
    (unknown, entries)
}

/// When an entry says itself that it was published, if that can be believed.
pub(super) fn told_date(prepared: &Prepared) -> Option<Timestamp> {
    prepared.own_date.and(believed(prepared))
}

/// The date that an entry has, its own or not, if that can be believed.
fn believed(prepared: &Prepared) -> Option<Timestamp> {
    let possible = !matches!(prepared.date_quality, DateQuality::Clamped | DateQuality::Missing);
    prepared.own_date.or(prepared.published).filter(|_| possible)
}

/// Whether the document is meant to have nothing but what is new: a hub pushed it, or the server
/// left out what was there before (RFC 3229).
pub(super) fn is_part(batch: &Batch) -> bool {
    batch.fetch.code == "pushed" || batch.fetch.status == Some(226)
}

/// For how long the feed was not read before this fetch.
fn gap(seen: &Seen, batch: &Batch) -> Duration {
    let last = seen.feed.last_success.unwrap_or(batch.fetch.at);
    Duration::try_from(batch.fetch.at.duration_since(last)).unwrap_or_default()
}

/// One of an entry's keys.
type Way = fn(&Prepared) -> Option<Digest>;

struct Document<'a, 'b> {
    seen: &'a Seen,
    batch: &'b Batch,
    gap: Duration,
    /// Places of the entries that are not known by themselves.
    unknown: Vec<usize>,
    /// How many entries there are, copies of nameless ones left out.
    entries: usize,
}

impl<'a> Document<'a, '_> {
    /// Unknown entries whose link, text or title this feed has had before, and that do not claim
    /// to be from after the last visit.
    fn seen_before(&self) -> impl Iterator<Item = usize> + '_ {
        self.unknown.iter().copied().filter(|&at| {
            let entry = &self.batch.entries[at];
            let known =
                |key: Option<Digest>| key.is_some_and(|key| self.seen.known.contains_key(&key));
            let date = told_date(entry);
            let early = date.is_some_and(|date| self.is_before_last_visit(date, Duration::ZERO));
            // Titles return ("Weather in the north"), and dates without a time are a day's.
            let old = date.is_some_and(|date| self.is_before_last_visit(date, LATE));
            let nameless = entry.keys.strong().next().is_none();
            let long = entry.document.body.len() >= TELLING_BODY_BYTES;
            known(Some(entry.keys.text)) && (long || nameless || date.is_none() || early)
                || known(entry.keys.link) && (date.is_none() || early)
                || known(entry.keys.title) && old
        })
    }

    fn is_before_last_visit(&self, date: Timestamp, by: Duration) -> bool {
        let last = self.seen.feed.last_success.and_then(|last| last.checked_sub(by).ok());
        last.is_some_and(|last| date <= last)
    }

    /// More than half of the document is unknown, and more than four fifths of that was there
    /// before: it is the names that are new.
    fn is_migrated(&self, seen: usize) -> bool {
        let unknown = self.unknown.len();
        unknown >= FEW && 2 * unknown > self.entries && 5 * seen > 4 * unknown
    }

    /// Finds out who is who, by text, link and title in this order. What several of the unknown
    /// would be is none of them: they are stored as new, and raise nothing. Returns how many were
    /// found.
    fn rename(&self, seen: &[usize], recognition: &mut Recognition<'a>) -> usize {
        let mut renamed = 0;
        let ways: [Way; 3] =
            [|entry| Some(entry.keys.text), |entry| entry.keys.link, |entry| entry.keys.title];
        for way in ways {
            let mut leads: HashMap<Digest, usize> = HashMap::new();
            let key = |at: &usize| way(&self.batch.entries[*at]);
            let open: Vec<usize> =
                seen.iter().copied().filter(|&at| recognition.known(at).is_none()).collect();
            open.iter().filter_map(key).for_each(|key| *leads.entry(key).or_default() += 1);
            let mut taken = recognition.taken();
            for at in open {
                let only = key(&at).filter(|key| leads.get(key) == Some(&1));
                let known = only.and_then(|key| self.seen.known.get(&key));
                if let Some(known) = known.filter(|known| taken.insert(known.entry)) {
                    recognition.take(at, known);
                    renamed += 1;
                }
            }
        }
        renamed
    }

    /// Whether this is another feed: it calls itself otherwise and leads to other sites, or the
    /// user gave the feed another address.
    fn is_replaced(&self) -> bool {
        let (state, past) = (&self.seen.feed, &self.seen.past);
        let links = self.batch.entries.iter().filter_map(|entry| entry.document.url.as_deref());
        let mut sites = links.filter_map(site).peekable();
        let elsewhere = !past.sites.is_empty()
            && sites.peek().is_some()
            && sites.all(|site| !past.sites.contains(&site));
        let renamed = matches!((&state.title, &self.batch.title), (Some(a), Some(b)) if a != b);
        // The store drops what an address said when the user changes it.
        let moved =
            state.last_outcome.is_none() || state.body_hash.is_none() && (elsewhere || renamed);
        state.last_success.is_some() && moved || self.unknown.len() >= FEW && elsewhere && renamed
    }

    /// Whether the document grew by entries of long ago. Feeds begin with the newest: what has no
    /// date and stands before all that is known is news, however much of it there is, such as what
    /// came while nothing could be stored.
    fn is_archive(&self, first_known: Option<usize>) -> bool {
        let longest = self.seen.past.longest.unwrap_or(u32::MAX) as usize;
        let early = |date| self.is_before_last_visit(date, LATE);
        let old = |&&at: &&usize| {
            let entry = &self.batch.entries[at];
            match told_date(entry) {
                Some(date) => early(date),
                // An old date that so many have alike tells of none of them when it came, but of
                // all together that they were imported.
                None if believed(entry).is_some_and(early) => true,
                None => first_known.is_none_or(|known| at > known),
            }
        };
        self.batch.entries.len() >= longest.saturating_mul(2)
            && self.unknown.iter().filter(old).count() >= ARCHIVE
    }
}
