//! Whether anything can be stored. While the disk is full, or the database cannot be written to for
//! another reason, no feed is visited: what it says would be lost on the way. Deliveries go on as far
//! as they can, out of the space that the ballast gives up. It is said once, in the log and to the
//! channels, tried again, and over by itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::post::Post;
use crate::clock::Clock;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::checkup::free_bytes;
use crate::store::error::StoreError;
use crate::store::trouble::Trouble;
use crate::store::{Access, DATABASE_FILE, InstanceLock, Store, ballast};

/// How often is looked, and how often it is tried again.
const EVERY: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_secs(5);

/// For how long a disk must have had room before feeds are visited again, after a relapse: else what
/// is stored in one moment would fill it in the next, for ever.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);
const MOST_PATIENCE: SignedDuration = SignedDuration::from_mins(16);

/// A trouble this long after the end of the last one is a new one.
const RELAPSE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// What is over within this is told in the log only.
const WORTH_TELLING: SignedDuration = SignedDuration::from_secs(60);

/// How long a start waits for its database, and how often it looks.
const START_PATIENCE: Duration = Duration::from_secs(30);
const START_EVERY: Duration = Duration::from_secs(5);

/// Why nothing is stored now, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub trouble: Trouble,
    pub since: Timestamp,
}

/// Whether visits may begin. Clones are the same.
#[derive(Debug, Clone)]
pub struct Storage(watch::Sender<Gate>);

#[derive(Debug, Clone, Copy)]
enum Gate {
    Open,
    Paused(Pause),
    /// Wirewatch stops: nothing is begun any more.
    Closed,
}

impl Storage {
    /// Open, until somebody finds otherwise.
    pub fn open() -> Self {
        Self(watch::Sender::new(Gate::Open))
    }

    /// Why visits wait, if they do.
    pub fn pause(&self) -> Option<Pause> {
        match *self.0.borrow() {
            Gate::Paused(pause) => Some(pause),
            Gate::Open | Gate::Closed => None,
        }
    }

    /// Waits until visits may begin; `false`: none will.
    pub async fn ready(&self) -> bool {
        if matches!(*self.0.borrow(), Gate::Open) {
            return true;
        }
        let mut gate = self.0.subscribe();
        let decided = gate.wait_for(|gate| !matches!(gate, Gate::Paused(_))).await;
        decided.is_ok_and(|gate| matches!(*gate, Gate::Open))
    }

    fn set(&self, pause: Option<Pause>) {
        self.0.send_replace(pause.map_or(Gate::Open, Gate::Paused));
    }
}

/// Takes the state directory and opens the database of a daemon that starts. One that is locked, or lies on a disk that is full or
/// cannot be written to, is waited for some time: after a power cut disks may come late.
///
/// # Errors
/// What is wrong for good, or still was at the end.
pub async fn open_patiently(
    state_dir: &Path,
    is_patient: bool,
) -> Result<(InstanceLock, Store), StoreError> {
    let begun = Instant::now();
    loop {
        let opened = InstanceLock::acquire(state_dir).and_then(|lock| {
            Ok((lock, Store::open(&state_dir.join(DATABASE_FILE), Access::Create)?))
        });
        let error = match opened {
            Ok(opened) => return Ok(opened),
            Err(error) => error,
        };
        let passes = matches!(Trouble::of(&error), Some(trouble) if trouble != Trouble::Corrupt);
        if !is_patient || !passes || begun.elapsed() >= START_PATIENCE {
            return Err(error);
        }
        let code = Trouble::of(&error).map(Trouble::as_str);
        tracing::warn!(code, hint = error.hint(), "{error}: trying again");
        tokio::time::sleep(START_EVERY).await;
    }
}

/// Looks whether anything can be stored.
pub(super) struct StorageWatch {
    pub clock: Clock,
    pub post: Post,
    pub storage: Storage,
    pub state_dir: PathBuf,
}

/// What is remembered from one look to the next.
#[derive(Default)]
struct Memory {
    /// Failed writes that were seen.
    failed: u64,
    /// Whether the channels were told of the trouble that is.
    told: bool,
    /// When the last one ended, and how patient it made.
    ended: Option<Timestamp>,
    patience: Option<SignedDuration>,
    /// Since when there is room again.
    room_since: Option<Timestamp>,
    /// Whether it was said that there is no room for the ballast.
    no_ballast: bool,
}

