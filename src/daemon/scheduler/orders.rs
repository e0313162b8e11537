//! What the [scheduler](super) does when it is told something: to visit a feed now, or to go on with other
//! feeds and another pipeline.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Order, Scheduler};
use crate::daemon::pipeline::Pipeline;
use crate::domain::feed::{Feed, FeedState};
use crate::domain::ids::FeedKey;
use crate::domain::schedule::{self, Asker};

impl Scheduler {
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Visit(key) => self.asked(key, Asker::User),
            Order::Ping(key) => self.asked(key, Asker::Hub),
            Order::Pushed { feed, until } => {
                if let Some(scheduled) = self.feeds.get_mut(&feed) {
                    Arc::make_mut(&mut scheduled.state).pushed_until = until;
                }
            }
            Order::Replace { pipeline, feeds } => self.replace(pipeline, feeds),
        }
    }

    pub(super) fn asked(&mut self, key: FeedKey, by: Asker) {
        if self.busy.contains(&key) {
            return self.again.note(key, by);
        }
        let Some(scheduled) = self.feeds.get(&key) else { return };
        if let Some(wait) = schedule::asked(&scheduled.state, by, self.pipeline.clock.now()) {
            self.schedule(key, wait);
        }
    }

    /// Goes on with other feeds and another pipeline. What was asked for by hand and has not begun is
    /// forgotten; what has is made once more.
    fn replace(&mut self, pipeline: Arc<Pipeline>, feeds: Vec<(Arc<Feed>, FeedState)>) {
        let old = std::mem::replace(&mut self.pipeline, pipeline);
        // Giving back the memory of thousands of rules takes a while.
        drop(tokio::task::spawn_blocking(move || drop(old)));
        let wanted: HashSet<_> = feeds.iter().map(|(feed, _)| feed.key.clone()).collect();
        self.feeds.retain(|key, _| wanted.contains(key));
        self.unvisited.retain(|key| wanted.contains(key));
        for (feed, stored) in feeds {
            // What was read from the database may be older than a visit since then.
            let ours = self.feeds.remove(&feed.key).map(|scheduled| scheduled.state);
            let state = match ours.filter(|ours| ours.url == feed.url) {
                Some(ours) => schedule::hurried(&ours, feed.interval).map_or(ours, Arc::new),
                None => Arc::new(stored),
            };
            self.add(feed, state);
        }
        for key in std::mem::take(&mut self.overtaken) {
            self.overtaken(key);
        }
    }

    /// A visit that ended with nothing stored, since another pipeline took over: that one makes it, as
    /// soon as it is here.
    pub(super) fn overtaken(&mut self, key: FeedKey) {
        if self.pipeline.replaced.is_cancelled() {
            return self.overtaken.push(key);
        }
        self.busy.remove(&key);
        self.schedule(key, Duration::ZERO);
    }
}
