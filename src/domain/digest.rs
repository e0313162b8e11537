//! A digest: what a channel was told of in a day or a week, and what was kept from it, as one
//! message. [`compose`] makes it of what the store found, [`due`] says when one is. It goes out
//! through the same outbox as alerts.

pub mod compose;
pub mod due;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::ids::{AlertId, ChannelId, NoticeId, TopicId};
use super::notice::NoticeKind;
use super::topic::Severity;

/// Most stories told of one by one; of the others only the number.
pub const MAX_ITEMS: usize = 50;

/// Most publishers, topics and states named at one place.
pub const MAX_NAMED: usize = 20;

/// Most words named that a topic found.
pub const MAX_TERMS: usize = 5;

/// What a digest was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It was due.
    Regular,
    /// Somebody asked for it.
    Asked,
    /// Quiet hours ended, and more waited than is told of one by one.
    Quiet,
    /// They became due at once, and the channel has them in one message.
    Group,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Regular => "regular",
            Kind::Asked => "asked",
            Kind::Quiet => "quiet_hours",
            Kind::Group => "group",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Kind::Regular, Kind::Asked, Kind::Quiet, Kind::Group];
        all.into_iter().find(|kind| kind.as_str() == code)
    }
}

/// One digest of one channel, complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    pub channel: ChannelId,
    pub kind: Kind,
    /// When it was made, and since when it tells.
    pub at: Timestamp,
    pub since: Timestamp,
    /// In which its reader lives.
    pub zone: TimeZone,
    /// When it was due, if it is late, and how many before it were missed.
    pub late: Option<Late>,
    /// Best first, at most [`MAX_ITEMS`].
    pub items: Vec<Item>,
    /// How many more alerts there are.
    pub more: u32,
    /// Notices that quiet hours held, oldest first: bursts, feeds in trouble.
    pub notices: Vec<Told>,
    pub tally: Tally,
    /// Matches that were suppressed, by the code of the reason.
    pub suppressed: Vec<(String, u64)>,
    /// How often a match waited for more publishers.
    pub pending: u64,
    /// Topics that match less than is expected of them.
    pub silent: Vec<TopicId>,
    pub feeds: FeedCounts,
    /// Topics on trial, with how many alerts nobody was told of.
    pub shadow: Vec<(TopicId, u64)>,
    /// When the next one is due.
    pub next: Option<Timestamp>,
}

impl Edition {
    /// Whether there is nothing to tell that is not told anyway.
    pub fn is_empty(&self) -> bool {
        let silenced = self.suppressed.iter().any(|(code, _)| code == "silenced");
        self.items.is_empty() && self.notices.is_empty() && self.shadow.is_empty() && !silenced
    }
}

/// A digest that did not come when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    pub due: Timestamp,
    pub missed: u32,
}

/// An alert in a digest, as its last revision has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub alert: AlertId,
    pub seq: u32,
    pub at: Timestamp,
    pub topic: TopicId,
    pub topic_name: String,
    pub severity: Severity,
    /// From outside.
    pub headline: String,
    /// Where the article stands. From outside.
    pub url: Option<String>,
    pub publishers: u32,
    /// How many independent texts these are.
    pub texts: u32,
    /// At most [`MAX_NAMED`] of them. From outside.
    pub publisher_names: Vec<String>,
    pub entries: u32,
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    /// Words that the topic found, at most [`MAX_TERMS`]. From outside.
    pub terms: Vec<String>,
    /// Whether it was raised in this time, and how many revisions there were.
    pub raised: bool,
    pub revisions: u32,
    /// Why its last revision was not sent at once, if it was not.
    pub held: Option<Held>,
}

/// A notice in a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub notice: NoticeId,
    pub at: Timestamp,
    pub kind: NoticeKind,
    pub severity: Severity,
    pub headline: String,
    /// What it says of its first topic, where it is about one. Quotes what is from outside.
    pub text: Option<String>,
}

/// Why a revision was not sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Budget,
    QuietHours,
    /// The channel takes it in its digest.
    Digest,
    /// It was: this tells it again, for nobody has acknowledged it.
    Again,
}

impl Held {
    pub fn as_str(self) -> &'static str {
        match self {
            Held::Budget => "budget",
            Held::QuietHours => "quiet_hours",
            Held::Digest => "digest",
            Held::Again => "again",
        }
    }
}

/// Revisions by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Alerts raised, and such as were there before and revised.
    pub raised: u32,
    pub revised: u32,
    /// Revisions that a budget held back, that quiet hours held, and that the channel takes in its
    /// digest.
    pub over_budget: u32,
    pub quiet: u32,
    pub in_digest: u32,
}

/// How the feeds do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedCounts {
    pub all: u32,
    /// Those in trouble, by state.
    pub trouble: Vec<(String, u32)>,
}
