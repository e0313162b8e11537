//! An alert: the durable record that a topic was found in a story, with its revisions. One per
//! topic and story, for ever. [`policy`] decides when it is raised or amended, [`silence`] when
//! it is suppressed, [`budget`] how many are pushed in a day, [`delivery`] how a revision reaches
//! a channel. [`baseline`] names what is the past and raises nothing. [`tier`] says when an alert
//! matters more than its topic, [`new_facts`] what a story tells anew, [`pending`] which stories
//! still wait for publishers. [`expectation`] tells when a topic matches too little; [`mark`] is
//! what people say of a find, [`change`] what they do to an alert. [`standing`] is what a channel was
//! told of. [`terms`] are a channel's, and [`merit`] is what its budget goes to; [`route`] says which
//! channels are told at all, [`circuit`] how a channel that fails is spared.

pub mod baseline;
pub mod budget;
pub mod change;
pub mod circuit;
pub mod delivery;
pub mod expectation;
pub mod mark;
pub mod merit;
pub mod new_facts;
pub mod pending;
pub mod policy;
pub mod route;
pub mod silence;
pub mod standing;
pub mod terms;
pub mod tier;
pub mod way;

use jiff::Timestamp;

use super::entry::DateQuality;
use super::ids::{AlertId, Digest, EntryId, StoryId, TopicId};
use super::topic::Severity;
use super::topic::evidence::Evidence;

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertState {
    Open,
    Acknowledged,
    Closed,
}

impl AlertState {
    pub fn as_str(self) -> &'static str {
        match self {
            AlertState::Open => "open",
            AlertState::Acknowledged => "acknowledged",
            AlertState::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [AlertState::Open, AlertState::Acknowledged, AlertState::Closed]
            .into_iter()
            .find(|state| state.as_str() == code)
    }
}

/// What happened to the alert in a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertEvent {
    Opened,
    Updated,
    /// Updated, and of a higher severity than before.
    Escalated,
    Acknowledged,
    Closed,
}

impl AlertEvent {
    pub fn as_str(self) -> &'static str {
        match self {
            AlertEvent::Opened => "opened",
            AlertEvent::Updated => "updated",
            AlertEvent::Escalated => "escalated",
            AlertEvent::Acknowledged => "acknowledged",
            AlertEvent::Closed => "closed",
        }
    }
}

/// How far a revision of an alert goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// To the topic's channels, none of which counts towards its budget.
    Told,
    /// To the topic's channels, and at least one of them counts.
    Pushed,
    /// To those of the topic's channels that do not count: its budget is used up.
    HeldBack,
    /// To no channel: the topic is in shadow mode.
    Shadow,
}

impl Reach {
    pub fn as_str(self) -> &'static str {
        match self {
            Reach::Told => "told",
            Reach::Pushed => "pushed",
            Reach::HeldBack => "held_back",
            Reach::Shadow => "shadow",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Reach::Told, Reach::Pushed, Reach::HeldBack, Reach::Shadow]
            .into_iter()
            .find(|reach| reach.as_str() == code)
    }
}

/// One revision of an alert, complete: all that any channel needs to render it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRevision {
    pub alert: AlertId,
    /// 1 for the opening, growing by one with each revision.
    pub seq: u32,
    pub event: AlertEvent,
    pub reach: Reach,
    pub at: Timestamp,
    pub reason: Reason,
    /// Why it goes no further: which channels are not sent it. No business of the others.
    pub remark: Option<String>,
    /// What the reader of one channel should know of those after it: that a budget is used up. Only
    /// in what that channel is sent, never in what is kept.
    pub note: Option<String>,
    pub topic: TopicFacts,
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    /// The publisher's own words: the title of the entry this revision is about.
    pub headline: String,
    /// The start of that entry's body; "" where it has none.
    pub summary: String,
    pub story: StoryFacts,
    pub entry: EntryFacts,
    pub evidence: Evidence,
}

impl AlertRevision {
    /// Why it was made and goes no further.
    pub fn whole_reason(&self) -> String {
        match &self.remark {
            Some(remark) => format!("{}; {remark}", self.reason.text),
            None => self.reason.text.clone(),
        }
    }
}

/// A decision's reason: a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    pub text: String,
}

impl Reason {
    pub fn of(code: &str, text: String) -> Self {
        Self { code: code.to_owned(), text }
    }
}

/// What a revision says of its topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicFacts {
    pub id: TopicId,
    pub name: String,
    /// Of the alert: the topic's, or that of a tier its story has reached.
    pub severity: Severity,
    pub tags: Vec<String>,
    pub revision: Digest,
    /// Name of the file it is written in, without the folders.
    pub file: String,
}

/// What a revision says of its story, as it stood then.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryFacts {
    pub id: StoryId,
    pub entries: u32,
    pub publishers: Vec<String>,
    /// How many independent texts these published: copies count once.
    pub texts: u32,
    pub feeds: Vec<String>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// Publishers that joined since the last revision.
    pub new_publishers: Vec<String>,
}

/// What a revision says of the entry that caused it.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryFacts {
    pub id: EntryId,
    /// Key of its feed.
    pub feed: String,
    pub feed_title: String,
    pub publisher: String,
    /// The news agency its text says it is from.
    pub agency: Option<String>,
    pub guid: Option<String>,
    pub url: Option<String>,
    pub author: Option<String>,
    pub language: Option<String>,
    pub published: Option<Timestamp>,
    pub date_quality: DateQuality,
    pub seen: Timestamp,
}
