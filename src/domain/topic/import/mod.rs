//! Rules written for other programs → drafts of topics, with a report of all that has no exact
//! counterpart. One file per dialect; what they share: [`ledger`] accounts for every character of
//! the input, so that nothing is dropped in silence; [`piece`] joins what was understood;
//! [`term`] makes words, wildcards and regular expressions; [`draft`] gathers topics and lists;
//! [`proof`] compiles every draft with the compiler that runs the real ones; [`render`] writes
//! the topic file.
//!
//! Nothing here panics or fails, whatever the input: what cannot be read is reported.

mod boolean;
mod draft;
mod emm;
mod factiva;
mod json;
mod ledger;
mod lexis;
mod miniflux;
mod newsboat;
mod piece;
mod proof;
mod render;
mod taranis;
mod term;
mod trendradar;

use std::ops::Range;

use super::filter::Filters;
use super::syntax::ast::{Expr, Term};
use crate::domain::ids::TopicId;

use ledger::Ledger;

/// Largest input, in bytes: word lists of a whole organisation are smaller.
pub const MAX_INPUT_BYTES: usize = 4 * 1024 * 1024;

/// Most topics of one input.
pub const MAX_DRAFTS: usize = 10_000;

/// Most entries of one list; what is more goes into a second list.
pub const MAX_LIST_ITEMS: usize = 5_000;

/// Deepest nesting of parentheses, elements or objects in an input.
const MAX_NESTING: usize = 32;

/// Whose rules they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Alerts of the Europe Media Monitor: weighted patterns and combinations.
    Emm,
    /// Terms and connectors of Lexis and Nexis.
    Lexis,
    /// Free-text searches of Factiva.
    Factiva,
    /// Word lists of Taranis AI, JSON or CSV.
    Taranis,
    /// `frequency_words.txt` of TrendRadar.
    TrendRadar,
    /// Filter expressions, query feeds and `ignore-article` of Newsboat.
    Newsboat,
    /// Keep and block rules of Miniflux.
    Miniflux,
}

impl Dialect {
    pub const ALL: [Dialect; 7] = [
        Dialect::Emm,
        Dialect::Lexis,
        Dialect::Factiva,
        Dialect::Taranis,
        Dialect::TrendRadar,
        Dialect::Newsboat,
        Dialect::Miniflux,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Emm => "emm",
            Dialect::Lexis => "lexis",
            Dialect::Factiva => "factiva",
            Dialect::Taranis => "taranis",
            Dialect::TrendRadar => "trendradar",
            Dialect::Newsboat => "newsboat",
            Dialect::Miniflux => "miniflux",
        }
    }
}

/// How the drafts are to be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// The id of a single topic, else what the ids of all begin with.
    pub prefix: Option<String>,
    /// The name of a single topic, else what the names of all begin with.
    pub name: Option<String>,
}

/// What became of an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    pub topics: Vec<DraftTopic>,
    /// Lists that the topics name, in the order of the input.
    pub lists: Vec<DraftList>,
    /// Parts of the input that no topic was made of.
    pub remains: Vec<Remains>,
    /// In the order of the input.
    pub report: Vec<Finding>,
}

/// A part of the input as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    pub text: String,
    /// 1-based line it begins at.
    pub line: u32,
}

impl Remains {
    fn of(span: Range<usize>, ledger: &Ledger<'_>) -> Self {
        let text = ledger.text(span.clone());
        let blank = text.len() - text.trim_start().len();
        Self { text: text.trim().to_owned(), line: ledger.line(span.start + blank) }
    }
}

/// A topic that compiles, not yet written down.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftTopic {
    pub id: TopicId,
    pub name: String,
    pub matching: Option<Expr>,
    pub exclude: Vec<Expr>,
    pub weights: Vec<(Expr, f64)>,
    pub threshold: Option<f64>,
    pub filters: Filters,
    /// Days after which an entry raises no alert any more.
    pub max_age_d: Option<u32>,
    /// What a reader of the topic should know, a sentence each.
    pub notes: Vec<String>,
    /// The part of the input it was made from.
    pub original: Remains,
    /// Whether something of it was not translated: then its alerts must not leave the house.
    pub shadow: bool,
    /// Where in the input it stands.
    span: Range<usize>,
}

/// A list that drafts name.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftList {
    pub name: String,
    pub items: Vec<(Term, Option<String>)>,
    /// What it is, in one line.
    pub comment: Option<String>,
}

/// How far something of the input was translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not a rule, or a rule read in a way worth knowing. Nothing is lost.
    Note,
    /// It works alike, not the same.
    Approximated,
    /// It has no counterpart: the topic says less than the original, or more.
    Untranslated,
    /// No topic came of it.
    Failed,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Approximated => "approximated",
            Level::Untranslated => "untranslated",
            Level::Failed => "failed",
        }
    }
}

/// One thing the report says of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
    /// What it is about, as it stands in the input; cut to one line.
    pub original: String,
    /// Stable word, for example `field_code`.
    pub code: &'static str,
    pub message: String,
    pub level: Level,
    /// Byte range in the input.
    span: Range<usize>,
}

impl Imported {
    /// The worst of the report; `None`: nothing to say.
    pub fn worst(&self) -> Option<Level> {
        self.report.iter().map(|finding| finding.level).max()
    }

    /// As a topic file, with the original text and the findings in comments.
    pub fn to_toml(&self, dialect: Dialect) -> String {
        render::file(self, dialect)
    }
}

/// Translates `input`. Whatever is not translated is in the report.
pub fn import(dialect: Dialect, input: &[u8], naming: &Naming) -> Imported {
    let text = match readable(input) {
        Ok(text) => text,
        Err(finding) => return Imported { report: vec![finding], ..Imported::default() },
    };
    let mut ledger = Ledger::new(text);
    let mut drafts = draft::Drafts::new(naming);
    match dialect {
        Dialect::Emm => emm::translate(&mut ledger, &mut drafts),
        Dialect::Lexis => lexis::translate(&mut ledger, &mut drafts),
        Dialect::Factiva => factiva::translate(&mut ledger, &mut drafts),
        Dialect::Taranis => taranis::translate(&mut ledger, &mut drafts),
        Dialect::TrendRadar => trendradar::translate(&mut ledger, &mut drafts),
        Dialect::Newsboat => newsboat::translate(&mut ledger, &mut drafts),
        Dialect::Miniflux => miniflux::translate(&mut ledger, &mut drafts),
    }
    ledger.close();
    let mut imported = drafts.finish(&mut ledger);
    proof::prove(&mut imported, &mut ledger);
    if imported.topics.is_empty() && !ledger.has_failed() {
        let message = "there is no rule here that a topic could be made of";
        ledger.failed(0..text.len(), "no_topics", message);
    }
    imported.report = ledger.into_report();
    proof::shadow(&mut imported);
    imported
}

/// The input as text without its byte order mark.
fn readable(input: &[u8]) -> Result<&str, Finding> {
    let refused = |code, message: String| Finding {
        line: 1,
        column: 1,
        original: String::new(),
        code,
        message,
        level: Level::Failed,
        span: 0..0,
    };
    if input.len() > MAX_INPUT_BYTES {
        let most = MAX_INPUT_BYTES / 1024 / 1024;
        return Err(refused("too_large", format!("this input is larger than {most} MiB")));
    }
    let text = std::str::from_utf8(input)
        .map_err(|_| refused("not_text", "this input is not text in UTF-8".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
