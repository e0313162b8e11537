//! The same story in another language: the words differ, names and numbers mostly do not.

use super::StoryIndex;
use crate::domain::ids::StoryId;
use crate::domain::story::features::{Features, Tongue};
use crate::domain::story::placement::{Asked, JoinReason};
use crate::domain::story::trace::Trace;

/// Fewest rare names and numbers that both must have.
const MIN_SHARED: usize = 3;

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
        let mut found: Vec<u32> = Vec::new();
        for &fact in &trace.facts {
            let before = found.len();
            found.extend(self.facts.rows(fact).take(MAX_ROWS + 1));
            if found.len() - before > MAX_ROWS {
                found.truncate(before);
            }
        }
        found.sort_unstable();
        let likely = found.chunk_by(|one, other| one == other);
        let likely = likely.filter(|rows| rows.len() >= MIN_SHARED);
        let rows = likely.filter_map(|rows| {
            let row = self.row(*rows.first()?)?;
            let fewer = row.facts().len().min(trace.facts.len());
            let is_near = now_ms.saturating_sub(row.at_ms).saturating_abs() <= WITHIN_MS;
            let is_it = row.language != trace.language
                && row.language != Tongue::default()
                && is_near
                && rows.len() * 10 >= fewer * MIN_TENTHS
                && !asked.without.contains(&row.story);
            is_it.then_some((rows.len(), row))
        });
        let (_, row) = rows.max_by_key(|(facts, row)| (*facts, std::cmp::Reverse(row.entry)))?;
        let both = trace.facts.iter().filter(|fact| row.facts().binary_search(fact).is_ok());
        let spell = |fact: &u32| features.spelt(*fact).map(str::to_owned);
        let reason = JoinReason::SameFacts {
            entry: row.entry,
            facts: both.filter_map(spell).collect(),
            own: trace.facts.len() as u32,
            theirs: row.facts().len() as u32,
        };
        Some((row.story, reason))
    }
}
