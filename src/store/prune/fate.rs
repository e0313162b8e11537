//! Whether something has had its time and may go, or why it stays.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Kind, Limits};
use crate::domain::ids::{FeedId, IdSource};
use crate::store::column::{Ms, time};

/// Why something old is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It, or its story, belongs to an alert.
    Alert,
    /// Its story has entries that have not had their time.
    Story,
    /// Somebody judged it.
    Verdict,
    /// Its story waits for publishers, or it was decided on last.
    Open,
}

impl Why {
    pub const ALL: [Why; 4] = [Why::Alert, Why::Story, Why::Verdict, Why::Open];

    pub fn as_str(self) -> &'static str {
        match self {
            Why::Alert => "alert",
            Why::Story => "story",
            Why::Verdict => "verdict",
            Why::Open => "open",
        }
    }
}

/// What becomes of a row.
pub(super) type Fate = Result<(), Why>;

/// Whether a row goes, as far as these alerts keep it: all, if it is to go now and what refers to it
/// must be gone; those that stay, if it goes once the others are gone.
pub(super) fn goes(
    conn: &Connection,
    kind: Kind,
    id: i64,
    limits: &Limits,
    alerts: Alerts,
) -> rusqlite::Result<bool> {
    match kind {
        Kind::Alert => alert_goes(conn, id, limits),
        Kind::Story => Ok(story(conn, id, limits, alerts)?.is_ok()),
        Kind::Entry => Ok(lone_entry(conn, id, limits, alerts)?.is_ok()),
        Kind::Delivery => delivery_goes(conn, id, limits),
        Kind::Notice => notice_goes(conn, id),
        Kind::Digest => digest_goes(conn, id),
    }
}

/// Which alerts keep what belongs to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alerts {
    All,
    /// Those that have not had their time themselves.
    ThatStay,
}

/// An alert goes some time after its last revision and the last entry of its story: a story that goes
/// on would else be told anew. Not while something of it is still to be told. The last revision of
/// all stays: who follows the alerts counts by it.
pub(super) fn alert_goes(conn: &Connection, id: i64, limits: &Limits) -> rusqlite::Result<bool> {
    let found = conn
        .prepare_cached(
            "SELECT topic, max(revised, ifnull(( \
                 WITH RECURSIVE told (id, into_id, last_seen) AS ( \
                   SELECT id, merged_into, last_seen FROM stories WHERE id = a.story_id \
                   UNION SELECT s.id, s.merged_into, s.last_seen \
                     FROM stories AS s JOIN told ON s.id = told.into_id) \
                 SELECT max(last_seen) FROM told), 0)), \
               held_due IS NOT NULL \
               OR EXISTS (SELECT 1 FROM deliveries AS d WHERE d.alert_id = a.id \
                 AND d.state IN ('pending', 'sending')) \
               OR EXISTS (SELECT 1 FROM alert_revisions AS r WHERE r.alert_id = a.id \
                 AND r.id = (SELECT max(id) FROM alert_revisions)) \
             FROM alerts AS a WHERE a.id = ?1",
        )?
        .query_row([id], |row| {
            Ok((row.get::<_, String>(0)?, time(row, 1)?, row.get::<_, bool>(2)?))
        })
        .optional()?;
    let Some((topic, last, is_busy)) = found else { return Ok(false) };
    Ok(!is_busy && limits.of_topic(&topic).is_some_and(|cutoff| last < cutoff))
}

