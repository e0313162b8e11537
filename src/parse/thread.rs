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

/// Pages are large and slow to read and their feeds can wait for them, not so the other feeds:
/// one at a time, apart from these.
static PAGE_PERMIT: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));

/// What is read: each kind has its own permits.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    Feed,
    Page,
}

/// Runs `work`; no longer than `timeout` for the caller, who gets its panic as a failure.
pub async fn run<T: Send + 'static>(
    kind: Work,
    timeout: Duration,
    work: impl FnOnce() -> Result<T, ParseFailure> + Send + 'static,
) -> Result<T, ParseFailure> {
    run_with(STACK_BYTES, kind, timeout, work).await
}

async fn run_with<T: Send + 'static>(
    stack_bytes: usize,
    kind: Work,
    timeout: Duration,
    work: impl FnOnce() -> Result<T, ParseFailure> + Send + 'static,
) -> Result<T, ParseFailure> {
    // The semaphore is never closed; were it, its limit would be the only thing lost.
    let permits = match kind {
        Work::Feed => &PERMITS,
        Work::Page => &PAGE_PERMIT,
    };
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    let (sender, outcome) = oneshot::channel();
    let thread = move || {
        let outcome = panic::catch_unwind(AssertUnwindSafe(work));
        // Nobody listens any more if the time was up.
        let _ = sender.send(outcome.unwrap_or(Err(ParseFailure::Crashed)));
        drop(permit);
    };
    Builder::new()
        .name("parse".to_owned())
        .stack_size(stack_bytes)
        .spawn(thread)
        // The system has no room for its stack, or no more threads: nothing is wrong with the feed.
        .map_err(|_| ParseFailure::NoThread)?;
    match tokio::time::timeout(timeout, outcome).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(ParseFailure::Crashed),
        Err(_) => Err(ParseFailure::Timeout { after: timeout }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_cannot_be_started_is_no_crash_and_the_next_one_is_tried() {
        let (endless, wait) = (1 << 50, Duration::from_secs(60));
        for _ in 0..THREADS_MAX + 1 {
            let failed = run_with(endless, Work::Feed, wait, || Ok(())).await;
            assert_eq!(failed, Err(ParseFailure::NoThread));
        }
        assert_eq!(run(Work::Feed, wait, || Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn pages_that_never_end_do_not_keep_feeds_waiting() {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let slow = run(Work::Page, Duration::from_millis(1), move || {
            let _ = held.lock().map(|held| held.recv());
            Ok(())
        });
        assert!(matches!(slow.await, Err(ParseFailure::Timeout { .. })));
        let second = run(Work::Page, Duration::from_secs(60), || Ok(()));
        assert_eq!(run(Work::Feed, Duration::from_secs(60), || Ok(1)).await, Ok(1));
        // The permit comes back with the thread that holds it.
        drop(release);
        assert_eq!(second.await, Ok(()));
    }
}
