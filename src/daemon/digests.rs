//! Digests and heartbeats: makes those that are due, at the start, when the next one is, and after
//! a reload. What was told is kept with each digest: a restart neither repeats nor forgets, and a
//! clock that jumps only changes when the next one comes. [`draft`] also serves the command line.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::dispatcher::{HANDFUL, room_of};
use super::post::Post;
use crate::clock::Clock;
use crate::config::{ChannelConfig, ChannelKind, Config};
use crate::deliver::{digest, notice};
use crate::domain::calendar::{QuietHours, Recurrence};
use crate::domain::digest::compose::{Frame, compose};
use crate::domain::digest::due::{self, Due};
use crate::domain::digest::{Edition, FeedCounts, Kind, Late};
use crate::domain::feed::health::health_of;
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::notice::Notice;
use crate::domain::topic::Topic;
use crate::store::Store;
use crate::store::digests::material::{Cursor, Span};
use crate::store::digests::{Closing, DigestMark, Freeze, Gathering};
use crate::store::error::StoreError;
use crate::store::notices;

/// How digests become bytes.
pub const FREEZE: Freeze = Freeze { object: digest::object, body: digest::freeze };

/// Longest wait without looking: a wall clock that jumps is noticed by then.
const MAX_NAP: Duration = Duration::from_secs(60);

/// Shortest wait: whatever is wrong, no busy loop.
const MIN_NAP: Duration = Duration::from_secs(1);

/// A digest that is due is made within this time, or else waited for no longer.
const SOON: SignedDuration = SignedDuration::from_secs(120);

/// What a heartbeat counts over.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What makes digests needs.
pub(super) struct Digests {
    pub clock: Clock,
    pub post: Post,
}

