//! What [`super::scheduler`] is told while it runs, by whoever reloads, asks or is pushed.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::pipeline::Pipeline;
use crate::domain::feed::{Feed, FeedState};
use crate::domain::ids::FeedKey;
use crate::domain::schedule::Asker;

/// What the scheduler is told while it runs.
pub enum Order {
    /// Go on with these feeds and this pipeline.
    Replace { pipeline: Arc<Pipeline>, feeds: Vec<(Arc<Feed>, FeedState)> },
    /// Visit this feed now: its user asks for it.
    Visit(FeedKey),
    /// Visit this feed soon: a hub says that there is something new.
    Ping(FeedKey),
    /// A hub pushes this feed until then, or no longer does.
    Pushed { feed: FeedKey, until: Option<Timestamp> },
}

/// Feeds that were asked for during a visit, which may have come too early.
#[derive(Default)]
pub struct Again(HashMap<FeedKey, Asker>);

impl Again {
    pub fn note(&mut self, feed: FeedKey, by: Asker) {
        let asker = self.0.entry(feed).or_insert(by);
        *asker = by.max(*asker);
    }

    pub fn take(&mut self, feed: &FeedKey) -> Option<Asker> {
        self.0.remove(feed)
    }
}
