//! What a disk looks like that comes late: a directory that is not there yet or still another's, a
//! device that does not answer. Only to a start: to one that runs all of this means something else,
//! which is in [`super::trouble`].

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;
use rustix::io::Errno;

use super::ballast;
use super::error::StoreError;
use super::trouble::Trouble;

/// Why a database cannot be opened yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// As while it runs.
    Trouble(Trouble),
    /// The directory or its disk is not there, or does not answer.
    Away,
    /// This user may not write there. So it is where a disk is not mounted yet, and where the owner is
    /// a wrong one.
    Rights,
}

impl Late {
    /// What may be over soon of why a database cannot be opened; `None`: nothing will be better by
    /// waiting.
    pub fn of(error: &StoreError) -> Option<Self> {
        let trouble = Trouble::passing(error).map(Late::Trouble);
        trouble.or_else(|| match error {
            StoreError::CannotLock { path, source } => Self::of_dir(path.parent()?, source),
            StoreError::CannotOpen { path, .. } if path.is_dir() => None,
            StoreError::CannotOpen { source, .. } => {
                let system = || source.downcast_ref::<io::Error>().and_then(Self::of_system);
                let database = source.downcast_ref::<rusqlite::Error>();
                match database.and_then(rusqlite::Error::sqlite_error_code) {
                    Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Some(Late::Away),
                    _ => system(),
                }
            }
            _ => None,
        })
    }

    /// The same, of why a directory cannot be made or used.
    pub fn of_dir(dir: &Path, error: &io::Error) -> Option<Self> {
        // A link to where nothing is yet is in the way of the directory.
        let dangles = || error.kind() == io::ErrorKind::AlreadyExists && dir.is_symlink();
        Self::of_system(error).or_else(|| (dangles() && !dir.exists()).then_some(Late::Away))
    }

    fn of_system(error: &io::Error) -> Option<Self> {
        Some(match Errno::from_io_error(error)? {
            Errno::ROFS => Late::Trouble(Trouble::ReadOnly),
            _ if ballast::is_of_room(error) => Late::Trouble(Trouble::Full),
            Errno::NOENT | Errno::IO | Errno::STALE | Errno::NODEV | Errno::NXIO => Late::Away,
            Errno::NOTCONN | Errno::TIMEDOUT | Errno::HOSTDOWN => Late::Away,
            Errno::ACCESS | Errno::PERM => Late::Rights,
            _ => return None,
        })
    }

    /// A stable word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Late::Trouble(trouble) => trouble.as_str(),
            Late::Away => "not_there",
            Late::Rights => "no_access",
        }
    }

    /// What happened, as a clause.
    pub fn in_words(self) -> &'static str {
        match self {
            Late::Trouble(trouble) => trouble.in_words(),
            Late::Away => "the database cannot be reached",
            Late::Rights => "this user may not use the state directory",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Late::Trouble(trouble) => trouble.hint(),
            Late::Away => {
                "see whether its disk is there and mounted, and whether `state_dir` is right"
            }
            Late::Rights => {
                "see who owns the state directory and what is in it, and whether its disk is mounted"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_may_come_is_waited_for_and_what_is_wrong_for_good_is_not() {
        let lock = |errno: Errno| {
            let path = "/mnt/late/wirewatch.lock".into();
            Late::of(&StoreError::CannotLock { path, source: errno.into() }).map(Late::as_str)
        };
        for errno in [Errno::NOENT, Errno::IO, Errno::STALE, Errno::NODEV, Errno::NXIO] {
            assert_eq!(lock(errno), Some("not_there"), "{errno}");
        }
        assert_eq!(lock(Errno::ROFS), Some("read_only"));
        assert_eq!((lock(Errno::NOSPC), lock(Errno::DQUOT)), (Some("full"), Some("full")));
        assert_eq!(
            (lock(Errno::ACCESS), lock(Errno::PERM)),
            (Some("no_access"), Some("no_access"))
        );
        assert_eq!((lock(Errno::NOTDIR), lock(Errno::NOLCK)), (None, None));

        let path = || std::path::PathBuf::from("/mnt/late/wirewatch.db");
        let open = |extended| {
            let error = rusqlite::ffi::Error::new(extended);
            let source = rusqlite::Error::SqliteFailure(error, None).into();
            Late::of(&StoreError::CannotOpen { path: path(), source }).map(Late::as_str)
        };
        assert_eq!(open(rusqlite::ffi::SQLITE_CANTOPEN), Some("not_there"));
        assert_eq!(open(rusqlite::ffi::SQLITE_IOERR_READ), Some("not_there"));
        assert_eq!(open(rusqlite::ffi::SQLITE_ERROR), None);
        let for_good = [
            StoreError::NewerSchema { path: path(), found: 99, supported: 1 },
            StoreError::Corrupt { detail: String::new() },
            StoreError::Foreign { path: path() },
            StoreError::Locked { pid: None },
        ];
        assert!(for_good.iter().all(|error| Late::of(error).is_none()));
    }
}