impl Digests {
    /// Makes what is due until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let began = self.clock.elapsed();
            self.look().await;
            let next = began.saturating_add(self.nap());
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Ok(()) = self.post.pipeline.changed() => self.begin_anew().await,
                () = self.clock.sleep_until(next) => {}
            }
        }
    }

    /// Marks from where on digests tell, for channels that are new to them. One that had none for
    /// a while is new again.
    pub async fn begin(&self) -> Result<(), StoreError> {
        let (now, store, config) = (self.clock.now(), self.post.store(), self.post.config());
        let with = config.channels.iter().filter(|channel| channel.timetable.digest.is_some());
        let with: Vec<ChannelId> = with.map(|channel| channel.id.clone()).collect();
        store.keep_digest_marks(&with).await?;
        for channel in &config.channels {
            if channel.timetable.digest.is_some() {
                mark(&store, channel, now).await?;
            }
        }
        Ok(())
    }

    /// Begins with another configuration.
    async fn begin_anew(&self) {
        if let Err(error) = self.begin().await {
            let code = error.code();
            tracing::warn!(code, %error, "digests of the new configuration begin later");
        }
    }

    /// Looks once. A store that fails is told of in the log, and looked at again the next time.
    pub async fn look(&self) {
        let config = self.post.config();
        let mut made = false;
        for channel in &config.channels {
            for outcome in [self.digest(&config, channel).await, self.heartbeat(channel).await] {
                match outcome {
                    Ok(one) => made |= one,
                    Err(error) => {
                        let (channel, code) = (&channel.id, error.code());
                        tracing::warn!(%channel, code, %error, "no digest can be made");
                    }
                }
            }
        }
        if made {
            self.post.wake();
        }
    }

    /// How long until something is due.
    fn nap(&self) -> Duration {
        let (now, config) = (self.clock.now(), self.post.config());
        let recurring = config.channels.iter().flat_map(|channel| {
            let digest = channel.timetable.digest.as_ref().map(|digest| &digest.when);
            digest.into_iter().chain(&channel.timetable.heartbeat)
        });
        let next = recurring.filter_map(|when| when.next(now)).map(|slot| slot.at).min();
        let wait = next.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
        wait.unwrap_or(MAX_NAP).clamp(MIN_NAP, MAX_NAP)
    }

    /// Makes the channel's digest if one is due; tells whether there is a new delivery.
    async fn digest(&self, config: &Config, channel: &ChannelConfig) -> Result<bool, StoreError> {
        let Some(wanted) = &channel.timetable.digest else {
            return Ok(false);
        };
        let (now, store) = (self.clock.now(), self.post.store());
        let mark = mark(&store, channel, now).await?;
        let Some((due, period)) = due_now(&store, &channel.id, &wanted.when, mark, now)? else {
            return Ok(false);
        };
        let order = Order {
            kind: Kind::Regular,
            after: mark.told,
            since: Timestamp::MIN,
            shown_since: mark.since,
            late: due.late,
        };
        let (edition, upto) = self.drafted(config, channel, order, now).await?;
        let send = wanted.empty || !edition.is_empty();
        let alerts = edition.items.len();
        let quiet = channel.timetable.quiet_hours.clone();
        let closing = Closing {
            edition,
            period: Some(period),
            due: due.slot.at,
            from: mark.told,
            upto,
            send,
            urgent: true,
            gathers: quiet.filter(|quiet| !quiet.contain(now)).map(|hours| Gathering {
                hours,
                handful: HANDFUL,
                room: room_of(channel),
            }),
        };
        let made = store.close_digest(closing, FREEZE).await?;
        if let Some(digest) = made.filter(|_| send) {
            tracing::info!(channel = %channel.id, %digest, alerts, "digest made");
        }
        Ok(made.is_some() && send)
    }

    async fn drafted(
        &self,
        config: &Config,
        channel: &ChannelConfig,
        order: Order,
        now: Timestamp,
    ) -> Result<(Edition, Cursor), StoreError> {
        let (store, config, channel) = (self.post.store(), config.clone(), channel.clone());
        let work = move || draft(&store, &config, &channel, order, now);
        match tokio::task::spawn_blocking(work).await {
            Ok(drafted) => drafted,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Sends the channel's sign of life if it had none of this day; tells whether it did.
    async fn heartbeat(&self, channel: &ChannelConfig) -> Result<bool, StoreError> {
        let (now, store) = (self.clock.now(), self.post.store());
        let slot = channel.timetable.heartbeat.as_ref().and_then(|when| when.last(now));
        let Some(slot) = slot else {
            return Ok(false);
        };
        if store.heartbeat_sent(&channel.id, &slot.key())? {
            return Ok(false);
        }
        let alive = store.alive(now.saturating_sub(DAY).unwrap_or(Timestamp::MIN))?;
        let freeze = notices::Freeze { object: notice::object, body: notice::freeze };
        let notice = Notice::heartbeat(now, alive);
        store.post_heartbeat(&channel.id, slot.key(), notice, freeze).await
    }
}

/// What a digest is to be of.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub kind: Kind,
    /// Only what was committed after this.
    pub after: Cursor,
    /// Only what was made at this time or later.
    pub since: Timestamp,
    /// Since when it says that it tells.
    pub shown_since: Timestamp,
    pub late: Option<Late>,
}

/// Makes a digest of a channel, without keeping it. Returns up to where it tells.
///
/// # Errors
/// The store cannot be read.
pub fn draft(
    store: &Store,
    config: &Config,
    channel: &ChannelConfig,
    order: Order,
    now: Timestamp,
) -> Result<(Edition, Cursor), StoreError> {
    let topics: Vec<TopicId> = topics_of(config, channel);
    let span = Span {
        channel: &channel.id,
        topics: &topics,
        after: order.after,
        since: order.since,
        now,
        quiet: channel.timetable.quiet_hours.as_ref(),
    };
    let (material, upto) = store.digest_material(&span)?;
    let when = channel.timetable.digest.as_ref().map(|digest| &digest.when);
    let frame = Frame {
        channel: channel.id.clone(),
        kind: order.kind,
        at: now,
        since: order.shown_since,
        zone: zone_of(channel),
        late: order.late,
        next: when.and_then(|when| when.next(now)).map(|slot| slot.at),
        feeds: feeds(store, config, now)?,
    };
    Ok((compose(frame, material), upto))
}

/// What frames the digest of what quiet hours held.
pub(super) fn frame_of_held(
    channel: ChannelId,
    hours: &QuietHours,
    next: Option<&Recurrence>,
    now: Timestamp,
) -> Frame {
    let since = hours.since(now).unwrap_or(now);
    Frame {
        channel,
        kind: Kind::Quiet,
        at: now,
        since,
        zone: hours.zone.clone(),
        late: None,
        next: next.and_then(|when| when.next(now)).map(|slot| slot.at),
        feeds: FeedCounts::default(),
    }
}

