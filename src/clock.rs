//! The time: the one place that asks what time it is. The daemon reads it once per unit of work
//! and passes `now` down. A manual clock drives tests and simulations.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// A source of time; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Mode);

#[derive(Debug, Clone)]
enum Mode {
    System,
    Manual { now: Arc<Mutex<Timestamp>>, changed: Arc<watch::Sender<()>> },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Mode::System)
    }

    /// A clock that stands at `start` until [`Self::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        let changed = Arc::new(watch::Sender::new(()));
        Self(Mode::Manual { now: Arc::new(Mutex::new(start)), changed })
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Mode::System => Timestamp::now(),
            Mode::Manual { now, .. } => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock on and wakes who waits for it; a system clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Mode::Manual { now, changed } = &self.0 {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
            changed.send_replace(());
        }
    }

    /// Waits until `wait` has passed. On the system clock this counts monotonic time: a jump of
    /// the wall clock neither shortens nor prolongs it.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Mode::System => tokio::time::sleep(wait).await,
            Mode::Manual { changed, .. } => {
                let mut changes = changed.subscribe();
                let end = self.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
                while self.now() < end {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
