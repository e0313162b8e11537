//! The time that one fetch may take, over all its requests and redirects.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::failure::FetchFailure;

/// What is left of the time for a whole fetch. Waiting for a host's turn does not count, nor for
/// memory.
pub struct Budget {
    total: Duration,
    left: Duration,
}

impl Budget {
    pub fn new(total: Duration) -> Self {
        Self { total, left: total }
    }

    /// Leaves at least this much, for work that needs no server.
    pub fn allow(&mut self, time: Duration) {
        self.left = self.left.max(time);
    }

    pub async fn spend<T>(&mut self, work: impl Future<Output = T>) -> Result<T, FetchFailure> {
        let started = Instant::now();
        let outcome = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(started.elapsed());
        outcome.map_err(|_| FetchFailure::TimeoutTotal { after: self.total })
    }
}
