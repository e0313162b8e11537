//! What a service manager is told: that wirewatch is up, reloads or stops, one line of how it is,
//! and that its scheduler turns. Systemd's protocol (sd_notify(3)), which other managers speak too;
//! where nobody listens nothing is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;

/// A sign of life is given this many times in the time after which the manager would miss one.
const SIGNS: u32 = 4;

/// By how much a start is prolonged at a time, while it is under way.
const MORE_TIME: Duration = Duration::from_secs(30);

/// The manager of this process. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Service(Option<Arc<Managed>>);

#[derive(Debug)]
struct Managed {
    /// After how long without a sign of life the manager ends this process, if it does.
    watchdog: Option<Duration>,
    /// When the last sign was given, in milliseconds of monotonic time, plus one.
    sign: AtomicU64,
}

impl Service {
    /// The manager that started this process; nobody, if none did.
    pub fn of_process() -> Self {
        let is_managed = std::env::var_os("NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty());
        let managed =
            || Managed { watchdog: sd_notify::watchdog_enabled(), sign: AtomicU64::default() };
        Self(is_managed.then(|| Arc::new(managed())))
    }

    /// It is up.
    pub fn ready(&self, status: &str) {
        self.tell(&[NotifyState::Ready, NotifyState::Status(&line(status))]);
    }

    /// It reads its configuration again, until it is [ready](Self::ready).
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.tell(&[NotifyState::Reloading, now]),
            Err(_) => self.tell(&[NotifyState::Reloading]),
        }
    }

    /// It stops.
    pub fn stopping(&self) {
        let status = NotifyState::Status("stopping: what is under way may end");
        self.tell(&[NotifyState::Stopping, status]);
    }

    /// It starts, and may take its time.
    pub fn starts(&self) {
        let more = u32::try_from(MORE_TIME.as_micros()).unwrap_or(u32::MAX);
        let status = NotifyState::Status("starting: opening the database");
        self.tell(&[NotifyState::ExtendTimeoutUsec(more), status]);
    }

    /// It has begun to start, and is not done: a large database may have to be brought up first. Never
    /// returns.
    pub async fn starting(&self) {
        loop {
            tokio::time::sleep(MORE_TIME / 3).await;
            self.starts();
        }
    }

    /// The scheduler turns, at this monotonic time. Told on where it is time for a sign of life.
    pub fn turns(&self, now: Duration) {
        let Some(managed) = &self.0 else { return };
        let Some(every) = managed.every() else { return };
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        let before = managed.sign.load(Ordering::Relaxed);
        let since = Duration::from_millis(now.saturating_sub(before));
        if before == 0 || since >= every {
            managed.sign.store(now, Ordering::Relaxed);
            self.tell(&[NotifyState::Watchdog]);
        }
    }

    /// How often the scheduler has to turn for that, at least.
    pub fn turns_every(&self) -> Option<Duration> {
        self.0.as_ref()?.every()
    }

    fn tell(&self, states: &[NotifyState<'_>]) {
        if self.0.is_none() {
            return;
        }
        if let Err(error) = sd_notify::notify(states) {
            tracing::debug!(%error, "the service manager was not told");
        }
    }
}

impl Managed {
    fn every(&self) -> Option<Duration> {
        Some(self.watchdog? / SIGNS)
    }
}

/// The protocol has a line for each thing that is told.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
