//! How far a revision goes: which channels its topic or the routes name, which of these are kept
//! from it by shadow mode or a budget, and why. The terms of channels are in [`super::share`].

use std::collections::HashMap;

use super::super::Route;
use super::Planner;
use super::share::{Share, in_digests};
use crate::domain::alert::merit::Merit;
use crate::domain::alert::route::{Asked, RouteEvent};
use crate::domain::alert::terms::Why;
use crate::domain::alert::{AlertEvent, Reach, Reason, budget};
use crate::domain::entry::Entry;
use crate::domain::ids::ChannelId;
use crate::domain::topic::{Mode, Severity, Topic};

/// What the reason of a decision adds for a topic in shadow mode.
const SHADOW_REMARK: &str = "in shadow mode: recorded, no channel is told";

/// How far the next revision of a topic's alert goes.
pub(super) struct Way<'a> {
    pub reach: Reach,
    /// Channels it is sent to, in configured order.
    pub routes: Vec<&'a Route>,
    /// Which route led to each of them, where routes did.
    pub led_by: HashMap<ChannelId, String>,
    /// Channels it is meant for and not sent to.
    pub withheld: Vec<(ChannelId, Why)>,
    /// Why it goes no further.
    pub remark: Option<String>,
    pub merit: Merit,
}

/// What a revision tells, as far as routes ask.
#[derive(Clone, Copy)]
pub(super) struct Telling<'t> {
    pub event: AlertEvent,
    pub entry: &'t Entry,
    /// Key of the entry's feed.
    pub feed: &'t str,
}

impl<'a> Planner<'a> {
    /// How far a revision goes: shadow mode stops it everywhere, a budget that is used up where
    /// it would disturb, unless it rises to critical.
    pub(super) fn way(&self, topic: &Topic, merit: Merit, telling: Telling<'_>) -> Way<'a> {
        if topic.mode == Mode::Shadow {
            let remark = Some(SHADOW_REMARK.to_owned());
            return Way { reach: Reach::Shadow, remark, ..Way::nowhere(merit) };
        }
        let (meant, led_by, mut remarks) = self.meant(topic, merit, telling);
        let rises = telling.event == AlertEvent::Escalated && merit.severity == Severity::Critical;
        let Share { mut routes, mut withheld, reach, remarks: more } =
            self.share(meant, merit, rises);
        remarks.extend(more);
        let joined = |remarks: Vec<String>| (!remarks.is_empty()).then(|| remarks.join("; "));
        if !routes.iter().any(|route| route.budgeted) {
            return Way { reach, routes, led_by, withheld, remark: joined(remarks), merit };
        }
        let pushed = self.pushed.get(&topic.id).copied().unwrap_or_default();
        let Some(budget) = topic.alert.budget.filter(|budget| pushed >= *budget && !rises) else {
            let (reach, remark) = (Reach::Pushed, joined(remarks));
            return Way { reach, routes, led_by, withheld, remark, merit };
        };
        let budgeted = routes.iter().filter(|route| route.budgeted);
        let kept_from: Vec<&str> = budgeted.map(|route| route.channel.as_str()).collect();
        remarks.push(budget::remark(&kept_from, budget));
        remarks.extend(in_digests(routes.iter().copied().filter(|r| r.budgeted)));
        let budgeted = routes.extract_if(.., |route| route.budgeted);
        withheld.extend(budgeted.map(|route| (route.channel.clone(), Why::TopicBudget)));
        Way { reach: Reach::HeldBack, routes, led_by, withheld, remark: joined(remarks), merit }
    }

    /// The channels a revision is meant for, and which route led to each.
    fn meant(
        &self,
        topic: &Topic,
        merit: Merit,
        telling: Telling<'_>,
    ) -> (Vec<&'a Route>, HashMap<ChannelId, String>, Vec<String>) {
        let routes = &self.batch.routes;
        let routing = &routes.routing;
        let tags = routes.feed_tags.get(telling.feed);
        let caught = routing.caught(&Asked {
            topic: Some(&topic.id),
            tags: &topic.tags,
            severity: merit.severity,
            feed: Some(telling.feed),
            feed_tags: tags.map(Vec::as_slice).unwrap_or_default(),
            publisher: Some(&telling.entry.publisher),
            language: telling.entry.document.language.as_deref(),
            event: RouteEvent::of(telling.event),
            at: self.now,
        });
        let mut led_by = HashMap::new();
        let mut meant = Vec::new();
        for route in routes.iter() {
            let channel = &route.channel;
            let leads = routing.leads(&caught, &topic.channels, merit.severity, route.door());
            if !leads.goes {
                continue;
            }
            if !routing.is_empty() {
                led_by.insert(channel.clone(), leads.why);
            }
            meant.push(route);
        }
        let is_lost = !routing.is_empty() && topic.channels.is_empty() && caught.is_empty();
        let remark = is_lost.then(|| "no route catches it: recorded, and only logged".to_owned());
        (meant, led_by, remark.into_iter().collect())
    }
}

impl Way<'_> {
    /// A reason that says why it goes no further, too.
    pub fn remarked(&self, reason: Reason) -> Reason {
        match &self.remark {
            Some(remark) => Reason { text: format!("{}; {remark}", reason.text), ..reason },
            None => reason,
        }
    }

    /// No channel is told.
    pub fn nowhere(merit: Merit) -> Self {
        Self {
            reach: Reach::Told,
            routes: Vec::new(),
            led_by: HashMap::new(),
            withheld: Vec::new(),
            remark: None,
            merit,
        }
    }
}

impl RouteEvent {
    /// What routes are asked about.
    fn of(event: AlertEvent) -> Self {
        match event {
            AlertEvent::Opened => RouteEvent::Opened,
            AlertEvent::Updated | AlertEvent::Escalated => RouteEvent::Updated,
            AlertEvent::Acknowledged | AlertEvent::Closed => RouteEvent::Closed,
        }
    }
}
