//! What of each topic's and channel's budget is used up: the pushed revisions of the last day, and
//! the day on which one was held back last.

use std::collections::VecDeque;

use ahash::AHashMap;
use jiff::Timestamp;

use crate::domain::alert::delivery::NewDelivery;
use crate::domain::alert::merit::{Merit, weight};
use crate::domain::alert::terms::{Why, Withheld};
use crate::domain::alert::{AlertRevision, Reach, budget};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::ingest::View;

/// Pushed revisions of topics that have a budget or may get one, by topic.
#[derive(Debug, Default)]
pub(super) struct Spent {
    topics: AHashMap<TopicId, OfTopic>,
    /// What each channel was sent, oldest first.
    channels: AHashMap<ChannelId, VecDeque<(Timestamp, Merit)>>,
}

#[derive(Debug, Default)]
struct OfTopic {
    /// Oldest first; never more than were made within the window.
    pushed: VecDeque<Timestamp>,
    held_back: Option<Timestamp>,
}

impl Spent {
    /// Notes how far a revision went, and whether its topic's budget kept it from a channel.
    pub fn learn(&mut self, revision: &AlertRevision, withheld: &[Withheld]) {
        match revision.reach {
            Reach::Told | Reach::Shadow => {}
            Reach::Pushed => {
                let spent = self.of(revision);
                spent.forget(revision.at);
                spent.pushed.push_back(revision.at);
            }
            Reach::HeldBack => {
                let of_revision =
                    |one: &&Withheld| one.alert == revision.alert && one.seq == revision.seq;
                let mut withheld = withheld.iter().filter(of_revision);
                if withheld.any(|one| one.why == Why::TopicBudget) {
                    self.of(revision).held_back = Some(revision.at);
                }
            }
        }
    }

    /// Notes which channels a revision is sent to.
    pub fn learn_deliveries(&mut self, revision: &AlertRevision, deliveries: &[NewDelivery]) {
        let publishers = u32::try_from(revision.story.publishers.len()).unwrap_or(u32::MAX);
        let merit = Merit {
            severity: revision.topic.severity,
            weight: weight(publishers, revision.score, revision.threshold),
        };
        let of_revision = deliveries
            .iter()
            .filter(|delivery| delivery.alert == revision.alert && delivery.seq == revision.seq);
        for delivery in of_revision {
            let sent = self.channels.entry(delivery.channel.clone()).or_default();
            let since = budget::counted_since(revision.at);
            while sent.pop_front_if(|(at, _)| *at <= since).is_some() {}
            sent.push_back((revision.at, merit));
        }
    }

    /// Tells a view what a channel was sent by `now`.
    pub fn add_channel(&self, channel: &ChannelId, now: Timestamp, view: &mut View) {
        let since = budget::counted_since(now);
        let sent = self.channels.get(channel).into_iter().flatten();
        let counted = sent.filter(|(at, _)| *at > since).map(|(_, merit)| *merit);
        view.channels_told.insert(channel.clone(), counted.collect());
    }

    /// Tells a view how a topic stands at `now`.
    pub fn add_to(&mut self, topic: &TopicId, now: Timestamp, view: &mut View) {
        let Some(spent) = self.topics.get_mut(topic) else {
            return;
        };
        spent.forget(now);
        let pushed = u32::try_from(spent.pushed.len()).unwrap_or(u32::MAX);
        view.pushed.insert(topic.clone(), pushed);
        if spent.held_back.is_some_and(|at| at >= budget::day_of(now)) {
            view.held_back.insert(topic.clone());
        }
    }

    fn of(&mut self, revision: &AlertRevision) -> &mut OfTopic {
        self.topics.entry(revision.topic.id.clone()).or_default()
    }
}

impl OfTopic {
    /// Forgets what no longer counts at `now`.
    fn forget(&mut self, now: Timestamp) {
        let since = budget::counted_since(now);
        while self.pushed.pop_front_if(|at| *at <= since).is_some() {}
    }
}
