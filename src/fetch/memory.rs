//! How much memory the bodies of all fetches may take together. A body up to [`FREE_BYTES`] takes
//! none of it and never waits; a larger one first reserves, once and at once, all that it may still
//! grow to. Nobody who holds a reservation waits for more, so nobody waits for ever: each holder is
//! ended by the time that one fetch has, or by the limit on parsing.
//!
//! [`super::body`] reserves while it reads and decodes. The reservation then lives in the body
//! itself, for its real size, until the last clone of it is dropped: parsed and prepared.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A body up to this size takes nothing of the common memory: nearly all feeds. As many of them
/// as there are fetches at once (`max_concurrent`, 64) come to 32 MiB.
const FREE_BYTES: usize = 512 * 1024;

/// What larger bodies take together: with the free ones 96 MiB.
const COMMON_BYTES: usize = 64 * 1024 * 1024;

/// The memory that the larger bodies share. Clones are the same memory.
#[derive(Debug, Clone)]
pub struct BodyMemory {
    common: Arc<Semaphore>,
    common_bytes: usize,
    free_bytes: usize,
}

/// One body's part of the memory: none until it outgrows the free share.
#[derive(Debug)]
pub struct Claim {
    memory: BodyMemory,
    held: Option<OwnedSemaphorePermit>,
}

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
        Self { common: Arc::new(Semaphore::new(common_bytes)), common_bytes, free_bytes }
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
    pub async fn reserve(&mut self, most: usize) {
        if self.held.is_none() {
            let wanted = u32::try_from(most.min(self.memory.common_bytes)).unwrap_or(u32::MAX);
            // The semaphore is never closed; were it, its limit would be the only thing lost.
            self.held = Arc::clone(&self.memory.common).acquire_many_owned(wanted).await.ok();
        }
    }

    /// The body as it stays, with what it really takes of the memory.
    pub fn keep(self, body: Bytes) -> Bytes {
        let Some(mut part) = self.held.filter(|_| body.len() > self.memory.free_bytes) else {
            return body;
        };
        drop(part.split(part.num_permits().saturating_sub(body.len())));
        Bytes::from_owner(Held { body, _part: part })
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests;
