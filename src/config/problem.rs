//! What is wrong with a configuration: every problem at once, each with its place in a file, an
//! excerpt, and what to do about it. [`super::load()`] returns them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Label, Origin, Renderer, Snippet};

use super::footprint::Footprint;
use super::source::{FileId, Literal, Place, SourceFile};
use crate::domain::topic::syntax::SyntaxError;

/// Most problems kept: after these, mending some is the better use of time.
const MAX_PROBLEMS: usize = 200;

/// Columns an excerpt may take.
const WIDTH_COLUMNS: usize = 120;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing runs with it.
    Error,
    /// Allowed, and most likely not meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// One thing wrong.
#[derive(Debug, Clone)]
pub struct Problem {
    pub level: Level,
    /// Stable word, for example `unknown_key`.
    pub code: &'static str,
    pub message: String,
    pub hint: Option<String>,
    /// The file, as the user named it, with 1-based line and column.
    pub file: Option<String>,
    pub line: u32,
    pub column: u32,
    place: Option<Place>,
    /// Another place that has to do with it.
    related: Option<(Place, String)>,
}

impl Problem {
    pub(super) fn new(
        level: Level,
        place: Option<Place>,
        code: &'static str,
        message: String,
        sources: &[SourceFile],
    ) -> Self {
        let source = place.as_ref().and_then(|place| sources.get(place.file));
        let offset = place.as_ref().and_then(|place| place.span.as_ref());
        let (line, column) = match (source, offset) {
            (Some(source), Some(span)) => source.position(span.start),
            _ => (1, 1),
        };
        let file = source.map(|source| source.name.clone());
        Self { level, code, message, hint: None, file, line, column, place, related: None }
    }

    /// Where it stands among the files: in this order people read it.
    pub(super) fn order(&self) -> (FileId, usize) {
        sort_key(self)
    }

    pub(super) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn related(&mut self, place: Place, label: &str) -> &mut Self {
        self.related = Some((place, label.to_owned()));
        self
    }
}

/// Everything wrong with a configuration; never empty. `Display` is [`Problems::render`] without
/// colour.
#[derive(Debug, Clone)]
pub struct Problems {
    problems: Vec<Problem>,
    /// Problems beyond those kept.
    more: usize,
    sources: Vec<SourceFile>,
}

impl Problems {
    /// The problems, by file and place.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter()
    }

    pub fn count(&self) -> usize {
        self.problems.len() + self.more
    }

    /// Whether there was no configuration to read at all.
    pub fn not_found(&self) -> bool {
        self.problems.iter().any(|problem| problem.code == "not_found")
    }

    /// With all texts made fit to be shown.
    pub(super) fn clean(
        mut problems: Vec<Problem>,
        more: usize,
        mut sources: Vec<SourceFile>,
    ) -> Self {
        for problem in &mut problems {
            problem.message = printable(&problem.message);
            problem.hint = problem.hint.as_deref().map(printable);
            problem.file = problem.file.as_deref().map(printable);
        }
        for source in &mut sources {
            source.name = printable(&source.name);
        }
        Self { problems, more, sources }
    }

    /// All problems for people to read, ending with a line that counts them.
    pub fn render(&self, colour: bool) -> String {
        let plural = if self.count() == 1 { "" } else { "s" };
        let more = match self.more {
            0 => String::new(),
            more => format!(" ({more} not shown)"),
        };
        let count = format!("{} problem{plural} in the configuration{more}\n", self.count());
        self.excerpts(colour) + &count
    }

    /// Each problem with its excerpt, followed by an empty line.
    pub(super) fn excerpts(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH_COLUMNS);
        let shown: Vec<String> = self.sources.iter().map(SourceFile::shown).collect();
        let mut text = String::new();
        for problem in &self.problems {
            text += &renderer.render(&[self.group(problem, &shown)]);
            text += "\n\n";
        }
        text
    }

    fn group<'a>(&'a self, problem: &'a Problem, shown: &'a [String]) -> Group<'a> {
        let label = match problem.level {
            Level::Error => Label::ERROR,
            Level::Warning => Label::WARNING,
            Level::Note => Label::NOTE,
        };
        let title = label.primary_title(&problem.message).id(problem.code);
        let mut group = Group::with_title(title);
        let mut related = problem.related.as_ref();
        match &problem.place {
            Some(Place { file, span: Some(span) }) => {
                let mut snippet = self
                    .snippet(*file, shown)
                    .annotation(AnnotationKind::Primary.span(on_one_line(&shown[*file], span)));
                if let Some((place, label)) = related.filter(|(place, _)| place.file == *file)
                    && let Some(span) = &place.span
                {
                    let span = on_one_line(&shown[*file], span);
                    snippet = snippet.annotation(AnnotationKind::Context.span(span).label(label));
                    related = None;
                }
                group = group.element(snippet);
            }
            Some(Place { file, span: None }) => {
                group = group.element(Origin::path(self.sources[*file].name.as_str()));
            }
            None => {}
        }
        if let Some((Place { file, span: Some(span) }, label)) = related {
            let span = on_one_line(&shown[*file], span);
            let annotation = AnnotationKind::Context.span(span).label(label);
            group = group.element(self.snippet(*file, shown).annotation(annotation));
        }
        match &problem.hint {
            Some(hint) => group.element(Label::HELP.with_name("hint").message(hint)),
            None => group,
        }
    }

    fn snippet<'a>(
        &'a self,
        file: FileId,
        shown: &'a [String],
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        Snippet::source(shown[file].as_str()).path(self.sources[file].name.as_str())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// The part of a place on its first line: an excerpt of one line says enough.
fn on_one_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let line = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = if text[start..line].ends_with('\r') { line - 1 } else { line };
    start..span.end.clamp(start, line)
}

