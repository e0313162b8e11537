//! The stories that an entry's words are nearest to, and how near is near enough.

use super::guard::Look;
use super::{Active, StoryIndex, WINDOW_MS};
use crate::domain::ids::StoryId;
use crate::domain::story::features::Features;
use crate::domain::story::placement::{Asked, Bridge, Carrier, Likeness, Near};
use crate::domain::story::trace::{Title, Trace};
use crate::domain::story::vector::{ONE, Probe};

/// Heaviest terms of an entry that are looked up.
const LOOKED_UP: usize = 12;

/// Most stories with a term for it to bring candidates: one in more tells nothing.
const MAX_POSTINGS: usize = 300;

/// Candidates whose cosine is worked out, those with the most shared weight.
const MAX_CANDIDATES: usize = 32;

/// Cosine an entry needs to join a story, in 1/10000: with a body of [`FULL_WORDS`], with a short
/// one, and with next to none.
const NEEDED_FULL: u32 = 2_600;
const NEEDED_SHORT: u32 = 2_200;

/// What it needs more for each doubling of the story: the words of a large one are common to its
/// members, so that who tells the same is near it; what is not is a heap of what is much alike.
const NEEDED_GROWTH: u32 = 100;

/// Words of a body that make it a text.
const FULL_WORDS: u16 = 80;
/// Words of a body that make it a summary; below, the title alone speaks.
pub(super) const SHORT_WORDS: u16 = 30;

/// What a title alone needs: more where it has fewer words, since one shared word is then more of
/// it; and what it needs with a sentence or two, which bring words that others do not have.
const NEEDED_TITLE: [(usize, u32); 4] =
    [(5, 2_000), (8, 1_650), (TITLE_TERMS, 1_300), (usize::MAX, NEEDED_SENTENCES)];
const NEEDED_SENTENCES: u32 = 1_800;

/// More words than this are not a title alone.
const TITLE_TERMS: usize = 14;

/// Share of names and numbers, in 1/10000, that an entry and a member of its story usually have in
/// common; how much less the cosine may be if they have all, and in proportion; and the least.
const FACTS_USUAL: u32 = 3_000;
const FACTS_WEIGHT: u32 = 2_000;
const NEEDED_LEAST: u32 = 1_000;

/// Names and numbers of a text with fewer are counted as this many: one says little.
const FACTS_FEWEST: usize = 4;

/// Latest members whose names are looked at.
const FACTS_MEMBERS: usize = 8;

/// Words that a title alone must share with a story, each giving this much of the cosine.
const TITLE_CARRIERS: usize = 2;
const TITLE_CARRIES: u32 = 150;

/// And with the title of one of its latest members, if that is half of the shorter title, or a name
/// and something that is none ("Sund", "strike"; names alone are a place where much happens); and
/// surely.
const TITLE_SHARED: usize = 2;
const TITLE_SURELY: usize = 3;

/// Words of both titles: shorter ones ("Morning briefing") recur.
const TITLE_LEAST: usize = 3;
const TITLE_MEMBERS: usize = 8;

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
        let mut found_needed = needed(trace, 1);
        let mut best: Option<(i64, Near)> = None;
        let mut runner_up: Option<(i64, Near)> = None;
        let probe = Probe::of(&trace.vector);
        for slot in self.candidates(trace) {
            let Some(active) = self.active(slot) else { continue };
            let story = active.state.id;
            if asked.without.contains(&story) || !in_window(active, now_ms) {
                continue;
            }
            let near = Near { story, cosine: probe.cosine(&active.state.centroid) };
            // The nearest is the one that exceeds most what it asks.
            let needed = self.needed_by(trace, active);
            let margin = i64::from(near.cosine) - i64::from(needed);
            let is_better = |other: &Option<(i64, Near)>| {
                other.is_none_or(|(most, other)| {
                    margin > most || margin == most && story < other.story
                })
            };
            if !is_better(&runner_up)
                || near.cosine >= needed
                    && (self.look(trace, active, near.cosine) == Look::Alike
                        || !self.says_enough(trace, active))
            {
                continue;
            }
            if is_better(&best) {
                found_needed = needed;
                runner_up = best.replace((margin, near));
            } else {
                runner_up = Some((margin, near));
            }
        }
        let near = |found: Option<(i64, Near)>| found.map(|(_, near)| near);
        Found { best: near(best), runner_up: near(runner_up), needed: found_needed }
    }

    /// What an entry needs to join this story: less where it has the names and numbers of a member,
    /// more where it does not.
    fn needed_by(&self, trace: &Trace, active: &Active) -> u32 {
        let needed = needed(trace, active.state.members);
        if trace.body_words < SHORT_WORDS || trace.facts.is_empty() {
            return needed;
        }
        let latest = active.rows.iter().rev().take(FACTS_MEMBERS).filter_map(|row| self.row(*row));
        let shares = latest.map(|row| {
            let both = trace.facts.iter().filter(|fact| row.facts.binary_search(fact).is_ok());
            let fewer = trace.facts.len().min(row.facts.len()).max(FACTS_FEWEST);
            both.count() * ONE as usize / fewer
        });
        let shared = shares.max().unwrap_or(0) as i64 - i64::from(FACTS_USUAL);
        let eased = i64::from(needed) - shared * i64::from(FACTS_WEIGHT) / i64::from(ONE);
        u32::try_from(eased).unwrap_or(0).max(NEEDED_LEAST)
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

    /// Whether a title without a text shares enough with a story: several words, and several of
    /// them with the title of one member, since a long story has words for everything.
    fn says_enough(&self, trace: &Trace, active: &Active) -> bool {
        if trace.body_words >= SHORT_WORDS {
            return true;
        }
        let carriers = trace.vector.carried_by(&active.state.centroid);
        let carrying = carriers.iter().filter(|(_, share)| *share >= TITLE_CARRIES).count();
        let latest = active.rows.iter().rev().take(TITLE_MEMBERS).filter_map(|row| self.row(*row));
        let mut titles = latest.map(|row| &row.title);
        let shares_enough = |title: &Title| {
            let shared = title.shared(&trace.title);
            let shorter = title.words.len().min(trace.title.words.len());
            let names = trace.title.shared_names(title);
            let is_enough =
                shared * 2 >= shorter || names > 0 && names < shared || shared >= TITLE_SURELY;
            shorter >= TITLE_LEAST && shared >= TITLE_SHARED && is_enough
        };
        carrying >= TITLE_CARRIERS && titles.any(shares_enough)
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

/// What an entry needs to join a story of so many members.
fn needed(trace: &Trace, members: u32) -> u32 {
    let base = if trace.body_words >= FULL_WORDS {
        NEEDED_FULL
    } else if trace.body_words >= SHORT_WORDS {
        NEEDED_SHORT
    } else {
        let words = trace.vector.terms().len();
        let step = NEEDED_TITLE.iter().find(|(most, _)| words <= *most);
        step.map_or(NEEDED_SENTENCES, |(_, needed)| *needed)
    };
    base + NEEDED_GROWTH * members.max(1).ilog2()
}

pub(super) fn in_window(active: &Active, now_ms: i64) -> bool {
    now_ms.saturating_sub(active.state.last_seen.as_millisecond()) <= WINDOW_MS
}
