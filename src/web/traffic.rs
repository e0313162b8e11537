//! What went on since the start, for metrics: answers given, visits made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::daemon::events::Event;
use crate::domain::feed::Outcome;

/// Counts, shared by all who count.
#[derive(Debug, Clone, Default)]
pub(super) struct Traffic(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// By the first digit of the status, from 1 to 5.
    answers: [AtomicU64; 5],
    fresh: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
    new_entries: AtomicU64,
}

/// Classes of answers, in the order they are counted in.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Traffic {
    pub fn answered(&self, status: u16) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(count) = self.0.answers.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn answers(&self) -> [u64; 5] {
        std::array::from_fn(|at| self.0.answers[at].load(Ordering::Relaxed))
    }

    /// Visits to feeds by outcome.
    pub fn visits(&self) -> [(&'static str, u64); 3] {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.0;
        [
            ("fresh", of(&counts.fresh)),
            ("unchanged", of(&counts.unchanged)),
            ("failed", of(&counts.failed)),
        ]
    }

    pub fn new_entries(&self) -> u64 {
        self.0.new_entries.load(Ordering::Relaxed)
    }

    /// Counts what happens, until told to stop.
    pub async fn count(self, mut events: broadcast::Receiver<Event>, stop: CancellationToken) {
        loop {
            let event = tokio::select! {
                () = stop.cancelled() => return,
                event = events.recv() => event,
            };
            match event {
                Ok(Event::Visited(visit)) => {
                    let count = match visit.outcome {
                        Outcome::Fresh => &self.0.fresh,
                        Outcome::Unchanged => &self.0.unchanged,
                        Outcome::Failed => &self.0.failed,
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                    let new = u64::from(visit.new_entries);
                    self.0.new_entries.fetch_add(new, Ordering::Relaxed);
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}
