//! How configurations were taken over or refused: the last times of it.

use rusqlite::{OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Ms, code, time, uint};
use super::error::StoreError;
use crate::domain::reload::{Occasion, Outcome, Refusal, Reload};

/// How many times are remembered.
const KEPT: i64 = 100;

/// Longest text of a refusal that is kept, in bytes: two hundred problems with their excerpts.
const MAX_DETAIL_BYTES: usize = 256 * 1024;

/// One time, with its number: those that come later have higher ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedReload {
    pub n: i64,
    pub reload: Reload,
}

impl Store {
    /// Remembers a time.
    pub async fn note_reload(&self, reload: Reload) -> Result<(), StoreError> {
        self.write(move |session| {
            let (feeds, topics, refusal) = match &reload.outcome {
                Outcome::Taken { feeds, topics } => (Some(*feeds), Some(*topics), None),
                Outcome::Refused(refusal) => (None, None, Some(refusal)),
            };
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            session
                .conn
                .prepare_cached(
                    "INSERT INTO reloads (at, occasion, feeds, topics, summary, detail) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    Ms(reload.at),
                    reload.occasion.as_str(),
                    feeds.map(number),
                    topics.map(number),
                    refusal.map(|refusal| &refusal.summary),
                    refusal.map(|refusal| head(&refusal.detail)),
                ])?;
            session
                .conn
                .prepare_cached("DELETE FROM reloads WHERE n <= (SELECT max(n) FROM reloads) - ?1")?
                .execute([KEPT])?;
            Ok(())
        })
        .await
    }

    /// The last time, if there ever was one.
    pub fn last_reload(&self) -> Result<Option<NumberedReload>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT n, at, occasion, feeds, topics, summary, detail FROM reloads \
                 ORDER BY n DESC LIMIT 1",
            )?;
            Ok(query.query_row([], reload).optional()?)
        })
    }
}

fn reload(row: &Row<'_>) -> rusqlite::Result<NumberedReload> {
    let count = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(index)?.map(uint));
    let outcome = match (count(3)?, count(4)?) {
        (Some(feeds), Some(topics)) => Outcome::Taken {
            feeds: usize::try_from(feeds).unwrap_or(usize::MAX),
            topics: usize::try_from(topics).unwrap_or(usize::MAX),
        },
        _ => Outcome::Refused(Refusal {
            summary: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
            detail: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
        }),
    };
    let occasion = code(row, 2, Occasion::from_code)?;
    Ok(NumberedReload { n: row.get(0)?, reload: Reload { at: time(row, 1)?, occasion, outcome } })
}

/// The beginning of a text that may be very long.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_DETAIL_BYTES)]
}
