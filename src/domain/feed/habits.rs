//! What a feed is like, so that a change shows: its dates, its language, where its URL leads, its
//! rate and its gaps. [`observe`] learns from each document that is read and tells what changed,
//! once per change; `ingest` asks it, and [`super::health`] reads what it learnt.

use std::time::Duration;

use jiff::Timestamp;

use super::gaps::Gaps;
use super::{FeedEvent, FeedState, Repair};
use crate::domain::entry::DateQuality;

/// Codes of the events that tell of a change.
pub mod code {
    pub const DATES_CHANGED: &str = "dates_changed";
    pub const LANGUAGE_CHANGED: &str = "language_changed";
    pub const REDIRECT_CHANGED: &str = "redirect_changed";
    pub const RATE_COLLAPSED: &str = "rate_collapsed";
    pub const EMPTIED: &str = "emptied";

    pub const ALL: [&str; 5] =
        [DATES_CHANGED, LANGUAGE_CHANGED, REDIRECT_CHANGED, RATE_COLLAPSED, EMPTIED];
}

/// Share of a document's entries that makes its dates of a kind.
const MOST: f64 = 0.6;

/// Fewest entries by which a document's dates are judged.
const MIN_DATED: usize = 3;

/// Days over which the usual rate forgets.
const RATE_MEMORY_DAYS: f64 = 60.0;

/// A rate has collapsed when a feed that brought at least so many entries a day brings less than
/// this part of them; it has recovered at that part.
const LEAST_USUAL_RATE: f64 = 2.0;
const COLLAPSED: f64 = 1.0 / 8.0;
const RECOVERED: f64 = 1.0 / 3.0;

/// A rate is not known before a feed was read for this long.
const RATE_KNOWN_AFTER: Duration = Duration::from_secs(14 * 86_400);

/// Most repairs that are remembered of one document.
const MAX_REPAIRS: usize = 50;

/// Longest URL that is remembered, in bytes.
const MAX_LANDED_BYTES: usize = 2_000;

/// What a document is like, apart from its entries. From outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manner {
    /// The feed's language as it gives it.
    pub language: Option<String>,
    /// Where the feed's URL led, if that is elsewhere.
    pub landed: Option<String>,
    /// What was damaged and was mended.
    pub repairs: Vec<Repair>,
}

/// How the dates of most of a feed's entries are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    Exact,
    Assumed,
    Missing,
}

impl Dates {
    pub const ALL: [Dates; 3] = [Dates::Exact, Dates::Assumed, Dates::Missing];

    pub fn as_str(self) -> &'static str {
        match self {
            Dates::Exact => "exact",
            Dates::Assumed => "assumed",
            Dates::Missing => "missing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dates| dates.as_str() == code)
    }

    /// What most of these dates are, if most are of one kind.
    fn of_most(qualities: impl Iterator<Item = DateQuality>) -> Option<Self> {
        let mut counts = [0usize; 3];
        for quality in qualities {
            counts[match quality {
                DateQuality::Exact => 0,
                DateQuality::Assumed => 1,
                DateQuality::Clamped | DateQuality::Missing => 2,
            }] += 1;
        }
        let all: usize = counts.iter().sum();
        let most = |count: &usize| all >= MIN_DATED && *count as f64 >= MOST * all as f64;
        counts.iter().position(most).map(|at| Self::ALL[at])
    }
}

/// What is remembered of what a feed is like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Habits {
    /// A document was observed: from now on, what is different has changed.
    pub known: bool,
    pub gaps: Gaps,
    /// The newest thing it is known to have published: by its date, where that is certain.
    pub alive_at: Option<Timestamp>,
    pub dates: Option<Dates>,
    pub language: Option<String>,
    pub landed: Option<String>,
    /// Since when it has no entries although it had some.
    pub empty_since: Option<Timestamp>,
    /// New entries per day over a long time, and when that was worked out.
    pub usual_rate: f64,
    pub rate_at: Option<Timestamp>,
    /// It brings far less than it used to, and that was told.
    pub collapsed: bool,
    /// What had to be mended in the last document, by kind.
    pub repairs: Vec<(String, u32)>,
}

/// A document that was read, as far as habits are learnt from it.
#[derive(Debug, Clone)]
pub struct Observed<'a> {
    pub at: Timestamp,
    pub manner: &'a Manner,
    /// How the date of each of its entries is.
    pub dates: Vec<DateQuality>,
    /// When each of its new entries was published, where that is certain.
    pub published: Vec<Option<Timestamp>>,
    /// Its feed's present rate of new entries per day.
    pub rate: f64,
}

