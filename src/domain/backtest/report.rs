//! What a backtest found: every figure and list, before anything is laid out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::clauses::Clause;
use super::found::Found;
use super::judge::Judge;
use super::precision::{Precision, precision};
use super::relaxed::Relaxed;
use crate::domain::alert::mark::Mark;
use crate::domain::ids::{Digest, EntryId, FeedKey, StoryId, TopicId};

/// Most entries that are kept to show what one obstacle held back.
pub const SAMPLES_PER_OBSTACLE: usize = 3;

/// The outcome of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub topic: TopicId,
    pub revision: Digest,
    /// The revision of what it was held against; `None`: nothing.
    pub base_revision: Option<Digest>,
    /// The period that was asked.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// When the first and the last of the entries came.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub entries: u64,
    /// Entries told before the period, for their stories' sake.
    pub told_before: u64,
    /// Entries that were revised since they came: judged by what they say now.
    pub revised: u64,
    pub baseline_entries: u64,
    pub baseline_matches: u64,
    pub ours: Count,
    pub base: Option<Count>,
    /// By day in UTC; days without entries are not there.
    pub days: BTreeMap<Date, Day>,
    /// How often each decision was made over a match: verdict, and code of the reason.
    pub decisions: BTreeMap<(&'static str, String), u64>,
    /// Stories that the topic matches and the base does not, and the other way round: those that
    /// alert first, then by time.
    pub gained: Vec<StoryChange>,
    pub lost: Vec<StoryChange>,
    pub clauses: Vec<ClauseCount>,
    pub clauses_truncated: bool,
    pub obstacles: Vec<ObstacleCount>,
    /// Entries that match but for one obstacle; each counted once.
    pub near_misses: u64,
    pub hits: Vec<Drawn>,
    pub misses: Vec<Drawn>,
    pub marked: Marked,
}

/// What one side did, in all or in a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub matches: u64,
    /// Those of them that lie in first fetches, which raise nothing.
    pub baseline: u64,
    /// Stories in which something matched, each counted once.
    pub stories: u64,
    /// Alerts opened.
    pub alerts: u64,
    /// Revisions of alerts after the first.
    pub follow_ups: u64,
    /// Messages to channels.
    pub deliveries: u64,
    /// Revisions that a used-up budget kept from channels.
    pub over_budget: u64,
    /// Revisions that no channel is told of: the topic is on trial.
    pub shadowed: u64,
}

impl Count {
    /// Revisions of alerts, the openings among them.
    pub fn revisions(self) -> u64 {
        self.alerts + self.follow_ups
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    pub entries: u64,
    pub ours: Count,
    pub base: Count,
}

/// What is counted of the day of `at`.
pub(super) fn day(days: &mut BTreeMap<Date, Day>, at: Timestamp) -> &mut Day {
    days.entry(at.to_zoned(TimeZone::UTC).date()).or_default()
}

impl Report {
    /// What one side did, in all and on the day of `at`.
    pub(super) fn counts(&mut self, ours: bool, at: Timestamp) -> [&mut Count; 2] {
        let day = day(&mut self.days, at);
        match ours {
            true => [&mut self.ours, &mut day.ours],
            false => [self.base.get_or_insert_default(), &mut day.base],
        }
    }
}

/// A story that only one of two forms of a topic matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryChange {
    /// The first entry of it that matched.
    pub entry: EntryId,
    /// The story that entry was placed in when it came.
    pub story: Option<StoryId>,
    pub at: Timestamp,
    pub headline: String,
    pub publisher: String,
    pub url: Option<String>,
    /// Whether an alert was raised over it.
    pub alerted: bool,
}

/// How much a clause does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseCount {
    pub clause: Clause,
    /// Matches in which it was there.
    pub found_in: u64,
    /// Matches that would be lost without it.
    pub alone: u64,
}

/// What an obstacle held back.
#[derive(Debug, Clone, PartialEq)]
pub struct ObstacleCount {
    pub relaxed: Relaxed,
    /// Entries that would match without it.
    pub held_back: u64,
    pub samples: Vec<Drawn>,
}

/// An entry of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    pub entry: EntryId,
    pub feed: FeedKey,
    pub publisher: String,
    pub title: String,
    pub url: Option<String>,
    pub at: Timestamp,
    /// Of a hit what was found, of a miss why it was none.
    pub text: String,
    /// Of a hit, the same in its parts.
    pub found: Option<Found>,
    /// Of a miss, the number of the obstacle.
    pub obstacle: Option<usize>,
    pub mark: Option<Mark>,
}

/// What people said of entries in the period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marked {
    /// Matches that are wanted, unwanted, or wanted but told before.
    pub wanted: u64,
    pub unwanted: u64,
    pub duplicate: u64,
    /// Wanted entries that do not match, and unwanted ones that rightly do not.
    pub missed: u64,
    pub rejected: u64,
}

impl Marked {
    /// Counts what was said of an entry that the topic matches, or does not.
    pub fn count(&mut self, mark: Mark, matched: bool) {
        match (mark, matched) {
            (Mark::Useful, true) => self.wanted += 1,
            (Mark::Noise, true) => self.unwanted += 1,
            (Mark::Dup, true) => self.duplicate += 1,
            (Mark::Useful | Mark::Dup, false) => self.missed += 1,
            (Mark::Noise, false) => self.rejected += 1,
        }
    }

    /// Precision over the matches that were judged; duplicates count neither way.
    pub fn precision(self) -> Option<Precision> {
        precision(self.wanted, self.wanted + self.unwanted)
    }
}

impl Report {
    /// Nothing told yet.
    pub(super) fn of(judge: &Judge, since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        let clauses = judge.clauses().iter();
        let obstacles = judge.relaxed().iter();
        Self {
            topic: judge.topic().id.clone(),
            revision: judge.revision(),
            base_revision: judge.base_revision(),
            since,
            until,
            first: None,
            last: None,
            entries: 0,
            told_before: 0,
            revised: 0,
            baseline_entries: 0,
            baseline_matches: 0,
            ours: Count::default(),
            base: judge.base_revision().map(|_| Count::default()),
            days: BTreeMap::new(),
            decisions: BTreeMap::new(),
            gained: Vec::new(),
            lost: Vec::new(),
            clauses: clauses
                .map(|clause| ClauseCount { clause: clause.clone(), found_in: 0, alone: 0 })
                .collect(),
            clauses_truncated: judge.clauses_truncated(),
            obstacles: obstacles
                .map(|relaxed| ObstacleCount {
                    relaxed: relaxed.clone(),
                    held_back: 0,
                    samples: Vec::new(),
                })
                .collect(),
            near_misses: 0,
            hits: Vec::new(),
            misses: Vec::new(),
            marked: Marked::default(),
        }
    }

    /// Days that were counted over, at least one; rates are per such a day. The period that was
    /// asked, quiet hours at its ends included; where no bound was asked, or nothing is stored of
    /// before the period, the first and the last entry bound it.
    pub fn length_days(&self) -> f64 {
        let from = self.since.filter(|_| self.told_before > 0).or(self.first);
        let span = from.zip(self.until.or(self.last)).map(|(from, to)| to.duration_since(from));
        span.map_or(1.0, |span| (span.as_secs_f64() / 86_400.0).max(1.0))
    }

    /// How many of something come per day.
    pub fn per_day(&self, count: u64) -> f64 {
        count as f64 / self.length_days()
    }
}
