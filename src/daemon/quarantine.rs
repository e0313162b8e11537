//! Entries that break their evaluation are found out, tried a few times, and set aside
//! ([`crate::store::quarantine`]): the others of their feed are stored as if they were not there.
//! [`super::pipeline`] asks here before it fetches, and where a decision breaks.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use super::{fault, pipeline};
use crate::domain::entry::ParsedEntry;
use crate::domain::feed::ParsedFeed;
use crate::domain::ids::{Digest, FeedId};
use crate::domain::ingest::{Batch, Plan, Prepared, View, plan};
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::quarantine::{Broken, key_of};

/// How often an entry is tried before it is set aside.
const TRIES: u32 = 3;

/// Most entries that are found out in one document; one with more is at fault as a whole.
const MAX_BLAMED: usize = 20;

/// What somebody asked to have tried again of a feed.
#[derive(Debug, Default)]
pub struct Again {
    ids: Vec<i64>,
    entries: Vec<ParsedEntry>,
}

impl Again {
    /// Asks the store.
    pub fn of(store: &Store, feed: FeedId) -> Result<Self, StoreError> {
        let (ids, entries) = store.to_retry(feed)?.into_iter().unzip();
        Ok(Self { ids, entries })
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Adds them to a document, unless they stand in it.
    pub fn join(&mut self, parsed: &mut ParsedFeed) {
        let there: HashSet<Digest> = parsed.entries.iter().map(key_of).collect();
        let missing = self.entries.drain(..).filter(|entry| !there.contains(&key_of(entry)));
        parsed.entries.extend(missing);
    }

    /// Lets those go that broke no more.
    pub async fn settle(self, store: &Store) -> Result<(), StoreError> {
        if self.ids.is_empty() { Ok(()) } else { store.release(self.ids).await }
    }
}

/// Does the work for an entry, a few times if it panics; then it is broken.
pub fn attempt<T>(entry: &ParsedEntry, mut work: impl FnMut() -> T) -> Result<T, Box<Broken>> {
    let mut tries = 0;
    loop {
        tries += 1;
        let tried = catch_unwind(AssertUnwindSafe(|| {
            fault::strike("match", entry.title.as_deref().unwrap_or_default());
            work()
        }));
        match tried {
            Ok(done) => return Ok(done),
            Err(_) if tries < TRIES => {}
            Err(payload) => {
                let detail = words(payload.as_ref());
                let broken = Broken { entry: entry.clone(), step: "match", detail, tries };
                return Err(Box::new(broken));
            }
        }
    }
}

/// Sets entries aside and says so.
pub async fn set_aside(
    store: &Store,
    batch: &Batch,
    broken: Vec<Broken>,
) -> Result<(), StoreError> {
    if broken.is_empty() {
        return Ok(());
    }
    for one in &broken {
        let title = one.entry.title.as_deref().unwrap_or_default();
        tracing::error!(
            feed = %batch.feed.key,
            code = "quarantined",
            step = one.step,
            entry = %untrusted::log_line(title),
            detail = %untrusted::log_line(&one.detail),
            hint = "`wirewatch entries list --quarantined` shows it; please report it",
            "an entry that cannot be evaluated is set aside; the others of its feed go on"
        );
    }
    store.set_aside(batch.fetch.feed, broken, batch.fetch.at).await
}

/// Finds the entries out over which the decision on a batch breaks, each by halves, and gives the
/// batch without them; `None` if it breaks without any one of them. Each trial is a transaction that
/// is taken back.
pub async fn without_broken(
    store: &Store,
    batch: &Arc<Batch>,
    now: Timestamp,
) -> Result<Option<Arc<Batch>>, StoreError> {
    let mut sound = Batch::clone(batch);
    let mut broken = Vec::new();
    while breaks(store, &sound, sound.entries.clone(), now).await? {
        let Some(at) = culprit(store, &sound, now).await?.filter(|_| broken.len() < MAX_BLAMED)
        else {
            return Ok(None);
        };
        let entry = ParsedEntry::clone(&sound.entries.remove(at).given);
        let detail = "deciding on it panicked".to_owned();
        broken.push(Broken { entry, step: "plan", detail, tries: TRIES });
    }
    set_aside(store, &sound, broken).await?;
    Ok(Some(Arc::new(sound)))
}

/// One entry that is enough for a batch to break.
async fn culprit(
    store: &Store,
    batch: &Batch,
    now: Timestamp,
) -> Result<Option<usize>, StoreError> {
    let (mut from, mut to) = (0, batch.entries.len());
    while to - from > 1 {
        let middle = from + (to - from) / 2;
        let half = batch.entries[from..middle].to_vec();
        match breaks(store, batch, half, now).await? {
            true => to = middle,
            false => from = middle,
        }
    }
    let last = batch.entries.get(from..to).unwrap_or_default().to_vec();
    let alone = !last.is_empty() && breaks(store, batch, last, now).await?;
    Ok(alone.then_some(from))
}

/// Whether the decision on these entries breaks.
async fn breaks(
    store: &Store,
    batch: &Batch,
    entries: Vec<Prepared>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let part = Arc::new(Batch { entries, ..batch.clone() });
    let decided = part.clone();
    let decide = move |view: &View| decided_on(view, &decided, now);
    match store.try_ingest(part, decide).await {
        Ok(()) => Ok(false),
        Err(error) if error.is_of_entries() => Ok(true),
        Err(error) => Err(error),
    }
}

/// The decision of the pipeline.
pub fn decided_on(view: &View, batch: &Batch, now: Timestamp) -> Plan {
    batch.entries.iter().for_each(|entry| fault::strike("plan", &entry.document.title));
    plan(view, batch, now, pipeline::RENDER)
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}
