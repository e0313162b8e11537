//! What a server answered, for [`crate::parse`] to read and [`crate::domain::schedule`] to go by;
//! [`super::Fetcher`] makes it.

use std::time::Duration;

use bytes::Bytes;

use crate::domain::feed::{FeedLinks, Freshness, Validators};

use super::failure::FetchFailure;
use super::stand_in::StandIn;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Fetched {
    pub status: u16,
    /// 304: the body is empty and the feed is as it was.
    pub not_modified: bool,
    /// 226: the body holds only what is new. What is not in it is not gone, and the validators
    /// are nevertheless those of the whole feed.
    pub delta: bool,
    /// Decoded, at most `max_body_bytes`.
    pub body: Bytes,
    /// `Content-Type` as given.
    pub content_type: Option<String>,
    /// `Link` headers as given.
    pub link_headers: Vec<String>,
    /// What to ask with next time; none if the body is truncated, else a 304 would freeze it so.
    pub validators: Validators,
    pub freshness: Freshness,
    /// What the headers say of the feed's hub and own address.
    pub links: FeedLinks,
    /// Where the answer came from, without credentials: relative links refer to it.
    pub final_url: String,
    /// Where the feed has moved to, if every hop on the way said so for good.
    pub permanent_url: Option<String>,
    /// The connection ended before the body did: what is here is its beginning.
    pub truncated: bool,
    /// How it came to that, where the server stopped sending and did not say that this was all.
    pub stalled: Option<Stall>,
    /// What `Content-Encoding` said, where the body was encoded otherwise, or not at all.
    pub mislabelled: Option<String>,
    /// Decoded bytes read.
    pub bytes: u64,
}

/// A body that was waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stall {
    /// The server was silent for so long.
    Silent(Duration),
    /// The whole fetch took so long.
    Slow(Duration),
}

impl Stall {
    /// The failure that it is where nothing of the body can be used.
    pub fn failure(self) -> FetchFailure {
        match self {
            Self::Silent(after) => FetchFailure::TimeoutRead { after },
            Self::Slow(after) => FetchFailure::TimeoutTotal { after },
        }
    }
}

impl Fetched {
    /// What a hub pushed, as if it had been fetched. It may be a part: it has no validators.
    pub fn pushed(body: Bytes, content_type: Option<&str>, url: &str) -> Self {
        Self {
            status: 200,
            not_modified: false,
            delta: false,
            bytes: body.len() as u64,
            body,
            content_type: content_type.map(str::to_owned),
            link_headers: Vec::new(),
            validators: Validators::default(),
            freshness: Freshness::default(),
            links: FeedLinks::default(),
            final_url: url.to_owned(),
            permanent_url: None,
            truncated: true,
            stalled: None,
            mislabelled: None,
        }
    }

    /// What the body is, if it is a page that stands where a feed was expected. `asked` is the URL
    /// that was asked for.
    pub fn stand_in(&self, asked: &str) -> Option<StandIn> {
        StandIn::of(&self.body, asked, &self.final_url)
    }
}
