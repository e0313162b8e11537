//! How long a feed is usually silent: its own gaps between new entries, kept as a small histogram
//! that forgets. [`super::health`] asks it whether a silence is out of the ordinary.

use std::time::Duration;

use jiff::Timestamp;

/// Number of classes. Class n holds gaps from 2^n minutes on; the last one begins at 16 years.
pub const CLASSES: usize = 24;

/// A gap counts half after this time.
const HALF_LIFE: Duration = Duration::from_secs(180 * 86_400);

/// Gaps that must be known before anything is said of what is usual.
const MIN_GAPS: f64 = 4.0;

/// A silence this long is out of the ordinary for a feed of which too little is known.
const UNKNOWN: Duration = Duration::from_secs(365 * 86_400);

/// Nights and weekends are not in the gaps of a feed that was watched for less than this.
const WHOLE_WEEKS: Duration = Duration::from_secs(14 * 86_400);

/// No silence shorter than this is out of the ordinary: of a feed watched for less than
/// [`WHOLE_WEEKS`], and of any other.
const LEAST: (Duration, Duration) = (Duration::from_secs(7 * 86_400), Duration::from_secs(86_400));

/// Share of time that usual gaps make up. Taken of the time and not of the number of gaps: of a
/// busy feed's hundred gaps a day, the night is one, and nobody calls the night unusual.
const USUAL: f64 = 0.95;

/// Gaps between the entries of one feed, by length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gaps {
    /// How many gaps of each class there were, older ones counting less.
    pub classes: [f32; CLASSES],
}

impl Gaps {
    /// Adds the gaps between `from` and each of `times`, which are sorted and not before it.
    pub fn learn(&mut self, from: Timestamp, times: &[Timestamp]) {
        let mut before = from;
        for at in times {
            if let Ok(gap) = Duration::try_from(at.duration_since(before))
                && !gap.is_zero()
            {
                self.add(gap);
            }
            before = *at;
        }
    }

    /// Adds one gap.
    fn add(&mut self, gap: Duration) {
        let kept = 0.5f64.powf(gap.as_secs_f64() / HALF_LIFE.as_secs_f64());
        for count in &mut self.classes {
            *count = (f64::from(*count) * kept) as f32;
        }
        self.classes[class(gap)] += 1.0;
    }

    /// How many gaps count.
    pub fn count(&self) -> f64 {
        self.classes.iter().copied().map(f64::from).sum()
    }

    /// Half of the gaps are no longer than this; `None` while too little is known.
    pub fn median(&self) -> Option<Duration> {
        let counts = self.classes.map(f64::from);
        (self.count() >= MIN_GAPS).then(|| upper_edge(&counts, 0.5))
    }

    /// After this long a silence is out of the ordinary for this feed.
    pub fn longest_usual(&self) -> Duration {
        if self.count() < MIN_GAPS {
            return UNKNOWN;
        }
        let mut time = self.classes.map(f64::from);
        for (n, time) in time.iter_mut().enumerate() {
            *time *= middle(n).as_secs_f64();
        }
        let watched: f64 = time.iter().sum();
        let young = watched < WHOLE_WEEKS.as_secs_f64();
        upper_edge(&time, USUAL).max(if young { LEAST.0 } else { LEAST.1 })
    }
}

fn class(gap: Duration) -> usize {
    let minutes = (gap.as_secs() / 60).max(1);
    (minutes.ilog2() as usize).min(CLASSES - 1)
}

/// Where class n ends, and n + 1 begins.
fn edge(n: usize) -> Duration {
    Duration::from_secs(60 << (n + 1))
}

fn middle(n: usize) -> Duration {
    edge(n) * 3 / 4
}

/// The end of the class in which the given share of all that is in `parts` is reached.
fn upper_edge(parts: &[f64; CLASSES], share: f64) -> Duration {
    let wanted = share * parts.iter().sum::<f64>();
    let mut so_far = 0.0;
    let reached = parts.iter().position(|part| {
        so_far += part;
        so_far >= wanted
    });
    edge(reached.unwrap_or(CLASSES - 1))
}

#[cfg(test)]
mod tests;
