//! The stories that an entry's words are nearest to, and how near is near enough.

use super::guard::Look;
use super::{Active, StoryIndex, WINDOW_MS};
use crate::domain::ids::StoryId;
use crate::domain::story::features::Features;
use crate::domain::story::placement::{Asked, Bridge, Carrier, Likeness, Near};
use crate::domain::story::trace::Trace;

/// Heaviest terms of an entry that are looked up.
const LOOKED_UP: usize = 12;

/// Most stories with a term for it to bring candidates: one in more tells nothing.
const MAX_POSTINGS: usize = 300;

/// Candidates whose cosine is worked out, those with the most shared weight.
const MAX_CANDIDATES: usize = 32;

/// Cosine an entry needs to join a story, in 1/10000: with a body of [`FULL_WORDS`], with a short
/// one, and with next to none.
const NEEDED_FULL: u32 = 2_800;
const NEEDED_SHORT: u32 = 2_200;

/// Words of a body that make it a text.
const FULL_WORDS: u16 = 80;
/// Words of a body that make it a summary; below, the title alone speaks.
pub(super) const SHORT_WORDS: u16 = 30;

/// What a title alone needs: more where it has fewer words, since one shared word is then more of
/// it.
const NEEDED_TITLE: [(usize, u32); 3] = [(5, 2_000), (8, 1_650), (usize::MAX, 1_300)];

/// Cosine that makes one story of two, in 1/10000: with bodies, and with titles only.
const BRIDGE_FULL: u32 = 5_000;
const BRIDGE_TITLE: u32 = 3_500;

/// And of two large ones: an error would cost more.
const BRIDGE_LARGE: u32 = 6_000;
const LARGE_MEMBERS: u32 = 8;

/// How recently both must have been told.
const BRIDGE_WITHIN_MS: i64 = 48 * 3600 * 1000;

/// A story drifts if it has told for this long, in this many entries…
const DRIFT_AFTER_MS: i64 = 72 * 3600 * 1000;
const DRIFT_MEMBERS: u32 = 8;
/// … and an entry that only just joins has next to nothing of what the story began with.
const DRIFT_MARGIN: u32 = 500;
const DRIFT_ANCHOR: u32 = 600;

/// Words that a reason names.
const CARRIERS: usize = 8;

/// The nearest stories.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub best: Option<Near>,
    pub runner_up: Option<Near>,
    pub needed: u32,
}

impl StoryIndex {
    /// The two stories that are nearest, without look-alikes and those that a user excludes.
    pub(super) fn near(&mut self, trace: &Trace, now_ms: i64, asked: &Asked) -> Found {
        let mut found = Found { best: None, runner_up: None, needed: needed(trace) };
        for slot in self.candidates(trace) {
            let Some(active) = self.active(slot) else { continue };
            let story = active.state.id;
            if asked.without.contains(&story) || !in_window(active, now_ms) {
                continue;
            }
            let near = Near { story, cosine: trace.vector.cosine(&active.state.centroid) };
            let is_better = |other: &Option<Near>| {
                other.is_none_or(|other| {
                    near.cosine > other.cosine
                        || near.cosine == other.cosine && near.story < other.story
                })
            };
            if !is_better(&found.runner_up)
                || near.cosine >= found.needed
                    && self.look(trace, active, near.cosine) == Look::Alike
            {
                continue;
            }
            if is_better(&found.best) {
                found.runner_up = found.best.replace(near);
            } else {
                found.runner_up = Some(near);
            }
        }
        found
    }

