//! Bursts: when far more is said of a topic than is usual for it at that hour of that weekday.
//! [`Course`] is what was learnt of a topic, hour by hour; [`Course::hear`] takes the next hour and
//! says whether it is part of a burst. [`rhythm`] holds what is usual, [`surprise`] how unlikely
//! more is. Pure; the daemon's watch over bursts asks it after the end of each hour.

mod rhythm;
mod surprise;

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;

pub use rhythm::{Rhythm, Share};

/// Seconds in an hour, the unit of all counting here.
const HOUR_S: i64 = 3_600;

/// Lengths of the windows that are looked at, in hours that end with the present one.
const WINDOWS_H: [usize; 4] = [1, 3, 6, 24];

/// How surprising a window must be: the negative decimal logarithm of the chance that so much or
/// more is said by itself.
pub const MIN_STRENGTH: f64 = 4.0;

/// Fewest entries of a burst, whatever is usual.
const MIN_COUNT: u32 = 3;

/// A burst is at least so many times what is expected.
const MIN_FACTOR: f64 = 2.5;

/// One newsroom that publishes a lot is no burst.
const MIN_PUBLISHERS: usize = 2;

/// Hours after a burst in which no other one is told: it is the same.
pub const SILENT_H: i64 = 12;

/// Hours that are learnt from before a burst can be told: a week, since weekdays differ.
pub const LEARNING_H: u32 = 7 * 24;

/// Longest gap, in hours, that is caught up with hour by hour; after more of it what was learnt
/// has faded anyway (eight half-lives).
const MAX_CATCH_UP_H: i64 = 112 * 24;

/// Most publishers remembered of one hour: two are enough to tell.
const MAX_PUBLISHERS: usize = 32;

/// An hour of the clock in UTC, counted since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour in which `at` is.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second().div_euclid(HOUR_S))
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0.saturating_mul(HOUR_S)).unwrap_or(Timestamp::MAX)
    }
}

/// What was heard of a topic in one hour: entries that are new and no copies of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    pub entries: u32,
    /// Hashes of the publishers' names, each once.
    pub publishers: Vec<i64>,
}

/// How well feeds were read in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Most feeds were read: what was heard is what was said.
    Full,
    /// Too few were read, or it is the hour after one in which too few were: what is heard late
    /// comes all at once. Nothing is learnt of it and nothing told.
    Poor,
}

/// Whether an hour can be told from, `covered` being those in which most feeds were read: in the
/// hour before it they were read too, so that nothing that was said earlier came late.
pub fn coverage(covered: &HashSet<Hour>, hour: Hour) -> Coverage {
    let before = Hour(hour.0.saturating_sub(1));
    match covered.contains(&hour) && covered.contains(&before) {
        true => Coverage::Full,
        false => Coverage::Poor,
    }
}

/// What an hour was.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// As usual, or not much more.
    Usual,
    /// Part of a burst that was told already.
    Lasting,
    /// Too little is known of the topic yet.
    Learning,
    /// Feeds were not read well enough to tell.
    Uncovered,
    Burst(Burst),
}

/// Far more than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// The last hour of it so far.
    pub hour: Hour,
    /// Over how many hours it is counted.
    pub window_h: u32,
    pub entries: u32,
    pub expected: f64,
    pub publishers: u32,
    /// The negative decimal logarithm of the chance that it is none.
    pub strength: f64,
}

impl Burst {
    /// What was heard against what is usual, as a clause.
    pub fn text(&self) -> String {
        let Self { entries, window_h, publishers, expected, .. } = self;
        let hours = if *window_h == 1 { "one hour".to_owned() } else { format!("{window_h} h") };
        let expected = match expected {
            little if *little < 0.05 => "hardly any are".to_owned(),
            some if *some < 9.95 => format!("{some:.1} are"),
            many => format!("{many:.0} are"),
        };
        format!("{entries} entries in {hours} from {publishers} publishers, where {expected} usual")
    }
}

/// What was learnt of a topic up to an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The last hour that was taken in.
    pub last: Hour,
    pub rhythm: Rhythm,
    /// The last hours that were covered, at most 24, oldest first.
    pub recent: VecDeque<Recent>,
    /// The hour in which a burst was last told.
    pub told: Option<Hour>,
}

