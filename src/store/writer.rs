//! The writer: one thread that owns the write connection. Jobs come through a bounded queue and
//! are committed in groups, since syncing the disk costs the same for one as for many. Each job
//! runs in a savepoint of its own: one that fails or panics is undone alone. Callers hear of
//! success only after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::error::StoreError;
use super::indexing::Indexing;
use super::story_index::Stories;

/// Jobs waiting for the writer; callers beyond that wait to be let in.
const QUEUE: usize = 256;

/// How long one transaction of the upkeep may take from others.
pub(super) const SLICE: Duration = Duration::from_millis(15);

/// Most jobs committed together.
const MAX_GROUP: usize = 128;

/// Under load, how long a group waits for company before it begins.
const GROUP_WAIT: Duration = Duration::from_millis(8);

/// Jobs in the queue that make company enough to begin without waiting.
const ENOUGH: usize = 32;

/// The writer is under load if its last commit was of several jobs and no longer ago than this;
/// otherwise a job is committed at once.
const UNDER_LOAD: Duration = Duration::from_millis(25);

/// How often a transaction is begun anew when another process keeps writing; each try waits for
/// as long as the connection's busy timeout.
const BUSY_TRIES: u32 = 3;

/// What a job works with.
pub(super) struct Session<'a> {
    pub conn: &'a Connection,
    /// The stories that may still grow.
    pub stories: &'a mut Stories,
    /// Entries to bring up to date in the full-text index before the commit.
    pub indexing: &'a mut Indexing,
}

/// The handle on the thread. Dropping it waits until the queue is worked off.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(conn: Connection) -> Result<Self, StoreError> {
        let (sender, queue) = mpsc::channel(QUEUE);
        let (stories, indexing) = (Stories::default(), Indexing::default());
        let state = Thread { conn, queue, stories, indexing };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || state.serve())
            .map_err(|source| StoreError::Defect {
                detail: format!("no thread for the writer: {source}"),
            })?;
        Ok(Self { queue: Some(sender), thread: Some(thread) })
    }

    /// Hands `work` to the thread and waits for its commit.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let job = Box::new(Work { work, done: None, reply });
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // The thread catches panics of its jobs; there is nothing to learn from its end.
            let _ = thread.join();
        }
    }
}

/// One piece of work and the caller that waits for it.
trait Job: Send {
    /// Does the work. Called again if the group's commit failed.
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), StoreError>;

    /// Tells the caller, after the commit.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Work<F, T> {
    work: F,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Work<F, T>
where
    F: FnMut(&mut Session<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), StoreError> {
        self.done = Some((self.work)(session)?);
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { done, reply, .. } = *self;
        let result = outcome.and_then(|()| done.ok_or(StoreError::Closed));
        // The caller may have gone away; the work is done all the same.
        let _ = reply.send(result);
    }
}

struct Thread {
    conn: Connection,
    queue: mpsc::Receiver<Box<dyn Job>>,
    stories: Stories,
    indexing: Indexing,
}

impl Thread {
    fn serve(mut self) {
        // When the last group of several was committed. One caller that hands in job after job
        // makes groups of one, and is not made to wait.
        let mut crowded: Option<Instant> = None;
        while let Some(first) = self.queue.blocking_recv() {
            let under_load = crowded.is_some_and(|at| at.elapsed() < UNDER_LOAD);
            if under_load && self.queue.len() < ENOUGH {
                thread::sleep(GROUP_WAIT);
            }
            let mut group = vec![first];
            while group.len() < MAX_GROUP
                && let Ok(job) = self.queue.try_recv()
            {
                group.push(job);
            }
            let several = group.len() > 1;
            self.commit(group);
            crowded = several.then(Instant::now);
        }
    }

    /// Commits the group and tells every caller. If the group as a whole fails, each job gets a
    /// transaction of its own, so that the guilty one fails alone.
    fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        let mut verdicts = Vec::with_capacity(group.len());
        let Err(error) = self.transaction(&mut group, &mut verdicts) else {
            for (job, verdict) in group.into_iter().zip(verdicts) {
                job.finish(verdict);
            }
            return;
        };
        self.undo();
        let alone = group.len() == 1;
        let busy = matches!(error, StoreError::Busy);
        let mut error = Some(error);
        for (at, job) in group.into_iter().enumerate() {
            match verdicts.get_mut(at) {
                Some(Err(verdict)) => {
                    let verdict = std::mem::replace(verdict, StoreError::Closed);
                    job.finish(Err(verdict));
                }
                _ if alone => job.finish(Err(error.take().unwrap_or(StoreError::Closed))),
                _ if busy => job.finish(Err(StoreError::Busy)),
                _ => self.commit(vec![job]),
            }
        }
    }

    /// Runs the jobs, each in its savepoint, and commits. An error is one of the whole group.
    fn transaction(
        &mut self,
        group: &mut [Box<dyn Job>],
        verdicts: &mut Vec<Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        self.begin()?;
        self.indexing.clear();
        for job in group {
            let verdict = self.savepoint(job.as_mut());
            if verdict.is_err() && self.conn.is_autocommit() {
                // SQLite gave up the whole transaction, as it does when the disk is full.
                return verdict;
            }
            let failed = verdict.is_err();
            verdicts.push(verdict);
            if failed && self.stories.is_used() {
                // The stories in memory have taken in what was rolled back. They are read anew, and
                // those who came before in this group, whose part is not written yet, tell theirs
                // again.
                self.stories.clear();
                if verdicts.len() > 1 {
                    return Err(StoreError::Closed);
                }
            }
        }
        self.indexing.apply(&self.conn)?;
        self.stories.flush(&self.conn)?;
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    fn begin(&self) -> Result<(), StoreError> {
        let mut tries = 1;
        loop {
            match self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([]) {
                Ok(_) => return Ok(()),
                Err(error) => {
                    let busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
                    if !busy || tries == BUSY_TRIES {
                        return Err(error.into());
                    }
                    tries += 1;
                }
            }
        }
    }

    fn savepoint(&mut self, job: &mut dyn Job) -> Result<(), StoreError> {
        self.conn.prepare_cached("SAVEPOINT job")?.execute([])?;
        let mark = self.indexing.mark();
        self.stories.mark();
        let mut session =
            Session { conn: &self.conn, stories: &mut self.stories, indexing: &mut self.indexing };
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(&mut session)));
        let outcome = outcome.unwrap_or_else(|payload| {
            let detail = panic_text(payload.as_ref());
            Err(StoreError::Defect { detail })
        });
        if outcome.is_err() {
            self.indexing.forget(mark);
            if self.conn.is_autocommit() {
                return outcome;
            }
            self.conn.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        self.conn.prepare_cached("RELEASE job")?.execute([])?;
        outcome
    }

    /// Leaves a failed transaction behind.
    fn undo(&mut self) {
        if !self.conn.is_autocommit() {
            // If even this fails, SQLite has rolled back by itself or will at the next begin.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        self.stories.clear();
        self.indexing.clear();
    }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests;
