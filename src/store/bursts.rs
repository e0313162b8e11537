//! What the watch over bursts reads and keeps: what was heard of each topic in an hour, what was
//! learnt of it so far, and the bursts there were. An hour, what was learnt in it and the notices
//! of its bursts are one transaction: no hour counts twice, and no burst is told twice.

use std::collections::{HashMap, HashSet, VecDeque};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::column::{Json, Ms, Text, code, key};
use super::error::StoreError;
use super::notices::{self, Freeze};
use super::{Store, meta};
use crate::domain::burst::{Burst, Course, Heard, Hour, Recent, Rhythm, Share};
use crate::domain::ids::{ChannelId, Digest, IdSource, TopicId};
use crate::domain::notice::Notice;

/// For how many hours it is kept whether feeds were read: longer than anything is caught up with.
const KEPT_HOURS: i64 = 120 * 24;

/// Over how many hours before an hour a feed counts as one that is read at all.
const READ_WITHIN_H: i64 = 24;

/// Most bursts listed.
const MAX_LISTED: u32 = 1_000;

/// What becomes of a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BurstOutcome {
    Told,
    /// The topic does not ask to be told of bursts.
    NotAsked,
    Shadow,
    Silenced,
}

impl BurstOutcome {
    pub const ALL: [Self; 4] = [Self::Told, Self::NotAsked, Self::Shadow, Self::Silenced];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::NotAsked => "not_asked",
            Self::Shadow => "shadow",
            Self::Silenced => "silenced",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == code)
    }
}

/// What was heard in an hour, and of whom what is known.
#[derive(Debug, Clone, Default)]
pub struct Sounding {
    pub heard: Vec<(TopicId, Heard)>,
    /// Of the topics in `heard`.
    pub courses: HashMap<TopicId, Course>,
    /// Hours in which most feeds were read.
    pub covered: HashSet<Hour>,
    /// Feeds that were read as often as they are to be, by the end of the hour, and all that are read
    /// at all.
    pub feeds_read: u32,
    pub feeds: u32,
}

/// An hour that is over, to be kept.
#[derive(Debug, Clone)]
pub struct HourKept {
    pub hour: Hour,
    pub covered: bool,
    pub courses: Vec<(TopicId, Course)>,
    pub bursts: Vec<BurstKept>,
}

/// A burst, and whom it is told.
#[derive(Debug, Clone)]
pub struct BurstKept {
    pub topic: TopicId,
    pub burst: Burst,
    pub outcome: BurstOutcome,
    pub notice: Option<(Notice, Vec<ChannelId>)>,
}

/// A burst as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct BurstView {
    pub topic: TopicId,
    pub burst: Burst,
    pub outcome: BurstOutcome,
}

impl Store {
    /// The last hour that was looked at.
    pub fn last_burst_hour(&self) -> Result<Option<Hour>, StoreError> {
        self.read(|conn| {
            let last = conn
                .prepare_cached("SELECT max(hour) FROM burst_hours")?
                .query_row([], |row| row.get::<_, Option<i64>>(0))?;
            Ok(last.map(Hour))
        })
    }

    /// What was heard of these topics in an hour: entries that were new in it and are no copies
    /// of others, by whatever revision they matched first.
    pub fn sound(&self, hour: Hour, topics: &[TopicId]) -> Result<Sounding, StoreError> {
        self.read(|conn| {
            let mut sounding = Sounding { covered: covered(conn)?, ..Sounding::default() };
            for topic in topics {
                let heard = heard(conn, topic, hour)?;
                if heard.entries > 0 {
                    sounding.courses.extend(course(conn, topic)?.map(|it| (topic.clone(), it)));
                    sounding.heard.push((topic.clone(), heard));
                }
            }
            (sounding.feeds_read, sounding.feeds) = feeds_read(conn, hour)?;
            Ok(sounding)
        })
    }

