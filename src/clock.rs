//! The time: the one place that asks what time it is. The daemon reads it once per unit of work
//! and passes `now` down. A manual clock drives tests and simulations.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

/// A source of time; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Mode);

#[derive(Debug, Clone)]
enum Mode {
    System { started: Instant },
    Manual { started: Timestamp, now: Arc<Mutex<Timestamp>>, changed: Arc<watch::Sender<()>> },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Mode::System { started: Instant::now() })
    }

    /// A clock that stands at `start` until [`Self::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        let changed = Arc::new(watch::Sender::new(()));
        Self(Mode::Manual { started: start, now: Arc::new(Mutex::new(start)), changed })
    }

    /// The wall clock. It may jump: what must not jump with it asks [`Self::elapsed`].
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Mode::System { .. } => Timestamp::now(),
            Mode::Manual { now, .. } => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Monotonic time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Mode::System { started } => started.elapsed(),
            Mode::Manual { started, .. } => {
                Duration::try_from(self.now().duration_since(*started)).unwrap_or_default()
            }
        }
    }

    /// Moves a manual clock on and wakes who waits for it; a system clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Mode::Manual { now, changed, .. } = &self.0 {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
            changed.send_replace(());
        }
    }

    /// Waits until `wait` has passed, in monotonic time: a jump of the wall clock neither
    /// shortens nor prolongs it.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Mode::System { .. } => tokio::time::sleep(wait).await,
            Mode::Manual { changed, .. } => {
                let mut changes = changed.subscribe();
                let end = self.elapsed().saturating_add(wait);
                while self.elapsed() < end {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
