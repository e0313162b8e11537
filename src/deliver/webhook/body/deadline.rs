//! A rendering that takes too long is given up: fuel counts instructions, and one of them can take for
//! ever, such as asking for the length of a list that was doubled sixty times. A thread cannot be
//! ended from outside, so it is left behind; of these only so many may be at once.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Longest rendering, of which the usual one takes a thousandth.
pub const LIMIT: Duration = Duration::from_secs(5);

/// Most renderings that were given up and still run. Each takes a processor.
const MAX_LEFT_BEHIND: usize = 2;

static LEFT_BEHIND: AtomicUsize = AtomicUsize::new(0);

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Overrun {
    #[error("it has not ended after {} s", LIMIT.as_secs())]
    Late,
    #[error("others have not ended and still run; only a start of wirewatch ends them")]
    Crowded,
    #[error("it panics")]
    Panicked,
    #[error("it cannot be run: {0}")]
    NoThread(#[source] io::Error),
}

/// What `work` gives, unless it takes longer than [`LIMIT`].
pub fn within_limit<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Overrun> {
    if LEFT_BEHIND.load(Ordering::SeqCst) >= MAX_LEFT_BEHIND {
        return Err(Overrun::Crowded);
    }
    let (sender, receiver) = mpsc::channel();
    let settled = Arc::new(AtomicBool::new(false));
    let is_late = Arc::clone(&settled);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        // Nobody listens where it took too long.
        let _ = sender.send(result);
        if is_late.swap(true, Ordering::SeqCst) {
            LEFT_BEHIND.fetch_sub(1, Ordering::SeqCst);
        }
    };
    thread::Builder::new().name("template".to_owned()).spawn(run).map_err(Overrun::NoThread)?;
    let received = receiver.recv_timeout(LIMIT).or_else(|error| {
        LEFT_BEHIND.fetch_add(1, Ordering::SeqCst);
        if settled.swap(true, Ordering::SeqCst) {
            // It ended at this very moment, and sent what it had before that.
            LEFT_BEHIND.fetch_sub(1, Ordering::SeqCst);
            return receiver.try_recv().map_err(|_| error);
        }
        Err(error)
    });
    match received {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(Overrun::Panicked),
        Err(RecvTimeoutError::Timeout) => Err(Overrun::Late),
    }
}
