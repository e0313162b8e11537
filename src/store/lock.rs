//! One wirewatch per state directory: a lock file that the running instance holds. The system
//! lets go of it when the process ends, however it ends, so a stale file locks nobody out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::error::StoreError;

/// Name of the lock file in the state directory.
pub const LOCK_FILE: &str = "wirewatch.lock";

/// Held for as long as the instance runs; dropping it lets another one in.
#[derive(Debug)]
pub struct InstanceLock {
    _file: File,
}

impl InstanceLock {
    /// Takes the lock of `state_dir`, which is created if it is not there. Another holder means
    /// [`StoreError::Locked`] with its process id.
    pub fn acquire(state_dir: &Path) -> Result<Self, StoreError> {
        let path = state_dir.join(LOCK_FILE);
        let failed = |source| StoreError::CannotLock { path: path.clone(), source };
        make_private(state_dir).map_err(failed)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { pid: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Makes a directory that only its owner can look into: what somebody watches is their own
/// business. One that is there keeps its rights.
pub fn make_private(dir: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Who holds the lock of `state_dir`, without taking it: nobody, or a process, with its id where
/// that can be read.
pub fn held(state_dir: &Path) -> Option<Option<u32>> {
    let mut file = File::open(state_dir.join(LOCK_FILE)).ok()?;
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
