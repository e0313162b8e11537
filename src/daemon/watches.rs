//! What looks now and then, in tasks of its own that are started and stopped together: the
//! [vigil](super::vigil) over topics, the [watch over feeds](super::feed_watch) and that over
//! [bursts](super::burst_watch), [revisions that had to wait](super::follow_ups), and
//! [digests](super::digests), [upkeep](super::upkeep), and whether anything [can be stored](super::storage). A single round has none of these tasks; each looks once at its end.

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::Options;
use super::burst_watch::BurstWatch;
use super::digests::Digests;
use super::events::Events;
use super::feed_watch::FeedWatch;
use super::follow_ups::FollowUps;
use super::heap;
use super::post::Post;
use super::storage::StorageWatch;
use super::upkeep::Upkeep;
use super::vigil::Vigil;
use crate::store::error::StoreError;

/// What the watches need.
pub(super) struct Watches {
    post: Post,
    options: Options,
    events: Events,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Watches {
    pub fn new(post: Post, options: Options, events: Events) -> Self {
        Self { post, options, events, tasks: Mutex::default() }
    }

    /// Begins, before any feed is read.
    pub async fn start(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let (vigil, digests) = (self.vigil(), self.digests());
        vigil.begin().await?;
        digests.begin().await?;
        if self.options.once {
            return Ok(());
        }
        self.tasks.lock().await.extend([
            tokio::spawn(vigil.run(self.events.subscribe(), stop.clone())),
            tokio::spawn(self.feeds().run(stop.clone())),
            tokio::spawn(self.follow_ups().run(stop.clone())),
            tokio::spawn(self.bursts().run(stop.clone())),
            tokio::spawn(digests.run(stop.clone())),
            tokio::spawn(heap::keep_small(stop.clone())),
            tokio::spawn(self.upkeep().run(stop.clone())),
            tokio::spawn(self.storage().run(stop.clone())),
        ]);
        Ok(())
    }

    /// Looks once, after a round.
    pub async fn look(&self) {
        self.vigil().look().await;
        self.feeds().look().await;
        self.follow_ups().look().await;
        self.bursts().look().await;
        self.digests().look().await;
        self.upkeep().look(&CancellationToken::new()).await;
    }

    /// Waits for the tasks, which were told to stop.
    pub async fn stopped(&self) {
        for task in self.tasks.lock().await.drain(..) {
            let _failed = task.await;
        }
    }

    fn vigil(&self) -> Vigil {
        let clock = self.options.clock.clone();
        Vigil { clock, events: self.events.clone(), post: self.post.clone() }
    }

    fn feeds(&self) -> FeedWatch {
        FeedWatch { clock: self.options.clock.clone(), post: self.post.clone() }
    }

    fn follow_ups(&self) -> FollowUps {
        FollowUps::new(self.options.clock.clone(), self.post.clone())
    }

    fn bursts(&self) -> BurstWatch {
        BurstWatch { clock: self.options.clock.clone(), post: self.post.clone() }
    }

    fn upkeep(&self) -> Upkeep {
        Upkeep { clock: self.options.clock.clone(), post: self.post.clone() }
    }

    fn storage(&self) -> StorageWatch {
        let (clock, post) = (self.options.clock.clone(), self.post.clone());
        let (storage, state_dir) = (post.storage(), post.config().state_dir.clone());
        StorageWatch { clock, post, storage, state_dir }
    }

    fn digests(&self) -> Digests {
        Digests { clock: self.options.clock.clone(), post: self.post.clone() }
    }
}