    /// The stories that most entries of a topic told since the start of an hour, by headline.
    pub fn most_told(
        &self,
        topic: &TopicId,
        since: Hour,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT s.headline FROM decisions AS d JOIN stories AS s ON s.id = d.story_id \
                 WHERE d.topic = ?1 AND d.at >= ?2 GROUP BY s.id \
                 ORDER BY count(DISTINCT d.entry_id) DESC, s.id LIMIT ?3",
            )?;
            let headlines = query
                .query_map(params![Text(topic), Ms(since.start()), limit], |row| row.get(0))?;
            Ok(headlines.collect::<Result<_, _>>()?)
        })
    }

    /// Takes back what was kept of hours after `over`, by a clock that was ahead: else no hour
    /// would be looked at until it is that late.
    pub async fn rewind_bursts(&self, over: Hour) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            conn.prepare_cached("DELETE FROM burst_hours WHERE hour > ?1")?.execute([over.0])?;
            let topics: Vec<Text<TopicId>> = conn
                .prepare_cached("SELECT topic FROM burst_courses WHERE last > ?1")?
                .query_map([over.0], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for Text(topic) in topics {
                if let Some(mut course) = course(conn, &topic)? {
                    course.rewind(over);
                    save_course(conn, &topic, &course)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Keeps an hour and tells its bursts. `false`: it was kept already, and nothing is done.
    pub async fn keep_hour(&self, kept: HourKept, freeze: Freeze) -> Result<bool, StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let added = conn
                .prepare_cached(
                    "INSERT INTO burst_hours (hour, covered) VALUES (?1, ?2) \
                     ON CONFLICT (hour) DO NOTHING",
                )?
                .execute((kept.hour.0, kept.covered))?;
            if added == 0 {
                return Ok(false);
            }
            conn.prepare_cached("DELETE FROM burst_hours WHERE hour < ?1")?
                .execute([kept.hour.0.saturating_sub(KEPT_HOURS)])?;
            for (topic, course) in &kept.courses {
                save_course(conn, topic, course)?;
            }
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            for burst in &kept.bursts {
                save_burst(conn, burst, &mut ids, freeze)?;
            }
            meta::set_last_id(conn, ids.last())?;
            Ok(true)
        })
        .await
    }

    /// The last bursts, of one topic or of all, newest first; at most 1,000.
    pub fn bursts(&self, topic: Option<&TopicId>) -> Result<Vec<BurstView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT topic, hour, window_h, entries, expected, publishers, strength, outcome \
                 FROM bursts WHERE ?1 IS NULL OR topic = ?1 ORDER BY hour DESC, topic LIMIT ?2",
            )?;
            let views = query.query_map(params![topic.map(Text), MAX_LISTED], view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// What was learnt of a topic; `None` if nothing was heard of it yet.
    pub fn burst_course(&self, topic: &TopicId) -> Result<Option<Course>, StoreError> {
        self.read(|conn| Ok(course(conn, topic)?))
    }
}

/// How many feeds were read as they should be by the end of an hour, and of how many: each by its
/// own interval, for one that is read every six hours is not missed in five of them. Those count
/// that were read in the hour, and those that did well and were not due before its end; not counted
/// at all is what was last read more than a day ago and should have been since.
fn feeds_read(conn: &Connection, hour: Hour) -> rusqlite::Result<(u32, u32)> {
    let before = Hour(hour.0.saturating_sub(READ_WITHIN_H));
    conn.prepare_cached(
        "WITH stood AS (SELECT id, failures = 0 AND last_success < ?3 AND next_due >= ?3 AS waits, \
             (SELECT max(f.at) FROM fetches AS f WHERE f.feed_id = feeds.id AND f.at < ?3 \
              AND f.outcome IN ('fresh', 'unchanged')) AS read \
           FROM feeds WHERE retired_at IS NULL) \
         SELECT ifnull(sum(waits OR read >= ?2), 0), ifnull(sum(waits OR read >= ?1), 0) FROM stood",
    )?
    .query_row([Ms(before.start()), Ms(hour.start()), Ms(hour.next().start())], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

fn covered(conn: &Connection) -> rusqlite::Result<HashSet<Hour>> {
    let mut query = conn.prepare_cached("SELECT hour FROM burst_hours WHERE covered")?;
    query.query_map([], |row| row.get(0).map(Hour))?.collect()
}

fn heard(conn: &Connection, topic: &TopicId, hour: Hour) -> rusqlite::Result<Heard> {
    let mut query = conn.prepare_cached(
        "SELECT e.publisher, count(DISTINCT d.entry_id) FROM decisions AS d \
         JOIN entries AS e ON e.id = d.entry_id \
         LEFT JOIN story_members AS m ON m.entry_id = d.entry_id \
         WHERE d.topic = ?1 AND d.at >= ?2 AND d.at < ?3 AND e.first_seen >= ?4 \
         AND m.copy_of IS NULL AND d.verdict <> 'baseline' AND d.reason_code <> 'stale' \
         AND NOT EXISTS (SELECT 1 FROM decisions AS b WHERE b.entry_id = d.entry_id \
           AND b.topic = d.topic AND b.at < ?2) \
         GROUP BY e.publisher",
    )?;
    // An entry whose page was read an hour later is still new; one that was edited is not.
    let before = Hour(hour.0.saturating_sub(1)).start();
    let (start, end) = (Ms(hour.start()), Ms(hour.next().start()));
    let mut rows = query.query(params![Text(topic), start, end, Ms(before)])?;
    let mut heard = Heard::default();
    while let Some(row) = rows.next()? {
        let publisher = Digest::of("burst-publisher", &[row.get_ref(0)?.as_bytes()?]);
        heard.publishers.push(publisher.to_i64());
        heard.entries = heard.entries.saturating_add(row.get(1)?);
    }
    Ok(heard)
}

fn course(conn: &Connection, topic: &TopicId) -> rusqlite::Result<Option<Course>> {
    conn.prepare_cached("SELECT last, course FROM burst_courses WHERE topic = ?1")?
        .query_row([Text(topic)], |row| {
            let Json(course): Json<CourseRow> = row.get(1)?;
            Ok(course.into_course(Hour(row.get(0)?)))
        })
        .optional()
}

fn save_course(conn: &Connection, topic: &TopicId, course: &Course) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO burst_courses (topic, last, course) VALUES (?1, ?2, ?3) \
         ON CONFLICT (topic) DO UPDATE SET last = excluded.last, course = excluded.course",
    )?
    .execute(params![Text(topic), course.last.0, Json(CourseRow::from(course))])?;
    Ok(())
}

