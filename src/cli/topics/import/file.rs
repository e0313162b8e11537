//! Writes a topic file whole or not at all: a daemon that watches the folder must not read half
//! of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};

/// Writes `text` to `path`; without `force` only where nothing is.
pub fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let refused = || {
        let sentence = format!("{} is already there; nothing was written", path.display());
        Failure::said(Exit::Failed, sentence).hint("name another file, or add --force to overwrite")
    };
    if !force && path.symlink_metadata().is_ok() {
        return Err(refused());
    }
    let part = beside(path);
    let done = written(&part, text).and_then(|()| placed(&part, path, force));
    if done.is_err() || !force {
        // Without force the file was linked to its place; the other name goes either way.
        let _ = fs::remove_file(&part);
    }
    match done {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(refused()),
        done => done
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|error| Failure::new(Exit::Failed, error)),
    }
}

/// A name in the same folder that no config reads.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn written(part: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn placed(part: &Path, path: &Path, force: bool) -> io::Result<()> {
    // A link is refused where a file has appeared meanwhile; a rename replaces it.
    if force { fs::rename(part, path) } else { fs::hard_link(part, path) }
}
