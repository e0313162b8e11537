//! A file that is made beside where it is to be: it has its name only once it is whole and safe on the
//! disk, and it belongs to who uses it. [`super::backup`], [`super::restore`] and [`super::migrate`]
//! make their copies so.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::checkup::free_bytes;
use super::error::StoreError;

/// How the name of a file ends that is not whole yet.
pub(super) const PARTIAL: &str = ".partial";

/// What SQLite may lay beside a file, and the file itself.
const FILES: [&str; 4] = ["", "-journal", "-wal", "-shm"];

/// Pages that are copied at once.
const PAGES: i32 = 100;

/// A copy that has no name yet; removed unless it is kept.
#[derive(Debug)]
pub(super) struct Partial {
    pub path: PathBuf,
    /// The file that was made, whatever lies under its name by now: whoever may write to the directory
    /// may put a link there, and a root command would write to where that leads.
    file: File,
}

impl Partial {
    /// An empty file beside `target` that only its owner may read, once it is known that `needed`
    /// bytes are free there. What an earlier try left goes first: its space counts as free.
    pub fn beside(target: &Path, needed: u64) -> Result<Self, StoreError> {
        let failed = |source| failed(target, source);
        // With no link on the way: then SQLite refuses one that appears.
        let dir = fs::canonicalize(dir_of(target)).map_err(failed)?;
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput);
        let path = suffixed(&dir.join(name.map_err(|kind| failed(kind.into()))?), PARTIAL);
        for beside in FILES {
            match fs::remove_file(suffixed(&path, beside)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        if let Some(free) = free_bytes(&dir).filter(|free| *free < needed) {
            return Err(StoreError::NoRoom { dir: dir_of(target).into(), needed, free });
        }
        let mut new = OpenOptions::new();
        let file = new.write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        Ok(Self { path, file })
    }

    /// Fills it with the database that `from` has open, as a file that stands alone: without a log
    /// beside it. Returns the copy, opened.
    pub fn fill(&self, from: &Connection) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened =
            Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NOFOLLOW);
        let mut copy = opened.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen) => failed(&self.path, io::Error::other(error)),
            _ => error.into(),
        })?;
        let backup = Backup::new(from, &mut copy)?;
        loop {
            match backup.step(PAGES)? {
                StepResult::More => {}
                StepResult::Done => break,
                _ => return Err(StoreError::Busy),
            }
        }
        drop(backup);
        copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        Ok(copy)
    }

    /// Fills it with what is read of a file.
    pub fn fill_from(&self, from: &mut File) -> io::Result<()> {
        io::copy(from, &mut &self.file).map(drop)
    }

    /// As [`own_like`].
    pub fn own_like(&self, like: &Path) {
        own_like(&self.file, &self.path, like);
    }

    /// Gives the copy its name, once it is safe on the disk. Returns its size in bytes.
    pub fn keep(self, target: &Path, replace: bool) -> Result<u64, StoreError> {
        let named = || -> io::Result<u64> {
            self.file.sync_all()?;
            let made = self.file.metadata()?;
            let lies = fs::symlink_metadata(&self.path)?;
            if (lies.dev(), lies.ino()) != (made.dev(), made.ino()) {
                return Err(io::Error::other("somebody put another file in the place of the copy"));
            }
            match replace {
                true => fs::rename(&self.path, target)?,
                false => name(&self.path, target, |from, to| fs::hard_link(from, to))?,
            }
            sync_dir(dir_of(target))?;
            Ok(made.len())
        };
        named().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: target.into() },
            _ => failed(target, error),
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for beside in FILES {
            // Nearly always it is not there.
            let _ = fs::remove_file(suffixed(&self.path, beside));
        }
    }
}

/// Gives a file another name, or moves it there, and never replaces anything by that. A link never
/// does; some file systems have none.
fn name(from: &Path, to: &Path, link: fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    match link(from, to) {
        Err(error) if has_no_links(&error) => {}
        linked => return linked,
    }
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        moved => return Ok(moved?),
    }
    match to.try_exists()? {
        true => Err(io::ErrorKind::AlreadyExists.into()),
        false => fs::rename(from, to),
    }
}

