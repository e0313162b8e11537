//! Notices: what wirewatch tells its user of its own work, beside alerts. [`super::operations`]
//! decides over those about feeds; they go out through the same outbox as alerts.

use jiff::Timestamp;

use super::feed::ReasonCode;
use super::feed::health::Condition;
use super::ids::{FeedKey, TopicId};
use super::topic::Severity;

/// Most feeds and topics named in one notice; of the others only the number is told.
pub const MAX_NAMED: usize = 20;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Feeds bring nothing, and somebody should look at them.
    FeedsTrouble,
    /// Feeds that were told of are well again.
    FeedsWell,
    /// Most feeds cannot be reached: it is the network of this machine.
    NetworkDown,
    NetworkBack,
    /// Topics match less than is expected of them.
    TopicsSilent,
    TopicsHeard,
    /// Far more is said of a topic than is usual.
    Burst,
    /// Wirewatch is alive: told daily to who wants it.
    Heartbeat,
    /// A channel fails, or is gone: what is meant for it waits.
    ChannelDown,
    ChannelBack,
    /// A channel refused something for good, or failed it too often: it is kept, and not tried again.
    GivenUp,
    /// The files of the configuration changed, and what they say now is refused.
    ConfigRefused,
    /// What was refused is mended.
    ConfigTaken,
    /// Nothing can be stored: the disk is full, or something like it. No feed is read.
    StorageDown,
    StorageBack,
    /// Entries could not be evaluated, and were set aside.
    EntriesAside,
    /// The database could not be copied; it was again.
    BackupFailed,
    BackupWell,
    /// A new database was begun where an earlier one must have been.
    DatabaseNew,
    /// Sent by hand, to see whether a channel works.
    Test,
}

impl NoticeKind {
    pub const ALL: [NoticeKind; 20] = [
        NoticeKind::FeedsTrouble,
        NoticeKind::FeedsWell,
        NoticeKind::NetworkDown,
        NoticeKind::NetworkBack,
        NoticeKind::TopicsSilent,
        NoticeKind::TopicsHeard,
        NoticeKind::Burst,
        NoticeKind::Heartbeat,
        NoticeKind::ChannelDown,
        NoticeKind::ChannelBack,
        NoticeKind::GivenUp,
        NoticeKind::ConfigRefused,
        NoticeKind::ConfigTaken,
        NoticeKind::StorageDown,
        NoticeKind::StorageBack,
        NoticeKind::EntriesAside,
        NoticeKind::BackupFailed,
        NoticeKind::BackupWell,
        NoticeKind::DatabaseNew,
        NoticeKind::Test,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            NoticeKind::FeedsTrouble => "feeds_trouble",
            NoticeKind::FeedsWell => "feeds_well",
            NoticeKind::NetworkDown => "network_down",
            NoticeKind::NetworkBack => "network_back",
            NoticeKind::TopicsSilent => "topics_silent",
            NoticeKind::TopicsHeard => "topics_heard",
            NoticeKind::Burst => "burst",
            NoticeKind::Heartbeat => "heartbeat",
            NoticeKind::ChannelDown => "channel_down",
            NoticeKind::ChannelBack => "channel_back",
            NoticeKind::GivenUp => "given_up",
            NoticeKind::ConfigRefused => "config_refused",
            NoticeKind::ConfigTaken => "config_taken",
            NoticeKind::StorageDown => "storage_down",
            NoticeKind::StorageBack => "storage_back",
            NoticeKind::EntriesAside => "entries_aside",
            NoticeKind::BackupFailed => "backup_failed",
            NoticeKind::BackupWell => "backup_well",
            NoticeKind::DatabaseNew => "database_new",
            NoticeKind::Test => "test",
        }
    }

    /// Whether it says that something that was told of is over.
    pub fn ends_trouble(self) -> bool {
        match self {
            NoticeKind::FeedsWell
            | NoticeKind::NetworkBack
            | NoticeKind::TopicsHeard
            | NoticeKind::ChannelBack
            | NoticeKind::ConfigTaken
            | NoticeKind::StorageBack
            | NoticeKind::BackupWell => true,
            NoticeKind::FeedsTrouble
            | NoticeKind::NetworkDown
            | NoticeKind::TopicsSilent
            | NoticeKind::Burst
            | NoticeKind::Heartbeat
            | NoticeKind::ChannelDown
            | NoticeKind::GivenUp
            | NoticeKind::ConfigRefused
            | NoticeKind::StorageDown
            | NoticeKind::EntriesAside
            | NoticeKind::BackupFailed
            | NoticeKind::DatabaseNew
            | NoticeKind::Test => false,
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

/// How much a notice matters that is not about one topic: channels for more severe things only
/// are not told.
pub const SEVERITY: Severity = Severity::Medium;

/// Something to be told of wirewatch's own work.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub at: Timestamp,
    pub kind: NoticeKind,
    /// Channels for more severe things only are not told.
    pub severity: Severity,
    /// One line.
    pub headline: String,
    /// At most [`MAX_NAMED`] of each.
    pub feeds: Vec<FeedNote>,
    pub topics: Vec<TopicNote>,
    /// How many more there are than are named.
    pub more: usize,
}

/// What a heartbeat counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alive {
    /// Feeds read, entries and alerts that are new, within the last day.
    pub feeds: u64,
    pub entries: u64,
    pub alerts: u64,
    /// Deliveries that wait now.
    pub pending: u64,
}

