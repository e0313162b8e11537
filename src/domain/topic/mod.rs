//! A topic: a named thing a user watches. [`syntax`] reads its rule, [`compile`] turns the rules
//! of all topics into one matcher, [`matcher`] finds topics in documents and proves each find
//! with [`evidence`], [`explain`] shows the decision clause by clause, [`selftest`] runs the tests
//! that stand inside topics.
//!
//! Compiling may fail, with positions; matching may not.

pub mod compile;
pub mod evidence;
pub mod explain;
pub mod matcher;
pub mod selftest;
pub mod syntax;

use std::ops::Range;

use super::alert::policy::AlertPolicy;
use super::document::Document;
use super::ids::{ChannelId, TopicId};
use syntax::ast::Expr;

/// How much an alert of a topic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == code)
    }
}

/// A topic as configured, its rules parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    pub id: TopicId,
    pub name: String,
    pub severity: Severity,
    pub tags: Vec<String>,
    /// Where its alerts go; empty means every channel.
    pub channels: Vec<ChannelId>,
    pub rule: Rule,
    pub alert: AlertPolicy,
    pub tests: Vec<TopicTest>,
    /// The file it stands in, as the user named it.
    pub file: String,
}

/// What a topic asks of a document: `matching` holds (where given) ∧ the weights sum to at least
/// `threshold` (where given) ∧ no exclusion holds. At least one of `matching` and `threshold`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    pub matching: Option<Expr>,
    pub exclude: Vec<Expr>,
    pub weights: Vec<Weight>,
    pub threshold: Option<f64>,
}

/// One line of `[topic.weights]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    pub expr: Expr,
    pub weight: f64,
}

/// One `[[topic.test]]`: what a topic is expected to say of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicTest {
    pub document: Document,
    /// `true` for `expect = "match"`, `false` for `"reject"`.
    pub expect_match: bool,
    /// Texts that must be quoted by the evidence of a match.
    pub evidence: Vec<String>,
    /// Lowest and highest score allowed.
    pub score: Option<(f64, f64)>,
    /// 1-based line of the test in the topic's file.
    pub line: u32,
}

/// Where in a topic a rule stands: config turns this into a file position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePart {
    Match,
    Exclude(usize),
    Weight(usize),
}

/// One thing wrong with the rules of a topic, or with a list or macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    pub place: RulePlace,
    /// Byte range in that rule's source text.
    pub span: Range<usize>,
    /// Stable word, for example `unknown_list`.
    pub code: &'static str,
    pub message: String,
    pub hint: Option<String>,
}

/// Which text a [`RuleError`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePlace {
    /// A rule of the topic with this index in the list that was compiled.
    Topic(usize, RulePart),
    /// The macro, or the list's item, of this name.
    Definition { name: String, item: Option<usize> },
}
