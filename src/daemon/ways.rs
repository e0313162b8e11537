//! The channels of a configuration and the routes to them, as [`super::pipeline`] hands them to the
//! decision.

use std::sync::Arc;

use crate::config::{ChannelKind, Config};
use crate::domain::ingest::{Route, Routes};

/// The channels there are and the routes to them, as the decision asks for them.
pub fn routes(config: &Config) -> Routes {
    let route = |channel: &crate::config::ChannelConfig| Route {
        channel: channel.id.clone(),
        min_severity: channel.min_severity,
        // The alert log keeps everything and disturbs nobody.
        budgeted: !matches!(channel.kind, ChannelKind::Log(_)),
        terms: channel.timetable.terms(),
    };
    let tagged = config.feeds.iter().filter(|feed| !feed.tags.is_empty());
    let asks = config.routing.rules.iter().any(|rule| !rule.when.feed_tags.is_empty());
    let tags = tagged.filter(|_| asks).map(|feed| (feed.key.to_string(), feed.tags.clone()));
    Routes {
        channels: config.channels.iter().map(route).collect(),
        routing: config.routing.clone(),
        feed_tags: Arc::new(tags.collect()),
    }
}
