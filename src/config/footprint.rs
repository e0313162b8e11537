//! What a configuration was read from, whether it came to anything or not: files, and directories in
//! which files were looked for. The daemon asks now and then whether it is all as it was. Contents
//! count, whatever the way they changed: written over, moved into place, or by a link that leads
//! elsewhere now.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::{feed_files, reading};
use crate::domain::ids::Digest;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Looked {
    /// A file, read up to so many bytes.
    File { path: PathBuf, max_bytes: u64 },
    /// The names in a directory that fit a pattern.
    Names { dir: PathBuf, pattern: String },
}

/// What the system says of a file: where that is as it was, so is its content.
type Stat = (u64, u64, u64, i64, i64, i64, i64);

/// A file that changed more recently is read again all the same: systems tell times in steps of some
/// milliseconds, and within a step it may have changed once more after it was read.
const SETTLED: Duration = Duration::from_secs(1);

/// What was looked at, and what was there then. Of contents only hashes are kept.
#[derive(Debug, Clone, Default)]
pub struct Footprint {
    seen: BTreeMap<Looked, Digest>,
    /// What was read since, so that only changed files are read again.
    read: HashMap<PathBuf, (Stat, Digest)>,
}

impl Footprint {
    /// A file is about to be read. Looked at before and not after: what changes in between is then
    /// noticed, at the worst once too often.
    pub(super) fn file(&mut self, path: &Path, max_bytes: u64) {
        let looked = Looked::File { path: path.to_owned(), max_bytes };
        let digest = content(path, max_bytes);
        self.seen.insert(looked, digest);
    }

    /// A directory is about to be searched for names that fit a pattern, in which `*` stands for
    /// anything.
    pub(super) fn names(&mut self, dir: &Path, pattern: &str) {
        let looked = Looked::Names { dir: dir.to_owned(), pattern: pattern.to_owned() };
        self.seen.insert(looked, names(dir, pattern));
    }

    /// All of another one too.
    pub(super) fn join(&mut self, other: Footprint) {
        self.seen.extend(other.seen);
    }

    /// Stands for what was there when it was read.
    pub fn then(&self) -> Digest {
        whole(self.seen.values().copied())
    }

    /// Stands for what is there now: the same as [`Self::then`] where nothing changed. Files of
    /// which the system says that they are as they were are not read again.
    pub fn now(&mut self) -> Digest {
        let Self { seen, read } = self;
        whole(seen.keys().map(|looked| match looked {
            Looked::Names { dir, pattern } => names(dir, pattern),
            Looked::File { path, max_bytes } => {
                let stat = stat(path);
                match (read.get(path), stat) {
                    (Some((before, digest)), Some(stat)) if *before == stat => return *digest,
                    _ => {}
                }
                let digest = content(path, *max_bytes);
                if let Some(stat) = stat.filter(is_settled) {
                    read.insert(path.clone(), (stat, digest));
                }
                digest
            }
        }))
    }
}

fn whole(digests: impl Iterator<Item = Digest>) -> Digest {
    let digests: Vec<Digest> = digests.collect();
    Digest::of("footprint", &digests.iter().map(|digest| &digest.0[..]).collect::<Vec<_>>())
}

/// Whether it last changed some time ago.
fn is_settled(stat: &Stat) -> bool {
    let (.., changed, changed_ns) = *stat;
    let changed = UNIX_EPOCH + Duration::new(changed.unsigned_abs(), changed_ns as u32);
    changed.elapsed().is_ok_and(|ago| ago > SETTLED)
}

/// Of the file that links lead to.
fn stat(path: &Path) -> Option<Stat> {
    let data = fs::metadata(path).ok()?;
    let (changed, changed_ns) = (data.ctime(), data.ctime_nsec());
    Some((
        data.dev(),
        data.ino(),
        data.size(),
        data.mtime(),
        data.mtime_nsec(),
        changed,
        changed_ns,
    ))
}

fn content(path: &Path, max_bytes: u64) -> Digest {
    match reading::bytes(path, max_bytes) {
        Ok(bytes) => Digest::of("file", &[&bytes]),
        Err((code, _)) => Digest::of("no file", &[code.as_bytes()]),
    }
}

fn names(dir: &Path, pattern: &str) -> Digest {
    let Ok(entries) = fs::read_dir(dir) else {
        return Digest::of("no directory", &[]);
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| feed_files::matches(pattern, name)).collect();
    names.sort();
    Digest::of("names", &names.iter().map(String::as_bytes).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
