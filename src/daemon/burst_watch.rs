//! The watch over bursts: after each hour it holds what was heard of every topic against what is
//! usual, as [`crate::domain::burst`] decides, keeps what was learnt, and tells the bursts of
//! those topics that ask for it. An hour that nobody looked at soon after its end teaches nothing:
//! who knows whether feeds were read in it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::digests::leads_to;
use super::post::Post;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::alert::silence::{Silence, SilenceScope};
use crate::domain::burst::{self, Burst, Course, Hour, Outcome};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::notice::{Notice, TopicNote};
use crate::domain::topic::{Mode, Topic};
use crate::store::Store;
use crate::store::bursts::{BurstKept, BurstOutcome, HourKept, Sounding};
use crate::store::error::StoreError;

/// How long after its end an hour is looked at: fetches that were under way are stored by then.
const SETTLE: Duration = Duration::from_secs(60);

/// How often it is asked whether an hour is over.
const EVERY: Duration = Duration::from_secs(120);

/// Most hours that are looked at after a pause: of what is older nothing can be told.
const MAX_MISSED_H: i64 = 2;

/// How many stories are named in the notice of a burst.
const NAMED: u32 = 3;

/// What the watch needs.
pub(super) struct BurstWatch {
    pub clock: Clock,
    pub post: Post,
}

impl BurstWatch {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            self.look().await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep(EVERY) => {}
            }
        }
    }

    /// Looks at every hour that is over and was not looked at. A store that fails is told of in
    /// the log, and asked again the next time.
    pub async fn look(&self) {
        if let Err(error) = self.hours().await {
            let code = error.code();
            tracing::warn!(code, %error, "cannot tell whether more is said of topics than is usual");
        }
    }

    async fn hours(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let settled = now.saturating_sub(SETTLE).unwrap_or(Timestamp::MIN);
        let over = Hour(Hour::of(settled).0.saturating_sub(1));
        if self.post.store().last_burst_hour()?.is_some_and(|last| last > over) {
            self.post.store().rewind_bursts(over).await?;
        }
        let oldest = Hour(over.0.saturating_sub(MAX_MISSED_H));
        // Before the first hour nobody watched: the one that is just over was watched in part.
        let last = self.post.store().last_burst_hour()?.unwrap_or(Hour(over.0.saturating_sub(1)));
        let mut hour = last.next().max(oldest);
        while hour <= over {
            self.hour(hour, now).await?;
            hour = hour.next();
        }
        Ok(())
    }

    async fn hour(&self, hour: Hour, now: Timestamp) -> Result<(), StoreError> {
        let (store, config) = (self.post.store(), self.post.config());
        let read = tokio::task::spawn_blocking(move || judge(&store, &config, hour, now)).await;
        let kept = match read {
            Ok(kept) => kept?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        self.post.keep_hour(kept).await
    }
}

/// What an hour was for every topic that was heard of.
fn judge(
    store: &Store,
    config: &Config,
    hour: Hour,
    now: Timestamp,
) -> Result<HourKept, StoreError> {
    let topics: HashMap<TopicId, &Topic> =
        config.topics.topics().map(|(topic, _)| (topic.id.clone(), topic.as_ref())).collect();
    let ids: Vec<TopicId> = topics.keys().cloned().collect();
    let mut sounding = store.sound(hour, &ids)?;
    let covered = was_covered(&sounding, hour, now);
    if covered {
        sounding.covered.insert(hour);
    }
    let silences = store.silences(now)?;
    let mut kept = HourKept { hour, covered, courses: Vec::new(), bursts: Vec::new() };
    for (id, heard) in sounding.heard {
        let course = sounding.courses.remove(&id);
        let mut course = course.unwrap_or_else(|| Course::new(hour));
        let outcome = course.hear(hour, heard, |at| burst::coverage(&sounding.covered, at));
        kept.courses.push((id.clone(), course));
        if let (Outcome::Burst(burst), Some(topic)) = (outcome, topics.get(&id)) {
            kept.bursts.push(told(store, config, topic, burst, &silences, now)?);
        }
    }
    kept.bursts.sort_by(|a, b| a.topic.as_str().cmp(b.topic.as_str()));
    Ok(kept)
}

/// Whether most feeds that are read at all were read in the hour, as far as can still be told.
fn was_covered(sounding: &Sounding, hour: Hour, now: Timestamp) -> bool {
    let soon = Hour::of(now) <= hour.next();
    soon && sounding.feeds > 0 && sounding.feeds_read.saturating_mul(2) >= sounding.feeds
}

/// A burst with whom it is told: the channels of its topic, if it asks for that.
fn told(
    store: &Store,
    config: &Config,
    topic: &Topic,
    burst: Burst,
    silences: &[Silence],
    now: Timestamp,
) -> Result<BurstKept, StoreError> {
    let silenced = |silence: &Silence| {
        silence.lasts(now) && silence.scope == SilenceScope::Topic(topic.id.to_string())
    };
    let outcome = match () {
        () if topic.mode == Mode::Shadow => BurstOutcome::Shadow,
        () if !topic.alert.burst => BurstOutcome::NotAsked,
        () if silences.iter().any(silenced) => BurstOutcome::Silenced,
        () => BurstOutcome::Told,
    };
    let id = topic.id.clone();
    if outcome != BurstOutcome::Told {
        return Ok(BurstKept { topic: id, burst, outcome, notice: None });
    }
    let since = Hour(burst.hour.0.saturating_sub(i64::from(burst.window_h) - 1));
    let stories = store.most_told(&id, since, NAMED)?;
    let mut text = burst.text();
    if !stories.is_empty() {
        let quoted: Vec<String> = stories.iter().map(|story| format!("“{story}”")).collect();
        text = format!("{text}; most told: {}", quoted.join(", "));
    }
    let note = TopicNote { topic: id.clone(), text };
    let notice = Notice::of_burst(now, &topic.name, topic.severity, note);
    // Like any notice it also goes to a channel that keeps alerts for its digest: no digest tells it.
    let goes = |channel: &&crate::config::ChannelConfig| {
        leads_to(config, topic, channel) && topic.severity >= channel.min_severity
    };
    let channels: Vec<ChannelId> =
        config.channels.iter().filter(goes).map(|channel| channel.id.clone()).collect();
    Ok(BurstKept { topic: id, burst, outcome, notice: Some((notice, channels)) })
}
