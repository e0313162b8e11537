//! Runs a parse on a thread of its own: with a stack that 256 levels of recursion cannot
//! exhaust, a time limit, and a wall against panics. Async workers only wait for it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, LazyLock};
use std::thread::Builder;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use super::failure::ParseFailure;

/// Address space, not memory: only the pages that are used are ever allocated.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Parses at once, at most and at least.
const THREADS_MAX: usize = 8;
const THREADS_MIN: usize = 2;

/// A thread cannot be stopped: one that outlives its time keeps its permit until it ends, so
/// that slow documents never pile up threads.
static PERMITS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(THREADS_MIN, usize::from);
    Arc::new(Semaphore::new(cores.clamp(THREADS_MIN, THREADS_MAX)))
});

/// Runs `work`; no longer than `timeout` for the caller, who gets its panic as a failure.
pub async fn run<T: Send + 'static>(
    timeout: Duration,
    work: impl FnOnce() -> Result<T, ParseFailure> + Send + 'static,
) -> Result<T, ParseFailure> {
    // The semaphore is never closed; were it, its limit would be the only thing lost.
    let permit = Arc::clone(&PERMITS).acquire_owned().await.ok();
    let (sender, outcome) = oneshot::channel();
    let thread = move || {
        let outcome = panic::catch_unwind(AssertUnwindSafe(work));
        // Nobody listens any more if the time was up.
        let _ = sender.send(outcome.unwrap_or(Err(ParseFailure::Crashed)));
        drop(permit);
    };
    Builder::new()
        .name("parse".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(thread)
        .map_err(|_| ParseFailure::Crashed)?;
    match tokio::time::timeout(timeout, outcome).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(ParseFailure::Crashed),
        Err(_) => Err(ParseFailure::Timeout { after: timeout }),
    }
}
