//! Whether anything can be stored. While the disk is full, or the database cannot be written to for
//! another reason, no feed is visited: what it says would be lost on the way. Deliveries go on as far
//! as they can, out of the space that the ballast gives up. It is said once, in the log and to the
//! channels, tried again, and over by itself. At a start [`super::opening`] waits for it.

mod owed;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::owed::Owed;
use super::post::Post;
use super::shout::shout;
use crate::clock::Clock;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::ballast;
use crate::store::checkup::free_bytes;
use crate::store::trouble::Trouble;

/// How often is looked, and how often it is tried again.
const EVERY: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_secs(5);

/// For how long a disk must have had room before feeds are visited again, after a relapse: else what
/// is stored in one moment would fill it in the next, for ever.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
const MOST_PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// A trouble this long after the end of the last one is a new one.
const RELAPSE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// What is over within this is told in the log only.
const WORTH_TELLING: SignedDuration = SignedDuration::from_secs(60);

/// How often it is tried to tell what could not be written down.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// Most troubles whose end is remembered to be told; of more the oldest are in the log only.
const MOST_OWED: usize = 16;

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

/// Looks whether anything can be stored.
pub(super) struct StorageWatch {
    pub clock: Clock,
    pub post: Post,
    pub storage: Storage,
    pub state_dir: PathBuf,
    /// Whether anything is sent.
    pub delivers: bool,
}

/// What is remembered from one look to the next.
#[derive(Default)]
struct Memory {
    /// Failed writes that were seen.
    failed: u64,
    /// Whether the channels were told of the trouble that is; if that failed, when to try again,
    /// in monotonic time.
    told: bool,
    tell_at: Duration,
    /// Whether they were told of what no time mends.
    shouted: bool,
    /// Of what is to be told that it is over.
    owed: Vec<Owed>,
    /// What the log was told of the trouble that is: each kind once.
    said: Vec<Trouble>,
    /// When the last one ended, and how patient it made.
    ended: Option<Timestamp>,
    patience: Option<SignedDuration>,
    /// Whether the ballast was given up, and not taken up again yet.
    gave_up: bool,
    /// Since when there is room again.
    room_since: Option<Timestamp>,
    /// Whether it was said that there is no room for the ballast.
    no_ballast: bool,
}

