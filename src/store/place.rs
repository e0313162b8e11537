//! The database and the lock as files on a disk: whether those that were opened still lie where
//! they were, and what lies about of an earlier database where a new one is begun.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::DATABASE_FILE;
use super::ballast;
use super::lock::LOCK_FILE;

/// Most names of leftovers that are told.
const MAX_NAMED: usize = 5;

/// The files that an instance works with, each by device and inode.
#[derive(Debug)]
pub struct Place(Vec<(PathBuf, (u64, u64))>);

/// What became of a file that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub path: PathBuf,
    /// Another file lies in its place; else none does.
    pub replaced: bool,
}

impl Place {
    /// The files of a state directory that was opened just now.
    pub fn of(state_dir: &Path) -> Self {
        let path = |name| state_dir.join(name);
        let opened = |path: PathBuf| inode(&path).ok().map(|inode| (path, inode));
        Self([DATABASE_FILE, LOCK_FILE].map(path).into_iter().filter_map(opened).collect())
    }

    /// The first of the files that is no longer where it was. A disk that gives no answer says
    /// nothing.
    pub fn lost(&self) -> Option<Loss> {
        self.0.iter().find_map(|(path, opened)| match inode(path) {
            Ok(now) if now == *opened => None,
            Ok(_) => Some(Loss { path: path.clone(), replaced: true }),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Some(Loss { path: path.clone(), replaced: false })
            }
            Err(_) => None,
        })
    }
}

fn inode(path: &Path) -> std::io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// A database that is about to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// What lies about of an earlier one: names of files in the state directory, at most
    /// [`MAX_NAMED`].
    pub leftovers: Vec<String>,
}

impl Birth {
    /// Whether opening the database will begin a new one; to be asked before.
    pub fn foreseen(state_dir: &Path) -> Option<Self> {
        let database = state_dir.join(DATABASE_FILE);
        // What cannot be looked at is for the opening to judge.
        let is_empty = match fs::metadata(&database) {
            Ok(file) => file.is_file() && file.len() == 0,
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        is_empty.then(|| Self { leftovers: leftovers(state_dir) })
    }
}

/// Names of files with something in them that only a working wirewatch leaves behind, sorted.
fn leftovers(state_dir: &Path) -> Vec<String> {
    let files = fs::read_dir(state_dir).into_iter().flatten().flatten();
    let name = |file: fs::DirEntry| {
        let size = file.metadata().ok().filter(fs::Metadata::is_file)?.len();
        let name = file.file_name().into_string().ok()?;
        let beside = name.strip_prefix(DATABASE_FILE).is_some_and(|rest| !rest.is_empty());
        let is_left = beside || name == ballast::FILE || name.ends_with(".jsonl");
        (size > 0 && is_left).then_some(name)
    };
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.sort_unstable();
    names.truncate(MAX_NAMED);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_removed_or_replaced_is_lost_and_one_that_grew_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (database, lock) = (dir.path().join(DATABASE_FILE), dir.path().join(LOCK_FILE));
        fs::write(&database, "1").unwrap();
        fs::write(&lock, "1").unwrap();
        let place = Place::of(dir.path());
        fs::write(&database, "more").unwrap();
        assert_eq!(place.lost(), None);
        fs::write(dir.path().join("other"), "2").unwrap();
        fs::rename(dir.path().join("other"), &lock).unwrap();
        assert_eq!(place.lost(), Some(Loss { path: lock, replaced: true }));
        fs::remove_dir_all(dir.path()).unwrap();
        assert_eq!(place.lost(), Some(Loss { path: database, replaced: false }));
    }

    #[test]
    fn a_new_database_among_leftovers_is_told_from_a_first_start() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let leftovers = || Birth::foreseen(dir.path()).map(|birth| birth.leftovers);
        assert_eq!(leftovers(), Some(vec![]));
        put("wirewatch.lock", "7");
        put("alerts.jsonl", "");
        assert_eq!(leftovers(), Some(vec![]), "that is no past");
        put("wirewatch.db", "");
        put("wirewatch.db-wal", "x");
        put("alerts.jsonl", "{}");
        assert_eq!(leftovers().unwrap(), ["alerts.jsonl", "wirewatch.db-wal"]);
        put("wirewatch.db", "SQLite");
        assert_eq!(leftovers(), None);
    }
}