fn save_burst(
    conn: &Connection,
    kept: &BurstKept,
    ids: &mut IdSource,
    freeze: Freeze,
) -> rusqlite::Result<()> {
    // A burst waits for the end of quiet hours: the alerts of what is urgent do not.
    let urgent = false;
    let notice = match &kept.notice {
        Some((notice, channels)) => {
            Some(notices::add(conn, notice, channels, ids, freeze, urgent)?)
        }
        None => None,
    };
    let burst = kept.burst;
    conn.prepare_cached(
        "INSERT INTO bursts (topic, hour, window_h, entries, expected, publishers, strength, \
         outcome, notice_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        Text(&kept.topic),
        burst.hour.0,
        burst.window_h,
        burst.entries,
        burst.expected,
        burst.publishers,
        burst.strength,
        kept.outcome.as_str(),
        notice.map(|id| id.0),
    ])?;
    Ok(())
}

fn view(row: &Row<'_>) -> rusqlite::Result<BurstView> {
    Ok(BurstView {
        topic: key(row, 0)?,
        burst: Burst {
            hour: Hour(row.get(1)?),
            window_h: row.get(2)?,
            entries: row.get(3)?,
            expected: row.get(4)?,
            publishers: row.get(5)?,
            strength: row.get(6)?,
        },
        outcome: code(row, 7, BurstOutcome::from_code)?,
    })
}

/// A course as it stands in its column. Arrays are of pairs: heard, expected.
#[derive(Debug, Serialize, Deserialize)]
struct CourseRow {
    hours: u32,
    weight: f64,
    entries: f64,
    by_hour: [(f64, f64); 24],
    by_day: [(f64, f64); 7],
    /// Hour, entries, publishers, expected.
    recent: Vec<(i64, u32, Vec<i64>, f64)>,
    told: Option<i64>,
}

impl From<&Course> for CourseRow {
    fn from(course: &Course) -> Self {
        let pair = |share: Share| (share.heard, share.expected);
        let rhythm = &course.rhythm;
        let recent = course.recent.iter().map(|recent| {
            let Heard { entries, publishers } = recent.heard.clone();
            (recent.hour.0, entries, publishers, recent.expected)
        });
        Self {
            hours: rhythm.hours,
            weight: rhythm.weight,
            entries: rhythm.entries,
            by_hour: rhythm.by_hour.map(pair),
            by_day: rhythm.by_day.map(pair),
            recent: recent.collect(),
            told: course.told.map(|hour| hour.0),
        }
    }
}

impl CourseRow {
    fn into_course(self, last: Hour) -> Course {
        let share = |(heard, expected)| Share { heard, expected };
        let recent = self.recent.into_iter().map(|(hour, entries, publishers, expected)| Recent {
            hour: Hour(hour),
            heard: Heard { entries, publishers },
            expected,
        });
        Course {
            last,
            rhythm: Rhythm {
                hours: self.hours,
                weight: self.weight,
                entries: self.entries,
                by_hour: self.by_hour.map(share),
                by_day: self.by_day.map(share),
            },
            recent: recent.collect::<VecDeque<_>>(),
            told: self.told.map(Hour),
        }
    }
}
