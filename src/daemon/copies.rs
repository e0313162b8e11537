//! The daily copy of the database: made once its time has come, tried again some hours after one that
//! failed, and its user told once of the trouble and once of its end. Part of [upkeep](super::upkeep).

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::post::Post;
use crate::config::{BackupConfig, StorageConfig};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::backup::Kept;
use crate::store::backups;
use crate::store::copies::{CopyTrouble, Tried, named};
use crate::store::error::StoreError;
use crate::store::notices::Mark;

/// How long after a copy that failed the next is tried, unless its time comes before or the directory
/// is another one: each try may cost as much as a whole copy.
const AGAIN: SignedDuration = SignedDuration::from_hours(4);

/// Makes a copy if one is due, and says what came of it.
///
/// # Errors
/// What the store says of itself; not that there is no copy.
pub(super) async fn look(
    post: &Post,
    backup: BackupConfig,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(slot) = backup.when.last(now) else { return Ok(()) };
    let store = post.store();
    let before = store.copies()?.trouble;
    let waits = before.as_ref().is_some_and(|trouble| {
        let since = now.duration_since(trouble.at);
        trouble.dir == named(&backup.dir) && trouble.at >= slot.at && since.abs() < AGAIN
    });
    if waits {
        return Ok(());
    }
    let (from, to) = (store.clone(), backup.clone());
    let spare = spare(&post.config().storage);
    let work = move || {
        let newest = backups::newest_copy(&from, &to.dir, now)?;
        if let Some((made, path)) = newest.filter(|(made, _)| *made >= slot.at) {
            return Ok(Copied::Before(made, path));
        }
        backups::into_dir(&from, &to.dir, to.keep, spare, now).map(Copied::Now)
    };
    let made = match tokio::task::spawn_blocking(work).await {
        Ok(made) => made,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    match made {
        Ok(Copied::Now(kept)) => {
            let (path, bytes) = (named(&kept.path), kept.bytes);
            tracing::info!(path, bytes, "copied the database, and checked the copy");
            tell_made(post, now, path, before, now).await
        }
        // It was made, and could not be told of then: the trouble is over all the same.
        Ok(Copied::Before(made, path)) if before.is_some() => {
            tell_made(post, made, named(&path), before, now).await
        }
        Ok(Copied::Before(..)) => Ok(()),
        Err(error) => tell_failed(post, &backup, &error, before, now).await,
    }
}

/// What is left free beside a copy on the database's own disk: with less no feed would be read.
pub fn spare(storage: &StorageConfig) -> u64 {
    storage.floor_bytes.saturating_add(storage.ballast_bytes)
}

/// The copy for a day.
enum Copied {
    Now(Kept),
    /// It was there, made at this time.
    Before(Timestamp, PathBuf),
}

async fn tell_made(
    post: &Post,
    at: Timestamp,
    path: String,
    before: Option<CopyTrouble>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let headline = "the daily copy of the database is made again".to_owned();
    let notice = Notice::plain(now, NoticeKind::BackupWell, Severity::Medium, headline);
    let notices = before.map(|_| notice).into_iter().collect();
    post.tell(notices, vec![Mark::Copy(Tried::Made { at, path })], now).await
}

async fn tell_failed(
    post: &Post,
    backup: &BackupConfig,
    error: &StoreError,
    before: Option<CopyTrouble>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (code, detail, dir) = (error.code(), error.in_full(), named(&backup.dir));
    tracing::warn!(code, dir, error = detail, hint = error.hint(), "cannot copy the database");
    let headline = format!("the daily copy of the database failed: {detail}");
    let notice = Notice::plain(now, NoticeKind::BackupFailed, Severity::Medium, headline);
    let notices = if before.is_none() { vec![notice] } else { Vec::new() };
    let tried = Tried::Failed { dir, code: code.to_owned(), detail };
    post.tell(notices, vec![Mark::Copy(tried)], now).await
}
