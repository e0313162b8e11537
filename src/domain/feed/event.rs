//! What happens to a feed apart from its fetches: it moved, was paused, changed what it is like.
//! Each is recorded once, in the commit that brings it about, and shown with the feed.

use jiff::Timestamp;

use super::ReasonCode;
use crate::domain::ids::FeedId;

/// Longest detail that is kept, in characters; what is longer is cut.
pub const MAX_DETAIL: usize = 500;

/// Something that happened to a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    pub feed: FeedId,
    pub at: Timestamp,
    /// A stable word, such as `identity_migration`.
    pub code: ReasonCode,
    /// A sentence for people, without its end; parts of it may be from outside.
    pub detail: String,
}

impl FeedEvent {
    /// An event with its detail cut to [`MAX_DETAIL`].
    pub fn new(feed: FeedId, at: Timestamp, code: impl Into<ReasonCode>, detail: &str) -> Self {
        Self { feed, at, code: code.into(), detail: detail.chars().take(MAX_DETAIL).collect() }
    }
}