impl StorageWatch {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut writes = self.post.store().writes();
        let mut memory = Memory::default();
        self.look(&mut memory).await;
        loop {
            let wait = if self.storage.pause().is_some() { AGAIN } else { EVERY };
            tokio::select! {
                () = stop.cancelled() => {
                    self.storage.0.send_replace(Gate::Closed);
                    return;
                }
                Ok(()) = writes.changed() => {}
                () = self.clock.sleep(wait) => {}
            }
            self.look(&mut memory).await;
        }
    }

    async fn look(&self, memory: &mut Memory) {
        let writes = *self.post.store().writes().borrow();
        let failed = writes.last.filter(|_| writes.failed > memory.failed);
        memory.failed = writes.failed;
        let now = self.clock.now();
        let found = match (failed, self.is_low()) {
            (Some(trouble), _) => Some(trouble),
            (None, true) => Some(Trouble::Full),
            (None, false) => None,
        };
        match (self.storage.pause(), found) {
            (None, None) => self.load_ballast(memory),
            (None, Some(trouble)) => self.begin(trouble, now, memory).await,
            (Some(pause), found) => self.go_on(pause, found, now, memory).await,
        }
    }

    /// Whether less is free than the configured floor.
    fn is_low(&self) -> bool {
        let floor = self.post.config().storage.floor_bytes;
        free_bytes(&self.state_dir).is_some_and(|free| free < floor)
    }

    async fn begin(&self, trouble: Trouble, now: Timestamp, memory: &mut Memory) {
        let relapse = memory.ended.is_some_and(|at| now.duration_since(at).abs() < RELAPSE_WITHIN);
        let patience = memory.patience.filter(|_| relapse);
        memory.patience = Some(patience.map_or(SignedDuration::ZERO, |last| {
            last.saturating_mul(2).clamp(PATIENCE, MOST_PATIENCE)
        }));
        memory.room_since = None;
        self.storage.set(Some(Pause { trouble, since: now }));
        let gave_up = trouble == Trouble::Full && ballast::drop_it(&self.state_dir);
        tracing::error!(
            code = trouble.as_str(),
            hint = trouble.hint(),
            ballast_given_up = gave_up,
            "{}: no feed is read until that is over; what waits is delivered as far as possible",
            trouble.in_words()
        );
        self.tell(trouble, now, now, memory).await;
    }

    async fn go_on(
        &self,
        pause: Pause,
        found: Option<Trouble>,
        now: Timestamp,
        memory: &mut Memory,
    ) {
        let Pause { trouble, since } = pause;
        self.tell(trouble, since, now, memory).await;
        // A damaged database is not written to again, whatever it says.
        let well = found.is_none() && trouble != Trouble::Corrupt;
        let writes = well && self.post.store().try_write(now).await.is_ok();
        memory.failed = self.post.store().writes().borrow().failed;
        if !writes {
            memory.room_since = None;
            return;
        }
        let room_since = *memory.room_since.get_or_insert(now);
        let patience = memory.patience.unwrap_or_default();
        if now.duration_since(room_since).abs() >= patience {
            self.end(trouble, since, now, memory).await;
        }
    }

    async fn end(&self, trouble: Trouble, since: Timestamp, now: Timestamp, memory: &mut Memory) {
        self.storage.set(None);
        memory.ended = Some(now);
        let lasted_s = now.duration_since(since).as_secs();
        let text = "what is read can be stored again: reading feeds goes on";
        tracing::info!(code = trouble.as_str(), lasted_s, "{text}");
        self.load_ballast(memory);
        if std::mem::take(&mut memory.told) {
            self.post(NoticeKind::StorageBack, Severity::Medium, text.to_owned(), now).await;
        }
    }

    /// Tells the channels once: at once of a full disk, of what may pass after a while.
    async fn tell(&self, trouble: Trouble, since: Timestamp, now: Timestamp, memory: &mut Memory) {
        let passes = !matches!(trouble, Trouble::Full | Trouble::Corrupt);
        if memory.told || passes && now.duration_since(since).abs() < WORTH_TELLING {
            return;
        }
        let headline = format!(
            "nothing can be stored: {}; no feed is read until that is over",
            trouble.in_words()
        );
        memory.told = self.post(NoticeKind::StorageDown, Severity::High, headline, now).await;
    }

    /// Posts a notice, if it can be written down.
    async fn post(
        &self,
        kind: NoticeKind,
        severity: Severity,
        headline: String,
        now: Timestamp,
    ) -> bool {
        let notice = Notice::plain(now, kind, severity, headline);
        let posted = self.post.tell(vec![notice], Vec::new(), now).await;
        posted
            .inspect_err(|error| {
                tracing::debug!(code = error.code(), %error, "the channels are told later");
            })
            .is_ok()
    }

    /// Takes up the ballast again, where that leaves room enough.
    fn load_ballast(&self, memory: &mut Memory) {
        let config = self.post.config().storage;
        let missing = config.ballast_bytes.saturating_sub(ballast::held(&self.state_dir));
        let room = free_bytes(&self.state_dir).is_none_or(|free| {
            free >= config.floor_bytes.saturating_add(missing.saturating_mul(2))
        });
        let loaded = match room || missing == 0 {
            true => ballast::load(&self.state_dir, config.ballast_bytes).map_err(Some),
            false => Err(None),
        };
        match loaded {
            Ok(()) => memory.no_ballast = false,
            Err(_) if memory.no_ballast => {}
            Err(error) => {
                memory.no_ballast = true;
                let why = error.map(|error| error.to_string());
                tracing::warn!(
                    why = why.as_deref().unwrap_or("there is little room"),
                    hint = "free some space, or set `ballast = \"0B\"` under [storage]",
                    "there is no ballast: if the disk fills up, deliveries may be sent twice"
                );
            }
        }
    }
}
