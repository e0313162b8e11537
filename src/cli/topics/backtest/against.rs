//! What a backtest holds the topic against: the rule that is running, or the topic files as they
//! were at a revision of git.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::config::{self, Config};
use crate::domain::ids::{Digest, TopicId};
use crate::domain::topic::compile::TopicSet;
use crate::store::Store;

/// Most files taken from git.
const MAX_FILES: usize = 1_000;

/// What it was held against, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// `running`, `none` or `git:REVISION`.
    pub what: String,
    pub revision: Option<Digest>,
    /// Why it is held against nothing, where something was asked for.
    pub note: Option<String>,
}

/// Finds what `what` names.
pub fn find(
    what: &str,
    topic: &TopicId,
    config: &Config,
    store: &Store,
    session: &Session,
) -> Result<(Against, Option<Arc<TopicSet>>), Failure> {
    let (base, note) = match (what, what.strip_prefix("git:")) {
        ("none", _) => (None, None),
        ("running", _) => running(topic, store)?,
        (_, Some(revision)) => (Some(at_revision(revision, config, session)?), None),
        _ => {
            return Err(Failure::said(Exit::Usage, format!("--against: what is `{what}`?"))
                .hint("give `running`, `none`, or `git:` with a revision, such as git:HEAD"));
        }
    };
    let found =
        |set: &Arc<TopicSet>| set.topics().find(|(one, _)| one.id == *topic).map(|(_, r)| r);
    let revision = base.as_ref().and_then(found);
    let note = match (&base, revision) {
        (Some(_), None) => Some(format!("there is no topic {topic} at {what}")),
        _ => note,
    };
    let base = base.filter(|_| revision.is_some());
    Ok((Against { what: what.to_owned(), revision, note }, base))
}

/// The rule that the daemon ran last, as the database has it.
fn running(
    topic: &TopicId,
    store: &Store,
) -> Result<(Option<Arc<TopicSet>>, Option<String>), Failure> {
    let topics = store.topics()?;
    let Some(view) = topics.iter().find(|view| view.id == *topic && view.retired_at.is_none())
    else {
        return Ok((None, Some("no rule of this topic is running yet".to_owned())));
    };
    let Some(stored) = store.topic_source(topic, view.revision)? else {
        return Ok((None, Some("the source of the running rule is not stored".to_owned())));
    };
    match config::restore(&stored.source, "the running rule") {
        Ok(restored) => Ok((Some(Arc::new(restored.set)), None)),
        // Kept by an older version, or it names lists that were not kept with it.
        Err(_) => Ok((None, Some("the source of the running rule cannot be read".to_owned()))),
    }
}

/// The topics as the configuration had them at a revision.
fn at_revision(
    revision: &str,
    config: &Config,
    session: &Session,
) -> Result<Arc<TopicSet>, Failure> {
    if revision.is_empty() || revision.starts_with('-') {
        return Err(Failure::said(Exit::Usage, format!("`{revision}` is no revision of git")));
    }
    let dir = config.file.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new("."));
    let failed = |error: io::Error| {
        Failure::said(Exit::Failed, format!("cannot lay out the files of {revision}: {error}"))
    };
    let there = tempfile::tempdir().map_err(failed)?;
    for file in files(revision, dir)? {
        let name = format!("{revision}:./{file}");
        let text = git(dir, &["show", &name], revision)?;
        let to = there.path().join(&file);
        fs::create_dir_all(to.parent().unwrap_or(there.path())).map_err(failed)?;
        fs::write(to, text.stdout).map_err(failed)?;
    }
    let main =
        config.file.file_name().map_or_else(|| PathBuf::from(config::MAIN_FILE), PathBuf::from);
    let env = session.env.clone().without_secrets();
    let then = config::load(&there.path().join(main), &env).map_err(|problems| {
        let sentence = format!("the configuration at {revision} is not right\n{problems}");
        Failure::said(Exit::Failed, sentence)
    })?;
    if then.files.iter().any(|file| !file.starts_with(there.path())) {
        let sentence = "the topics lie outside the directory of the config: git:… cannot follow";
        return Err(Failure::said(Exit::Failed, sentence).hint("use `--against running`"));
    }
    Ok(then.topics)
}

/// The files in and below the directory of the configuration that may belong to it.
fn files(revision: &str, dir: &Path) -> Result<Vec<String>, Failure> {
    let listed = git(dir, &["ls-tree", "-r", "-z", "--name-only", revision, "."], revision)?;
    let listed = String::from_utf8_lossy(&listed.stdout);
    let files: Vec<String> = listed
        .split('\0')
        .filter(|file| [".toml", ".txt", ".csv"].iter().any(|end| file.ends_with(end)))
        .filter(|file| !file.starts_with('/') && !file.split('/').any(|part| part == ".."))
        .take(MAX_FILES)
        .map(str::to_owned)
        .collect();
    Ok(files)
}

fn git(dir: &Path, args: &[&str], revision: &str) -> Result<Output, Failure> {
    let ran = Command::new("git").arg("-C").arg(dir).args(args).output();
    let output = ran.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::said(Exit::Failed, "git is not installed")
            .hint("install git, or use `--against running`"),
        _ => Failure::said(Exit::Failed, format!("cannot run git: {error}")),
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it did not say why").trim();
    let sentence = format!("git does not know `{revision}` for {}: {said}", dir.display());
    Err(Failure::said(Exit::Failed, sentence)
        .hint("give a revision of the repository that holds the config, such as git:HEAD~1"))
}
