//! The time: the one place that asks what time it is. The daemon reads it once per unit of work
//! and passes `now` down. A manual clock drives tests and simulations.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

/// A source of time; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Mode);

#[derive(Debug, Clone)]
enum Mode {
    System { started: Instant },
    Manual { time: Arc<Mutex<Manual>>, changed: Arc<watch::Sender<()>> },
}

/// What a manual clock shows.
#[derive(Debug)]
struct Manual {
    wall: Timestamp,
    elapsed: Duration,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Mode::System { started: Instant::now() })
    }

    /// A clock that stands at `start` until [`Self::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        let changed = Arc::new(watch::Sender::new(()));
        let time = Manual { wall: start, elapsed: Duration::ZERO };
        Self(Mode::Manual { time: Arc::new(Mutex::new(time)), changed })
    }

    /// The wall clock. It may jump: what must not jump with it asks [`Self::elapsed`].
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Mode::System { .. } => Timestamp::now(),
            Mode::Manual { time, .. } => lock(time).wall,
        }
    }

    /// Monotonic time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Mode::System { started } => started.elapsed(),
            Mode::Manual { time, .. } => lock(time).elapsed,
        }
    }

    /// Moves a manual clock on and wakes who waits for it; a system clock is not moved.
    pub fn advance(&self, by: Duration) {
        if let Mode::Manual { time, changed } = &self.0 {
            let mut time = lock(time);
            time.wall = time.wall.saturating_add(by).unwrap_or(Timestamp::MAX);
            time.elapsed = time.elapsed.saturating_add(by);
            changed.send_replace(());
        }
    }

    /// Sets the wall of a manual clock, as somebody does who corrects the machine's time: no time
    /// passes by that. A system clock is not set.
    pub fn set_wall(&self, to: Timestamp) {
        if let Mode::Manual { time, .. } = &self.0 {
            lock(time).wall = to;
        }
    }

    /// Waits until `wait` has passed, in monotonic time: a jump of the wall clock neither
    /// shortens nor prolongs it.
    pub async fn sleep(&self, wait: Duration) {
        self.sleep_until(self.elapsed().saturating_add(wait)).await;
    }

    /// Waits until [`Self::elapsed`] has come to `end`. Unlike a wait that is worked out before, an
    /// end is not put off by what passes until the waiting begins.
    pub async fn sleep_until(&self, end: Duration) {
        match &self.0 {
            Mode::System { .. } => tokio::time::sleep(end.saturating_sub(self.elapsed())).await,
            Mode::Manual { changed, .. } => {
                let mut changes = changed.subscribe();
                while self.elapsed() < end {
                    if changes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn lock(time: &Mutex<Manual>) -> MutexGuard<'_, Manual> {
    time.lock().unwrap_or_else(PoisonError::into_inner)
}
