//! The proof of a match: which clauses held, where in the stored text, and what each was worth.
//! Made by the matcher: [`prove`] puts together what [`known`] finds once for all topics, and
//! `write` writes it; stored, delivered and shown as it is.
//!
//! All matches of a document share its text, their spans and their clauses ([`Excerpt`],
//! [`Shared`]): what a match costs beyond the first is next to nothing.

pub(super) mod known;
pub(super) mod prove;
pub(super) mod write;

mod excerpt;
mod passage;
mod quote;
mod sublist;

pub use excerpt::Excerpt;
pub use sublist::Shared;

use std::sync::Arc;

use crate::domain::document::Field;
use crate::domain::ids::{Digest, TopicId};

/// Most spans kept per clause, and most clauses per match; beyond that `truncated` is set. Clauses
/// that carry a score are kept beyond it, since the score is their sum: up to so many, of which
/// the last brings all that are left.
pub const MAX_SPANS_PER_CLAUSE: usize = 10;
pub const MAX_CLAUSES: usize = 10;
pub const MAX_SCORED_CLAUSES: usize = 40;

/// Characters of context kept on each side of a span.
pub const CONTEXT_CHARS: usize = 24;

/// A topic found in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    pub topic: TopicId,
    /// Hash of the compiled rule that found it.
    pub revision: Digest,
    /// Version of the text analysis that found it.
    pub analyser: u32,
    /// Sum of the contributions, where the topic has weights.
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    pub evidence: Evidence,
}

/// What proves a match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    pub clauses: Shared<Clause>,
    /// Exclusions that were tried and did not hold, as written.
    pub vetoes_tried: Vec<Arc<str>>,
    /// Up to three passages of the document that show the clauses best: the title first where it
    /// carries a span, then sentences.
    pub passages: Shared<Passage>,
    /// More was found than is kept.
    pub truncated: bool,
}

/// One clause that held: a term or proximity of the rule, or a weight line.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// As written, for example `NATO` or `@def NEAR/6 @ally`.
    pub text: Excerpt,
    /// How often it was found (may exceed the spans kept).
    pub count: u32,
    pub spans: Shared<Span>,
    /// Score arithmetic of a weight line: contribution = weight × field × repeat.
    pub score: Option<ClauseScore>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClauseScore {
    pub weight: f64,
    /// Best of title 2, lead 1.5, body 1.
    pub field_factor: f64,
    /// 1 + ½·ln(min(n, 3)).
    pub repeat_factor: f64,
    pub contribution: f64,
}

/// A place in the stored text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub field: Field,
    /// Whether it lies in the first 60 words of the body.
    pub in_lead: bool,
    /// Byte range in the field's text.
    pub start: usize,
    pub end: usize,
    /// The same range in Unicode code points, half open: what is published, since programs in
    /// other languages do not count bytes.
    pub chars: (usize, usize),
    /// The text of the range, and up to [`CONTEXT_CHARS`] characters on either side: readable
    /// even when the text was extracted anew or purged.
    pub quote: Excerpt,
    pub before: Excerpt,
    pub after: Excerpt,
}

/// A stretch of text to show, with the spans in it marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub field: Field,
    /// Byte range in the field's text.
    pub start: usize,
    pub end: usize,
    pub text: Excerpt,
    /// Byte ranges within `text` to highlight, ascending and disjoint.
    pub marks: Shared<(usize, usize)>,
}