/// What frames a message of alerts that came together.
pub(super) fn frame_of_group(channel: ChannelId, zone: TimeZone, now: Timestamp) -> Frame {
    Frame {
        channel,
        kind: Kind::Group,
        at: now,
        since: now,
        zone,
        late: None,
        next: None,
        feeds: FeedCounts::default(),
    }
}

/// The zone of a channel's reader: of its digest, its quiet hours or its file.
pub(super) fn zone_of(channel: &ChannelConfig) -> TimeZone {
    let timetable = &channel.timetable;
    let digest = timetable.digest.as_ref().map(|digest| &digest.when.zone);
    let zone = digest.or(timetable.quiet_hours.as_ref().map(|quiet| &quiet.zone));
    let zone = zone.or(timetable.zone.as_ref());
    zone.cloned().unwrap_or(TimeZone::UTC)
}

/// The topics whose alerts may go to a channel.
fn topics_of(config: &Config, channel: &ChannelConfig) -> Vec<TopicId> {
    let topics =
        config.topics.topics().map(|(topic, _)| topic).filter(|topic| {
            leads_to(config, topic, channel) && topic.severity >= channel.min_severity
        });
    topics.map(|topic| topic.id.clone()).collect()
}

/// Whether alerts of a topic can come to a channel at all.
pub(super) fn leads_to(config: &Config, topic: &Topic, channel: &ChannelConfig) -> bool {
    let routing = &config.routing;
    if !topic.channels.is_empty() {
        return topic.channels.contains(&channel.id);
    }
    let keeps_all = matches!(channel.kind, ChannelKind::Log(_)) && !routing.names(&channel.id);
    routing.is_empty() || keeps_all || routing.may_lead(&topic.id, &topic.tags, &channel.id)
}

/// How many configured feeds there are, and how many are in trouble, by state.
fn feeds(store: &Store, config: &Config, now: Timestamp) -> Result<FeedCounts, StoreError> {
    let known: BTreeMap<String, _> =
        store.feed_states()?.into_iter().map(|view| (view.state.key.to_string(), view)).collect();
    let mut trouble: BTreeMap<&'static str, u32> = BTreeMap::new();
    for feed in &config.feeds {
        let health = known.get(feed.key.as_str()).map(|view| health_of(feed, &view.state, now));
        if let Some(health) = health.filter(|health| health.is_trouble()) {
            *trouble.entry(health.condition.as_str()).or_default() += 1;
        }
    }
    let all = u32::try_from(config.feeds.len()).unwrap_or(u32::MAX);
    let trouble = trouble.into_iter().map(|(state, count)| (state.to_owned(), count));
    Ok(FeedCounts { all, trouble: trouble.collect() })
}

/// The channel's mark, which is made where there is none, and mended where a clock that has been
/// put back since made it.
async fn mark(
    store: &Store,
    channel: &ChannelConfig,
    now: Timestamp,
) -> Result<DigestMark, StoreError> {
    match store.digest_mark_of(&channel.id)? {
        Some(mark) if mark.begun <= now && mark.since <= now => Ok(mark),
        _ => store.digest_mark(&channel.id, now).await,
    }
}

/// The digest that is due, with its period, unless it was made.
fn due_now(
    store: &Store,
    channel: &ChannelId,
    when: &Recurrence,
    mark: DigestMark,
    now: Timestamp,
) -> Result<Option<(Due, String)>, StoreError> {
    let Some(slot) = when.last(now) else {
        return Ok(None);
    };
    let (last, made, taken) = store.digest_past(channel, now, &slot)?;
    let due = due::due(when, mark.begun, last, now).filter(|_| !made);
    let period = if taken { slot.key_with(when.at) } else { slot.key() };
    Ok(due.map(|due| (due, period)))
}

/// Whether a channel's digest is about to be made, which tells of what quiet hours held too.
pub(super) fn is_coming(
    store: &Store,
    channel: &ChannelId,
    when: &Recurrence,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(mark) = store.digest_mark_of(channel)? else {
        return Ok(false);
    };
    let due = due_now(store, channel, when, mark, now)?;
    Ok(due.is_some_and(|(due, _)| now.duration_since(due.slot.at) < SOON))
}
