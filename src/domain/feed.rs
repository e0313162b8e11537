//! A feed: what the user configured, what a fetch of it yields, and what is remembered of it.
//! [`crate::domain::schedule`] decides from these when it is fetched next, [`health`] how it does;
//! [`habits`] is what it is like, [`event`] what happened to it.

pub mod event;
mod gaps;
pub mod habits;
pub mod health;
pub mod lateness;
mod memory;
pub mod push;

pub use event::FeedEvent;
pub use gaps::{CLASSES as GAP_CLASSES, Gaps};
pub use memory::{FetchMemory, MoveSign, MoveStanding, Relocation, Sightings};

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use self::habits::Habits;
use super::entry::ParsedEntry;
use super::ids::{Digest, FeedId, FeedKey};

/// Most feeds of one configuration, and so of one list that is imported.
pub const MAX_FEEDS: usize = 10_000;

/// Longest URL of a feed, in bytes.
pub const MAX_URL_BYTES: usize = 4_000;

/// Largest file of feeds, in bytes: as many feeds as may be, with long titles and many tags.
pub const MAX_LIST_BYTES: u64 = 16 * 1024 * 1024;

/// A stable word for why something happened, used alike in log fields, columns and CLI filters,
/// for example `timeout` or `http_404`. Owned when it was read back from the database.
pub type ReasonCode = Cow<'static, str>;

/// A feed as configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    pub key: FeedKey,
    /// Absolute http or https URL.
    pub url: String,
    /// The user's name for it; else the title the feed gives itself is shown.
    pub title: Option<String>,
    /// The newsroom behind it; else each entry tells, see [`crate::domain::publisher`].
    pub publisher: Option<String>,
    pub tags: Vec<String>,
    /// Configured, and not fetched until the user says so.
    pub paused: bool,
    /// Shortest and longest wait between two fetches when all is well.
    pub interval: Interval,
    /// Baseline entries published within this time before the first fetch may alert.
    /// Zero (the default): the baseline raises nothing.
    pub backfill: Duration,
    /// Whether the page behind each new entry is read too, and matched with what the feed says.
    pub full_text: bool,
}

/// Bounds on the wait between two successful fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub floor: Duration,
    pub ceiling: Duration,
}

/// What a server gave to ask "has it changed?" with, as opaque bytes: they are echoed, never
/// read (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
}

/// What is remembered of a feed between fetches. Written in the same commit as its entries.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedState {
    pub id: FeedId,
    pub key: FeedKey,
    /// The URL this state belongs to; another URL under the same key drops the validators.
    pub url: String,
    /// The title the feed gives itself.
    pub title: Option<String>,
    pub validators: Validators,
    /// Hash of the last body that was parsed: an unchanged body need not be parsed again.
    pub body_hash: Option<Digest>,
    /// When the first successful fetch was stored; `None` until then: the next one is the baseline.
    pub baseline_at: Option<Timestamp>,
    pub next_due: Timestamp,
    /// Why `next_due` is what it is: `interval`, `max_age`, `retry_after`, `backoff`, …
    pub next_reason: ReasonCode,
    pub last_fetch: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    pub last_new_entry: Option<Timestamp>,
    /// Failed fetches in a row.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// Code of the last fetch's outcome; `None` before the first.
    pub last_outcome: Option<ReasonCode>,
    pub last_detail: Option<String>,
    /// New entries per day, a running mean; drives the wait between fetches.
    pub entries_per_day: f64,
    /// Until when a hub pushes the feed, if one does.
    pub pushed_until: Option<Timestamp>,
    /// What it is like, learnt from what was read.
    pub habits: Habits,
    pub memory: FetchMemory,
}

impl FeedState {
    /// A feed never fetched, due at once.
    pub fn new(id: FeedId, key: FeedKey, url: String, now: Timestamp) -> Self {
        Self {
            id,
            key,
            url,
            title: None,
            validators: Validators::default(),
            body_hash: None,
            baseline_at: None,
            next_due: now,
            next_reason: "new".into(),
            last_fetch: None,
            last_success: None,
            last_new_entry: None,
            failures: 0,
            failing_since: None,
            last_outcome: None,
            last_detail: None,
            entries_per_day: 0.0,
            pushed_until: None,
            habits: Habits::default(),
            memory: FetchMemory::default(),
        }
    }

