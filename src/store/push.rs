//! Subscriptions at hubs: found in the commit that stores a feed's entries, kept as the daemon and
//! the hubs go along ([`crate::domain::feed::push`]).

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Ms, code, key, ms, opt_time, time, uint};
use super::error::StoreError;
use super::{Store, feeds};
use crate::domain::feed::push::{PUSHED, PushState, Subscription};
use crate::domain::feed::{FeedEvent, FeedState, FetchRecord};
use crate::domain::ids::{FeedId, FeedKey};
use crate::domain::ingest::Batch;

const SUBSCRIPTION: &str = "s.feed_id, f.key, s.hub, s.topic, s.token, s.secret, s.state, \
    s.lease_until, s.next_at, s.attempts, s.code, s.detail, s.pushes, s.last_push \
    FROM subscriptions AS s JOIN feeds AS f ON f.id = s.feed_id";

impl Store {
    /// Subscriptions of `wanted` feeds whose hub is to be asked now, longest due first.
    pub fn due_subscriptions(
        &self,
        now: Timestamp,
        limit: usize,
        wanted: impl Fn(&FeedKey) -> bool,
    ) -> Result<Vec<Subscription>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {SUBSCRIPTION} WHERE s.state <> 'gone' AND f.retired_at IS NULL \
                 AND s.next_at <= ?1 ORDER BY s.next_at"
            ))?;
            let due = query.query_map([Ms(now)], read)?;
            let due = due.filter(|due| due.as_ref().map_or(true, |due| wanted(&due.key)));
            Ok(due.take(limit).collect::<Result<_, _>>()?)
        })
    }

    /// How long until the hub of a `wanted` feed is to be asked; `None` if none is.
    pub fn until_subscription(
        &self,
        now: Timestamp,
        wanted: impl Fn(&FeedKey) -> bool,
    ) -> Result<Option<Duration>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT s.next_at, f.key FROM subscriptions AS s \
                 JOIN feeds AS f ON f.id = s.feed_id \
                 WHERE s.state <> 'gone' AND f.retired_at IS NULL ORDER BY s.next_at",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                if wanted(&key(row, 1)?) {
                    let wait = time(row, 0)?.duration_since(now);
                    return Ok(Some(Duration::try_from(wait).unwrap_or_default()));
                }
            }
            Ok(None)
        })
    }

    /// The subscription whose callback ends in this token.
    pub fn subscription_of(&self, token: &str) -> Result<Option<Subscription>, StoreError> {
        self.read(|conn| {
            let found = conn
                .prepare_cached(&format!("SELECT {SUBSCRIPTION} WHERE s.token = ?1"))?
                .query_row([token], read)
                .optional()?;
            Ok(found)
        })
    }

    /// The subscription of a feed, if it ever named a hub.
    pub fn subscription(&self, feed: &FeedKey) -> Result<Option<Subscription>, StoreError> {
        self.read(|conn| {
            let found = conn
                .prepare_cached(&format!("SELECT {SUBSCRIPTION} WHERE f.key = ?1"))?
                .query_row([feed.as_str()], read)
                .optional()?;
            Ok(found)
        })
    }

    /// Keeps how a subscription stands, unless the feed names another hub by now.
    pub async fn save_subscription(&self, subscription: Subscription) -> Result<(), StoreError> {
        self.write(move |session| Ok(save(session.conn, &subscription)?)).await
    }

    /// Keeps how a subscription stands, unless it no longer stands as `before`: a hub may have
    /// called back meanwhile. Says whether it was kept.
    pub async fn follow_subscription(
        &self,
        before: Subscription,
        after: Subscription,
    ) -> Result<bool, StoreError> {
        self.write(move |session| {
            let is_same = session
                .conn
                .prepare_cached(
                    "SELECT 1 FROM subscriptions WHERE feed_id = ?1 AND hub = ?2 AND topic = ?3 \
                     AND state = ?4 AND next_at = ?5 AND code IS ?6",
                )?
                .exists(params![
                    before.feed.0,
                    before.hub,
                    before.topic,
                    before.state.as_str(),
                    Ms(before.next_at),
                    before.code,
                ])?;
            if is_same {
                save(session.conn, &after)?;
            }
            Ok(is_same)
        })
        .await
    }

    /// The state of a feed, if there is such a feed.
    pub fn feed_state(&self, feed: FeedId) -> Result<Option<FeedState>, StoreError> {
        self.read(|conn| Ok(feeds::load(conn, feed)?))
    }

    /// `state` with what hubs may have changed of it since it was read: a visit takes its time,
    /// and pushes come whenever they like.
    pub fn with_pushes(&self, state: &FeedState) -> Result<FeedState, StoreError> {
        self.read(|conn| Ok(with_pushes(conn, state)?))
    }

    /// Records a visit that brought no entries to store, as `decide` makes it of the feed's state:
    /// of `state`, with what was pushed until this very commit. `decide` may be called again.
    pub async fn record_visit(
        &self,
        state: FeedState,
        mut decide: impl FnMut(&FeedState) -> Recorded + Send + 'static,
    ) -> Result<Recorded, StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let recorded = decide(&with_pushes(conn, &state)?);
            feeds::record(conn, &recorded)?;
            Ok(recorded)
        })
        .await
    }

    /// Counts a push that was taken.
    pub async fn count_push(&self, feed: FeedId, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| {
            session
                .conn
                .prepare_cached(
                    "UPDATE subscriptions SET pushes = pushes + 1, last_push = ?2 \
                     WHERE feed_id = ?1",
                )?
                .execute((feed.0, Ms(now)))?;
            Ok(())
        })
        .await
    }
}

