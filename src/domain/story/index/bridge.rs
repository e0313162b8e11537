//! Two stories that turn out to be one, now that an entry has joined: it is near both, or what stood
//! alone is near to what the story has become. And a story that has become another.

use super::StoryIndex;
use super::guard::Look;
use super::near::Found;
use super::row::Saying;
use crate::domain::ids::StoryId;
use crate::domain::story::placement::{Asked, Bridge, Near};
use crate::domain::story::trace::Trace;
use crate::domain::story::vector::Probe;

/// How near an entry must be to the second of two stories, in 1/10000, and these to each other, for
/// them to be one: with bodies, and with titles only.
const BRIDGE_ENTRY_FULL: u32 = 5_000;
const BRIDGE_ENTRY_TITLE: u32 = 3_500;
const BRIDGE_FULL: u32 = 5_000;
const BRIDGE_TITLE: u32 = 3_500;

/// And two large ones to each other: an error would cost more.
const BRIDGE_LARGE: u32 = 6_000;
const LARGE_MEMBERS: u32 = 8;

/// How recently both must have been told.
const BRIDGE_WITHIN_MS: i64 = 48 * 3600 * 1000;

/// How much nearer than another entry would have to be, in 1/10000, is what stood alone: when it came,
/// it was not near enough.
const SECOND_MARGIN: u32 = 600;

/// How recently it must have been told.
const SECOND_WITHIN_MS: i64 = 7 * 24 * 3600 * 1000;

/// A story drifts if it has told for this long, in this many entries…
const DRIFT_AFTER_MS: i64 = 72 * 3600 * 1000;
const DRIFT_MEMBERS: u32 = 8;
/// … and an entry that only just joins has next to nothing of what the story began with.
const DRIFT_MARGIN: u32 = 500;
const DRIFT_ANCHOR: u32 = 600;

impl StoryIndex {
    /// The story that one becomes part of, now that `trace` is told in `story`.
    pub(super) fn bridge(
        &self,
        trace: &Trace,
        story: Option<StoryId>,
        found: &Found,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<Bridge> {
        if self.of_the_past {
            return None;
        }
        let of_both = found.best.zip(found.runner_up);
        let of_both =
            of_both.and_then(|(best, other)| self.are_one(trace, best, other, now_ms, asked));
        of_both.or_else(|| self.second_look(trace, story?, found, now_ms, asked))
    }

    /// Whether two stories that an entry is near are one.
    fn are_one(
        &self,
        trace: &Trace,
        best: Near,
        other: Near,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<Bridge> {
        let (entry, needed) = match Saying::of(trace).has_text() {
            true => (BRIDGE_ENTRY_FULL, BRIDGE_FULL),
            false => (BRIDGE_ENTRY_TITLE, BRIDGE_TITLE),
        };
        let (one, two) = (self.by_story(best.story)?, self.by_story(other.story)?);
        let recent = |near: Near| self.is_recent(near.story, now_ms, BRIDGE_WITHIN_MS);
        if other.cosine < entry || !recent(best) || !recent(other) {
            return None;
        }
        let are_large = one.state.members.min(two.state.members) >= LARGE_MEMBERS;
        let needed = if are_large { BRIDGE_LARGE.max(needed) } else { needed };
        let cosine = one.state.centroid.cosine(&two.state.centroid);
        (cosine >= needed).then(|| bridge(best.story, other.story, cosine, asked)).flatten()
    }

    /// An entry that stands alone and would join the story if it came now.
    fn second_look(
        &self,
        trace: &Trace,
        story: StoryId,
        found: &Found,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<Bridge> {
        let active = self.by_story(story)?;
        let grown = active.state.centroid.with(&trace.vector, active.state.members + 1);
        let probe = Probe::of(&grown);
        let mut best: Option<(i64, u32, StoryId)> = None;
        for slot in &found.near {
            let Some(alone) = self.active(*slot) else { continue };
            let id = alone.state.id;
            let Some(row) = alone.rows.last().and_then(|row| self.row(*row)) else { continue };
            if id == story
                || alone.state.members > 1
                || asked.without.contains(&id)
                || !self.is_recent(id, now_ms, SECOND_WITHIN_MS)
            {
                continue;
            }
            let told = Saying::of_member(row, &alone.state.centroid);
            let cosine = probe.cosine(told.vector);
            let margin = i64::from(cosine) - i64::from(self.needed_by(told, active));
            if margin >= i64::from(SECOND_MARGIN)
                && best.is_none_or(|(most, _, other)| (margin, other) > (most, id))
                && self.look(told, active, cosine) == Look::Fine
                && self.says_enough(told, active)
            {
                best = Some((margin, cosine, id));
            }
        }
        best.and_then(|(_, cosine, alone)| bridge(story, alone, cosine, asked))
    }

    /// Whether an entry only follows what a long story has become and not what it began with.
    pub(super) fn has_drifted(&self, trace: &Trace, best: Near, needed: u32, now_ms: i64) -> bool {
        let Some(active) = self.by_story(best.story).filter(|_| !self.of_the_past) else {
            return false;
        };
        let state = &active.state;
        let age_ms = now_ms.saturating_sub(state.first_seen.as_millisecond());
        age_ms >= DRIFT_AFTER_MS
            && state.members >= DRIFT_MEMBERS
            && best.cosine < needed + DRIFT_MARGIN
            && trace.vector.cosine(&state.anchor) < DRIFT_ANCHOR
    }

    fn is_recent(&self, story: StoryId, now_ms: i64, within_ms: i64) -> bool {
        self.by_story(story).is_some_and(|active| {
            let last_ms = active.state.last_seen.as_millisecond();
            now_ms.saturating_sub(last_ms).saturating_abs() <= within_ms
        })
    }
}

/// The two as one, unless a user wants them apart.
fn bridge(one: StoryId, two: StoryId, cosine: u32, asked: &Asked) -> Option<Bridge> {
    let (into, from) = (one.min(two), one.max(two));
    let apart = |pair: &(StoryId, StoryId)| *pair == (into, from) || *pair == (from, into);
    (!asked.apart.iter().any(apart)).then_some(Bridge { into, from, cosine })
}
