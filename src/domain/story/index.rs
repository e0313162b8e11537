//! The stories that may still grow, in memory: entries are placed among them ([`StoryIndex::place`]) and
//! added to them ([`StoryIndex::add`]). The store's rows are the truth; an index filled from them
//! ([`keep`]) answers as the one that kept running, bit for bit.
//!
//! [`near`] finds stories that share rare words, [`needed`] says how near is near enough, [`copies`]
//! finds texts that share passages, [`foreign`] entries of other languages with the same names;
//! [`wordings`] what a source says again word for word; [`guard`] keeps look-alikes apart, [`mod@column`] what comes time and again; [`bridge`] makes one
//! story of two, [`edit`] carries out merges and splits. [`row`] is a member.

use std::collections::BTreeSet;

use ahash::AHashMap;
use jiff::Timestamp;

use super::counts::Counts;
use super::features::{Features, Wording};
use super::placement::{Asked, Copied, JoinReason, Placement};
use super::trace::{Prints, Title, Trace};
use super::vector::{ONE, Vector};
use crate::domain::ids::{EntryId, StoryId};

mod bridge;
mod chains;
mod column;
mod copies;
mod edit;
mod foreign;
mod guard;
mod keep;
mod near;
mod needed;
mod postings;
mod row;
mod window;
mod wordings;

use chains::Chains;
use near::Found;
use postings::Postings;
use row::Row;

pub use window::{KEPT_MEMBERS, LONG_WINDOW_MS, WINDOW_MS};
pub use wordings::Beside;

/// Heaviest terms of a story's first entry that are kept: what it began with.
const ANCHOR_TERMS: usize = 24;

/// A story as the index knows it, and as the store keeps it for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryState {
    pub id: StoryId,
    /// Sum of the members' vectors, its heaviest terms.
    pub centroid: Vector,
    /// The first entry's heaviest terms; empty while it is the only one.
    pub anchor: Vector,
    /// Entries that told it.
    pub members: u32,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

/// A story with the rows of its members.
#[derive(Debug)]
struct Active {
    state: StoryState,
    /// Positions of its members' rows, in the order they were added.
    rows: Vec<u32>,
}

/// The index.
#[derive(Debug, Default)]
pub struct StoryIndex {
    counts: Counts,
    stories: Vec<Option<Active>>,
    free_stories: Vec<u32>,
    by_id: AHashMap<StoryId, u32>,
    /// Stories by when they cease to grow; those of the past by their ids.
    by_end: BTreeSet<(i64, StoryId)>,
    /// When the story that was told last was told.
    latest_ms: Option<i64>,
    rows: Vec<Option<Row>>,
    free_rows: Vec<u32>,
    by_entry: AHashMap<EntryId, u32>,
    /// Rows by when it is to be asked whether they still matter.
    rows_due: BTreeSet<(i64, EntryId)>,
    /// Up to when everything that is over was forgotten.
    forgotten_ms: i64,
    /// Whether its entries are of long ago, and come in any order of time.
    of_the_past: bool,
    /// Which stories have a term among the heaviest of their centroid.
    terms: Postings,
    /// Which rows have a print, a fact, a title.
    prints: Chains,
    facts: Chains,
    titles: Chains,
    /// Which entries have a wording.
    wordings: BTreeSet<(Wording, EntryId)>,
    scratch: Scratch,
}

/// Space that placing reuses; it says nothing between two calls.
#[derive(Debug, Default)]
struct Scratch {
    weights: Vec<u64>,
    touched: Vec<u32>,
}

impl StoryIndex {
    /// Decides where an entry goes that was seen at `at`. Changes nothing.
    pub fn place(&mut self, features: &Features, at: Timestamp, asked: &Asked) -> Placement {
        let now_ms = at.as_millisecond();
        let trace = self.trace(features, now_ms);
        let copy = self.copied(&trace, now_ms);
        let found = self.near(&trace, now_ms, asked);
        let copy_of = copy
            .filter(|copy| copy.is_told())
            .map(|copy| Copied { entry: copy.entry, share: copy.own_share })
            .or(asked.said.map(|(entry, _)| Copied { entry, share: ONE }));
        let mut placement = Placement {
            story: None,
            reason: JoinReason::Told,
            copy_of,
            merge: None,
            parent: None,
            trace,
        };
        let allowed = |story: StoryId| !asked.without.contains(&story);
        if let Some(story) = asked.with {
            placement.story = Some(story);
        } else if let Some((entry, story)) = asked.linked.filter(|(_, story)| allowed(*story)) {
            placement.story = Some(story);
            placement.reason = JoinReason::SameLink { entry };
        } else if let Some(copy) = copy.filter(|copy| allowed(copy.story)) {
            placement.story = Some(copy.story);
            placement.reason = JoinReason::Copy { of: copy.entry, share: copy.share };
        } else if let Some((entry, story)) = asked.said.filter(|(_, story)| allowed(*story)) {
            placement.story = Some(story);
            placement.reason = JoinReason::SameWords { entry };
        } else {
            self.by_words(&mut placement, features, &found, now_ms, asked);
        }
        let joined = placement.story;
        placement.merge = self.bridge(&placement.trace, joined, &found, now_ms, asked);
        placement
    }

