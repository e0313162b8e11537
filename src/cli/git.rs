//! The configuration as it was in a git revision: its files are written to a directory of our own
//! and read there as any other. `git` is only asked, never told to change anything.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};
use crate::config::{self, Config, Environment};
use crate::domain::untrusted;

/// Most files of a revision that are looked at, and their size together, in bytes.
const MAX_FILES: usize = 5_000;
const MAX_BYTES: usize = 64 << 20;

/// Largest file that a configuration may be made of, in bytes: a list.
const MAX_FILE_BYTES: usize = 4 << 20;

/// Endings that such files mostly have: where much else lies beside them, no other is looked at.
const ENDINGS: [&str; 5] = ["toml", "txt", "csv", "tsv", "list"];

/// The configuration whose main file is `file`, as its files were in `revision`, without its
/// secrets.
pub fn config_at(revision: &str, file: &Path, env: &Environment) -> Result<Config, Failure> {
    let shown = untrusted::terminal(revision).into_owned();
    let file = fs::canonicalize(file).context("cannot find the config").map_err(failed)?;
    let home = file.parent().unwrap_or(Path::new("/"));
    let name = file.file_name().unwrap_or(OsStr::new(config::MAIN_FILE));
    let commit = commit(revision, home)?;
    let copy = tempfile::tempdir().context("cannot make a directory").map_err(failed)?;
    let written = write(&commit, home, Path::new(name), copy.path())?;
    if !copy.path().join(name).exists() {
        let sentence = format!(
            "git revision {shown} has no {} ({written} other files of a configuration)",
            name.to_string_lossy()
        );
        return Err(Failure::said(Exit::Failed, sentence));
    }
    let env = env.clone().without_secrets();
    let then = config::load(&copy.path().join(name), &env).map_err(|problems| {
        let sentence = format!("the configuration at {shown} is not right\n{problems}");
        Failure::said(Exit::Failed, sentence)
    })?;
    let inside = fs::canonicalize(copy.path()).context("cannot find the copy").map_err(failed)?;
    // Links and `..` lead out of it, too.
    let is_inside = |file| fs::canonicalize(file).is_ok_and(|file| file.starts_with(&inside));
    if !then.files.iter().all(is_inside) {
        let sentence = "the topics lie outside the directory of the config: git:… cannot follow";
        return Err(Failure::said(Exit::Failed, sentence).hint("use `--against running`"));
    }
    Ok(then)
}

/// The full name of a revision: nothing that could be taken for an option goes further.
fn commit(revision: &str, home: &Path) -> Result<String, Failure> {
    let shown = untrusted::terminal(revision).into_owned();
    if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
        let sentence = format!("`{shown}` is no git revision");
        return Err(Failure::said(Exit::Usage, sentence));
    }
    let commit = format!("{revision}^{{commit}}");
    let found = git(home, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
    let name = found.map(|out| String::from_utf8_lossy(&out).trim().to_owned());
    name.map_err(|failure| {
        failure.hint(format!("is `{shown}` a revision of the repository that holds the config?"))
    })
}

/// A regular file of a revision.
struct Blob {
    path: PathBuf,
    object: String,
    bytes: usize,
}

/// Writes the files of a revision that lie in and below `home` and may belong to the
/// configuration whose main file is `main`; returns how many.
fn write(commit: &str, home: &Path, main: &Path, to: &Path) -> Result<usize, Failure> {
    let blobs = blobs(commit, home, main)?;
    for blob in &blobs {
        let content = git(home, &["cat-file", "blob", &blob.object])?;
        let path = to.join(&blob.path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(failed)?;
    }
    Ok(blobs.len())
}

/// The files to be written. A list may have any ending.
fn blobs(commit: &str, home: &Path, main: &Path) -> Result<Vec<Blob>, Failure> {
    let listed = git(home, &["ls-tree", "-r", "-z", "-l", commit])?;
    let mut blobs: Vec<Blob> = listed.split(|byte| *byte == 0).filter_map(blob).collect();
    let are_too_many = |blobs: &[Blob]| {
        let bytes = blobs.iter().fold(0usize, |sum, blob| sum.saturating_add(blob.bytes));
        blobs.len() > MAX_FILES || bytes > MAX_BYTES
    };
    if are_too_many(&blobs) {
        let ending = |path: &Path| path.extension().and_then(OsStr::to_str).map(str::to_lowercase);
        let is_usual = |path: &Path| ending(path).is_some_and(|end| ENDINGS.contains(&&*end));
        blobs.retain(|blob| blob.path == main || is_usual(&blob.path));
    }
    if are_too_many(&blobs) {
        let sentence = format!("there are {} files beside the config", blobs.len());
        return Err(Failure::said(Exit::Failed, sentence).hint(format!(
            "a configuration has a directory of its own; {MAX_FILES} files and {MAX_BYTES} bytes \
             are the most"
        )));
    }
    Ok(blobs)
}

/// Reads `100644 blob 1f7a… 120<TAB>topics/a.toml`. Links are no files: they may lead anywhere.
fn blob(line: &[u8]) -> Option<Blob> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&line[..tab]).ok()?.split_ascii_whitespace();
    let (mode, _kind, object, bytes) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let path = PathBuf::from(OsStr::from_bytes(&line[tab + 1..]));
    let bytes = bytes.parse().ok().filter(|bytes| *bytes <= MAX_FILE_BYTES)?;
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let is_file = mode.starts_with("100");
    (is_file && is_plain).then(|| Blob { path, object: object.to_owned(), bytes })
}

/// What git says, run in `home`.
fn git(home: &Path, line: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git")
        .arg("-C")
        .arg(home)
        .args(line)
        .stdin(Stdio::null())
        .output()
        .context("cannot run git")
        .map_err(failed)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = untrusted::terminal(said.trim()).into_owned();
    let command = line.first().copied().unwrap_or_default();
    let sentence = match said.is_empty() {
        true => format!("git {command} found nothing"),
        false => format!("git {command} failed: {said}"),
    };
    Err(Failure::said(Exit::Failed, sentence))
}

fn failed(error: anyhow::Error) -> Failure {
    Failure::new(Exit::Failed, error)
}

#[cfg(test)]
mod tests;