/// Whether a file system cannot give a second name to a file.
pub(super) fn has_no_links(error: &io::Error) -> bool {
    let code = Errno::from_io_error(error);
    matches!(code, Some(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK))
}

/// Gives a file that this process has just made as root to the owner of the file at `like`, or if there
/// is none of its directory: a service could not open it otherwise. As far as root may. By the open
/// file, and never by `path`, which is only told of: another file may lie there by now.
pub(super) fn own_like(file: &File, path: &Path, like: &Path) {
    let owner = |file: fs::Metadata| (file.uid(), file.gid());
    let wanted = fs::metadata(like).or_else(|_| fs::metadata(dir_of(like))).map(owner);
    let (Ok(made), Ok(wanted)) = (file.metadata().map(owner), wanted) else { return };
    if made.0 == 0
        && made != wanted
        && let Err(error) = fchown(file, Some(wanted.0), Some(wanted.1))
    {
        let path = path.display();
        tracing::warn!(%path, uid = wanted.0, %error, "cannot give a file to its user");
    }
}

/// The directory in which a file lies.
pub(super) fn dir_of(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Has the names of a directory written to the disk.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// A path with something more at its end.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn failed(path: &Path, source: io::Error) -> StoreError {
    match Errno::from_io_error(&source) {
        Some(Errno::NOSPC | Errno::DQUOT) => StoreError::Full,
        _ => StoreError::CannotWrite { path: path.into(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_are_no_links_a_file_gets_its_name_all_the_same_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("copy.partial"), dir.path().join("copy.db"));
        let no_links = |_: &Path, _: &Path| Err(Errno::PERM.into());
        fs::write(&from, "new").unwrap();
        name(&from, &to, no_links).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "new");
        fs::write(&from, "newer").unwrap();
        let refused = name(&from, &to, no_links).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&to).unwrap(), "new", "what is there stays");
    }

    #[test]
    fn what_a_kill_left_of_an_earlier_copy_does_not_count_as_used() {
        // In memory: nobody else writes much there.
        let Ok(dir) = tempfile::tempdir_in("/dev/shm") else {
            return eprintln!("SKIPPED: there is no file system in memory here");
        };
        let target = dir.path().join("copy.db");
        let free = free_bytes(dir.path()).unwrap();
        let left = (free / 4).min(256 << 20);
        let file = File::create(dir.path().join("copy.db.partial")).unwrap();
        if rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, left).is_err() {
            return eprintln!("SKIPPED: no space can be taken up at once here");
        }
        drop(file);
        for beside in ["-journal", "-wal", "-shm"] {
            fs::write(dir.path().join(format!("copy.db.partial{beside}")), "left").unwrap();
        }
        let partial = Partial::beside(&target, free - left / 2).unwrap();
        assert_eq!(fs::metadata(&partial.path).unwrap().len(), 0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left of it");
    }

    #[test]
    fn a_link_that_is_put_in_the_place_of_a_copy_is_neither_written_to_nor_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (target, victim) = (dir.path().join("copy.db"), dir.path().join("victim"));
        let from = Connection::open_in_memory().unwrap();
        from.execute_batch("CREATE TABLE t (x)").unwrap();
        fs::write(&victim, "").unwrap();
        let put_link = |partial: &Partial| {
            fs::remove_file(&partial.path).unwrap();
            std::os::unix::fs::symlink(&victim, &partial.path).unwrap();
        };
        let partial = Partial::beside(&target, 0).unwrap();
        put_link(&partial);
        assert_eq!(partial.fill(&from).unwrap_err().code(), "cannot_write");
        drop(partial);
        let partial = Partial::beside(&target, 0).unwrap();
        drop(partial.fill(&from).unwrap());
        put_link(&partial);
        assert_eq!(partial.keep(&target, true).unwrap_err().code(), "cannot_write");
        assert!(!target.exists() && fs::read(&victim).unwrap().is_empty());
    }
}