    /// Adds an entry to a story, opening it if it is not known: one that has slept for longer than
    /// the window is to be restored first. Gives the story as it is now, to be stored with the
    /// placement's trace.
    pub fn add(
        &mut self,
        entry: EntryId,
        story: StoryId,
        features: &Features,
        trace: &Trace,
        at: Timestamp,
    ) -> StoryState {
        self.counts.learn(features, at);
        self.take_in(entry, story, trace, at)
    }

    /// [`Self::add`] for one whose words were counted before.
    pub fn take_in(
        &mut self,
        entry: EntryId,
        story: StoryId,
        trace: &Trace,
        at: Timestamp,
    ) -> StoryState {
        self.remove_row(entry);
        let state = self.grow(story, trace, at);
        self.insert_row(entry, story, trace, at.as_millisecond());
        state
    }

    /// The story as it is now; `None` if it is not active.
    pub fn story(&self, id: StoryId) -> Option<&StoryState> {
        let slot = *self.by_id.get(&id)?;
        self.stories.get(slot as usize)?.as_ref().map(|active| &active.state)
    }

    /// How many entries are kept.
    pub fn entries(&self) -> usize {
        self.by_entry.len()
    }

    /// How many stories may grow.
    pub fn stories(&self) -> usize {
        self.by_id.len()
    }

    /// What an entry is compared by, with words weighed by how common they are now.
    fn trace(&self, features: &Features, now_ms: i64) -> Trace {
        let repeats = self.counts.boilerplate(features.source);
        let title_hash = features.title_hash();
        let is_column = self.is_column(features.source, title_hash, now_ms);
        // However often a source says its title, in the text too: it is what an entry tells.
        let skip = |sentence| match sentence == title_hash {
            true => is_column,
            false => repeats(sentence),
        };
        let terms = features.terms(&skip);
        Trace {
            link: features.link,
            source: features.source,
            language: features.language,
            body_words: features.body_words,
            title_hash,
            wording: features.wording,
            title: if is_column { Title::default() } else { features.title.clone() },
            vector: Vector::of(&terms, self.counts.rarity(features.language)),
            prints: Prints::of(features.prints(&skip)),
            facts: features.facts().into(),
        }
    }

    /// The story that tells it in the same words, or else none, or one of another language.
    fn by_words(
        &self,
        placement: &mut Placement,
        features: &Features,
        found: &Found,
        now_ms: i64,
        asked: &Asked,
    ) {
        if let Some(twin) = self.same_title(&placement.trace, now_ms, asked) {
            placement.story = Some(twin.0);
            placement.reason = twin.1;
            return;
        }
        if let Some(best) = found.best.filter(|best| best.cosine >= found.needed) {
            if self.has_drifted(&placement.trace, best, found.needed, now_ms) {
                placement.parent = Some(best.story);
            } else {
                placement.story = Some(best.story);
                placement.reason =
                    JoinReason::Alike(self.likeness(&placement.trace, features, found, best));
                return;
            }
        } else if let Some((story, reason)) =
            self.foreign(&placement.trace, features, now_ms, asked)
        {
            placement.story = Some(story);
            placement.reason = reason;
            return;
        }
        placement.reason = JoinReason::Opened { nearest: found.best, needed: found.needed };
    }

    fn active(&self, slot: u32) -> Option<&Active> {
        self.stories.get(slot as usize)?.as_ref()
    }

    fn by_story(&self, id: StoryId) -> Option<&Active> {
        self.active(*self.by_id.get(&id)?)
    }

    fn row(&self, slot: u32) -> Option<&Row> {
        self.rows.get(slot as usize)?.as_ref()
    }
}

#[cfg(test)]
mod tests;
