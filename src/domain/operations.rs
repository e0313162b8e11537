//! When a feed's trouble is told, and when its end: after a day and not at once, grouped and not
//! one by one, once and not again and again; and as one notice where it is not the feeds that are
//! ill but the network of this machine. Pure; the daemon's watch over feeds asks it hourly.

use std::time::Duration;

use jiff::Timestamp;

use super::feed::health::{Condition, Health, is_network};
use super::ids::{FeedId, FeedKey};
use super::notice::{FeedNote, Notice, NoticeKind};

/// A feed that was seen failing for this long, in at least so many fetches, is told of.
const TELL_AFTER: Duration = Duration::from_secs(86_400);
const TELL_AFTER_FETCHES: u32 = 3;

/// Or in so many fetches in a row, for this long: rounds by a timer may come as fast as it likes.
const MANY_FAILURES: u32 = 20;
const MANY_FOR: Duration = Duration::from_secs(6 * 3_600);

/// Between two notices of feeds in trouble: what goes wrong meanwhile is told together.
const BETWEEN: Duration = Duration::from_secs(6 * 3_600);

/// Most feeds must be out of reach for this long before the network is said to be gone.
const OFFLINE_AFTER: Duration = Duration::from_secs(3_600);

/// A failed fetch says nothing of the network any longer after this time.
const OFFLINE_SEEN: Duration = Duration::from_secs(3 * 3_600);

/// Once the network is back, feeds that could not be reached get this long to be reached again.
const GRACE: Duration = Duration::from_secs(3 * 3_600);

/// A configured feed, as far as is asked here.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub id: FeedId,
    pub key: FeedKey,
    /// From outside, where the user gave none.
    pub title: Option<String>,
    pub health: Health,
    pub failures: u32,
    pub last_fetch: Option<Timestamp>,
    pub next_due: Timestamp,
    /// When its present trouble was told.
    pub told_at: Option<Timestamp>,
}

/// What was told before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// The last notice of feeds in trouble.
    pub trouble: Option<Timestamp>,
    /// The last notices of the network's going and coming.
    pub network_down: Option<Timestamp>,
    pub network_back: Option<Timestamp>,
}

impl Past {
    fn is_down(self) -> bool {
        self.network_down > self.network_back
    }
}

/// What is to be told now, and what is to be remembered of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Word {
    pub notices: Vec<Notice>,
    /// Feeds whose trouble is told by that, and those whose trouble is over.
    pub told: Vec<(FeedId, Condition)>,
    pub over: Vec<FeedId>,
}

/// Decides what is to be told of these feeds.
pub fn decide(feeds: &[Watched], past: Past, now: Timestamp) -> Word {
    let mut word = Word::default();
    let unreached = unreached(feeds, now);
    let offline = unreached.len() >= 2 && unreached.len() * 2 > fetched(feeds);
    word.notices.extend(network(feeds, &unreached, offline, past, now));
    let (over, ill): (Vec<&Watched>, Vec<&Watched>) =
        feeds.iter().partition(|feed| !feed.health.is_trouble());
    let is_over =
        |feed: &&Watched| feed.told_at.is_some() && feed.health.condition != Condition::Paused;
    let over: Vec<&Watched> = over.into_iter().filter(is_over).collect();
    if !over.is_empty() {
        word.notices.push(notice(
            &over,
            NoticeKind::FeedsWell,
            ["is well again", "are well again"],
            now,
        ));
        word.over = over.iter().map(|feed| feed.id).collect();
    }
    // The look that finds the network back excuses as well: half of the feeds are still to come.
    let excused = offline || past.is_down() || within(past.network_back, GRACE, now);
    let is_excused = |feed: &Watched| excused && is_network(&feed.health.code);
    let due: Vec<&Watched> = ill
        .into_iter()
        .filter(|feed| feed.told_at.is_none() && is_due(feed, now) && !is_excused(feed))
        .collect();
    if !due.is_empty() && !within(past.trouble, BETWEEN, now) {
        word.notices.push(notice(
            &due,
            NoticeKind::FeedsTrouble,
            ["needs attention", "need attention"],
            now,
        ));
        word.told = due.iter().map(|feed| (feed.id, feed.health.condition)).collect();
    }
    word
}

/// Whether a feed's trouble has lasted long enough. What counts is for how long it was seen, not
/// for how long nobody looked.
fn is_due(feed: &Watched, now: Timestamp) -> bool {
    let until = feed.last_fetch.unwrap_or(now);
    let lasted = |span: Duration| {
        feed.health.since.is_none_or(|since| {
            Duration::try_from(until.duration_since(since)).is_ok_and(|lasted| lasted >= span)
        })
    };
    match feed.health.condition {
        Condition::Stale => true,
        Condition::Empty => lasted(TELL_AFTER),
        _ => [(TELL_AFTER_FETCHES, TELL_AFTER), (MANY_FAILURES, MANY_FOR)]
            .into_iter()
            .any(|(fetches, span)| feed.failures >= fetches && lasted(span)),
    }
}

/// Feeds that lately failed on the way there.
fn unreached(feeds: &[Watched], now: Timestamp) -> Vec<&Watched> {
    let lately = |feed: &&Watched| {
        feed.failures > 0
            && is_network(&feed.health.code)
            && within(feed.last_fetch, OFFLINE_SEEN, now)
    };
    feeds.iter().filter(lately).collect()
}

/// How many feeds are fetched at all.
fn fetched(feeds: &[Watched]) -> usize {
    let idle = [Condition::New, Condition::Paused];
    feeds.iter().filter(|feed| !idle.contains(&feed.health.condition)).count()
}

fn network(
    feeds: &[Watched],
    unreached: &[&Watched],
    offline: bool,
    past: Past,
    now: Timestamp,
) -> Option<Notice> {
    let notice = |kind, headline| Some(Notice::of_feeds(now, kind, headline, Vec::new()));
    if past.is_down() {
        return match offline {
            true => None,
            false => notice(NoticeKind::NetworkBack, "feeds can be reached again".to_owned()),
        };
    }
    let mut since: Vec<Timestamp> = unreached.iter().filter_map(|feed| feed.health.since).collect();
    since.sort_unstable();
    // Since when more than half of all feeds are out of reach.
    let since = since.get(fetched(feeds) / 2)?;
    if !offline || within(Some(*since), OFFLINE_AFTER, now) {
        return None;
    }
    let (out, all) = (unreached.len(), fetched(feeds));
    let headline = match out == all {
        true => "no feed can be reached: network".to_owned(),
        false => format!("{out} of {all} feeds cannot be reached: network"),
    };
    notice(NoticeKind::NetworkDown, headline)
}

/// Whether `at` was less than `span` ago. A clock that jumped back makes nothing recent for ever.
fn within(at: Option<Timestamp>, span: Duration, now: Timestamp) -> bool {
    at.is_some_and(|at| now.duration_since(at).unsigned_abs() < span)
}

fn notice(feeds: &[&Watched], kind: NoticeKind, verb: [&str; 2], now: Timestamp) -> Notice {
    let headline = match feeds {
        [one] => format!("feed {} {}", one.key, verb[0]),
        many => format!("{} feeds {}", many.len(), verb[1]),
    };
    let note = |feed: &&Watched| FeedNote {
        feed: feed.key.clone(),
        title: feed.title.clone(),
        condition: feed.health.condition,
        since: feed.health.since,
        code: feed.health.code.clone(),
        detail: feed.health.detail.clone(),
        advice: feed.health.advice,
        next_try: feed.next_due,
    };
    Notice::of_feeds(now, kind, headline, feeds.iter().map(note).collect())
}

#[cfg(test)]
mod tests;
