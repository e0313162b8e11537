//! What is allowed in routes and most likely not meant: a route that is never asked for anything it
//! could catch, a channel that no route leads to, alerts that no route catches.

use super::{Conditions, RouteEvent, Routing};
use crate::domain::ids::ChannelId;

/// One such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lint {
    /// All that route `number` could catch is caught by route `by`, after which none is asked.
    Unreachable { number: u32, by: u32 },
    /// No route names the channel.
    Unled(ChannelId),
    /// Alerts that no route catches are told no channel but alert logs.
    NoDefault,
}

/// Looks at all routes. `channels` are those there are, each with whether it is an alert log, and
/// whether a topic names it.
pub fn lint(routing: &Routing, channels: &[(ChannelId, bool, bool)]) -> Vec<Lint> {
    if routing.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, rule) in routing.rules.iter().enumerate() {
        let mut before = routing.rules[..at].iter().filter(|earlier| !earlier.goes_on);
        if let Some(by) = before.find(|earlier| earlier.when.includes(&rule.when)) {
            found.push(Lint::Unreachable { number: rule.number, by: by.number });
        }
    }
    for (channel, is_log, is_named) in channels {
        if !is_log && !is_named && !routing.names(channel) {
            found.push(Lint::Unled(channel.clone()));
        }
    }
    let catches_all = |when: &Conditions| when.includes(&Conditions::default());
    if !routing.rules.iter().any(|rule| catches_all(&rule.when)) {
        found.push(Lint::NoDefault);
    }
    found
}

impl Conditions {
    /// Whether all that `other` catches is caught by this too. Where that is not certain, it is
    /// not said.
    pub fn includes(&self, other: &Conditions) -> bool {
        fn wider<T: PartialEq>(of: &[T], than: &[T]) -> bool {
            of.is_empty() || !than.is_empty() && than.iter().all(|one| of.contains(one))
        }
        let severity = match (self.severity, other.severity) {
            (None, _) => true,
            (Some(least), Some(theirs)) => least <= theirs,
            (Some(_), None) => false,
        };
        let hours = self.hours.is_none() || self.hours == other.hours;
        severity
            && hours
            && wider(&self.topics, &other.topics)
            && wider(&self.tags, &other.tags)
            && wider(&self.feeds, &other.feeds)
            && wider(&self.feed_tags, &other.feed_tags)
            && wider(&self.publishers, &other.publishers)
            && wider(&self.languages, &other.languages)
            && other.all_events().iter().all(|event| self.all_events().contains(event))
    }

    /// What it tells of, whether it says so or not.
    fn all_events(&self) -> Vec<RouteEvent> {
        match self.events.as_slice() {
            [] => vec![RouteEvent::Opened, RouteEvent::Updated, RouteEvent::Closed],
            named => named.to_vec(),
        }
    }
}
