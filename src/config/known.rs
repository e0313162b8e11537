//! The names that topics may use: feeds, their tags, and channels, as the main file has them.
//! [`super::topic`] and [`super::topic_filter`] hold topics against them.

use std::collections::BTreeSet;

use super::settings::Settings;
use crate::domain::ids::ChannelId;

/// What the main file names.
pub(super) struct Known {
    pub channels: BTreeSet<ChannelId>,
    /// `None` where the main file has mistakes: a feed that was left out for one is not unknown.
    pub feeds: Option<KnownFeeds>,
}

pub(super) struct KnownFeeds {
    pub keys: BTreeSet<String>,
    pub tags: BTreeSet<String>,
}

impl Known {
    /// `faultless`: nothing was wrong with the main file.
    pub fn of(settings: &Settings, faultless: bool) -> Self {
        let feeds = faultless.then(|| KnownFeeds {
            keys: settings.feeds.iter().map(|feed| feed.key.to_string()).collect(),
            tags: settings.feeds.iter().flat_map(|feed| feed.tags.iter().cloned()).collect(),
        });
        let channels = settings.channels.iter().map(|channel| channel.id.clone());
        Self { channels: channels.collect(), feeds }
    }
}
