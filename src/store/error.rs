//! What can go wrong with the store, each with a stable code and, where there is one, a hint of
//! what to do. Every SQLite error passes through [`StoreError::from`] and comes out as what it
//! means: busy, full, read-only, corrupt.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use crate::domain::story::edit::EditError;

/// Why the store could not do as asked. `Display` says what happened, [`Self::hint`] what to do,
/// `source()` what SQLite or the system said.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no database at {}", path.display())]
    NotFound { path: PathBuf },
    #[error("cannot open the database {}", path.display())]
    CannotOpen {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{} is not a wirewatch database", path.display())]
    Foreign { path: PathBuf },
    #[error(
        "{} was written by a newer wirewatch (schema {found}, this one knows {supported})",
        path.display()
    )]
    NewerSchema { path: PathBuf, found: u32, supported: u32 },
    #[error(
        "{} was written by an older wirewatch (schema {found}, this one needs {needed})",
        path.display()
    )]
    OlderSchema { path: PathBuf, found: u32, needed: u32 },
    #[error("the database is damaged: {detail}")]
    Corrupt { detail: String },
    #[error("the database cannot be written to")]
    ReadOnly,
    #[error("another process is writing to the database and does not finish")]
    Busy,
    #[error("the disk is full")]
    Full,
    /// `pid` is the process that holds the lock, where it could be read.
    #[error("another wirewatch is running here{}", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked { pid: Option<u32> },
    #[error("there is a file {} already", path.display())]
    Exists { path: PathBuf },
    /// A copy was to be put in the place of what it is a copy of.
    #[error("{} is the database itself", path.display())]
    IsDatabase { path: PathBuf },
    /// `needed` and `free`: bytes.
    #[error(
        "no room for a copy in {}: {} MiB are needed, {} MiB free",
        dir.display(), needed.div_ceil(1 << 20), free >> 20
    )]
    NoRoom { dir: PathBuf, needed: u64, free: u64 },
    #[error("cannot write {}", path.display())]
    CannotWrite {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("there is no backup {}", path.display())]
    NoBackup { path: PathBuf },
    #[error("cannot read the backup {}", path.display())]
    CannotRead {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the backup {} is damaged: {detail}", path.display())]
    BadBackup { path: PathBuf, detail: String },
    #[error("{} is no backup of a wirewatch database", path.display())]
    NotABackup { path: PathBuf },
    #[error("cannot lock {}", path.display())]
    CannotLock {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A link, or no plain file, lies where a file of this program is to be written to.
    #[error("{} is a link, or no plain file: it was left alone", path.display())]
    NotPlain { path: PathBuf },
    /// Something was named that is not in the database.
    #[error("there is no {what} {name}")]
    Unknown { what: &'static str, name: String },
    /// There are as many already as are looked at.
    #[error("there are {most} {what}s already")]
    TooMany { what: &'static str, most: u32 },
    /// A story cannot be edited in this way.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The work given to the store panicked, or cannot be stored as it is. It was rolled back, and
    /// nothing else with it.
    #[error("a defect in wirewatch: {detail}")]
    Defect { detail: String },
    /// What was tried could be stored, and was taken back.
    #[error("tried, and taken back")]
    Unkept,
    #[error("the store is closed")]
    Closed,
    #[error("the disk failed while the database was read or written")]
    Disk {
        #[source]
        source: rusqlite::Error,
    },
    #[error("the database refused a statement")]
    Sql {
        #[source]
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// A stable word for logs, metrics and exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::NoBackup { .. } => "not_found",
            Self::CannotOpen { .. } | Self::CannotRead { .. } => "cannot_open",
            Self::Foreign { .. } | Self::NotABackup { .. } => "not_a_database",
            Self::IsDatabase { .. } => "is_database",
            Self::NoRoom { .. } => "no_room",
            Self::CannotWrite { .. } => "cannot_write",
            Self::BadBackup { .. } => "backup_damaged",
            Self::NewerSchema { .. } => "newer_schema",
            Self::OlderSchema { .. } => "older_schema",
            Self::Corrupt { .. } => "corrupt",
            Self::ReadOnly => "read_only",
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Locked { .. } => "locked",
            Self::CannotLock { .. } => "cannot_lock",
            Self::NotPlain { .. } => "not_plain",
            Self::Exists { .. } => "exists",
            Self::Unknown { .. } => "unknown_id",
            Self::TooMany { .. } => "too_many",
            Self::Edit(error) => error.code(),
            Self::Defect { .. } => "defect",
            Self::Unkept => "unkept",
            Self::Closed => "closed",
            Self::Disk { .. } => "disk",
            Self::Sql { .. } => "sql",
        }
    }

    /// What to do about it, as a sentence or two.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound { .. } => {
                "`wirewatch run` creates the database; check `state_dir` and $STATE_DIRECTORY"
            }
            Self::CannotOpen { .. } => {
                "check that the state directory exists and that this user may read and write it"
            }
            Self::IsDatabase { .. } => "name another file for the copy",
            Self::NoRoom { .. } => {
                "nothing was written: free some space there (older `wirewatch.db.v*.bak`, \
                 `wirewatch.db.before-*` and `*.partial` may go); a backup may also be written to \
                 another disk"
            }
            Self::CannotWrite { .. } => {
                "check that its directory exists, that this user may write there (of a systemd service: \
                 `ReadWritePaths=`), and that the disk is not mounted read-only"
            }
            Self::NoBackup { .. } => {
                "name a file that `wirewatch db backup` or `[backup]` has made"
            }
            Self::CannotRead { .. } => "check that this user may read it",
            Self::BadBackup { .. } => {
                "take an older backup: `wirewatch db verify FILE` says whether one is whole; the \
                 database was not touched"
            }
            Self::NotABackup { .. } => {
                "name a file that `wirewatch db backup` or `[backup]` has made; the database was not \
                 touched"
            }
            Self::CannotLock { .. } => {
                "check that the state directory exists, that this user may read and write it, and \
                 that its file system has locks: a network file system (NFS, SMB) is no place for a \
                 database"
            }
            Self::NotPlain { .. } => {
                "find out who put it there, and why; once it is removed, with no wirewatch running, the \
                 file is made anew"
            }
            Self::Foreign { .. } => {
                "point `state_dir` at another directory, or move that file away; it was not touched"
            }
            Self::NewerSchema { .. } => {
                "run the newer wirewatch, or restore a backup made before the upgrade"
            }
            Self::OlderSchema { .. } => {
                "start `wirewatch run` of this version once, or restart the one that runs: it brings the \
                 database up"
            }
            Self::Corrupt { .. } => {
                "stop wirewatch and copy the database with its -wal file; `wirewatch db verify` says what \
                 is damaged; then `wirewatch db restore FILE` puts a backup in place, or rescue what is readable with `sqlite3 wirewatch.db .recover | sqlite3 rescued.db`; \
                 wirewatch never replaces a damaged database by itself"
            }
            Self::ReadOnly => "check the permissions of the database and its directory",
            Self::Busy => "see which process has it open (`fuser wirewatch.db`), then try again",
            Self::Full => "free some space; nothing was lost, and storing resumes by itself",
            Self::Exists { .. } => "name another file, or replace it with --force",
            Self::Locked { .. } => "stop the other one, or give this one a `state_dir` of its own",
            Self::Defect { .. } => "please report this with the log lines around it",
            Self::Disk { .. } => "look for disk errors in the system log (`dmesg`)",
            Self::TooMany { .. } => "end those that are no longer needed, or use one that is wider",
            Self::Edit(EditError::TooLate(_)) => "split off the entries by name",
            Self::Edit(_)
            | Self::Unknown { .. }
            | Self::Unkept
            | Self::Closed
            | Self::Sql { .. } => return None,
        })
    }

    /// What happened with all its causes, on one line.
    pub fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(why) = cause {
            text.push_str(&format!(": {why}"));
            cause = why.source();
        }
        text
    }

    /// Whether what was to be stored is at fault, and perhaps a part of it only.
    pub fn is_of_entries(&self) -> bool {
        matches!(self, Self::Defect { .. } | Self::Sql { .. })
    }

    /// Whether the same call may succeed later without anybody changing the data or the setup.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::NoRoom { .. } | Self::Disk { .. })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        let extended = source.sqlite_error().map(|error| error.extended_code);
        match source.sqlite_error_code() {
            // The index of the log, in memory that is shared by way of a file, which cannot grow.
            Some(_) if extended == Some(SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { detail: source.to_string() }
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Disk { source },
            _ => Self::Sql { source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_whose_index_cannot_grow_wants_room_and_other_failures_of_the_disk_do_not_say_so() {
        let code = |extended| {
            let error = rusqlite::ffi::Error::new(extended);
            StoreError::from(rusqlite::Error::SqliteFailure(error, None)).code()
        };
        assert_eq!(code(SQLITE_IOERR_SHMSIZE), "full");
        assert_eq!(code(rusqlite::ffi::SQLITE_IOERR_WRITE), "disk");
        assert_eq!(code(rusqlite::ffi::SQLITE_FULL), "full");
    }
}
