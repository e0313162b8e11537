//! The store: the only room that knows SQL. One SQLite file holds everything wirewatch knows.
//!
//! Every public method of [`Store`] is one whole transaction over domain types. Writing goes
//! through one [`writer`] thread, which commits waiting jobs in groups; reading uses connections
//! of its own and never waits for the writer. The files are named after what they keep:
//! [`feeds`] (with what `feed_memory` keeps for their next fetch), [`feed_events`], [`topics`],
//! [`entries`], `entry_keys`, [`revisions`], [`stories`] (with what people do to them,
//! [`story_edits`], [`story_changes`]), [`alerts`], [`follow_ups`], [`after_all`], [`waits`],
//! [`outbox`], [`notices`], [`heartbeats`], [`digests`], [`silences`], [`verdicts`], [`vigil`],
//! [`bursts`], [`articles`], [`push`]; [`ingest`] is the transaction that ties them together;
//! [`search`], [`sightings`], [`counts`], [`glance`], [`gauges`], [`lateness`] and [`history`] look
//! across; [`running`] keeps what the daemon was configured with, [`reloads`] how it came to that;
//! [`holder`] is who holds the lock. Its upkeep: [`prune`] takes out what has had its time, [`vacuum`]
//! gives space back, [`verify`] reads it whole, [`backup`], [`backups`] and [`restore`] copy it (each
//! copy is a `partial` first; [`copies`] is how that went), [`quarantine`] sets aside what cannot be
//! decided on, and [`trouble`] tells that it cannot be written to, [`late`] that it cannot be opened yet,
//! [`ballast`] keeps some space for then.

pub mod after_all;
pub mod alerts;
pub mod articles;
pub mod backup;
pub mod backups;
pub mod ballast;
pub mod bursts;
pub mod checkup;
pub mod circuits;
mod column;
pub mod copies;
pub mod counts;
pub mod digests;
pub mod entries;
mod entry_keys;
pub mod error;
mod evidence_row;
pub mod feed_events;
pub mod feed_facts;
mod feed_memory;
pub mod feeds;
pub mod follow_ups;
pub mod gaps;
pub mod gauges;
pub mod glance;
mod habits_row;
pub mod heartbeats;
pub mod history;
pub mod holder;
mod indexing;
mod ingest;
pub mod late;
pub mod lateness;
mod list_texts;
mod lock;
mod meta;
mod migrate;
pub mod notices;
mod open;
pub mod outbox;
mod partial;
pub mod place;
pub mod prune;
pub mod push;
pub mod quarantine;
mod reason_row;
pub mod reloads;
pub mod restore;
pub mod revisions;
pub mod running;
pub mod search;
pub mod sightings;
pub mod silences;
pub mod standing;
pub mod stories;
pub mod story_changes;
pub mod story_edits;
mod story_index;
mod story_parting;
pub mod topics;
pub mod trouble;
pub mod vacuum;
pub mod verdicts;
pub mod verify;
pub mod vigil;
mod vocabulary;
pub mod waits;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use error::StoreError;
pub use lock::{InstanceLock, LOCK_FILE, held, lock_obstacle, make_private};
use writer::{Session, Writer};

/// Name of the database file in the state directory.
pub const DATABASE_FILE: &str = "wirewatch.db";

/// Connections kept for the next reader; more are opened when needed, and closed after use.
const IDLE_READERS: usize = 4;

/// What opening a store may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Create the database if it is not there, check it, bring its schema up: the daemon.
    Create,
    /// Read and write a database that is there: a command beside the daemon or without one. An older
    /// schema is brought up only while nobody holds the instance's lock.
    Existing,
    /// The same by who holds the instance's lock, and may bring an older schema up.
    Alone,
    /// Change nothing, not even the schema.
    ReadOnly,
}

/// A handle on the store; clones share it. When the last one is dropped, what was handed to it
/// has been committed and the file is closed.
#[derive(Debug, Clone)]
pub struct Store(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    access: Access,
    /// `None` if the store is read-only.
    writer: Option<Writer>,
    idle: Mutex<Vec<Connection>>,
    failures: trouble::Failures,
}

impl Store {
    /// Opens the database at `path`. It is refused, untouched, if it is not a wirewatch
    /// database, of a newer schema, or damaged.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let conn = open::open_main(path, access)?;
        let (writer, idle) = match access {
            Access::ReadOnly => (None, vec![conn]),
            Access::Create | Access::Existing | Access::Alone => {
                (Some(Writer::start(conn)?), Vec::new())
            }
        };
        let (idle, failures) = (Mutex::new(idle), trouble::Failures::new());
        Ok(Self(Arc::new(Shared { path: path.to_owned(), access, writer, idle, failures })))
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Runs `work` in a transaction on the writer thread. It may run again if the group it was
    /// committed with failed, and it runs to its end even if the caller no longer waits.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.0.writer {
            Some(writer) => writer.run(work).await.inspect_err(|error| self.0.failures.note(error)),
            None => Err(StoreError::ReadOnly),
        }
    }

    /// Runs `query` on a connection of its own: all of it sees the same moment.
    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let conn = match taken {
            Some(conn) => conn,
            None => open::open_reader(&self.0.path, self.0.access)?,
        };
        let moment = conn.unchecked_transaction()?;
        let found = query(&moment);
        moment.finish()?;
        let mut idle = idle();
        if idle.len() < IDLE_READERS {
            idle.push(conn);
        }
        found
    }
}
