//! The same story in another language: the words differ, names and numbers mostly do not.

use ahash::AHashMap;

use super::StoryIndex;
use crate::domain::ids::StoryId;
use crate::domain::story::features::{Features, Tongue};
use crate::domain::story::placement::{Asked, JoinReason};
use crate::domain::story::trace::Trace;

/// Fewest rare names and numbers that both must have.
const MIN_SHARED: usize = 4;

/// How many of the shorter list they must be, in tenths.
const MIN_TENTHS: usize = 4;

/// Most rows with a name for it to be rare.
const MAX_ROWS: usize = 100;

/// How long after a member was seen an entry in another language may join.
const WITHIN_MS: i64 = 48 * 3600 * 1000;

impl StoryIndex {
    /// The story of a member in another language with the same names and numbers.
    pub(super) fn foreign(
        &self,
        trace: &Trace,
        features: &Features,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<(StoryId, JoinReason)> {
        if trace.facts.len() < MIN_SHARED || trace.language == Tongue::default() {
            return None;
        }
        let mut shared: AHashMap<u32, Vec<u32>> = AHashMap::new();
        for &fact in &trace.facts {
            let rows: Vec<u32> = self.facts.rows(fact).take(MAX_ROWS + 1).collect();
            if rows.len() <= MAX_ROWS {
                rows.into_iter().for_each(|row| shared.entry(row).or_default().push(fact));
            }
        }
        let likely = shared.into_iter().filter(|(_, facts)| facts.len() >= MIN_SHARED);
        let rows = likely.filter_map(|(slot, facts)| {
            let row = self.row(slot)?;
            let fewer = row.facts.len().min(trace.facts.len());
            let is_near = now_ms.saturating_sub(row.at_ms).saturating_abs() <= WITHIN_MS;
            let is_it = row.language != trace.language
                && row.language != Tongue::default()
                && is_near
                && facts.len() * 10 >= fewer * MIN_TENTHS
                && !asked.without.contains(&row.story);
            is_it.then_some((row, facts))
        });
        let best = rows.max_by_key(|(row, facts)| (facts.len(), std::cmp::Reverse(row.entry)));
        let (row, facts) = best?;
        let spell = |fact: &u32| features.spelt(*fact).map(str::to_owned);
        let reason = JoinReason::SameFacts {
            entry: row.entry,
            facts: facts.iter().filter_map(spell).collect(),
            own: trace.facts.len() as u32,
            theirs: row.facts.len() as u32,
        };
        Some((row.story, reason))
    }
}
