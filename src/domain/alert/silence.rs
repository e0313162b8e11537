//! Silences: time-bound "do not alert", with author and reason.

use jiff::Timestamp;

/// A silence as stored. It never hides: what it holds back is recorded as suppressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    pub id: i64,
    pub scope: SilenceScope,
    pub author: String,
    pub reason: String,
    pub starts: Timestamp,
    pub ends: Timestamp,
}

/// What a silence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SilenceScope {
    Topic(String),
    Story(i64),
    Feed(String),
    Publisher(String),
    /// Entries whose title contains this text, whatever its case.
    Text(String),
}