/// Gathers problems while files are read.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: Vec<Problem>,
    more: usize,
    pub sources: Vec<SourceFile>,
    /// Texts that count in the place of what these files say.
    pub drafts: BTreeMap<PathBuf, Arc<str>>,
    /// What is looked at, where somebody wants to know.
    pub footprint: Option<Footprint>,
}

impl Report {
    /// A report on files some of which are drafts.
    pub fn with_drafts(drafts: BTreeMap<PathBuf, Arc<str>>) -> Self {
        Self { drafts, ..Self::default() }
    }

    /// A report that remembers what is looked at.
    pub fn traced() -> Self {
        Self { footprint: Some(Footprint::default()), ..Self::default() }
    }

    /// A report on the same files in which nothing is wrong yet; [`Self::join`] brings back what
    /// was looked at meanwhile.
    pub fn aside(&self) -> Self {
        if self.footprint.is_some() { Self::traced() } else { Self::default() }
    }

    /// Remembers what another one looked at.
    pub fn join(&mut self, other: Self) {
        if let (Some(footprint), Some(other)) = (&mut self.footprint, other.footprint) {
            footprint.join(other);
        }
    }

    /// A file is about to be read, up to so many bytes.
    pub fn look_at(&mut self, path: &Path, max_bytes: u64) {
        if let Some(footprint) = &mut self.footprint {
            footprint.file(path, max_bytes);
        }
    }

    /// A directory is about to be searched for such names.
    pub fn look_in(&mut self, dir: &Path, pattern: &str) {
        if let Some(footprint) = &mut self.footprint {
            footprint.names(dir, pattern);
        }
    }

    /// Notes a problem; the caller may add a hint to what is returned.
    pub fn add(
        &mut self,
        place: Place,
        code: &'static str,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.push(Some(place), code, message.into())
    }

    /// Notes a problem that is in no file.
    pub fn add_placeless(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.push(None, code, message.into())
    }

    /// Notes a mistake in a rule or list item, at its very place in the file.
    pub fn add_syntax(&mut self, literal: &Literal, error: SyntaxError) {
        let span = match self.sources.get(literal.file) {
            Some(source) => source.locate(literal, error.span),
            None => literal.span.clone(),
        };
        let problem = self.add(Place::at(literal.file, span), error.code, error.message);
        problem.hint = error.hint;
    }

    /// Adds a hint to the last problem, if it is of this kind.
    pub fn hint_last(&mut self, code: &str, hint: String) {
        if let Some(problem) = self.problems.last_mut()
            && problem.code == code
        {
            problem.hint(hint);
        }
    }

    /// Problems so far.
    pub fn count(&self) -> usize {
        self.problems.len() + self.more
    }

    /// The result, unless something was wrong.
    pub fn finish<T>(mut self, result: Option<T>) -> Result<T, Problems> {
        match result {
            Some(result) if self.problems.is_empty() => Ok(result),
            _ => {
                self.more += self.problems.len().saturating_sub(MAX_PROBLEMS);
                self.problems.sort_by_key(sort_key);
                self.problems.truncate(MAX_PROBLEMS);
                Err(Problems::clean(self.problems, self.more, self.sources))
            }
        }
    }

    fn push(&mut self, place: Option<Place>, code: &'static str, message: String) -> &mut Problem {
        if self.problems.len() > MAX_PROBLEMS * 10 {
            // A flood: the first ones are kept, the rest counted.
            self.problems.pop();
            self.more += 1;
        }
        let problem = Problem::new(Level::Error, place, code, message, &self.sources);
        let at = self.problems.len();
        self.problems.push(problem);
        &mut self.problems[at]
    }
}

/// Text that moves no cursor and turns no line round: messages quote what stands in files. The
/// renderer does the same for excerpts, but for the controls of Latin-1.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn sort_key(problem: &Problem) -> (FileId, usize) {
    match &problem.place {
        Some(place) => (place.file, place.span.as_ref().map_or(0, |span| span.start)),
        None => (0, 0),
    }
}