    /// The URL that is asked: the configured one, or the one the feed has moved to.
    pub fn fetch_url(&self) -> &str {
        self.followed().map_or(&self.url, |relocation| &relocation.to)
    }

    /// The move that is followed, if one is: of several the last, to where the feed is asked for.
    pub fn followed(&self) -> Option<&Relocation> {
        let first = self.memory.relocation.as_ref().filter(|first| first.is_followed())?;
        let further = self.memory.onward.as_ref().filter(|further| further.is_followed());
        further.or(Some(first))
    }

    /// Whether a success now would be this feed's first.
    pub fn awaits_baseline(&self) -> bool {
        self.baseline_at.is_none()
    }
}

/// The three ways a fetch can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A feed was read (perhaps with no entries in it).
    Fresh,
    /// The server said, or the body's hash showed, that nothing changed.
    Unchanged,
    /// No feed was read; the code says why.
    Failed,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Fresh => "fresh",
            Outcome::Unchanged => "unchanged",
            Outcome::Failed => "failed",
        }
    }
}

/// One HTTP attempt for a feed, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRecord {
    pub feed: FeedId,
    pub at: Timestamp,
    pub outcome: Outcome,
    /// `ok`, `ok_empty`, `not_modified`, `same_body`, or a failure's code.
    pub code: ReasonCode,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Decoded bytes read.
    pub bytes: u64,
    pub duration: Duration,
    /// Entries in the document, and those never seen before.
    pub entries: u32,
    pub new_entries: u32,
    /// Alerts that its entries would have raised, had they not been taken as the past.
    pub would_have_raised: u32,
    /// A sentence for people: what failed, or which warnings the parser had. From outside.
    pub detail: Option<String>,
}

/// What the server said about when to come again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freshness {
    /// `max-age` less `Age`, else `Expires` less `Date`.
    pub fresh_for: Option<Duration>,
    /// `Retry-After` on 429 and 503.
    pub retry_after: Option<Duration>,
    /// What time it is by the server's clock: its `Date`, and `Age` on top of it.
    pub said_now: Option<Timestamp>,
}

/// What a feed says of when it publishes. An answer of "unchanged" does not repeat it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// RSS `ttl`: how long a copy is good for.
    pub ttl: Option<Duration>,
    /// `sy:updatePeriod` by `sy:updateFrequency` (RSS 1.0 syndication module).
    pub period: Option<Duration>,
    /// RSS `skipHours`: bit n for the hour n, GMT.
    pub skip_hours: u32,
    /// RSS `skipDays`: bit 0 for Monday, bit 6 for Sunday, GMT.
    pub skip_days: u8,
}

/// Where a feed says that it and what belongs to it is to be found. Absolute URLs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedLinks {
    /// Hubs that push the feed (WebSub, section 4).
    pub hubs: Vec<String>,
    /// The feed's own idea of its URL.
    pub own: Option<String>,
    /// The next older page (RFC 5005).
    pub next: Option<String>,
    /// `itunes:new-feed-url`: where it has moved to.
    pub moved_to: Option<String>,
}

/// A kind of damage that was mended, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// A stable word, such as `bare_ampersand`.
    pub code: &'static str,
    pub count: u32,
}

/// A feed document, read. What the feed said, before any decision about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedFeed {
    pub title: Option<String>,
    pub link: Option<String>,
    /// BCP 47 tag as given.
    pub language: Option<String>,
    /// What the feed says of when it publishes.
    pub rhythm: Rhythm,
    pub links: FeedLinks,
    pub entries: Vec<ParsedEntry>,
    /// What was damaged and could be read all the same, by kind.
    pub repairs: Vec<Repair>,
    /// What had to be mended or left out, in words a user understands.
    pub warnings: Vec<String>,
    /// The document had no end: it was closed after its last complete entry, and what followed
    /// is not here. Not set where entries beyond a limit were left out.
    pub cut: bool,
    /// The document came to its end: its root was closed. What the connection did after that
    /// takes nothing from it.
    pub ended: bool,
}
