//! Notices: what wirewatch told of its own work. A notice, its deliveries and what is remembered
//! of having told it are one transaction, so that a restart neither forgets nor repeats it.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::column::{Ms, Text, code, ms, time};
use super::copies::{self, Tried};
use super::error::StoreError;
use super::{Store, meta, outbox, quarantine};
use crate::domain::feed::health::Condition;
use crate::domain::ids::{ChannelId, DeliveryId, FeedId, IdSource, NoticeId, TopicId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::operations::Past;

/// How notices become bytes. Pure functions, given by who knows the formats.
#[derive(Debug, Clone, Copy)]
pub struct Freeze {
    /// The notice object as it is kept.
    pub object: fn(&Notice, NoticeId) -> Vec<u8>,
    /// The body for one channel.
    pub body: fn(&Notice, NoticeId, &ChannelId, DeliveryId) -> Vec<u8>,
}

/// What is to be remembered together with a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Of which trouble of a feed its user was told now; or that it is over.
    Feed(FeedId, Option<Condition>),
    /// Since when a topic is known to be silent, or that it no longer is.
    Topic(TopicId, Option<Timestamp>),
    /// Up to which entry that was set aside its user was told.
    Aside(i64),
    /// What came of a try to copy the database.
    Copy(Tried),
}

/// A notice as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    pub id: NoticeId,
    pub at: Timestamp,
    pub kind: NoticeKind,
    pub headline: String,
}

impl Store {
    /// Keeps notices, each with a delivery to each of its channels, and what is remembered of them.
    pub async fn post(
        &self,
        notices: Vec<(Notice, Vec<ChannelId>)>,
        marks: Vec<Mark>,
        now: Timestamp,
        freeze: Freeze,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            for (notice, channels) in &notices {
                add(conn, notice, channels, &mut ids, freeze, false)?;
            }
            for mark in &marks {
                remember(conn, mark, now)?;
            }
            Ok(meta::set_last_id(conn, ids.last())?)
        })
        .await
    }

    /// The last notices, newest first.
    pub fn notices(&self, limit: u32) -> Result<Vec<NoticeView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, at, kind, headline FROM notices ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = query.query_map([limit], |row| {
                Ok(NoticeView {
                    id: NoticeId(row.get(0)?),
                    at: time(row, 1)?,
                    kind: code(row, 2, NoticeKind::from_code)?,
                    headline: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// When feeds' trouble and the network's was told last.
    pub fn told_before(&self) -> Result<Past, StoreError> {
        self.read(|conn| {
            let last = |kind: NoticeKind| {
                let sql = "SELECT max(at) FROM notices WHERE kind = ?1";
                let mut query = conn.prepare_cached(sql)?;
                query.query_row([kind.as_str()], |row| super::column::opt_time(row, 0))
            };
            Ok(Past {
                trouble: last(NoticeKind::FeedsTrouble)?,
                network_down: last(NoticeKind::NetworkDown)?,
                network_back: last(NoticeKind::NetworkBack)?,
            })
        })
    }
}

/// Keeps a notice with a delivery to each of `channels`; one that is `urgent` goes through their
/// quiet hours.
pub(super) fn add(
    conn: &Connection,
    notice: &Notice,
    channels: &[ChannelId],
    ids: &mut IdSource,
    freeze: Freeze,
    urgent: bool,
) -> rusqlite::Result<NoticeId> {
    let id = NoticeId(ids.next(notice.at));
    let object = (freeze.object)(notice, id);
    conn.prepare_cached(
        "INSERT INTO notices (id, at, kind, headline, object) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id.0,
        Ms(notice.at),
        notice.kind.as_str(),
        notice.headline,
        String::from_utf8_lossy(&object),
    ])?;
    for channel in channels {
        let delivery = DeliveryId(ids.next(notice.at));
        let body = (freeze.body)(notice, id, channel, delivery);
        outbox::add_notice(conn, delivery, id, channel, urgent, &body, notice.at)?;
    }
    Ok(id)
}

fn remember(conn: &Connection, mark: &Mark, now: Timestamp) -> rusqlite::Result<()> {
    match mark {
        Mark::Feed(feed, told) => conn
            .prepare_cached("UPDATE feeds SET told_condition = ?2, told_at = ?3 WHERE id = ?1")?
            .execute(params![
                feed.0,
                told.map(Condition::as_str),
                ms(told.is_some().then_some(now)),
            ])?,
        Mark::Topic(topic, since) => conn
            .prepare_cached("UPDATE topics SET silent_since = ?2 WHERE id = ?1")?
            .execute((Text(topic), ms(*since)))?,
        Mark::Aside(last) => meta::set_number(conn, quarantine::TOLD, *last).map(|()| 1)?,
        Mark::Copy(tried) => copies::remember(conn, tried, now)?,
    };
    Ok(())
}
