//! What only looks alike: titles from one template ("Magnitude 5.2 …", "Magnitude 6.8 …"), columns
//! under one headline; and titles that are so alike that nothing else is asked.

use super::needed::SHORT_WORDS;
use super::row::{Row, Saying};
use super::{Active, StoryIndex};
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::placement::{Asked, JoinReason};
use crate::domain::story::trace::{TitleWords, Trace};

/// Members whose titles are looked at: the latest ones.
const LATEST: usize = 8;

/// Fewest words that two titles share for them to come from one template, and how many tenths of
/// the shorter one's. One source has templates more often than two have the same.
const TEMPLATE: (usize, usize) = (4, 7);
const OWN_TEMPLATE: (usize, usize) = (2, 5);

/// After how long a title that a source gives again is the name of a column.
const COLUMN_AFTER_MS: i64 = 12 * 3600 * 1000;

/// Cosine at which texts of different sources are one whatever their titles, in 1/10000.
const TRUSTED: u32 = 4_000;

/// How long after a member was seen another entry may join by its title alone.
const TITLE_WITHIN_MS: i64 = 48 * 3600 * 1000;

/// Fewest shared words that make two different titles nearly the same, and how many tenths of the
/// shorter one's.
const SIMILAR_SHARED: usize = 4;
const SIMILAR_TENTHS: usize = 8;

/// Fewest words of two titles with the same words: shorter ones ("Morning briefing") recur.
const SAME_WORDS: usize = 3;

/// How a story looks to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// It may be the same.
    Fine,
    /// It only looks it.
    Alike,
}

impl StoryIndex {
    /// Whether a story whose words are near tells something else: the member whose title is most
    /// alike names somebody that this one does not, and the other way round.
    pub(super) fn look(&self, told: Saying<'_>, active: &Active, cosine: u32) -> Look {
        let latest = active.rows.iter().rev().take(LATEST).filter_map(|slot| self.row(*slot));
        let closest =
            latest.max_by_key(|row| (row.title().shared(told.title), std::cmp::Reverse(row.entry)));
        let Some(row) = closest else { return Look::Fine };
        let has_bodies = told.body_words >= SHORT_WORDS && row.body_words >= SHORT_WORDS;
        let is_trusted = has_bodies && cosine >= TRUSTED && row.source != told.source;
        let form = if row.source == told.source { OWN_TEMPLATE } else { TEMPLATE };
        let is_alike = !is_trusted && is_template(told.title, row.title(), form);
        if is_alike { Look::Alike } else { Look::Fine }
    }

    /// Whether a source gave this title before, and not just now: then it names a column and says
    /// nothing of what is told.
    pub(super) fn is_column(&self, source: u32, title_hash: u32, now_ms: i64) -> bool {
        let rows = self.titles.rows(title_hash).filter_map(|slot| self.row(slot));
        let mut earlier = rows.filter(|row| {
            row.source == source && now_ms.saturating_sub(row.at_ms) >= COLUMN_AFTER_MS
        });
        earlier.next().is_some()
    }

    /// The story of a member whose title is nearly the same.
    pub(super) fn same_title(
        &self,
        trace: &Trace,
        now_ms: i64,
        asked: &Asked,
    ) -> Option<(StoryId, JoinReason)> {
        let mut best: Option<(usize, &Row)> = None;
        for slot in self.titles.rows(trace.title_hash) {
            let Some(row) = self.row(slot) else { continue };
            let title = trace.title.words();
            let shared = row.title().shared(title);
            let is_recent = now_ms.saturating_sub(row.at_ms).saturating_abs() <= TITLE_WITHIN_MS;
            let order = |shared: usize, entry: EntryId| (shared, std::cmp::Reverse(entry));
            let is_better = best
                .is_none_or(|(most, other)| order(shared, row.entry) > order(most, other.entry));
            if is_recent
                && is_better
                && !asked.without.contains(&row.story)
                && row.source != trace.source
                && is_similar(title, row.title())
            {
                best = Some((shared, row));
            }
        }
        let (shared, row) = best?;
        let reason = JoinReason::SimilarTitle {
            entry: row.entry,
            shared: shared as u32,
            own: trace.title.words.len() as u32,
            theirs: row.title().words.len() as u32,
        };
        Some((row.story, reason))
    }
}

/// Whether both titles fill one form with different names or numbers.
fn is_template(a: TitleWords<'_>, b: TitleWords<'_>, (fewest, tenths): (usize, usize)) -> bool {
    let shared = a.shared(b);
    let shorter = a.words.len().min(b.words.len());
    shared >= fewest
        && shared * 10 >= shorter * tenths
        && a.has_name_missing_in(b)
        && b.has_name_missing_in(a)
}

/// The same words, or nearly all of the shorter title's words within the longer one. Two titles
/// that each name somebody the other does not ("… China …", "… Japan …") are two stories.
fn is_similar(a: TitleWords<'_>, b: TitleWords<'_>) -> bool {
    let shared = a.shared(b);
    let (shorter, longer) = (a.words.len().min(b.words.len()), a.words.len().max(b.words.len()));
    if shared == longer && shared >= SAME_WORDS {
        return true;
    }
    shared >= SIMILAR_SHARED
        && shared * 10 >= shorter * SIMILAR_TENTHS
        && !(a.has_name_missing_in(b) && b.has_name_missing_in(a))
}
