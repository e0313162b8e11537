//! What the searches of Lexis and Factiva share: queries of words, quotes, parentheses and
//! operators, several to a file with blank lines between them. Each dialect says what its words
//! mean ([`Token`]); [`parser`] binds them by the dialect's own precedence.

mod parser;
mod raw;

use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::ledger::Ledger;
use super::piece::About;
use super::term::{Glyph, Style};
use crate::domain::topic::syntax::ast::Scope;

pub use raw::{Raw, RawKind};

/// What joins two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    Or,
    And,
    AndNot,
    Near(u32),
    Before(u32),
    NotNear(u32),
    Sentence,
    Paragraph,
    Segment,
    NotSentence,
    NotParagraph,
    NotSegment,
}

/// What stands before an operand.
#[derive(Debug, Clone, PartialEq)]
pub enum Prefix {
    Not,
    Mentions(u32),
    Within(&'static [Scope]),
    Filter(About),
    Written(Style),
    Plural,
    /// A field that has no counterpart: its code and why.
    Unknown(&'static str, &'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Open,
    Close,
    Word(Vec<Glyph>),
    Quoted(Vec<Vec<Glyph>>),
    /// Any one word.
    Gap,
    Joint(Joint),
    Prefix(Prefix),
    /// Behind an operand: among the first so many words.
    First(u32),
    /// Reported already; stands for an operand that says nothing.
    Lost,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// What the two dialects differ in.
pub struct Grammar {
    /// The lower, the closer a joint binds.
    pub rank: fn(Joint) -> u32,
    /// The tokens of a query.
    pub tokens: fn(&[Raw<'_>], &mut Ledger<'_>) -> Vec<Token>,
}

/// Each query of the input becomes a topic.
pub fn translate(grammar: &Grammar, ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    for query in raw::queries(ledger) {
        let tokens = (grammar.tokens)(&query.words, ledger);
        let rule = parser::parse(grammar, &tokens, ledger);
        drafts.add(Sketch { name: query.name, rule, span: query.span, ..Sketch::default() });
    }
}
