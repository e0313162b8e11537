//! What a backtest holds the topic against: the rule that is running, or the topic files as they
//! were at a revision of git.

use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::git;
use crate::cli::session::Session;
use crate::config::{self, Config};
use crate::domain::ids::{Digest, TopicId};
use crate::domain::topic::compile::TopicSet;
use crate::store::Store;

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
        (_, Some(revision)) => {
            (Some(git::config_at(revision, &config.file, &session.env)?.topics), None)
        }
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