impl StorageWatch {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut writes = self.post.store().writes();
        let mut memory = Memory {
            owed: owed::left_over(&self.post.store(), self.clock.now()),
            ..Memory::default()
        };
        self.look(&mut memory).await;
        loop {
            let is_paused = self.storage.pause().is_some();
            let wait = if is_paused { AGAIN } else { EVERY };
            tokio::select! {
                () = stop.cancelled() => {
                    self.storage.0.send_replace(Gate::Closed);
                    return;
                }
                // What is tried during a pause fails too, and is no reason to try at once again.
                Ok(()) = writes.changed(), if !is_paused => {}
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
        let found = self.found(failed);
        match (self.storage.pause(), found) {
            (None, None) => {
                self.load_ballast(memory);
                self.tell_owed(now, memory).await;
            }
            (None, Some(trouble)) => self.begin(trouble, now, memory).await,
            (Some(pause), found) => self.go_on(pause, found, now, memory).await,
        }
    }

    /// What the trouble is, where a write failed for this reason or none did. A disk without room is
    /// one, whatever else there is; what SQLite takes for a failing one may be a quota.
    fn found(&self, failed: Option<Trouble>) -> Option<Trouble> {
        let is_full = match failed {
            Some(Trouble::Corrupt) => false,
            Some(Trouble::Disk) => self.is_low() || ballast::is_full(&self.state_dir),
            _ => self.is_low(),
        };
        if is_full { Some(Trouble::Full) } else { failed }
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
        memory.tell_at = Duration::ZERO;
        memory.said = vec![trouble];
        // Who was told that nothing can be stored, and not of its end, knows it already.
        memory.told = memory.owed.iter().any(|owed| owed.was_told);
        memory.owed.retain(|owed| !owed.was_told);
        self.storage.set(Some(Pause { trouble, since: now }));
        let gave_up = trouble.wants_room() && ballast::drop_it(&self.state_dir);
        memory.gave_up |= gave_up;
        tracing::error!(
            code = trouble.as_str(),
            hint = trouble.hint(),
            ballast_given_up = gave_up,
            "{}: no feed is read until that is over; what waits is delivered as far as possible",
            trouble.in_words()
        );
        self.tell(trouble, now, now, memory).await;
        memory.failed = self.post.store().writes().borrow().failed;
    }

    async fn go_on(
        &self,
        pause: Pause,
        found: Option<Trouble>,
        now: Timestamp,
        memory: &mut Memory,
    ) {
        let pause = self.renew(pause, found, memory);
        self.tell(pause.trouble, pause.since, now, memory).await;
        // A damaged database is not written to again, whatever it says.
        let mut writes = found.is_none() && pause.trouble != Trouble::Corrupt;
        if writes && let Err(error) = self.post.store().try_write(now).await {
            self.renew(pause, self.found(Trouble::of(&error)), memory);
            writes = false;
        }
        memory.failed = self.post.store().writes().borrow().failed;
        if !writes {
            memory.room_since = None;
            return;
        }
        // What was given up is taken up before feeds are read: they would fill the room that it left.
        // And before it is waited any longer: should it all begin anew, there is something to give up.
        let has_room = self.load_ballast(memory);
        if !has_room && memory.said.iter().any(|said| said.wants_room()) {
            self.renew(pause, Some(Trouble::Full), memory);
            memory.room_since = None;
            return;
        }
        let patience = memory.patience.unwrap_or_default();
        if memory.room_since.is_none() && !patience.is_zero() {
            let wait_s = patience.as_secs();
            tracing::info!(wait_s, "there is room again: feeds are read once it has stayed so");
        }
        let room_since = *memory.room_since.get_or_insert(now);
        if now.duration_since(room_since).abs() < patience {
            return;
        }
        self.end(pause.trouble, pause.since, now, memory).await;
    }

    /// Takes note of what the trouble is by now: says so, once of each, and gives up the ballast where
    /// that may help.
    fn renew(&self, pause: Pause, found: Option<Trouble>, memory: &mut Memory) -> Pause {
        let known = pause.trouble;
        let Some(trouble) = found.filter(|_| known != Trouble::Corrupt) else { return pause };
        let gave_up = trouble.wants_room() && ballast::drop_it(&self.state_dir);
        memory.gave_up |= gave_up;
        if trouble == known {
            return pause;
        }
        let pause = Pause { trouble, ..pause };
        self.storage.set(Some(pause));
        if !memory.said.contains(&trouble) {
            memory.said.push(trouble);
            tracing::error!(
                code = trouble.as_str(),
                hint = trouble.hint(),
                ballast_given_up = gave_up,
                "by now {}: still no feed is read",
                trouble.in_words()
            );
        }
        pause
    }

    async fn end(&self, trouble: Trouble, since: Timestamp, now: Timestamp, memory: &mut Memory) {
        self.storage.set(None);
        memory.ended = Some(now);
        let lasted_s = now.duration_since(since).as_secs();
        let text = "what is read can be stored again: reading feeds goes on";
        tracing::info!(code = trouble.as_str(), lasted_s, "{text}");
        let told = std::mem::take(&mut memory.told);
        let headline = match told {
            true => text.to_owned(),
            // While it lasted nothing could be written down to be told.
            false => {
                let at = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC");
                let (why, since, until) = (trouble.in_words(), at(since), at(now));
                format!("nothing could be stored from {since} to {until}: {why}; {text}")
            }
        };
        if told || now.duration_since(since).abs() >= WORTH_TELLING {
            let notice = Notice::plain(now, NoticeKind::StorageBack, Severity::Medium, headline);
            memory.owed.push(Owed { notice, was_told: told });
            let beyond = memory.owed.len().saturating_sub(MOST_OWED);
            memory.owed.drain(..beyond);
            memory.tell_at = Duration::ZERO;
            self.tell_owed(now, memory).await;
        }
    }

    /// Tells what is over, until that can be written down.
    async fn tell_owed(&self, now: Timestamp, memory: &mut Memory) {
        if memory.owed.is_empty() || self.clock.elapsed() < memory.tell_at {
            return;
        }
        let notices = memory.owed.iter().map(|owed| owed.notice.clone()).collect();
        match self.post(notices, now).await {
            true => memory.owed.clear(),
            false => memory.tell_at = self.clock.elapsed().saturating_add(TOLD_AGAIN),
        }
    }

    /// Tells the channels once: at once of a full disk, of what may pass after a while.
    async fn tell(&self, trouble: Trouble, since: Timestamp, now: Timestamp, memory: &mut Memory) {
        if trouble == Trouble::Corrupt {
            return self.shout(trouble, now, memory).await;
        }
        // What comes again soon after it was over may pass as well.
        let passes = trouble != Trouble::Full || !memory.patience.unwrap_or_default().is_zero();
        let is_early = self.clock.elapsed() < memory.tell_at;
        if memory.told || is_early || passes && now.duration_since(since).abs() < WORTH_TELLING {
            return;
        }
        let headline = format!(
            "nothing can be stored: {}; no feed is read until that is over",
            trouble.in_words()
        );
        let notice = Notice::plain(now, NoticeKind::StorageDown, Severity::High, headline);
        memory.told = self.post(vec![notice], now).await;
        memory.tell_at = self.clock.elapsed().saturating_add(TOLD_AGAIN);
    }

    /// Tells the channels of what is not over before a start: not by the database, which is not
    /// written to again.
    async fn shout(&self, trouble: Trouble, now: Timestamp, memory: &mut Memory) {
        if std::mem::replace(&mut memory.shouted, true) || !self.delivers {
            return;
        }
        let headline =
            format!("{}: no feed is read any more; {}", trouble.in_words(), trouble.hint());
        let notice = Notice::plain(now, NoticeKind::StorageDown, Severity::High, headline);
        shout(&self.post.config(), &self.clock, &notice).await;
    }

    /// Posts notices, if they can be written down.
    async fn post(&self, notices: Vec<Notice>, now: Timestamp) -> bool {
        let posted = self.post.tell(notices, Vec::new(), now).await;
        posted
            .inspect_err(|error| {
                tracing::debug!(code = error.code(), %error, "the channels are told later");
            })
            .is_ok()
    }

    /// Takes up the ballast again, where that leaves room enough. `false`: it was given up, and there is
    /// not; or by what the disk says there is room, and this user may not have it.
    fn load_ballast(&self, memory: &mut Memory) -> bool {
        let config = self.post.config().storage;
        let missing = config.ballast_bytes.saturating_sub(ballast::held(&self.state_dir));
        let room = free_bytes(&self.state_dir).is_none_or(|free| {
            free >= config.floor_bytes.saturating_add(missing.saturating_mul(2))
        });
        let loaded = match room || missing == 0 {
            true => ballast::load(&self.state_dir, config.ballast_bytes).map_err(Some),
            false => Err(None),
        };
        let has_room = match &loaded {
            Ok(()) => true,
            Err(None) => !memory.gave_up,
            Err(Some(error)) => !ballast::is_of_room(error),
        };
        match loaded {
            Ok(()) => (memory.no_ballast, memory.gave_up) = (false, false),
            // Until there is room nothing is read, and that was said.
            Err(None) if memory.gave_up => {}
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
        has_room
    }
}
