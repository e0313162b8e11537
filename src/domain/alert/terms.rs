//! The terms on which a channel takes alerts: how many a day, which of them only in its digest,
//! and which go through its quiet hours. [`crate::domain::ingest`] asks them for each revision.

use std::time::Duration;

use crate::domain::ids::{AlertId, ChannelId};
use crate::domain::topic::Severity;

/// The terms of a channel. Those of one that says nothing: all alerts, at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Most revisions pushed within [`super::budget::WINDOW`].
    pub budget: Option<u32>,
    pub digest: Option<DigestTerms>,
    /// What is at least this severe goes through quiet hours.
    pub urgent_from: Option<Severity>,
    /// What becomes due within a short time comes as one message.
    pub group: Option<Group>,
}

/// Which alerts come as one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    pub by: GroupBy,
    /// How long the first of them waits for others.
    pub wait: Duration,
    /// Most of one message; what is more comes in the next one.
    pub most: u32,
}

/// What the alerts of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    Topic,
    Story,
    /// Nothing but their time.
    All,
}

impl GroupBy {
    pub const ALL: [GroupBy; 3] = [GroupBy::Topic, GroupBy::Story, GroupBy::All];

    pub fn as_str(self) -> &'static str {
        match self {
            GroupBy::Topic => "topic",
            GroupBy::Story => "story",
            GroupBy::All => "all",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == code)
    }
}

/// What a channel takes in its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestTerms {
    /// Nothing is sent but the digest.
    pub only: bool,
    /// Alerts of topics below this severity are told of in the digest only.
    pub below: Severity,
    /// When it comes, in words: `07:00`.
    pub when: String,
}

impl Terms {
    /// Whether alerts of this severity are told of in the digest only.
    pub fn only_in_digest(&self, severity: Severity) -> bool {
        self.digest.as_ref().is_some_and(|digest| digest.only || severity < digest.below)
    }

    /// Whether an alert of this severity goes through quiet hours.
    pub fn is_urgent(&self, severity: Severity) -> bool {
        self.urgent_from.is_some_and(|least| severity >= least)
    }
}

/// Why a revision is not sent to a channel it is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Its topic's budget is used up.
    TopicBudget,
    /// The channel's budget is used up, or kept for better ones.
    ChannelBudget,
    /// The channel takes it in its digest.
    Digest,
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Why::TopicBudget => "topic_budget",
            Why::ChannelBudget => "channel_budget",
            Why::Digest => "digest",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Why::TopicBudget, Why::ChannelBudget, Why::Digest]
            .into_iter()
            .find(|why| why.as_str() == code)
    }
}

/// A revision that a channel was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub alert: AlertId,
    pub seq: u32,
    pub channel: ChannelId,
    pub why: Why,
}
