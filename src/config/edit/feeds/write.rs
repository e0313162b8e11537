//! Puts new texts in the place of files, and makes files that are not there.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use super::super::{EditError, keep_owner, replace};
use super::Change;
use crate::domain::feed::MAX_LIST_BYTES;

/// Largest file that is edited, in bytes. What it may be to be read is checked with the whole.
pub const MAX_FILE_BYTES: u64 = MAX_LIST_BYTES;

/// Bits of a mode that a directory has beside those of a file: whoever may read may enter.
const ENTER_BITS: u32 = 0o111;
const READ_BITS: u32 = 0o444;

/// Writes the changes in their order. If one fails, those before are taken back: files that were
/// made go, and files that were replaced become what they were.
pub fn all(changes: &[Change], main: &Path) -> Result<(), EditError> {
    for (at, change) in changes.iter().enumerate() {
        let done = match &change.before {
            Some(before) => replace(&change.path, before.as_bytes(), change.after.as_bytes()),
            None => make(&change.path, change.after.as_bytes(), main)
                .map_err(|source| EditError::Write { path: change.path.clone(), source }),
        };
        if let Err(error) = done {
            // What cannot be taken back is left as it is; nobody else's words are overwritten.
            changes[..at].iter().rev().for_each(take_back);
            return Err(error);
        }
    }
    Ok(())
}

fn take_back(change: &Change) {
    match &change.before {
        Some(before) => {
            drop(replace(&change.path, change.after.as_bytes(), before.as_bytes()));
        }
        None => drop(fs::remove_file(&change.path)),
    }
}

/// Makes a file with the rights and the owner of the main file, and the directory for it.
fn make(path: &Path, text: &[u8], main: &Path) -> io::Result<()> {
    let like = fs::metadata(main)?;
    let mode = like.permissions().mode() & 0o777;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !dir.exists() {
        let enter = (mode & READ_BITS) >> 2 & ENTER_BITS;
        fs::DirBuilder::new().recursive(true).mode(mode | enter).create(dir)?;
        keep_owner(&fs::File::open(dir)?, &like)?;
    }
    let mut fresh = tempfile::Builder::new().prefix(".wirewatch-").tempfile_in(dir)?;
    fresh.write_all(text)?;
    keep_owner(fresh.as_file(), &like)?;
    fs::set_permissions(fresh.path(), fs::Permissions::from_mode(mode))?;
    fresh.as_file().sync_all()?;
    fresh.persist_noclobber(path).map_err(|error| error.error)?;
    fs::File::open(dir)?.sync_all()
}
