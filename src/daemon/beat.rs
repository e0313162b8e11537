//! The scheduler's sign of life: it says at each turn of its loop that it is there. A loop that hangs
//! shows by its silence, to who asks for its [age](Beat::age) and to the [service
//! manager](super::service), which is told from here and from nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::service::Service;
use crate::clock::Clock;

/// How often the loop turns even where nothing is due.
const EVERY: Duration = Duration::from_secs(15);

/// A silence that means that the loop hangs.
pub const TOO_LONG: Duration = Duration::from_secs(120);

/// When the last sign came, in milliseconds of monotonic time. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Beat {
    last: Arc<AtomicU64>,
    service: Service,
}

impl Beat {
    /// One that a service manager feels too.
    pub(super) fn felt_by(service: Service) -> Self {
        Self { service, ..Self::default() }
    }

    /// Gives the sign. Returns when the loop is to turn again, though nothing is due until `next`.
    pub(super) fn tell(&self, clock: &Clock, next: Option<Duration>) -> Duration {
        let now = clock.elapsed();
        self.last.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.service.turns(now);
        let every = self.service.turns_every().map_or(EVERY, |every| every.min(EVERY));
        let again = now.saturating_add(every);
        next.map_or(again, |next| next.min(again))
    }

    /// How long ago the last sign came.
    pub fn age(&self, clock: &Clock) -> Duration {
        clock.elapsed().saturating_sub(Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }
}
