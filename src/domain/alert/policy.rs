//! When an alert is raised, amended, or not, and why: a topic's alert policy and the pure
//! decision over it.

use std::time::Duration;

/// How a topic alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertPolicy {
    /// How many publishers must tell the story, with a match, before the alert opens.
    pub publishers_min: u32,
    /// Within which time they must do so; `None`: the story's whole life.
    pub publishers_within: Option<Duration>,
    pub follow_up: FollowUp,
    /// An entry published longer ago than this never alerts: it resurfaced.
    pub max_age: Duration,
}

/// When an open alert gets a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// Numbers of publishers that are worth a revision when crossed, ascending.
    pub publishers: Vec<u32>,
    /// Activity after this long a silence of the story is worth a revision.
    pub quiet: Duration,
    /// Shortest time between two revisions. The opening does not count: the first
    /// corroboration comes at once.
    pub repeat_every: Duration,
}
