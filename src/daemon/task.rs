//! Tasks that are relied on as long as the daemon runs. A panic in one is a defect of wirewatch; going on
//! without it would be silence where somebody waits for a word. So it is logged, and the daemon
//! ends, for a supervisor to start it again; a channel's dispatcher begins again by itself, since
//! another delivery may go well, but not for ever. Panics that one feed, entry or delivery can cause
//! are caught closer to it: [`super::guard`], [`super::quarantine`], [`super::dispatcher`].

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fault;
use crate::clock::Clock;

/// How soon a dispatcher begins again.
const AGAIN: Duration = Duration::from_secs(5);

/// So many panics of one dispatcher within this time are no accident of one delivery.
const MOST_PANICS: usize = 5;
const WITHIN: Duration = Duration::from_secs(3_600);

/// Starts a task; where it panics, `broken` is cancelled.
pub(super) fn spawn<T: Send + 'static>(
    what: &'static str,
    broken: &CancellationToken,
    task: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let broken = broken.clone();
    tokio::spawn(async move {
        ended(what, task).await.unwrap_or_else(|payload| {
            broken.cancel();
            resume_unwind(payload)
        })
    })
}

/// Does a part of a single round; where it panics, `broken` is cancelled, and the parts after it are
/// done all the same.
pub(super) async fn part<T: Default>(
    what: &str,
    broken: &CancellationToken,
    task: impl Future<Output = T>,
) -> T {
    ended(what, task).await.unwrap_or_else(|_| {
        broken.cancel();
        T::default()
    })
}

/// Runs a task that begins again a while after it panicked, until it ends by itself or `stop`. Where it
/// panics time and again, `broken` is cancelled.
pub(super) async fn again<F>(
    what: &str,
    whose: &str,
    broken: &CancellationToken,
    stop: &CancellationToken,
    clock: &Clock,
    mut run: impl FnMut() -> F,
) where
    F: Future<Output = ()>,
{
    let mut panics: Vec<Duration> = Vec::new();
    while !stop.is_cancelled() {
        if caught(what, run()).await.is_ok() {
            return;
        }
        let now = clock.elapsed();
        panics.retain(|at| now.saturating_sub(*at) < WITHIN);
        panics.push(now);
        if panics.len() >= MOST_PANICS {
            say(what);
            broken.cancel();
            return;
        }
        tracing::error!(
            task = what,
            channel = whose,
            code = "dispatcher_panicked",
            panics = panics.len(),
            again_s = AGAIN.as_secs(),
            hint = REPORT,
            "a part of the daemon panicked, and begins again"
        );
        let _stopped = stop.run_until_cancelled(clock.sleep(AGAIN)).await;
    }
}

/// Runs a task to its end; says so where that is a panic, and gives what it panicked with.
async fn ended<T>(what: &str, task: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    caught(what, task).await.inspect_err(|_| say(what))
}

async fn caught<T>(what: &str, task: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let task = async {
        fault::strike("task", what);
        task.await
    };
    AssertUnwindSafe(task).catch_unwind().await
}

const REPORT: &str = "this is a defect of wirewatch; report it with the lines before this one";

fn say(what: &str) {
    tracing::error!(
        task = what,
        code = "task_panicked",
        hint = REPORT,
        "a part of the daemon panicked"
    );
}

#[cfg(test)]
mod tests;
