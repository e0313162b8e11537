//! How late a feed's entries are seen and alerted, and which other feeds tell the same stories
//! sooner. Worked out from what the store has of the last weeks.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ids::{FeedId, StoryId};

/// Over how many days it is worked out.
pub const DAYS: i64 = 30;

/// Fewer stories than this that two feeds have in common say nothing.
const MIN_COMMON: u32 = 5;

/// Most feeds of one story that are compared with each other, the earliest ones: the work grows with
/// the square of it.
const MAX_FEEDS: usize = 20;

/// Most comparisons altogether.
const MAX_COMPARED: usize = 2_000_000;

/// How long the entries of a feed took, each list from the shortest time to the longest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lateness {
    /// From publication to when the entry was seen.
    pub seen: Vec<Duration>,
    /// From when it was seen to the alert that it opened.
    pub alerted: Vec<Duration>,
}

/// When a feed first told a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    pub story: StoryId,
    pub feed: FeedId,
    pub published: Timestamp,
}

/// A feed that tells the same stories sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trail {
    pub leader: FeedId,
    /// Stories that both told.
    pub common: u32,
    /// In how many of them the leader was first.
    pub later: u32,
    /// By how much, in half of these.
    pub median: Duration,
}

/// The time that this share of all did not exceed; `None` without any. `sorted` from the shortest.
pub fn within(sorted: &[Duration], share: f64) -> Option<Duration> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

/// Behind which feeds each feed comes in more than half of the stories that both told; the one that
/// leads most often first. The tellings come story by story, each feed once in a story.
pub fn trails(tellings: impl IntoIterator<Item = Telling>) -> HashMap<FeedId, Vec<Trail>> {
    let mut pairs = Pairs::default();
    let mut story: Vec<Telling> = Vec::new();
    for telling in tellings {
        if story.first().is_some_and(|first| first.story != telling.story) {
            pairs.compare(&mut story);
        }
        story.push(telling);
    }
    pairs.compare(&mut story);
    pairs.trails()
}

/// By how many seconds the second feed of a pair was later; less than zero if it was sooner.
#[derive(Default)]
struct Pairs {
    lags: HashMap<(FeedId, FeedId), Vec<i64>>,
    compared: usize,
}

impl Pairs {
    /// Compares the feeds of one story, and forgets it.
    fn compare(&mut self, story: &mut Vec<Telling>) {
        story.sort_by_key(|telling| (telling.published, telling.feed));
        story.truncate(MAX_FEEDS);
        for (n, sooner) in story.iter().enumerate() {
            for later in &story[n + 1..] {
                if self.compared == MAX_COMPARED {
                    break;
                }
                self.compared += 1;
                let lag = later.published.as_second().saturating_sub(sooner.published.as_second());
                let (pair, lag) = match sooner.feed < later.feed {
                    true => ((sooner.feed, later.feed), lag),
                    false => ((later.feed, sooner.feed), lag.saturating_neg()),
                };
                self.lags.entry(pair).or_default().push(lag);
            }
        }
        story.clear();
    }

    fn trails(self) -> HashMap<FeedId, Vec<Trail>> {
        let mut trails: HashMap<FeedId, Vec<Trail>> = HashMap::new();
        for ((one, other), lags) in self.lags {
            let common = u32::try_from(lags.len()).unwrap_or(u32::MAX);
            if common < MIN_COMMON {
                continue;
            }
            let turned: Vec<i64> = lags.iter().map(|lag| lag.saturating_neg()).collect();
            for (feed, leader, lags) in [(other, one, &lags), (one, other, &turned)] {
                if let Some(trail) = trail(leader, common, lags) {
                    trails.entry(feed).or_default().push(trail);
                }
            }
        }
        for behind in trails.values_mut() {
            behind.sort_by_key(|it| (std::cmp::Reverse((it.later, it.median)), it.leader));
        }
        trails
    }
}

/// What the lags behind a feed come to, if it was sooner in more than half of the stories.
fn trail(leader: FeedId, common: u32, lags: &[i64]) -> Option<Trail> {
    let mut later: Vec<u64> =
        lags.iter().filter_map(|lag| u64::try_from(*lag).ok()).filter(|lag| *lag > 0).collect();
    if later.len() * 2 <= lags.len() {
        return None;
    }
    later.sort_unstable();
    let median = Duration::from_secs(later.get(later.len() / 2).copied()?);
    Some(Trail { leader, common, later: u32::try_from(later.len()).unwrap_or(u32::MAX), median })
}

#[cfg(test)]
mod tests;