/// A story goes with all its entries, once each of them has had its time.
pub(super) fn story(
    conn: &Connection,
    id: i64,
    limits: &Limits,
    alerts: Alerts,
) -> rusqlite::Result<Fate> {
    let there = conn
        .prepare_cached("SELECT 1 FROM stories WHERE id = ?1 AND merged_into IS NULL")?
        .exists([id])?;
    if !there {
        return Ok(Err(Why::Story));
    }
    let entries: Vec<(i64, FeedId)> = conn
        .prepare_cached(
            "SELECT e.id, e.feed_id FROM story_members AS m JOIN entries AS e ON e.id = m.entry_id \
             WHERE m.story_id = ?1",
        )?
        .query_map([id], |row| Ok((row.get(0)?, FeedId(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    if has_alerts(conn, id, limits, alerts)? {
        return Ok(Err(Why::Alert));
    }
    for (entry, feed) in &entries {
        if !is_old(conn, *entry, *feed, limits)? {
            return Ok(Err(Why::Story));
        }
    }
    let waits =
        conn.prepare_cached("SELECT 1 FROM pending_alerts WHERE story_id = ?1")?.exists([id])?;
    if waits {
        return Ok(Err(Why::Open));
    }
    for (entry, _) in &entries {
        if let Err(why) = entry_alone(conn, *entry, limits, alerts)? {
            return Ok(Err(why));
        }
    }
    Ok(Ok(()))
}

/// An entry that is in no story goes by its own age.
pub(super) fn lone_entry(
    conn: &Connection,
    id: i64,
    limits: &Limits,
    alerts: Alerts,
) -> rusqlite::Result<Fate> {
    let feed: Option<i64> = conn
        .prepare_cached("SELECT feed_id FROM entries WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    match feed {
        Some(feed) if is_old(conn, id, FeedId(feed), limits)? => {
            entry_alone(conn, id, limits, alerts)
        }
        _ => Ok(Err(Why::Story)),
    }
}

/// Whether an entry has had its time: by its id, or where that says nothing by when it came.
pub(super) fn is_old(
    conn: &Connection,
    entry: i64,
    feed: FeedId,
    limits: &Limits,
) -> rusqlite::Result<bool> {
    let Some(cutoff) = limits.of_feed(feed) else { return Ok(false) };
    if entry < limits.untimed() {
        return Ok(entry < IdSource::floor(cutoff));
    }
    conn.prepare_cached("SELECT 1 FROM entries WHERE id = ?1 AND first_seen < ?2")?
        .exists(params![entry, Ms(cutoff)])
}

/// What keeps an entry for itself. The newest decision stays: digests count by it.
fn entry_alone(
    conn: &Connection,
    id: i64,
    limits: &Limits,
    alerts: Alerts,
) -> rusqlite::Result<Fate> {
    let judged = conn.prepare_cached("SELECT 1 FROM verdicts WHERE entry_id = ?1")?.exists([id])?;
    if judged {
        return Ok(Err(Why::Verdict));
    }
    let newest = conn
        .prepare_cached(
            "SELECT 1 FROM decisions WHERE entry_id = ?1 AND id = (SELECT max(id) FROM decisions)",
        )?
        .exists([id])?;
    if newest {
        return Ok(Err(Why::Open));
    }
    let of: Vec<i64> = conn
        .prepare_cached(
            "SELECT DISTINCT d.alert_id FROM decisions AS d JOIN alerts AS a ON a.id = d.alert_id \
             WHERE d.entry_id = ?1",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let kept = stays(conn, &of, limits, alerts)?;
    Ok(if kept { Err(Why::Alert) } else { Ok(()) })
}

/// Whether a story, or one that was merged into it, has alerts.
fn has_alerts(
    conn: &Connection,
    story: i64,
    limits: &Limits,
    alerts: Alerts,
) -> rusqlite::Result<bool> {
    let of: Vec<i64> = conn
        .prepare_cached(
            "WITH RECURSIVE own (id) AS (VALUES (?1) \
               UNION SELECT s.id FROM stories AS s JOIN own ON s.merged_into = own.id) \
             SELECT a.id FROM own JOIN alerts AS a ON a.story_id = own.id",
        )?
        .query_map([story], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    stays(conn, &of, limits, alerts)
}

fn stays(conn: &Connection, of: &[i64], limits: &Limits, alerts: Alerts) -> rusqlite::Result<bool> {
    for alert in of {
        if alerts == Alerts::All || !alert_goes(conn, *alert, limits)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A delivery goes some time after it was settled.
fn delivery_goes(conn: &Connection, id: i64, limits: &Limits) -> rusqlite::Result<bool> {
    let Some(history) = limits.history else { return Ok(false) };
    conn.prepare_cached(
        "SELECT 1 FROM deliveries WHERE id = ?1 \
         AND state IN ('delivered', 'gathered', 'dropped') AND ifnull(settled_at, created) < ?2",
    )?
    .exists(params![id, Ms(history)])
}

/// How many deliveries go with what they tell of, and would not go by themselves yet.
pub(super) fn deliveries_with(
    conn: &Connection,
    kind: Kind,
    id: i64,
    limits: &Limits,
) -> rusqlite::Result<u64> {
    let column = match kind {
        Kind::Alert => "alert_id",
        Kind::Notice => "notice_id",
        Kind::Digest => "digest_id",
        Kind::Story | Kind::Entry | Kind::Delivery => return Ok(0),
    };
    let mut of_it =
        conn.prepare_cached(&format!("SELECT id FROM deliveries WHERE {column} = ?1"))?;
    let mut rows = of_it.query([id])?;
    let mut with_it = 0;
    while let Some(row) = rows.next()? {
        with_it += u64::from(!delivery_goes(conn, row.get(0)?, limits)?);
    }
    Ok(with_it)
}

/// A notice goes with its deliveries, given up or not, unless one is still on its way.
fn notice_goes(conn: &Connection, id: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM notices AS n WHERE n.id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries AS d \
           WHERE d.notice_id = n.id AND d.state IN ('pending', 'sending'))",
    )?
    .exists([id])
}

/// A digest goes likewise, and after what it gathered.
fn digest_goes(conn: &Connection, id: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM digests AS g WHERE g.id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries AS d \
           WHERE d.digest_id = g.id AND d.state IN ('pending', 'sending')) \
         AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.gathered_in = g.id)",
    )?
    .exists([id])
}
