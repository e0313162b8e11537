//! Looks now and then whether the files of the configuration are as they were when it was last read.
//! Looking at them finds whatever way they change; being told of changes by the system does not: a
//! link that is moved, a file system in a network, a directory that is mounted anew.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Footprint;
use crate::domain::ids::Digest;

/// How often the files are looked at. What changed must be the same twice: several files are
/// written one after the other, and long ones in pieces.
const EVERY: Duration = Duration::from_secs(2);

/// The files as they were last read, and as they were last seen since.
pub(super) struct ConfigWatch {
    clock: Clock,
    footprint: Arc<Mutex<Footprint>>,
    /// What there was when the configuration was last read, good or bad: that is done with.
    tried: Digest,
    /// What was seen last, if it was something else.
    changed: Option<Digest>,
}

impl ConfigWatch {
    pub fn new(clock: Clock, read: Footprint) -> Self {
        let tried = read.then();
        Self { clock, footprint: Arc::new(Mutex::new(read)), tried, changed: None }
    }

    /// The configuration was read again, from these.
    pub fn read_again(&mut self, read: Footprint) {
        *self = Self::new(self.clock.clone(), read);
    }

    /// Waits until the files are other than they were read, and stay so for a moment. Who stops
    /// waiting loses nothing.
    pub async fn changed(&mut self) {
        loop {
            self.clock.sleep(EVERY).await;
            let footprint = self.footprint.clone();
            let look = move || footprint.lock().unwrap_or_else(PoisonError::into_inner).now();
            // A disk may be slow.
            let Ok(now) = tokio::task::spawn_blocking(look).await else { continue };
            let before = self.changed.replace(now);
            if now == self.tried {
                self.changed = None;
            } else if before == Some(now) {
                return;
            }
        }
    }
}
