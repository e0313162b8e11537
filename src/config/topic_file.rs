//! The topic files: `[lists]` and `[[topic]]` of all files together. Lists and macros are shared
//! by all topics, whichever file they stand in: [`super::lists`] reads them, [`super::topic`] the
//! topics. [`super::rules`] compiles what is gathered here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::key;
use super::known::Known;
use super::lists::{self, PlacedDefinition};
use super::problem::Report;
use super::rule_map;
use super::section::{Section, Shape};
use super::source::{FileId, Literal, Place};
use super::stored::{self, OwnParts, TopicText};
use super::topic;
use crate::domain::ids::TopicId;
use crate::domain::retention::Keep;
use crate::domain::topic::Topic;

/// Most topics of one configuration, over all files.
const MAX_TOPICS: usize = 100_000;

pub(super) const FILE: Shape = Shape { what: "a topic file", keys: &["allow", "lists", "topic"] };

/// A file of topics, as TOML.
pub(super) struct TopicFile<'t> {
    pub table: &'t DeTable<'t>,
    pub file: FileId,
    pub text: &'t str,
    /// Where it lies; `None`: on no disk, so that no list can stand beside it.
    pub path: Option<&'t Path>,
    /// The folder of the configuration it belongs to, where that is known: lists may stand there.
    pub home: Option<&'t Path>,
}

/// All topic files, read.
#[derive(Default)]
pub(super) struct TopicFiles {
    pub topics: Vec<PlacedTopic>,
    pub definitions: BTreeMap<String, PlacedDefinition>,
    /// Files that lists were read from.
    pub list_files: Vec<PathBuf>,
    /// Lints that a file allows.
    pub allow: BTreeMap<FileId, Vec<String>>,
    ids: BTreeMap<TopicId, Place>,
    /// Rules may name what stood in a file or list that could not be read.
    pub incomplete: bool,
}

/// A topic, and where its rules stand, so that what the compiler finds can be shown there.
pub(super) struct PlacedTopic {
    pub topic: Arc<Topic>,
    pub matching: Option<Literal>,
    pub exclude: Vec<Literal>,
    pub weights: Vec<Literal>,
    pub threshold: Option<Place>,
    pub header: Place,
    /// Lints that it allows.
    pub allow: Vec<String>,
    /// Its part of the file, without its tests.
    pub source: String,
    /// Its file, where that lies on a disk.
    pub path: Option<PathBuf>,
    /// For how long its alerts are kept, where it says so.
    pub keep_alerts: Option<Keep>,
}

impl TopicFiles {
    /// Whether there is neither a topic nor an attempt at one.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// A file was left out because it is not TOML.
    pub fn note_broken_file(&mut self) {
        self.incomplete = true;
    }

    /// The id of each topic.
    pub fn ids(&self) -> Vec<&str> {
        self.topics.iter().map(|placed| placed.topic.id.as_str()).collect()
    }

    /// Each topic as a text that stands alone: see [`super::restore`].
    pub fn sources(&self) -> BTreeMap<TopicId, TopicText> {
        let mut printed = stored::Printed::default();
        let topics = self.topics.iter();
        topics
            .map(|placed| {
                let source = stored::source(placed, &self.definitions, &mut printed);
                (placed.topic.id.clone(), source)
            })
            .collect()
    }

    /// The file of each topic.
    pub fn paths(&self) -> BTreeMap<TopicId, PathBuf> {
        let path = |placed: &PlacedTopic| Some((placed.topic.id.clone(), placed.path.clone()?));
        self.topics.iter().filter_map(path).collect()
    }

    /// For how long the alerts of topics are kept that say so.
    pub fn keep_alerts(&self) -> BTreeMap<TopicId, Keep> {
        let said = |placed: &PlacedTopic| Some((placed.topic.id.clone(), placed.keep_alerts?));
        self.topics.iter().filter_map(said).collect()
    }

    /// Reads one file. `known`: what topics may name, where that is known.
    pub fn read(&mut self, source: &TopicFile<'_>, known: Option<&Known>, report: &mut Report) {
        let root = Section::new(source.table, source.file, 0..0, &FILE, report);
        self.read_lists(source, report);
        self.allow.insert(source.file, rule_map::allow(&root, report));
        let sections = root.sections("topic", &topic::TOPIC, report);
        let parts = OwnParts::of(source.table, source.text);
        for (index, section) in sections.iter().enumerate() {
            let Some(mut placed) = topic::read(section, known, report) else {
                continue;
            };
            placed.source = parts.topic(index, section.span());
            placed.path = source.path.map(Path::to_owned);
            if self.topics.len() == MAX_TOPICS {
                let message = format!("there are more than {MAX_TOPICS} topics");
                report.add(section.place(), "too_many", message);
                return;
            }
            let place = section.get("id").map_or(section.place(), |id| id.place);
            let id = placed.topic.id.clone();
            let new = key::unique(&mut self.ids, id, place, "duplicate_topic", "topic", report);
            if new.is_some() {
                self.topics.push(placed);
            }
        }
    }

    /// Reads only the lists and macros of a file.
    pub fn read_lists(&mut self, source: &TopicFile<'_>, report: &mut Report) {
        lists::read(source, self, report);
    }
}
