//! What an alert told last, where that is told anew elsewhere: stories that are merged or split.

use crate::domain::entry::Entry;
use crate::domain::ids::ChannelId;
use crate::domain::topic::evidence::Match;

/// What an alert told last: the entry it was about, and what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct LastTold {
    pub entry: Entry,
    /// Key and title of the entry's feed.
    pub feed: String,
    pub feed_title: String,
    pub found: Match,
    /// Channels that were told of the alert, or are about to be, each once.
    pub channels: Vec<ChannelId>,
}

impl LastTold {
    /// With the channels that were told of the alert before.
    pub fn after(mut self, before: &LastTold) -> Self {
        let new = before.channels.iter().filter(|channel| !self.channels.contains(channel));
        let new: Vec<ChannelId> = new.cloned().collect();
        self.channels.extend(new);
        self
    }
}