    /// Stories that share the most weight of rare words.
    fn candidates(&mut self, trace: &Trace) -> Vec<u32> {
        let heaviest = trace.vector.heaviest(usize::MAX);
        let scratch = &mut self.scratch;
        scratch.weights.resize(self.stories.len(), 0);
        scratch.touched.clear();
        let lists = heaviest.iter().filter_map(|term| {
            let list = self.terms.get(&term.hash).filter(|list| list.len() <= MAX_POSTINGS);
            list.map(|list| (term.weight, list))
        });
        for (weight, list) in lists.take(LOOKED_UP) {
            for &slot in list {
                let sum = &mut scratch.weights[slot as usize];
                if *sum == 0 {
                    scratch.touched.push(slot);
                }
                *sum += u64::from(weight);
            }
        }
        let id = |slot: u32| {
            let active = self.stories.get(slot as usize).and_then(Option::as_ref);
            active.map_or(StoryId(i64::MAX), |active| active.state.id)
        };
        let take = |slot: u32| (std::mem::take(&mut scratch.weights[slot as usize]), slot);
        let mut ranked: Vec<(u64, u32)> = scratch.touched.iter().copied().map(take).collect();
        if ranked.len() > MAX_CANDIDATES {
            let by_weight =
                |a: &(u64, u32), b: &(u64, u32)| b.0.cmp(&a.0).then_with(|| id(a.1).cmp(&id(b.1)));
            ranked.select_nth_unstable_by(MAX_CANDIDATES, by_weight);
            ranked.truncate(MAX_CANDIDATES);
        }
        ranked.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Whether two stories that an entry is near are one.
    pub(super) fn are_one(
        &self,
        trace: &Trace,
        best: Near,
        other: Near,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<Bridge> {
        let needed = if trace.body_words >= SHORT_WORDS { BRIDGE_FULL } else { BRIDGE_TITLE };
        let (one, two) = (self.by_story(best.story)?, self.by_story(other.story)?);
        let recent = |near| self.is_near_in_time(near, now_ms, BRIDGE_WITHIN_MS);
        if other.cosine < needed || !recent(best) || !recent(other) {
            return None;
        }
        let (into, from) = (best.story.min(other.story), best.story.max(other.story));
        let apart = |pair: &(StoryId, StoryId)| *pair == (into, from) || *pair == (from, into);
        if asked.apart.iter().any(apart) {
            return None;
        }
        let are_large = one.state.members.min(two.state.members) >= LARGE_MEMBERS;
        let between = if are_large { BRIDGE_LARGE.max(needed) } else { needed };
        let cosine = one.state.centroid.cosine(&two.state.centroid);
        (cosine >= between).then_some(Bridge { into, from, cosine })
    }

    /// Whether an entry only follows what a long story has become and not what it began with.
    pub(super) fn has_drifted(&self, trace: &Trace, best: Near, needed: u32, now_ms: i64) -> bool {
        let Some(active) = self.by_story(best.story) else { return false };
        let state = &active.state;
        let age_ms = now_ms.saturating_sub(state.first_seen.as_millisecond());
        age_ms >= DRIFT_AFTER_MS
            && state.members >= DRIFT_MEMBERS
            && best.cosine < needed + DRIFT_MARGIN
            && trace.vector.cosine(&state.anchor) < DRIFT_ANCHOR
    }

    /// The words that carried a join.
    pub(super) fn likeness(
        &self,
        trace: &Trace,
        features: &Features,
        found: &Found,
        best: Near,
    ) -> Likeness {
        let shares = self
            .by_story(best.story)
            .map(|active| trace.vector.carried_by(&active.state.centroid))
            .unwrap_or_default();
        let carriers: Vec<Carrier> = shares
            .iter()
            .take(CARRIERS)
            .map(|(hash, share)| Carrier {
                word: features.spelt(*hash).unwrap_or_default().to_owned(),
                share: *share,
            })
            .collect();
        let named: u32 = carriers.iter().map(|carrier| carrier.share).sum();
        Likeness {
            cosine: best.cosine,
            needed: found.needed,
            runner_up: found.runner_up,
            carriers,
            others: best.cosine.saturating_sub(named),
        }
    }
}

/// What an entry needs to join.
fn needed(trace: &Trace) -> u32 {
    if trace.body_words >= FULL_WORDS {
        NEEDED_FULL
    } else if trace.body_words >= SHORT_WORDS {
        NEEDED_SHORT
    } else {
        let words = trace.vector.terms().len();
        let step = NEEDED_TITLE.iter().find(|(most, _)| words <= *most);
        step.map_or(NEEDED_SHORT, |(_, needed)| *needed)
    }
}

pub(super) fn in_window(active: &Active, now_ms: i64) -> bool {
    now_ms.saturating_sub(active.state.last_seen.as_millisecond()) <= WINDOW_MS
}
