//! How much memory the bodies of all fetches may take together. A body up to [`FREE_BYTES`] takes
//! none of it and never waits; a larger one first reserves, once and at once, all that it may still
//! grow to. Nobody who holds a reservation waits for more, so nobody waits for ever: each holder is
//! ended by the time that one fetch has, or by the limit on parsing.
//!
//! Those who wait stand in line, each for [`LONGEST_WAIT`] at most; what they wait is no part of the
//! time that their fetch has. While somebody waits, a body has to come fast enough to keep its
//! reservation ([`LEAST_BYTES_PER_S`]): a few slow servers else starve all good ones.
//!
//! [`super::body`] reserves while it reads and decodes. The reservation then lives in the body
//! itself, for its real size, until the last clone of it is dropped: parsed and prepared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::failure::FetchFailure;

/// A body up to this size takes nothing of the common memory: nearly all feeds. As many of them
/// as there are fetches at once (four times `max_concurrent`, 64: see [`super::hosts`]) come to
/// 64 MiB.
const FREE_BYTES: usize = 256 * 1024;

/// What larger bodies take together: with the free ones 128 MiB.
const COMMON_BYTES: usize = 64 * 1024 * 1024;

/// Longest wait in line: four times as long as a holder may take.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// How fast a body has to come that keeps others waiting, from its reservation on: one of the
/// largest size, 16 MiB in 30 s, comes more than eight times as fast.
const LEAST_BYTES_PER_S: u64 = 64 * 1024;

/// For how long after its reservation nobody asks how fast it comes.
const GRACE: Duration = Duration::from_secs(5);

/// The memory that the larger bodies share. Clones are the same memory.
#[derive(Debug, Clone)]
pub struct BodyMemory {
    common: Arc<Semaphore>,
    common_bytes: usize,
    free_bytes: usize,
    longest_wait: Duration,
    /// How many bodies stand in line.
    waiting: Arc<AtomicUsize>,
}

/// One body's part of the memory: none until it outgrows the free share.
#[derive(Debug)]
pub struct Claim {
    memory: BodyMemory,
    held: Option<Reservation>,
}

/// Memory for all that a body may grow to.
#[derive(Debug)]
struct Reservation {
    part: OwnedSemaphorePermit,
    since: Instant,
    /// What came of the body since then.
    received_bytes: u64,
}

/// One that stands in line, until it is dropped.
struct InLine<'m>(&'m AtomicUsize);

/// A body that gives its part of the memory back with its last clone.
struct Held {
    body: Bytes,
    _part: OwnedSemaphorePermit,
}

impl Default for BodyMemory {
    fn default() -> Self {
        Self::of(COMMON_BYTES, FREE_BYTES)
    }
}

impl BodyMemory {
    pub(super) fn of(common_bytes: usize, free_bytes: usize) -> Self {
        let common_bytes = common_bytes.min(u32::MAX as usize).min(Semaphore::MAX_PERMITS);
        let (common, waiting) = (Arc::new(Semaphore::new(common_bytes)), Arc::default());
        Self { common, common_bytes, free_bytes, longest_wait: LONGEST_WAIT, waiting }
    }

    /// Bytes that a body may have without a reservation.
    pub fn free_bytes(&self) -> usize {
        self.free_bytes
    }

    pub fn claim(&self) -> Claim {
        Claim { memory: self.clone(), held: None }
    }
}

impl Claim {
    /// Whether a body of `bytes` needs a reservation and has none.
    pub fn is_short_of(&self, bytes: usize) -> bool {
        bytes > self.memory.free_bytes && self.held.is_none()
    }

    /// Waits in line for `most` bytes, which have to suffice for all that is still to come. More
    /// than there is at all means all there is. What is reserved already stays as it is.
    ///
    /// # Errors
    /// It did not get its turn within [`LONGEST_WAIT`].
    pub async fn reserve(&mut self, most: usize) -> Result<(), FetchFailure> {
        if self.held.is_some() {
            return Ok(());
        }
        let wanted = u32::try_from(most.min(self.memory.common_bytes)).unwrap_or(u32::MAX);
        let line = InLine::new(&self.memory.waiting);
        let turn = Arc::clone(&self.memory.common).acquire_many_owned(wanted);
        let after = self.memory.longest_wait;
        let part = timeout(after, turn).await;
        drop(line);
        match part {
            Ok(part) => {
                let since = Instant::now();
                // The semaphore is never closed; were it, its limit would be the only thing lost.
                self.held = part.ok().map(|part| Reservation { part, since, received_bytes: 0 });
                Ok(())
            }
            Err(_) => Err(FetchFailure::NoMemory { after }),
        }
    }

    /// Notes that more of the body came.
    pub fn received(&mut self, bytes: usize) {
        if let Some(held) = &mut self.held {
            held.received_bytes = held.received_bytes.saturating_add(bytes as u64);
        }
    }

    /// Holds memory that others wait for against how fast the body comes.
    ///
    /// # Errors
    /// It comes too slowly to go on.
    pub fn check_pace(&self) -> Result<(), FetchFailure> {
        let Some(held) = &self.held else { return Ok(()) };
        let took = held.since.elapsed();
        let least = LEAST_BYTES_PER_S.saturating_mul(took.as_secs());
        let is_slow = took > GRACE && held.received_bytes < least;
        if is_slow && self.memory.waiting.load(Ordering::Relaxed) > 0 {
            return Err(FetchFailure::TooSlow { least_bytes_per_s: LEAST_BYTES_PER_S });
        }
        Ok(())
    }

    /// The body as it stays, with what it really takes of the memory.
    pub fn keep(self, body: Bytes) -> Bytes {
        let free_bytes = self.memory.free_bytes;
        let Some(held) = self.held.filter(|_| body.len() > free_bytes) else {
            return body;
        };
        let mut part = held.part;
        drop(part.split(part.num_permits().saturating_sub(body.len())));
        Bytes::from_owner(Held { body, _part: part })
    }
}

impl<'m> InLine<'m> {
    fn new(waiting: &'m AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests;
