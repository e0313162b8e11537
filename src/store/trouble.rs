//! Whether the database can be written to: noted by every write that fails, watched by the daemon,
//! which leaves feeds alone meanwhile.

use std::io::ErrorKind;

use jiff::Timestamp;
use tokio::sync::watch;

use super::error::StoreError;
use super::{Store, meta};

/// Why nothing can be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk, or the part of it that this user may use, is full.
    Full,
    /// The file or its disk cannot be written to.
    ReadOnly,
    /// The disk fails.
    Disk,
    /// Another process writes and does not finish.
    Busy,
    /// The file is damaged. It is never written to again.
    Corrupt,
}

impl Trouble {
    pub const ALL: [Trouble; 5] =
        [Trouble::Full, Trouble::ReadOnly, Trouble::Disk, Trouble::Busy, Trouble::Corrupt];

    /// What an error says of the database as a whole; `None` if it is about one thing only.
    pub fn of(error: &StoreError) -> Option<Self> {
        Some(match error {
            StoreError::Full | StoreError::NoRoom { .. } => Trouble::Full,
            StoreError::ReadOnly => Trouble::ReadOnly,
            StoreError::Disk { .. } => Trouble::Disk,
            StoreError::Busy => Trouble::Busy,
            StoreError::Corrupt { .. } => Trouble::Corrupt,
            StoreError::CannotLock { source, .. } => match source.kind() {
                ErrorKind::ReadOnlyFilesystem => Trouble::ReadOnly,
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Trouble::Full,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The same, of what may be over without anybody doing something to the database.
    pub fn passing(error: &StoreError) -> Option<Self> {
        Self::of(error).filter(|trouble| *trouble != Trouble::Corrupt)
    }

    /// Whether room may help: SQLite takes a quota that is used up for a disk that fails.
    pub fn wants_room(self) -> bool {
        matches!(self, Trouble::Full | Trouble::Disk)
    }

    /// A stable word for logs, metrics and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Trouble::Full => "full",
            Trouble::ReadOnly => "read_only",
            Trouble::Disk => "disk",
            Trouble::Busy => "busy",
            Trouble::Corrupt => "corrupt",
        }
    }

    /// What happened, as a clause.
    pub fn in_words(self) -> &'static str {
        match self {
            Trouble::Full => "the disk is full",
            Trouble::ReadOnly => "the database cannot be written to",
            Trouble::Disk => "the disk fails",
            Trouble::Busy => "another process keeps the database locked",
            Trouble::Corrupt => "the database is damaged",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Trouble::Full => "free some space; reading feeds goes on by itself",
            Trouble::ReadOnly => {
                "check the rights of the state directory and whether its disk is mounted read-only; \
                 reading feeds goes on by itself"
            }
            Trouble::Disk => "look for disk errors in the system log (`dmesg`)",
            Trouble::Busy => "see which process has it open: `fuser wirewatch.db`",
            Trouble::Corrupt => {
                "stop wirewatch, then `wirewatch db verify`, and `wirewatch db restore FILE`"
            }
        }
    }
}

/// How writing has gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Writes {
    /// Writes that failed for a reason that concerns all.
    pub failed: u64,
    /// Why the last of them did.
    pub last: Option<Trouble>,
}

/// Notes failures. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Failures(watch::Sender<Writes>);

impl Failures {
    pub fn new() -> Self {
        Self(watch::Sender::new(Writes::default()))
    }

    pub fn note(&self, error: &StoreError) {
        if let Some(trouble) = Trouble::of(error) {
            self.0.send_modify(|writes| {
                writes.failed += 1;
                writes.last = Some(trouble);
            });
        }
    }
}

impl Store {
    /// Changes with every write that fails for a reason that concerns all.
    pub fn writes(&self) -> watch::Receiver<Writes> {
        self.0.failures.0.subscribe()
    }

    /// Notes a failure as if it had been that of a write, if it concerns all: what is read for work that
    /// is to be written.
    pub fn note_trouble(&self, error: &StoreError) {
        self.0.failures.note(error);
    }

    /// Writes the time, to see whether anything can be written.
    pub async fn try_write(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| Ok(meta::set_time(session.conn, WRITTEN_AT, now)?)).await
    }
}

/// Name of a value in `meta`.
const WRITTEN_AT: &str = "written_at";
