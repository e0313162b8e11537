//! The rules as they were written, kept beside a configuration for whoever wants to point at them:
//! lints are found by [`crate::domain::topic::lint`] and get their places here. What a topic or
//! file allows (`allow = ["acronym_is_word", "wildcard_wide:союз*"]`) is taken out.

use std::ops::Range;
use std::sync::Arc;

use super::problem::{Level, Problem, Problems, Report};
use super::rules;
use super::section::Section;
use super::source::{Literal, Place, SourceFile};
use super::topic_file::TopicFiles;
use crate::domain::ids::TopicId;
use crate::domain::topic::compile::Library;
use crate::domain::topic::lint::history::History;
use crate::domain::topic::lint::{self, CODES, Lint, Rules, Spot, Written};
use crate::domain::topic::syntax::ast::Definition;
use crate::domain::topic::{RulePart, RulePlace, Topic};

/// Topics, lists and macros with their places in the files.
pub struct RuleMap {
    files: TopicFiles,
    topics: Vec<Arc<Topic>>,
    library: Library,
    sources: Vec<SourceFile>,
}

/// A lint with its place.
#[derive(Debug, Clone)]
pub struct PlacedLint {
    /// The topic it stands in; `None` for one in a list or macro.
    pub topic: Option<TopicId>,
    /// The list or macro it stands in.
    pub list: Option<String>,
    /// Numbers of the topics that it concerns: see [`RuleMap::concerned`].
    concerns: Arc<[usize]>,
    pub problem: Problem,
}

impl RuleMap {
    pub(super) fn new(files: TopicFiles, report: &Report) -> Self {
        let topics = files.topics.iter().map(|placed| placed.topic.clone()).collect();
        let library = rules::library(&files);
        Self { files, topics, library, sources: report.sources.clone() }
    }

    /// What is most likely not meant in the rules, by file and place; with `history`, what the
    /// stored texts say of them too.
    pub fn lint(&self, history: Option<&mut History<'_>>) -> Vec<PlacedLint> {
        let rules = Rules { topics: &self.topics, library: &self.library };
        let found = lint::lint(rules, &self.written(), history).into_iter();
        let mut placed: Vec<PlacedLint> =
            found.filter(|lint| !self.is_allowed(lint)).map(|lint| self.place(lint)).collect();
        placed.sort_by_key(|lint| lint.problem.order());
        placed
    }

