//! The ballast: a file that takes up some space and is given up when the disk is full, so that what
//! is delivered meanwhile can still be written down.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

/// Name of the file in the state directory.
pub(super) const FILE: &str = "wirewatch.ballast";

/// So much must be there to be taken up, in bytes, or the disk is full: a few commits.
const LITTLE: u64 = 256 * 1024;

/// How many bytes of ballast there are.
pub fn held(state_dir: &Path) -> u64 {
    fs::metadata(path(state_dir)).map_or(0, |file| file.len())
}

/// Takes up as much space as is asked for: more, less, or none. Only where there is as much again beside
/// it: what is free on a disk does not tell what a quota leaves of that.
///
/// # Errors
/// There is no room, or the disk cannot take up space ahead; nothing is taken up then.
pub fn load(state_dir: &Path, bytes: u64) -> io::Result<()> {
    if bytes == 0 {
        drop_it(state_dir);
        return Ok(());
    }
    if held(state_dir) == bytes {
        return Ok(());
    }
    // Made anew, so that no link that somebody put there is followed.
    drop_it(state_dir);
    let mut options = OpenOptions::new();
    let file = options.create_new(true).write(true).mode(0o600).open(path(state_dir))?;
    let taken = fallocate(&file, FallocateFlags::empty(), 0, bytes.saturating_mul(2));
    taken.map_err(io::Error::from).and_then(|()| file.set_len(bytes)).inspect_err(|_| {
        drop_it(state_dir);
    })
}

/// Whether this user can take up no more space there: the disk is full, or a quota is used up.
pub fn is_full(state_dir: &Path) -> bool {
    let tried = tempfile::tempfile_in(state_dir).and_then(|file| {
        fallocate(&file, FallocateFlags::empty(), 0, LITTLE).map_err(io::Error::from)
    });
    tried.is_err_and(|error| is_of_room(&error))
}

/// Whether an error says that there is no room.
pub fn is_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Gives the space up. Returns whether there was any.
pub fn drop_it(state_dir: &Path) -> bool {
    fs::remove_file(path(state_dir)).is_ok()
}

fn path(state_dir: &Path) -> PathBuf {
    state_dir.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_up_what_is_asked_for_and_can_be_given_up() {
        let dir = tempfile::tempdir().unwrap();
        load(dir.path(), 1 << 20).unwrap();
        assert_eq!(held(dir.path()), 1 << 20);
        load(dir.path(), 1 << 16).unwrap();
        assert_eq!(held(dir.path()), 1 << 16, "as much as the smaller wish");
        assert!(drop_it(dir.path()));
        assert_eq!((held(dir.path()), drop_it(dir.path())), (0, false));
        load(dir.path(), 0).unwrap();
        assert_eq!(held(dir.path()), 0, "none is asked for");
    }
}
