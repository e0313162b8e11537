//! One wirewatch per state directory: a lock file that the running instance holds. The system
//! lets go of it when the process ends, however it ends, so a stale file locks nobody out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;

use super::error::StoreError;
use super::partial::own_like;

/// Name of the lock file in the state directory.
pub const LOCK_FILE: &str = "wirewatch.lock";

/// Who only looks whether the lock is [held] has it for an instant. A holder has it for longer than a
/// second: so many tries, since on a machine that stands still the time alone says nothing.
const TRIES_TO_TAKE: u32 = 100;
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// Held for as long as the instance runs; dropping it lets another one in.
#[derive(Debug)]
pub struct InstanceLock {
    file: File,
}

impl InstanceLock {
    /// Takes the lock of `state_dir`, which is created if it is not there. Another holder means
    /// [`StoreError::Locked`] with its process id. That takes a second to say, in which the
    /// thread waits. What lies there and is no plain file is left alone: [`StoreError::NotPlain`].
    pub fn acquire(state_dir: &Path) -> Result<Self, StoreError> {
        let path = state_dir.join(LOCK_FILE);
        let failed = |source| StoreError::CannotLock { path: path.clone(), source };
        make_private(state_dir).map_err(failed)?;
        let mut file = open(&path, &state_dir.join(super::DATABASE_FILE))?;
        let mut tries = 0..TRIES_TO_TAKE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries.next().is_some() => {
                    std::thread::sleep(TRY_AGAIN);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Locked { pid: holder(&mut file) });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for InstanceLock {
    /// Lets go of it for every copy of the descriptor: a program that is being started has one for an
    /// instant, until it is another program, and would seem to hold the lock still.
    fn drop(&mut self) {
        // Closing lets go of it too.
        let _ = self.file.unlock();
    }
}

/// Most times the file is looked for again that somebody takes away while it is opened.
const TRIES: u32 = 10;

/// Opens the lock file, or makes it; one that is made belongs to who owns the database. It lies where a
/// service may write, and who takes the lock may be root: a link that was put there would have root
/// write into, and give away, any file of the machine.
fn open(path: &Path, database: &Path) -> Result<File, StoreError> {
    let failed = |source| StoreError::CannotLock { path: path.into(), source };
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    for _ in 0..TRIES {
        match options.clone().create_new(true).open(path) {
            Ok(file) => {
                own_like(&file, path, database);
                return Ok(file);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        match options.open(path) {
            Ok(file) => {
                let found = file.metadata().map_err(failed)?;
                match found.nlink() {
                    // It was removed just now.
                    0 => {}
                    1 if found.is_file() => return Ok(file),
                    _ => return Err(StoreError::NotPlain { path: path.into() }),
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
                return Err(StoreError::NotPlain { path: path.into() });
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(ErrorKind::NotFound.into()))
}

/// Opens the lock file of `state_dir` to look who holds it, by no link.
pub(super) fn look(state_dir: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options.open(state_dir.join(LOCK_FILE))
}

/// What keeps the lock of `state_dir` from ever being taken, whoever takes it: [`StoreError::NotPlain`].
pub fn lock_obstacle(state_dir: &Path) -> Option<StoreError> {
    let path = state_dir.join(LOCK_FILE);
    let found = std::fs::symlink_metadata(&path).ok()?;
    let is_plain = found.is_file() && found.nlink() == 1;
    (!is_plain).then_some(StoreError::NotPlain { path })
}

/// Makes a directory that only its owner can look into: what somebody watches is their own
/// business. One that is there keeps its rights.
pub fn make_private(dir: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Who holds the lock of `state_dir`, without taking it: nobody, or a process, with its id where
/// that can be read.
pub fn held(state_dir: &Path) -> Option<Option<u32>> {
    let mut file = look(state_dir).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// The process id in the lock file, if it can be read.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_not_refused_by_those_who_only_look_and_a_second_one_is() {
        let dir = tempfile::tempdir().unwrap();
        drop(InstanceLock::acquire(dir.path()).unwrap());
        let looking = File::open(dir.path().join(LOCK_FILE)).unwrap();
        looking.lock_shared().unwrap();
        let gone = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            drop(looking);
        });
        let lock = InstanceLock::acquire(dir.path());
        gone.join().unwrap();
        assert_eq!(held(dir.path()), Some(Some(std::process::id())), "{lock:?}");
        let second = InstanceLock::acquire(dir.path()).unwrap_err();
        assert_eq!((second.code(), held(dir.path()).is_some()), ("locked", true));
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (victim, lock) = (dir.path().join("victim"), dir.path().join(LOCK_FILE));
        std::fs::write(&victim, "secret").unwrap();
        std::os::unix::fs::symlink(&victim, &lock).unwrap();
        let refused = InstanceLock::acquire(dir.path()).unwrap_err();
        assert_eq!(refused.code(), "not_plain");
        assert!(refused.to_string().contains(LOCK_FILE) && refused.hint().is_some());
        std::fs::remove_file(&lock).unwrap();
        std::fs::hard_link(&victim, &lock).unwrap();
        assert_eq!(InstanceLock::acquire(dir.path()).unwrap_err().code(), "not_plain");
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "secret");
        std::fs::remove_file(&lock).unwrap();
        InstanceLock::acquire(dir.path()).unwrap();
    }

    #[test]
    fn a_file_that_root_did_not_make_now_keeps_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join(LOCK_FILE);
        std::fs::write(&lock, "").unwrap();
        if std::fs::metadata(&lock).unwrap().uid() != 0 {
            return eprintln!("SKIPPED: only root can give files away");
        }
        std::os::unix::fs::chown(dir.path(), Some(12_345), Some(23_456)).unwrap();
        drop(InstanceLock::acquire(dir.path()).unwrap());
        assert_eq!(std::fs::metadata(&lock).unwrap().uid(), 0, "it may be anybody's");
        std::fs::remove_file(&lock).unwrap();
        drop(InstanceLock::acquire(dir.path()).unwrap());
        assert_eq!(std::fs::metadata(&lock).unwrap().uid(), 12_345);
    }
}
