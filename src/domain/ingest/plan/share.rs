//! On which terms channels take a revision: some only in their digest, some only so many a day. The
//! topic's own budget, and all else, is decided in [`super::alerting`].

use super::super::Route;
use super::Planner;
use super::way::Way;
use crate::domain::alert::Reach;
use crate::domain::alert::merit::{self, Merit};
use crate::domain::alert::terms::Why;
use crate::domain::ids::ChannelId;
use crate::domain::topic::Topic;

/// What the terms of channels make of a revision.
pub(super) struct Share<'a> {
    /// Channels that take it at once.
    pub routes: Vec<&'a Route>,
    pub withheld: Vec<(ChannelId, Why)>,
    /// How far it goes if none of `routes` counts.
    pub reach: Reach,
    /// Why it goes no further.
    pub remarks: Vec<String>,
}

impl<'a> Planner<'a> {
    /// Holds a revision against the terms of the channels it is meant for. One that `rises` to critical
    /// is what budgets are kept for: it goes where they are used up, too.
    pub(super) fn share(&self, meant: Vec<&'a Route>, merit: Merit, rises: bool) -> Share<'a> {
        let mut share = Share {
            routes: Vec::with_capacity(meant.len()),
            withheld: Vec::new(),
            reach: Reach::Told,
            remarks: Vec::new(),
        };
        for route in meant {
            let channel = &route.channel;
            let told = self.channels_told.get(channel).map(Vec::as_slice).unwrap_or_default();
            let spent =
                route.terms.budget.filter(|budget| !rises && !merit::admits(*budget, told, merit));
            if route.terms.only_in_digest(merit.severity) {
                share.withheld.push((channel.clone(), Why::Digest));
                share.remarks.extend(in_digests([route]));
            } else if let Some(budget) = spent {
                share.withheld.push((channel.clone(), Why::ChannelBudget));
                let full = told.len() >= usize::try_from(budget).unwrap_or(usize::MAX);
                let what = if full { "is used up" } else { "is kept for better ones" };
                let remark =
                    format!("not pushed to {channel}: its budget of {budget} a day {what}");
                share.remarks.push(remark);
                share.remarks.extend(in_digests([route]));
                if route.budgeted {
                    share.reach = Reach::HeldBack;
                }
            } else {
                share.routes.push(route);
            }
        }
        share
    }

    /// Counts a revision towards the budgets of the channels it is sent to.
    pub(super) fn spend_channels(&mut self, way: &Way<'_>) {
        for route in way.routes.iter().filter(|route| route.terms.budget.is_some()) {
            self.channels_told.entry(route.channel.clone()).or_default().push(way.merit);
        }
    }

    /// What the last revision within a budget tells this channel of those to come: of its own budget,
    /// else of the topic's. To be asked before it counts.
    pub(super) fn budget_note(
        &self,
        topic: &Topic,
        way: &Way<'_>,
        route: &Route,
    ) -> Option<String> {
        let is_last = |budget: Option<u32>, used: u32| budget == Some(used.saturating_add(1));
        let told = self.channels_told.get(&route.channel).map_or(0, Vec::len);
        let pushed = self.pushed.get(&topic.id).copied().unwrap_or_default();
        let budget = if is_last(route.terms.budget, u32::try_from(told).unwrap_or(u32::MAX)) {
            "budget".to_owned()
        } else if way.reach == Reach::Pushed && is_last(topic.alert.budget, pushed) {
            format!("budget of {}", topic.name)
        } else {
            return None;
        };
        let rest = match &route.terms.digest {
            Some(digest) => format!("in the digest at {}", digest.when),
            None => "only logged: wirewatch alerts list".to_owned(),
        };
        Some(format!("{budget} used up; the rest is {rest}"))
    }
}

/// Where else these channels tell of a revision.
pub(super) fn in_digests<'r>(routes: impl IntoIterator<Item = &'r Route>) -> Vec<String> {
    let with_digest =
        routes.into_iter().filter_map(|route| Some((route, route.terms.digest.as_ref()?)));
    let remark = with_digest
        .map(|(route, digest)| format!("in the digest of {} at {}", route.channel, digest.when));
    remark.collect()
}
