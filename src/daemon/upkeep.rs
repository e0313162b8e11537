//! Upkeep: once a day what has had its time is taken out, what that frees is given back to the disk,
//! and the database is copied where backups are configured. All of it in small steps with pauses:
//! fetching and delivering come first.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::copies;
use super::post::Post;
use crate::clock::Clock;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::notices::Mark;
use crate::store::prune::{Going, Kind, Limits, Removed};

/// How long after a start is looked first: by then those feeds that were due were fetched.
const FIRST_LOOK: Duration = Duration::from_secs(900);

/// How often is looked whether something is due.
const EVERY: Duration = Duration::from_secs(600);

/// How often what has had its time is taken out.
const PRUNED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Left to others between two steps, each of which takes some 15 ms.
const PAUSE: Duration = Duration::from_millis(60);

/// Takes out what goes, step by step, until all of it is gone or `stop`. With `pause` between two
/// steps others come first. Judges by `limits`; keys by which entries are known again stay. What
/// the database refuses to let go of is skipped and counted.
///
/// # Errors
/// What the store says of itself; what was taken out until then stays so.
pub async fn prune(
    store: &Store,
    limits: Limits,
    pause: Option<Duration>,
    stop: &CancellationToken,
) -> Result<Removed, StoreError> {
    let limits = Arc::new(limits);
    let (mut removed, mut refused) = (Removed::default(), Refused::default());
    for kind in Kind::ALL {
        let mut after = Some(0);
        while let Some(from) = after {
            let (reader, judged) = (store.clone(), limits.clone());
            let looked = tokio::task::spawn_blocking(move || reader.going(kind, &judged, from));
            let Going { ids, after: next, broken } = match looked.await {
                Ok(going) => going?,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            removed.skipped += broken;
            after = next;
            let mut rest = ids.as_slice();
            // One at a time once something is refused, to find out which it is.
            let mut at_once = rest.len();
            while !rest.is_empty() && !stop.is_cancelled() {
                let some = &rest[..at_once.min(rest.len())];
                match store.remove(kind, some.into(), limits.clone()).await {
                    Ok((done, gone)) => {
                        removed += gone;
                        rest = &rest[done.min(rest.len())..];
                    }
                    Err(error) if !error.is_of_entries() => return Err(error),
                    Err(_) if some.len() > 1 => at_once = 1,
                    Err(error) => {
                        refused.note(kind, some[0], &error);
                        removed.skipped += 1;
                        rest = &rest[1..];
                    }
                }
                if !rest.is_empty() {
                    rested(pause, stop).await;
                }
            }
            if stop.is_cancelled() {
                return Ok(removed);
            }
        }
    }
    if removed.skipped > 0 {
        let (rows, first) = (removed.skipped, refused.0.as_deref().unwrap_or("not to be judged"));
        let hint = "`wirewatch db verify` says what is wrong with them";
        tracing::warn!(rows, first, hint, "some of what has had its time cannot be taken out");
    }
    Ok(removed)
}

/// The first row that could not be taken out, and why.
#[derive(Default)]
struct Refused(Option<String>);

impl Refused {
    fn note(&mut self, kind: Kind, id: i64, error: &StoreError) {
        self.0.get_or_insert_with(|| format!("{kind:?} {id}: {}", error.in_full()));
    }
}

/// Waits, or is stopped. In real time: it is other work that is waited for, not the clock.
async fn rested(pause: Option<Duration>, stop: &CancellationToken) {
    match pause {
        Some(pause) => tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        },
        None => tokio::task::yield_now().await,
    }
}

/// What upkeep needs.
pub(super) struct Upkeep {
    pub clock: Clock,
    pub post: Post,
}

impl Upkeep {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut next = self.clock.elapsed().saturating_add(FIRST_LOOK);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep_until(next) => {
                    // From the beginning of a look: time that passes during one counts.
                    next = self.clock.elapsed().saturating_add(EVERY);
                    self.look(&stop).await;
                }
            }
        }
    }

    /// Does what is due. A store that fails is told of in the log, and asked again the next time.
    pub async fn look(&self, stop: &CancellationToken) {
        let now = self.clock.now();
        let failed = |what: &'static str| {
            move |error: StoreError| {
                tracing::warn!(code = error.code(), error = error.in_full(), "cannot {what}")
            }
        };
        self.prune(now, stop).await.unwrap_or_else(failed("take out what has had its time"));
        self.tell_aside(now).await.unwrap_or_else(failed("tell what was set aside"));
        if let Some(backup) = self.post.config().backup.clone() {
            let looked = copies::look(&self.post, backup, now).await;
            looked.unwrap_or_else(failed("say how the copy of the database went"));
        }
    }

    async fn prune(&self, now: Timestamp, stop: &CancellationToken) -> Result<(), StoreError> {
        let store = self.post.store();
        let last = store.pruned_at()?;
        let is_due = last.is_none_or(|last| now.duration_since(last).abs() >= PRUNED_EVERY);
        if !is_due || !store.is_clock_proven(now)? {
            return Ok(());
        }
        let limits = store.limits(&self.post.config().retention, now)?;
        let removed = prune(&store, limits.clone(), Some(PAUSE), stop).await?;
        if stop.is_cancelled() {
            return Ok(());
        }
        store.finish_prune(Arc::new(limits), now).await?;
        while !stop.is_cancelled() && store.give_back().await? {
            rested(Some(PAUSE), stop).await;
        }
        if !removed.is_nothing() {
            let Removed { alerts, stories, entries, deliveries, .. } = removed;
            tracing::info!(entries, stories, alerts, deliveries, "took out what has had its time");
        }
        Ok(())
    }

    /// Tells of entries that were set aside since it was told last, all at once.
    async fn tell_aside(&self, now: Timestamp) -> Result<(), StoreError> {
        let aside = self.post.store().aside_untold()?;
        let (Some(last), Some(one)) = (aside.iter().map(|one| one.id).max(), aside.first()) else {
            return Ok(());
        };
        let headline = match aside.len() {
            1 => format!("an entry of {} cannot be evaluated and is set aside", one.feed),
            many => format!("{many} entries cannot be evaluated and are set aside"),
        };
        let headline = format!("{headline}: `wirewatch entries list --quarantined`");
        let notice = Notice::plain(now, NoticeKind::EntriesAside, Severity::Medium, headline);
        self.post.tell(vec![notice], vec![Mark::Aside(last)], now).await
    }
}
