//! The channels there are, as [`super::plan()`] asks for them, with the routes that lead to them.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::domain::alert::route::{Door, Routing};
use crate::domain::alert::terms::Terms;
use crate::domain::ids::ChannelId;
use crate::domain::topic::Severity;

/// A channel, as far as routing asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub channel: ChannelId,
    /// Alerts of topics below this severity are not sent there.
    pub min_severity: Severity,
    /// Whether what is sent there counts towards the budget of a topic: it disturbs somebody. The
    /// alert log does not.
    pub budgeted: bool,
    /// What it takes at once, and what in its digest.
    pub terms: Terms,
}

impl Route {
    /// The channel as routing asks for it.
    pub fn door(&self) -> Door<'_> {
        let (channel, min_severity) = (&self.channel, self.min_severity);
        Door { channel, keeps_all: !self.budgeted, min_severity }
    }
}

/// Every channel there is, in configured order, and what leads to it.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    pub channels: Vec<Route>,
    pub routing: Arc<Routing>,
    /// The tags of feeds, by key; of those that have any.
    pub feed_tags: Arc<HashMap<String, Vec<String>>>,
}

/// Channels without routes between them: each is told of everything.
impl From<Vec<Route>> for Routes {
    fn from(channels: Vec<Route>) -> Self {
        Self { channels, ..Self::default() }
    }
}

impl Deref for Routes {
    type Target = Vec<Route>;

    fn deref(&self) -> &Vec<Route> {
        &self.channels
    }
}

impl DerefMut for Routes {
    fn deref_mut(&mut self) -> &mut Vec<Route> {
        &mut self.channels
    }
}
