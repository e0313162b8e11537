//! A topic: a named thing a user watches. [`syntax`] reads its rule, [`compile`] turns the rules
//! of all topics into one matcher, [`matcher`] finds topics in documents and proves each find
//! with [`evidence`], [`explain`] shows the decision clause by clause, [`selftest`] runs the tests
//! that stand inside topics, [`coverage`] says how much of a rule they hold in place, [`lint`] tells
//! what is allowed and most likely not meant, [`suggest`] how a rule could be better, from what
//! people say of its finds.
//!
//! Compiling may fail, with positions; matching may not.

pub mod compile;
pub mod coverage;
pub mod evidence;
pub mod explain;
pub mod filter;
pub mod import;
pub mod lint;
pub mod matcher;
pub mod selftest;
pub mod suggest;
pub mod syntax;

use std::ops::Range;
use std::time::Duration;

use super::alert::policy::AlertPolicy;
use super::document::Document;
use super::ids::{ChannelId, TopicId};
use super::text::snowball::Snowball;
use filter::{Filters, Origin};
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
    pub mode: Mode,
    /// How often it is expected to match; a topic that falls silent says so.
    pub expect: Option<Expectation>,
    pub alert: AlertPolicy,
    pub tests: Vec<TopicTest>,
    /// The file it stands in, as the user named it.
    pub file: String,
}

/// Whether a topic's alerts leave the house.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Live,
    /// It matches, and its alerts are recorded, but no channel is told: a rule on trial.
    Shadow,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Live => "live",
            Mode::Shadow => "shadow",
        }
    }
}

/// How often a topic matches when all is well: at least `count` entries in each `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectation {
    pub count: u32,
    pub per: Duration,
}

/// What a topic asks of a document: its filters let it through ∧ `matching` holds (where given) ∧
/// the weights sum to at least `threshold` (where given) ∧ no exclusion holds. At least one of
/// `matching` and `threshold`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    pub matching: Option<Expr>,
    pub exclude: Vec<Expr>,
    pub weights: Vec<Weight>,
    pub threshold: Option<f64>,
    pub filters: Filters,
    /// Words of the rule are stemmed as this language does, exclusions apart; `None`: light
    /// English plurals only.
    pub stem: Option<Snowball>,
}

/// One line of `[topic.weights]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    pub expr: Expr,
    pub weight: f64,
}

/// One `[[topic.test]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicTest {
    /// What it is called in reports; else its first title is.
    pub name: Option<String>,
    pub kind: TestKind,
    /// 1-based line of the test in the topic's file.
    pub line: u32,
}

impl TopicTest {
    /// What it is called in reports: its name, else its first title.
    pub fn title(&self) -> &str {
        let subject = match &self.kind {
            TestKind::Entry(entry) => Some(&entry.subject),
            TestKind::Story(story) => story.steps.first().map(|step| &step.subject),
        };
        let title = subject.map_or("", |subject| &subject.document.title);
        self.name.as_deref().unwrap_or(title)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum TestKind {
    Entry(EntryTest),
    Story(StoryTest),
}

/// What a topic is expected to say of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryTest {
    pub subject: Subject,
    /// `true` for `expect = "match"`, `false` for `"reject"`.
    pub expect_match: bool,
    /// Texts that must be quoted by the evidence of a match.
    pub evidence: Vec<String>,
    /// Lowest and highest score allowed.
    pub score: Option<(f64, f64)>,
}

/// An entry of a test, and where it is said to come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    pub document: Document,
    pub feed: Option<String>,
    pub tags: Vec<String>,
    pub publisher: Option<String>,
}

impl Subject {
    pub fn origin(&self) -> Origin<'_> {
        Origin {
            feed: self.feed.as_deref(),
            tags: &self.tags,
            publisher: self.publisher.as_deref(),
        }
    }
}

/// Several entries over time, and the alerts that are expected of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoryTest {
    /// In the order of `at`.
    pub steps: Vec<StoryStep>,
    /// How many alerts the topic has raised in the end.
    pub alerts: Option<u32>,
    /// How many revisions all its alerts have in the end, the openings included.
    pub revisions: Option<u32>,
    /// Publishers that the last revision names, in any order.
    pub publishers: Option<Vec<String>>,
    /// Texts that the evidence of the last revision must quote.
    pub evidence: Vec<String>,
    /// Lowest and highest score allowed to the last revision.
    pub score: Option<(f64, f64)>,
    /// The severity of the last revision.
    pub severity: Option<Severity>,
    /// The last revision as it is shown in a terminal of 100 columns, without colour.
    pub message: Option<String>,
}

/// One entry of a story test.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryStep {
    /// When it is fetched, since the first step.
    pub at: Duration,
    /// How long before it is fetched it was published; `None`: undated.
    pub age: Option<Duration>,
    pub subject: Subject,
    pub expect: Option<StepExpectation>,
    /// Reason code of the decision, such as `first` or `publishers>=3`.
    pub reason: Option<String>,
    pub line: u32,
}

impl StoryStep {
    /// Whether no entry comes: time passes, and what is due by then is looked at.
    pub fn is_wait(&self) -> bool {
        let document = &self.subject.document;
        document.title.is_empty() && document.body.is_empty() && document.url.is_none()
    }
}

/// What an entry of a story test is expected to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepExpectation {
    /// `"alert"`: a new alert.
    Alert,
    /// `"update"`: a revision of one there is.
    Update,
    /// `"none"`: neither, be it that the entry does not match or that the decision is to wait.
    None,
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