/// A covered hour of the last day.
#[derive(Debug, Clone, PartialEq)]
pub struct Recent {
    pub hour: Hour,
    pub heard: Heard,
    /// What was expected of it before it was heard.
    pub expected: f64,
}

impl Course {
    /// Of a topic that is watched from `hour` on.
    pub fn new(hour: Hour) -> Self {
        let last = Hour(hour.0.saturating_sub(1));
        Self { last, rhythm: Rhythm::default(), recent: VecDeque::new(), told: None }
    }

    /// How many hours are to be learnt from before a burst can be told.
    pub fn hours_to_learn(&self) -> u32 {
        LEARNING_H.saturating_sub(self.rhythm.hours)
    }

    /// Takes in the hours before `hour` in which nothing was heard, then `hour` itself.
    /// `coverage` tells of each. An hour that was taken in before changes nothing.
    pub fn hear(
        &mut self,
        hour: Hour,
        heard: Heard,
        coverage: impl Fn(Hour) -> Coverage,
    ) -> Outcome {
        if hour <= self.last {
            return Outcome::Usual;
        }
        if hour.0.saturating_sub(self.last.0) > MAX_CATCH_UP_H {
            *self = Self { told: self.told, ..Self::new(hour) };
        }
        let mut silent = self.last.next();
        while silent < hour {
            self.take(silent, Heard::default(), coverage(silent));
            silent = silent.next();
        }
        self.take(hour, heard, coverage(hour))
    }

    /// Takes back what a clock that was ahead brought: it knows of no hour after `hour`. What is
    /// usual stays.
    pub fn rewind(&mut self, hour: Hour) {
        self.last = self.last.min(hour);
        self.told = self.told.filter(|told| *told <= hour);
        self.recent.retain(|recent| recent.hour <= hour);
    }

    fn take(&mut self, hour: Hour, mut heard: Heard, coverage: Coverage) -> Outcome {
        self.last = hour;
        if coverage == Coverage::Poor {
            self.rhythm.fade();
            return Outcome::Uncovered;
        }
        heard.publishers.truncate(MAX_PUBLISHERS);
        let expected = self.rhythm.expected(hour);
        let learning = self.hours_to_learn() > 0;
        self.rhythm.learn(hour, heard.entries, expected);
        let silent = heard.entries == 0;
        self.recent.retain(|recent| hour.0.saturating_sub(recent.hour.0) < 24);
        self.recent.push_back(Recent { hour, heard, expected });
        if learning {
            return Outcome::Learning;
        }
        if silent {
            return Outcome::Usual;
        }
        let Some(burst) = self.burst(hour) else { return Outcome::Usual };
        let lasting = |told: Hour| hour.0.saturating_sub(told.0) <= SILENT_H;
        if self.told.is_some_and(lasting) {
            return Outcome::Lasting;
        }
        self.told = Some(hour);
        Outcome::Burst(burst)
    }

    /// The window up to `hour` that surprises most, if any does enough.
    fn burst(&self, hour: Hour) -> Option<Burst> {
        let bursts = WINDOWS_H.into_iter().filter_map(|window| self.window(hour, window));
        bursts.max_by(|a, b| a.strength.total_cmp(&b.strength))
    }

    fn window(&self, hour: Hour, window: usize) -> Option<Burst> {
        let within = |recent: &&Recent| hour.0.saturating_sub(recent.hour.0) < window as i64;
        let hours: Vec<&Recent> = self.recent.iter().filter(within).collect();
        let entries =
            hours.iter().fold(0u32, |sum, recent| sum.saturating_add(recent.heard.entries));
        let expected: f64 = hours.iter().map(|recent| recent.expected).sum();
        let mut publishers: Vec<i64> =
            hours.iter().flat_map(|recent| recent.heard.publishers.iter().copied()).collect();
        publishers.sort_unstable();
        publishers.dedup();
        let many = entries >= MIN_COUNT && f64::from(entries) >= MIN_FACTOR * expected;
        if !many || publishers.len() < MIN_PUBLISHERS {
            return None;
        }
        let strength = surprise::strength(entries, expected, 4.0 * (window as f64).sqrt());
        (strength >= MIN_STRENGTH).then_some(Burst {
            hour,
            window_h: window as u32,
            entries,
            expected,
            publishers: publishers.len() as u32,
            strength,
        })
    }
}

#[cfg(test)]
mod tests;
