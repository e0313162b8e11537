//! What is usual for a topic: a level, times the share of the hour of the day, times that of the
//! weekday. Running sums that fade, so that a topic that has grown is no burst for ever.

use super::Hour;

/// Hours after which what was learnt counts half.
const HALF_LIFE_H: f64 = 14.0 * 24.0;

/// An hour counts as at most so many times what was expected of it, or as this many entries if
/// that is more: a burst must not become what is usual.
const MOST_TIMES: f64 = 3.0;
const MOST_ENTRIES: f64 = 3.0;

/// How many entries each share is assumed to be backed by: little data leaves it near 1.
const PRIOR: f64 = 4.0;

/// Bounds of a share: an hour in which nothing was heard yet is not impossible.
const SHARE: (f64, f64) = (0.1, 10.0);

/// Half an entry that nobody heard: what never occurred may still.
const UNHEARD: f64 = 0.5;

/// Running sums, each faded alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// Hours that were learnt from, without fading.
    pub hours: u32,
    /// Faded hours, and entries heard in them.
    pub weight: f64,
    pub entries: f64,
    /// Of each hour of the day and each weekday (Monday first): entries, and what its share does
    /// not explain.
    pub by_hour: [Share; 24],
    pub by_day: [Share; 7],
}

/// How much more is heard at a time than at others.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    pub heard: f64,
    pub expected: f64,
}

impl Share {
    fn factor(self) -> f64 {
        ((self.heard + PRIOR) / (self.expected + PRIOR)).clamp(SHARE.0, SHARE.1)
    }
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            hours: 0,
            weight: 0.0,
            entries: 0.0,
            by_hour: [Share::default(); 24],
            by_day: [Share::default(); 7],
        }
    }
}

impl Rhythm {
    /// How many entries an hour is expected to bring.
    pub fn expected(&self, hour: Hour) -> f64 {
        self.level() * self.by_hour[of_day(hour)].factor() * self.by_day[weekday(hour)].factor()
    }

    /// Entries in an hour, on average.
    pub fn level(&self) -> f64 {
        (self.entries + UNHEARD) / (self.weight + 1.0)
    }

    /// Learns from an hour of which `expected` entries were expected.
    pub(super) fn learn(&mut self, hour: Hour, entries: u32, expected: f64) {
        self.fade();
        let most = (MOST_TIMES * expected).max(MOST_ENTRIES);
        let heard = f64::from(entries).min(most);
        let (at, day) = (of_day(hour), weekday(hour));
        let level = self.level();
        let (of_hour, of_day) = (self.by_hour[at].factor(), self.by_day[day].factor());
        self.by_hour[at].heard += heard;
        self.by_hour[at].expected += level * of_day;
        self.by_day[day].heard += heard;
        self.by_day[day].expected += level * of_hour;
        self.weight += 1.0;
        self.entries += heard;
        self.hours = self.hours.saturating_add(1);
    }

    /// Lets an hour pass.
    pub(super) fn fade(&mut self) {
        let keep = 0.5f64.powf(1.0 / HALF_LIFE_H);
        self.weight *= keep;
        self.entries *= keep;
        for share in self.by_hour.iter_mut().chain(&mut self.by_day) {
            share.heard *= keep;
            share.expected *= keep;
        }
    }
}

fn of_day(hour: Hour) -> usize {
    hour.0.rem_euclid(24) as usize
}

/// 1970 began on a Thursday.
fn weekday(hour: Hour) -> usize {
    (hour.0.div_euclid(24).saturating_add(3)).rem_euclid(7) as usize
}
