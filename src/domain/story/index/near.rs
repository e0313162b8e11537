//! The stories that an entry's words are nearest to.

use super::StoryIndex;
use super::guard::Look;
use super::needed::needed;
use super::row::Saying;
use crate::domain::ids::StoryId;
use crate::domain::story::features::Features;
use crate::domain::story::placement::{Asked, Carrier, Likeness, Near};
use crate::domain::story::trace::Trace;
use crate::domain::story::vector::Probe;

/// Heaviest terms of an entry that are looked up.
const LOOKED_UP: usize = 12;

/// Most stories with a term for it to bring candidates: one in more tells nothing.
const MAX_POSTINGS: usize = 150;

/// Candidates whose cosine is worked out, those with the most shared weight.
const MAX_CANDIDATES: usize = 24;

/// Cosine below which a story is far, in 1/10000: no entry needs as little.
const FAR: u32 = 800;

/// Words that a reason names.
const CARRIERS: usize = 8;

/// The nearest stories.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub best: Option<Near>,
    pub runner_up: Option<Near>,
    pub needed: u32,
    /// Slots of all that are not far.
    pub near: Vec<u32>,
}

impl StoryIndex {
    /// The two stories that are nearest, without look-alikes and those that a user excludes.
    pub(super) fn near(&mut self, trace: &Trace, now_ms: i64, asked: &Asked) -> Found {
        let told = Saying::of(trace);
        let mut found =
            Found { best: None, runner_up: None, needed: needed(told, 1), near: vec![] };
        let (mut best_margin, mut next_margin) = (i64::MIN, i64::MIN);
        let probe = Probe::of(&trace.vector);
        for slot in self.candidates(trace) {
            let Some(active) = self.active(slot) else { continue };
            let story = active.state.id;
            if asked.without.contains(&story) || !self.may_grow(active, now_ms) {
                continue;
            }
            let near = Near { story, cosine: probe.cosine(&active.state.centroid) };
            if near.cosine < FAR {
                continue;
            }
            found.near.push(slot);
            // The nearest is the one that exceeds most what it asks.
            let needed = self.needed_by(told, active);
            let margin = i64::from(near.cosine) - i64::from(needed);
            let exceeds = |most: i64, other: Option<Near>| {
                other.is_none_or(|other| margin > most || margin == most && story < other.story)
            };
            if !exceeds(next_margin, found.runner_up)
                || near.cosine >= needed
                    && (self.look(told, active, near.cosine) == Look::Alike
                        || !self.says_enough(told, active))
            {
                continue;
            }
            if exceeds(best_margin, found.best) {
                found.runner_up = found.best.replace(near);
                next_margin = std::mem::replace(&mut best_margin, margin);
                found.needed = needed;
            } else {
                (found.runner_up, next_margin) = (Some(near), margin);
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
            let list = self.terms.stories(term.hash, MAX_POSTINGS);
            (!list.is_empty()).then_some((term.weight, list))
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
