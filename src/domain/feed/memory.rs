//! What is remembered of a feed for its next fetch, beside times and validators: its rhythm, where
//! it may have moved, whether it is said to be gone. [`crate::domain::schedule`] reads and writes it.

use std::time::Duration;

use jiff::Timestamp;

use super::Rhythm;

/// What earlier fetches of a feed mean for the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FetchMemory {
    /// What the feed said of itself when it was last read: an "unchanged" does not repeat it.
    pub rhythm: Rhythm,
    /// When the server last sent the whole feed, and did not just say "unchanged".
    pub last_full: Option<Timestamp>,
    /// The site whose `Retry-After` the next fetch waits for; see
    /// [`crate::domain::schedule::site`].
    pub held_by: Option<String>,
    /// Answers of 410 in a row.
    pub gone: Option<Sightings>,
    pub relocation: Option<Relocation>,
    /// A further move, from where `relocation` led to. Only where that is followed, or was refused
    /// together with it.
    pub onward: Option<Relocation>,
}

/// Something a server said again and again, which proves more the longer it is kept up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sightings {
    pub count: u32,
    pub first: Timestamp,
    pub last: Timestamp,
}

impl Sightings {
    pub fn first(at: Timestamp) -> Self {
        Self { count: 1, first: at, last: at }
    }

    pub fn again(self, at: Timestamp) -> Self {
        Self { count: self.count.saturating_add(1), first: self.first, last: at }
    }

    /// Whether there are so many, over so long.
    pub fn amount_to(self, count: u32, span: Duration) -> bool {
        let lasted = Duration::try_from(self.last.duration_since(self.first)).unwrap_or_default();
        self.count >= count && lasted >= span
    }
}

/// A move of a feed to another URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// Absolute URL, without credentials.
    pub to: String,
    pub sign: MoveSign,
    pub standing: MoveStanding,
    pub seen: Sightings,
    /// Since when its standing is what it is.
    pub since: Timestamp,
}

impl Relocation {
    pub fn is_followed(&self) -> bool {
        self.standing == MoveStanding::Followed
    }
}

/// How a move is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveSign {
    /// By redirects, all of them permanent.
    Redirect,
    /// In the feed itself (`itunes:new-feed-url`).
    Announcement,
}

impl MoveSign {
    pub const ALL: [Self; 2] = [Self::Redirect, Self::Announcement];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Announcement => "announcement",
        }
    }
}

/// What is held of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveStanding {
    /// Seen, not yet often and long enough.
    Sighted,
    /// The feed is asked for at its new URL.
    Followed,
    /// Followed once, and taken back: by the user, or because the new URL failed. Not followed
    /// again.
    Refused,
}

impl MoveStanding {
    pub const ALL: [Self; 3] = [Self::Sighted, Self::Followed, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sighted => "sighted",
            Self::Followed => "followed",
            Self::Refused => "refused",
        }
    }
}
