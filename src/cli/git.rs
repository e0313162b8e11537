//! The configuration as it was in a git revision: its files are written to a directory of our own
//! and read there as any other. `git` is only asked, never told to change anything.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};
use crate::config::{self, Config, Environment};
use crate::domain::untrusted;

/// Most files of a revision that are looked at, and their size together, in bytes.
const MAX_FILES: usize = 5_000;
const MAX_BYTES: usize = 64 << 20;

/// Endings of files that a configuration may be made of.
const ENDINGS: [&str; 4] = ["toml", "txt", "csv", "list"];

/// The configuration whose main file is `file`, as its files were in `revision`, without its
/// secrets.
pub fn config_at(revision: &str, file: &Path, env: &Environment) -> Result<Config, Failure> {
    let shown = untrusted::terminal(revision).into_owned();
    let file = fs::canonicalize(file).context("cannot find the config").map_err(failed)?;
    let home = file.parent().unwrap_or(Path::new("/"));
    let name = file.file_name().unwrap_or(OsStr::new(config::MAIN_FILE));
    let commit = commit(revision, home)?;
    let copy = tempfile::tempdir().context("cannot make a directory").map_err(failed)?;
    let written = write(&commit, home, copy.path())?;
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
    if then.files.iter().any(|file| !file.starts_with(copy.path())) {
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

/// Writes the files of a revision that lie in and below `home`; returns how many.
fn write(commit: &str, home: &Path, to: &Path) -> Result<usize, Failure> {
    let listed = git(home, &["ls-tree", "-r", "-z", "--name-only", commit])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names: Vec<&Path> = listed
        .split('\0')
        .map(Path::new)
        .filter(|name| name.components().all(|part| matches!(part, Component::Normal(_))))
        .filter(|name| {
            name.extension().and_then(OsStr::to_str).is_some_and(|end| ENDINGS.contains(&end))
        })
        .collect();
    if names.len() > MAX_FILES {
        let sentence = format!("there are {} files beside the config", names.len());
        return Err(Failure::said(Exit::Failed, sentence).hint(format!(
            "a configuration has a directory of its own; {MAX_FILES} files are the most"
        )));
    }
    let mut bytes = 0usize;
    for name in &names {
        let object = format!("{commit}:./{}", name.display());
        let content = git(home, &["cat-file", "blob", &object])?;
        bytes = bytes.saturating_add(content.len());
        if bytes > MAX_BYTES {
            return Err(Failure::said(Exit::Failed, "the files of this revision are too large"));
        }
        let path = to.join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(failed)?;
    }
    Ok(names.len())
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