    /// Every rule, macro and entry of a list as it was written.
    fn written(&self) -> Vec<Written<'_>> {
        let mut all = Vec::new();
        for (index, placed) in self.files.topics.iter().enumerate() {
            let each = |texts: &[Literal]| 0..texts.len();
            let matching = placed.matching.iter().map(|_| RulePart::Match);
            let exclude = each(&placed.exclude).map(RulePart::Exclude);
            let weights = each(&placed.weights).map(RulePart::Weight);
            let parts = matching.chain(exclude).chain(weights);
            all.extend(parts.map(|part| RulePlace::Topic(index, part)));
        }
        for (name, placed) in &self.files.definitions {
            let place = |item| RulePlace::Definition { name: name.clone(), item };
            match &placed.definition {
                Definition::Macro(_) => all.push(place(None)),
                Definition::List(items) => all.extend((0..items.len()).map(|at| place(Some(at)))),
            }
        }
        let text = |place: &RulePlace| Some(rules::literal(&self.files, place)?.value.as_str());
        all.into_iter().filter_map(|place| Some(Written { text: text(&place)?, place })).collect()
    }

    /// Where a stretch of a topic's rule stands: file, and 1-based line and column. Without a part,
    /// where the topic begins.
    pub fn position(
        &self,
        topic: &TopicId,
        part: Option<(&RulePart, Range<usize>)>,
    ) -> Option<(String, u32, u32)> {
        let index = self.index(topic)?;
        let spot = match part {
            Some((part, span)) => Spot::Text { place: RulePlace::Topic(index, part.clone()), span },
            None => Spot::Topic(index),
        };
        self.line_and_column(self.file_place(&spot)?)
    }

    /// Where a stretch of a list's item or of a macro stands, likewise.
    pub fn position_in_list(
        &self,
        name: &str,
        item: Option<usize>,
        span: Range<usize>,
    ) -> Option<(String, u32, u32)> {
        let place = RulePlace::Definition { name: name.to_owned(), item };
        self.line_and_column(self.file_place(&Spot::Text { place, span })?)
    }

    /// Where a topic's threshold stands: file, and 1-based line and column.
    pub fn threshold_position(&self, topic: &TopicId) -> Option<(String, u32, u32)> {
        let place = self.files.topics.get(self.index(topic)?)?.threshold.clone()?;
        self.line_and_column(place)
    }

    fn index(&self, topic: &TopicId) -> Option<usize> {
        self.topics.iter().position(|known| known.id == *topic)
    }

    fn line_and_column(&self, place: Place) -> Option<(String, u32, u32)> {
        let source = self.sources.get(place.file)?;
        let (line, column) = source.position(place.span.map_or(0, |span| span.start));
        Some((source.name.clone(), line, column))
    }

    /// The topics that a lint concerns: its own, or those that use the list it stands in.
    pub fn concerned<'m>(&'m self, lint: &'m PlacedLint) -> impl Iterator<Item = &'m TopicId> {
        lint.concerns.iter().filter_map(|&index| self.id(index))
    }

    fn id(&self, index: usize) -> Option<&TopicId> {
        self.topics.get(index).map(|topic| &topic.id)
    }

    /// All lists and macros.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The lints with excerpts of the files, for people to read.
    pub fn render<'l>(&self, lints: impl Iterator<Item = &'l PlacedLint>, colour: bool) -> String {
        let problems: Vec<Problem> = lints.map(|lint| lint.problem.clone()).collect();
        Problems::clean(problems, 0, self.sources.clone()).excerpts(colour)
    }

    fn place(&self, lint: Lint) -> PlacedLint {
        let level = match lint.level {
            lint::Level::Warning => Level::Warning,
            lint::Level::Note => Level::Note,
        };
        let place = self.file_place(&lint.spot);
        let mut problem = Problem::new(level, place, lint.code, lint.message, &self.sources);
        problem.hint = lint.hint;
        let id = |index: &usize| self.id(*index).cloned();
        let (topic, list) = match &lint.spot {
            Spot::Topic(index) | Spot::Text { place: RulePlace::Topic(index, _), .. } => {
                (id(index), None)
            }
            Spot::Definition(name)
            | Spot::Text { place: RulePlace::Definition { name, .. }, .. } => {
                (None, Some(name.clone()))
            }
        };
        PlacedLint { topic, list, concerns: lint.topics, problem }
    }

    fn file_place(&self, spot: &Spot) -> Option<Place> {
        match spot {
            Spot::Topic(index) => Some(self.files.topics.get(*index)?.header.clone()),
            Spot::Definition(name) => Some(self.files.definitions.get(name)?.name.place()),
            Spot::Text { place, span } => {
                let literal = rules::literal(&self.files, place)?;
                let source = self.sources.get(literal.file)?;
                Some(Place::at(literal.file, source.locate(literal, span.clone())))
            }
        }
    }

    /// Whether the file it stands in, or a topic it concerns, allows it.
    fn is_allowed(&self, lint: &Lint) -> bool {
        let place = self.file_place(&lint.spot).map(|place| place.file);
        let named = match &lint.spot {
            Spot::Definition(name)
            | Spot::Text { place: RulePlace::Definition { name, .. }, .. } => {
                self.files.definitions.get(name).map(|placed| placed.name.file)
            }
            _ => None,
        };
        let files = place.into_iter().chain(named);
        let by_file = files.filter_map(|file| self.files.allow.get(&file)).flatten();
        let topics = lint.topics.iter().filter_map(|&index| self.files.topics.get(index));
        let by_topic = topics.flat_map(|placed| &placed.allow);
        by_file.chain(by_topic).any(|allowed| lint.is_allowed_by(allowed))
    }
}

/// The key `allow` of a topic or file: codes of lints, each alone or with the term it is about.
pub(super) fn allow(section: &Section<'_>, report: &mut Report) -> Vec<String> {
    let mut allowed = Vec::new();
    for text in section.texts("allow", report) {
        let code = text.value.split(':').next().unwrap_or_default();
        if CODES.iter().any(|(known, _)| *known == code) {
            allowed.push(text.value);
            continue;
        }
        let codes: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
        super::key::not_among(&text, "lint", &codes, "unknown_lint", report);
    }
    allowed
}