/// Learns from a document, and tells what changed by it.
pub fn observe(state: &FeedState, seen: &Observed<'_>) -> (Habits, Vec<FeedEvent>) {
    let mut habits = state.habits.clone();
    let mut changes = Vec::new();
    habits.see_life(seen, state.awaits_baseline());
    changes.extend(habits.see_emptiness(seen, state.last_new_entry.is_some()));
    changes.extend(habits.see_dates(seen));
    changes.extend(habits.see_language(seen));
    changes.extend(habits.see_redirect(seen));
    changes.extend(habits.see_rate(seen, state.baseline_at));
    let repairs = seen.manner.repairs.iter().take(MAX_REPAIRS);
    habits.repairs = repairs.map(|repair| (repair.code.to_owned(), repair.count)).collect();
    habits.known = true;
    let event =
        |(code, detail): (&'static str, String)| FeedEvent::new(state.id, seen.at, code, &detail);
    (habits, changes.into_iter().map(event).collect())
}

type Change = (&'static str, String);

impl Habits {
    /// New entries are signs of life. The gaps between them are learnt; of a baseline only from
    /// dates, since its entries were not seen one by one.
    fn see_life(&mut self, seen: &Observed<'_>, baseline: bool) {
        let from = self.alive_at.unwrap_or(Timestamp::MIN);
        let certain = |at: &Option<Timestamp>| at.filter(|at| from < *at && *at <= seen.at);
        let mut times: Vec<Timestamp> = match baseline {
            true => seen.published.iter().filter_map(certain).collect(),
            false => seen.published.iter().map(|at| certain(at).unwrap_or(seen.at)).collect(),
        };
        times.sort_unstable();
        if let Some(first) = times.first() {
            self.gaps.learn(self.alive_at.unwrap_or(*first), &times);
        }
        let newest = times.last().copied();
        let unknown = (baseline && !seen.published.is_empty()).then_some(seen.at);
        self.alive_at = newest.or(self.alive_at).or(unknown);
    }

    fn see_emptiness(&mut self, seen: &Observed<'_>, had_entries: bool) -> Option<Change> {
        if !seen.dates.is_empty() {
            self.empty_since = None;
            return None;
        }
        if !had_entries || self.empty_since.is_some() {
            return None;
        }
        self.empty_since = Some(seen.at);
        Some((code::EMPTIED, "it has no entries any longer, and had some before".to_owned()))
    }

    fn see_dates(&mut self, seen: &Observed<'_>) -> Option<Change> {
        let now = Dates::of_most(seen.dates.iter().copied())?;
        let before = self.dates.replace(now)?;
        (before != now).then(|| {
            let text = match now {
                Dates::Exact => "most dates can be read exactly again",
                Dates::Assumed => "most dates have no zone any longer: UTC is assumed",
                Dates::Missing => "most entries have no date any longer that can be read",
            };
            (code::DATES_CHANGED, format!("{text}; they were {} before", before.as_str()))
        })
    }

    fn see_language(&mut self, seen: &Observed<'_>) -> Option<Change> {
        let primary = |tag: &str| {
            let first: String = tag.chars().take_while(char::is_ascii_alphabetic).collect();
            (!first.is_empty() && first.len() <= 8).then(|| first.to_ascii_lowercase())
        };
        let now = seen.manner.language.as_deref().and_then(primary)?;
        let before = self.language.replace(now.clone())?;
        (before != now).then(|| (code::LANGUAGE_CHANGED, format!("from {before} to {now}")))
    }

    /// Where its URL leads, by host and path: what follows a `?` is often another each time.
    fn see_redirect(&mut self, seen: &Observed<'_>) -> Option<Change> {
        let landed = seen.manner.landed.as_deref();
        let place = landed.map(|url| url.split(['?', '#']).next().unwrap_or_default().to_owned());
        let now = place.filter(|place| place.len() <= MAX_LANDED_BYTES);
        let before = std::mem::replace(&mut self.landed, now.clone());
        let changed = self.known && now != before;
        now.filter(|_| changed).map(|now| {
            let before = before.map(|before| format!(", before to {before}"));
            (code::REDIRECT_CHANGED, format!("leads to {now}{}", before.unwrap_or_default()))
        })
    }

    fn see_rate(&mut self, seen: &Observed<'_>, baseline: Option<Timestamp>) -> Option<Change> {
        let (since, baseline) = (self.rate_at.replace(seen.at).or(baseline)?, baseline?);
        let days = |since: Timestamp| seen.at.duration_since(since).as_secs_f64() / 86_400.0;
        let passed = days(since).max(1.0 / 1_440.0);
        let memory = days(baseline).min(RATE_MEMORY_DAYS).max(passed);
        let usual = self.usual_rate;
        let now = seen.published.len() as f64 / passed;
        self.usual_rate += (1.0 - (-passed / memory).exp()) * (now - usual);
        let is_known = days(baseline) * 86_400.0 >= RATE_KNOWN_AFTER.as_secs_f64();
        if self.collapsed {
            self.collapsed = seen.rate < usual * RECOVERED;
            return None;
        }
        self.collapsed = is_known && usual >= LEAST_USUAL_RATE && seen.rate < usual * COLLAPSED;
        self.collapsed.then(|| {
            let rate = seen.rate;
            (code::RATE_COLLAPSED, format!("{usual:.1} new entries a day before, {rate:.1} now"))
        })
    }
}

#[cfg(test)]
mod tests;