/// What became of a visit that brought no entries: the feed's state, the fetch, and what happened
/// to the feed.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub state: FeedState,
    pub fetch: FetchRecord,
    pub events: Vec<FeedEvent>,
}

fn with_pushes(conn: &Connection, state: &FeedState) -> rusqlite::Result<FeedState> {
    let stored = feeds::load(conn, state.id)?.filter(|stored| stored.url == state.url);
    Ok(match stored {
        Some(stored) => FeedState {
            last_new_entry: stored.last_new_entry,
            entries_per_day: stored.entries_per_day,
            pushed_until: stored.pushed_until,
            habits: stored.habits,
            ..state.clone()
        },
        None => state.clone(),
    })
}

/// Notes the hub that a document names. Another hub or topic than before begins anew, and a whole
/// document without any ends it. What a cut document does not say is not known, and what a hub
/// pushes bears no headers of the feed's server: it tells nothing of hubs.
pub(super) fn note_hub(conn: &Connection, batch: &Batch, feed: FeedId) -> rusqlite::Result<()> {
    if batch.fetch.code == PUSHED {
        return Ok(());
    }
    let now = batch.fetch.at;
    let Some(hub) = batch.links.hubs.first() else {
        if batch.complete {
            conn.prepare_cached(
                "UPDATE subscriptions SET state = 'gone', lease_until = NULL \
                 WHERE feed_id = ?1 AND state <> 'gone'",
            )?
            .execute([feed.0])?;
        }
        return Ok(());
    };
    let topic = batch.links.own.as_ref().unwrap_or(&batch.feed.url);
    conn.prepare_cached(
        "INSERT INTO subscriptions (feed_id, hub, topic, state, next_at) \
         VALUES (?1, ?2, ?3, 'found', ?4) ON CONFLICT (feed_id) DO UPDATE SET \
         hub = excluded.hub, topic = excluded.topic, state = 'found', next_at = excluded.next_at, \
         token = NULL, secret = NULL, lease_until = NULL, attempts = 0, code = NULL, detail = NULL \
         WHERE hub <> excluded.hub OR topic <> excluded.topic OR state = 'gone'",
    )?
    .execute(params![feed.0, hub, topic, Ms(now)])?;
    Ok(())
}

/// Forgets the subscription of a feed that was given another URL: what its hub pushes is not the
/// new feed's.
pub(super) fn forget(conn: &Connection, feed: FeedId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM subscriptions WHERE feed_id = ?1")?.execute([feed.0])?;
    Ok(())
}

fn save(conn: &Connection, subscription: &Subscription) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE subscriptions SET token = ?4, secret = ?5, state = ?6, lease_until = ?7, \
         next_at = ?8, attempts = ?9, code = ?10, detail = ?11 \
         WHERE feed_id = ?1 AND hub = ?2 AND topic = ?3",
    )?
    .execute(params![
        subscription.feed.0,
        subscription.hub,
        subscription.topic,
        subscription.token,
        subscription.secret,
        subscription.state.as_str(),
        ms(subscription.lease_until),
        Ms(subscription.next_at),
        subscription.attempts,
        subscription.code,
        subscription.detail,
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let states = PushState::ALL;
    Ok(Subscription {
        feed: FeedId(row.get(0)?),
        key: key(row, 1)?,
        hub: row.get(2)?,
        topic: row.get(3)?,
        token: row.get(4)?,
        secret: row.get(5)?,
        state: code(row, 6, |text| states.into_iter().find(|state| state.as_str() == text))?,
        lease_until: opt_time(row, 7)?,
        next_at: time(row, 8)?,
        attempts: row.get(9)?,
        code: row.get::<_, Option<String>>(10)?.map(Into::into),
        detail: row.get(11)?,
        pushes: uint(row.get(12)?),
        last_push: opt_time(row, 13)?,
    })
}
