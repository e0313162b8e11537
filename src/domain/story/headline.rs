//! The title that stands for a story: the one most like all others, and fit to be read alone.

use jiff::Timestamp;

use super::vector::{ONE, Vector};
use crate::domain::ids::EntryId;

/// Characters of a title that says what happened and fits a line.
const FIT_CHARS: std::ops::RangeInclusive<usize> = 30..=110;

/// How much better another title must be, in 1/10000, for the headline to change.
const BETTER: u32 = 500;

/// How often a headline may change.
const CHANGED_AFTER_S: i64 = 3600;

/// What an unfit title is worth against a fit one, in 1/10000 of likeness.
const UNFIT: u32 = 6_000;

/// What it is worth that a title itself carries what the topic looks for.
const CARRIES: u32 = 1_000;

/// A member's title as a candidate.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub entry: EntryId,
    pub title: &'a str,
    /// Of the whole entry.
    pub vector: &'a Vector,
    pub seen: Timestamp,
    /// The title itself has the spans that a topic found.
    pub carries_topic: bool,
}

/// A headline as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    pub entry: EntryId,
    pub since: Timestamp,
}

/// Whether the headline has stood for long enough for another to take over.
pub fn may_change(current: Current, now: Timestamp) -> bool {
    now.as_second().saturating_sub(current.since.as_second()) >= CHANGED_AFTER_S
}

/// The entry whose title is the headline from now on; `None` if there are no candidates. `centroid`
/// is the story's. The current one stays unless another is better by a margin, and at least an
/// hour has passed.
pub fn choose(
    candidates: &[Candidate],
    centroid: &Vector,
    current: Option<Current>,
    now: Timestamp,
) -> Option<EntryId> {
    let best = candidates.iter().max_by(|a, b| {
        let by_worth = worth(a, centroid).cmp(&worth(b, centroid));
        by_worth.then(b.seen.cmp(&a.seen)).then(b.entry.cmp(&a.entry))
    })?;
    let held = current.and_then(|current| {
        let held = candidates.iter().find(|candidate| candidate.entry == current.entry)?;
        let is_fresh = now.as_second().saturating_sub(current.since.as_second()) < CHANGED_AFTER_S;
        let is_enough = worth(best, centroid) < worth(held, centroid).saturating_add(BETTER);
        (is_fresh || is_enough).then_some(held.entry)
    });
    Some(held.unwrap_or(best.entry))
}

/// How good a title is, in 1/10000 and above.
fn worth(candidate: &Candidate, centroid: &Vector) -> u32 {
    let likeness = candidate.vector.cosine(centroid);
    let fit = if is_fit(candidate.title) { UNFIT } else { 0 };
    let carries = if candidate.carries_topic { CARRIES } else { 0 };
    likeness.min(ONE) + fit + carries
}

/// Whether a title can stand alone: of a good length, calm, and told as a fact.
pub fn is_fit(title: &str) -> bool {
    let is_shouted =
        !title.chars().any(char::is_lowercase) && title.chars().any(char::is_uppercase);
    let lower = title.trim().to_lowercase();
    let asks = lower.ends_with(['?', '？']);
    let is_service = SERVICE.iter().any(|prefix| {
        let rest = lower.strip_prefix(prefix).map(str::trim_start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '-', '–', '—', '|', '!']))
    });
    let invites = ["watch ", "listen "].iter().any(|word| lower.starts_with(word));
    let is_update = lower.strip_prefix("update").is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with([':', '-', '–'])
    });
    let is_live = lower.ends_with(" live") || lower.contains("live updates");
    FIT_CHARS.contains(&title.trim().chars().count())
        && !(is_shouted || asks || invites || is_service || is_update || is_live)
}

/// What titles of running coverage, pictures and corrections begin with.
const SERVICE: &[&str] = &[
    "as it happened",
    "breaking",
    "breaking news",
    "correction",
    "corrected",
    "en direct",
    "explainer",
    "exclusive",
    "fact check",
    "gallery",
    "in pictures",
    "listen",
    "live",
    "live blog",
    "liveblog",
    "live updates",
    "newsletter",
    "opinion",
    "photos",
    "podcast",
    "quiz",
    "recap",
    "video",
    "watch",
];

#[cfg(test)]
mod tests;
