//! What people do to alerts, decided on what is stored and kept in the same transaction.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::read::{self, AlertView};
use crate::domain::alert::change::{MAX_AUTHOR_CHARS, MAX_NOTE_CHARS, Refusal, Wish, next};
use crate::domain::alert::policy::CLOSED;
use crate::domain::alert::{AlertState, Reason};
use crate::domain::ids::AlertId;
use crate::store::column::Ms;
use crate::store::error::StoreError;
use crate::store::{Store, follow_ups};

/// Who sends a request again since its answer was lost does so within this time.
const AGAIN_WITHIN: SignedDuration = SignedDuration::from_secs(60);

impl Store {
    /// Brings an alert to the state that is wished for, and keeps who said so with their words.
    /// One that is in that state already gets the words only; without words nothing is kept, unless
    /// it is closed once more. A revision that waits for its time is let go when its alert is closed.
    /// The inner error is a matter of this alert.
    pub async fn change_alert(
        &self,
        alert: AlertId,
        wish: Wish,
        author: &str,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<AlertView, Refusal>, StoreError> {
        let author: String = author.chars().take(MAX_AUTHOR_CHARS).collect();
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        let note: Option<String> = note.map(|note| note.chars().take(MAX_NOTE_CHARS).collect());
        self.write(move |session| {
            let conn = session.conn;
            let Some(before) = read::load(conn, alert)? else {
                return Ok(Err(Refusal::Unknown(alert)));
            };
            let state = match next(alert, before.state, before.merged_into, wish) {
                Ok(state) => state,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let says_nothing = note.is_none() && wish != Wish::Close;
            if state == before.state && (says_nothing || is_said(conn, alert, &author, &note, now)?)
            {
                return Ok(Ok(before));
            }
            if state == AlertState::Closed {
                let text = format!("{author} closed the alert before it was told");
                follow_ups::let_go(conn, alert, &Reason::of(CLOSED, text), now)?;
            }
            conn.prepare_cached("UPDATE alerts SET state = ?2 WHERE id = ?1")?
                .execute((alert.0, state.as_str()))?;
            conn.prepare_cached(
                "INSERT INTO alert_notes (alert_id, at, author, state, note) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![alert.0, Ms(now), author, state.as_str(), note])?;
            Ok(read::load(conn, alert)?.ok_or(Refusal::Unknown(alert)))
        })
        .await
    }
}

/// Whether the last words on an alert are these, of the same author, from just now.
fn is_said(
    conn: &Connection,
    alert: AlertId,
    author: &str,
    note: &Option<String>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let since = now.checked_sub(AGAIN_WITHIN).unwrap_or(Timestamp::MIN);
    let last = conn
        .prepare_cached(
            "SELECT author IS ?2 AND note IS ?3 AND at >= ?4 FROM alert_notes \
             WHERE alert_id = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![alert.0, author, note, Ms(since)], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or(false))
}