impl Alive {
    /// The heartbeat's one line.
    fn headline(self) -> String {
        let count = |number: u64, one: &str, many: &str| {
            let noun = if number == 1 { one } else { many };
            format!("{number} {noun}")
        };
        format!(
            "wirewatch is alive: {} read, {}, {} in 24 hours, {} pending",
            count(self.feeds, "feed", "feeds"),
            count(self.entries, "entry", "entries"),
            count(self.alerts, "alert", "alerts"),
            count(self.pending, "delivery", "deliveries"),
        )
    }
}

/// A feed in a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedNote {
    pub feed: FeedKey,
    /// From outside, where the user gave none.
    pub title: Option<String>,
    pub condition: Condition,
    pub since: Option<Timestamp>,
    pub code: ReasonCode,
    /// From outside.
    pub detail: Option<String>,
    pub advice: Option<&'static str>,
    pub next_try: Timestamp,
}

/// A topic in a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicNote {
    pub topic: TopicId,
    /// How it stands to what is expected of it, as a sentence without its end.
    pub text: String,
}

impl Notice {
    /// The sign of life.
    pub fn heartbeat(at: Timestamp, alive: Alive) -> Self {
        Self::plain(at, NoticeKind::Heartbeat, Severity::Info, alive.headline())
    }

    /// A notice of one line, about nothing that has a name of its own.
    pub fn plain(at: Timestamp, kind: NoticeKind, severity: Severity, headline: String) -> Self {
        Self { at, kind, severity, headline, feeds: Vec::new(), topics: Vec::new(), more: 0 }
    }

    /// A notice about feeds, of which the first ones are named.
    pub fn of_feeds(
        at: Timestamp,
        kind: NoticeKind,
        headline: String,
        mut feeds: Vec<FeedNote>,
    ) -> Self {
        let more = feeds.len().saturating_sub(MAX_NAMED);
        feeds.truncate(MAX_NAMED);
        Self { at, kind, severity: SEVERITY, headline, feeds, topics: Vec::new(), more }
    }

    /// A notice about topics, of which the first ones are named.
    pub fn of_topics(at: Timestamp, kind: NoticeKind, mut topics: Vec<TopicNote>) -> Self {
        let is = match kind {
            NoticeKind::TopicsSilent => ["is silent", "are silent"],
            _ => ["is heard again", "are heard again"],
        };
        let headline = match topics.as_slice() {
            [one] => format!("topic {} {}", one.topic, is[0]),
            many => format!("{} topics {}", many.len(), is[1]),
        };
        let more = topics.len().saturating_sub(MAX_NAMED);
        topics.truncate(MAX_NAMED);
        Self { at, kind, severity: SEVERITY, headline, feeds: Vec::new(), topics, more }
    }

    /// A notice that far more is said of a topic than is usual; `text` says how much more.
    pub fn of_burst(at: Timestamp, name: &str, severity: Severity, note: TopicNote) -> Self {
        let headline = format!("far more than usual on {name}");
        let (kind, feeds) = (NoticeKind::Burst, Vec::new());
        Self { at, kind, severity, headline, feeds, topics: vec![note], more: 0 }
    }
}
