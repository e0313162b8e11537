//! Which topics are meant by a topic's name, a topic file or a folder. A file that belongs to the
//! config is read with it; any other is read by itself, with the lists beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::config::{self, Config, RuleMap};
use crate::domain::ids::TopicId;
use crate::domain::topic::Topic;
use crate::domain::topic::compile::TopicSet;

/// Topics that were compiled together, and those of them that are meant.
pub struct Group {
    pub set: Arc<TopicSet>,
    pub rules: RuleMap,
    /// `None`: all.
    chosen: Option<Vec<TopicId>>,
}

impl Group {
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        let is_chosen = |topic: &&Arc<Topic>| {
            self.chosen.as_ref().is_none_or(|chosen| chosen.contains(&topic.id))
        };
        self.set.topics().map(|(topic, _)| topic).filter(is_chosen)
    }
}

/// The topics that `names` stand for; without any, all of the config.
pub fn groups(names: &[String], session: &Session) -> Result<Vec<Group>, Failure> {
    let configured =
        session.loader().and_then(|loader| Ok(loader.without_secrets().read_with_rules()?));
    let only_paths = !names.is_empty() && names.iter().all(|name| Path::new(name).exists());
    let (config, rules) = match configured {
        Ok((config, rules)) => (Some(config), Some(rules)),
        // A file that is being written can be tested while there is no config, or a broken one.
        Err(_) if only_paths => (None, None),
        Err(failure) => return Err(failure),
    };
    let mut chosen: Vec<TopicId> = Vec::new();
    let mut loose: Vec<PathBuf> = Vec::new();
    for name in names {
        match config.as_ref().map(|config| in_config(name, config)).transpose()?.flatten() {
            Some(topics) => {
                chosen.extend(topics);
                loose.extend(config.iter().flat_map(|config| beside(Path::new(name), config)));
            }
            None => loose.extend(topic_files(Path::new(name))?),
        }
    }
    let mut groups = Vec::new();
    if let (Some(config), Some(rules)) = (config, rules)
        && (names.is_empty() || !chosen.is_empty())
    {
        let chosen = Some(chosen).filter(|_| !names.is_empty());
        groups.push(Group { set: config.topics, rules, chosen });
    }
    if !loose.is_empty() {
        let (set, rules) = config::load_files(&loose)?;
        groups.push(Group { set: Arc::new(set), rules, chosen: None });
    }
    Ok(groups)
}

/// The topics of the config that a name or path stands for; `None`: it is a path to others.
fn in_config(name: &str, config: &Config) -> Result<Option<Vec<TopicId>>, Failure> {
    if let Ok(id) = name.parse::<TopicId>()
        && config.topics.get(&id).is_some()
    {
        return Ok(Some(vec![id]));
    }
    let Ok(path) = fs::canonicalize(name) else {
        // No path either: said as of a topic, with the names there are.
        return naming::topic(name, &config.topics).map(|id| Some(vec![id]));
    };
    let lies_there = |file: &PathBuf| {
        fs::canonicalize(file).is_ok_and(|file| file == path || file.parent() == Some(&path))
    };
    let files = config.topic_files.iter().filter(|(_, file)| lies_there(file));
    let topics: Vec<TopicId> = files.map(|(id, _)| id.clone()).collect();
    // A file of the config that has only lists has no tests to run.
    let is_configured =
        config.files.iter().any(|file| fs::canonicalize(file).is_ok_and(|file| file == path));
    Ok((!topics.is_empty() || is_configured).then_some(topics))
}

/// The topic files of a folder that the config does not read: a folder stands for all of its
/// files, whatever the config takes of them.
fn beside(path: &Path, config: &Config) -> Vec<PathBuf> {
    if !path.is_dir() {
        return Vec::new();
    }
    let real = |file: &PathBuf| fs::canonicalize(file).ok();
    let read: Vec<PathBuf> =
        config.files.iter().chain(config.topic_files.values()).filter_map(real).collect();
    let files = config::topic_files_in(path).unwrap_or_default();
    files.into_iter().filter(|file| real(file).is_none_or(|file| !read.contains(&file))).collect()
}

/// The topic files at a path that is not of the config.
fn topic_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let files = config::topic_files_in(path).map_err(|error| {
        let sentence = format!("cannot list {}", path.display());
        Failure::new(Exit::Failed, anyhow::Error::new(error).context(sentence))
    })?;
    if files.is_empty() {
        let sentence = format!("there is no topic file in {}", path.display());
        return Err(Failure::said(Exit::Failed, sentence).hint("topic files end in .toml"));
    }
    Ok(files)
}
