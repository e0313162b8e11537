//! What looks now and then, in tasks of its own that are started and stopped together: the
//! [vigil](super::vigil) over topics, the [watch over feeds](super::feed_watch) and that over
//! [bursts](super::burst_watch), [revisions that had to wait](super::follow_ups), and
//! [digests](super::digests), [upkeep](super::upkeep), and whether anything
//! [can be stored](super::storage), with the [sign](super::sign) that it is. A single round has none of these
//! tasks; each looks once at its end.

use futures_util::FutureExt as _;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::Options;
use super::beat::Beat;
use super::burst_watch::BurstWatch;
use super::digests::Digests;
use super::events::Events;
use super::feed_watch::FeedWatch;
use super::follow_ups::FollowUps;
use super::heap;
use super::post::Post;
use super::sign::Sign;
use super::state_watch::StateWatch;
use super::storage::StorageWatch;
use super::task;
use super::upkeep::Upkeep;
use super::vigil::Vigil;
use crate::store::error::StoreError;
use crate::store::place::Place;

/// What the watches need.
pub(super) struct Watches {
    pub(super) post: Post,
    pub(super) options: Options,
    events: Events,
    beat: Beat,
    /// Cancelled when the state directory was lost.
    pub(super) lost: CancellationToken,
    /// Cancelled when a part of the daemon panicked.
    pub(super) broken: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Watches {
    pub fn new(post: Post, options: Options, events: Events, beat: Beat) -> Self {
        let (lost, broken) = Default::default();
        Self { post, options, events, beat, lost, broken, tasks: Mutex::default() }
    }

    /// Begins, before any feed is read.
    pub async fn start(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let (vigil, digests) = (self.vigil(), self.digests());
        vigil.begin().await?;
        digests.begin().await?;
        if self.options.once {
            return Ok(());
        }
        let sign = self.sign();
        sign.look(None);
        let spawn = |what, task| task::spawn(what, &self.broken, task);
        self.tasks.lock().await.extend([
            spawn("vigil", vigil.run(self.events.subscribe(), stop.clone()).boxed()),
            spawn("feed watch", self.feeds().run(stop.clone()).boxed()),
            spawn("follow-ups", self.follow_ups().run(stop.clone()).boxed()),
            spawn("burst watch", self.bursts().run(stop.clone()).boxed()),
            spawn("digests", digests.run(stop.clone()).boxed()),
            spawn("heap", heap::keep_small(stop.clone()).boxed()),
            spawn("upkeep", self.upkeep().run(stop.clone()).boxed()),
            spawn("storage watch", self.storage().run(stop.clone()).boxed()),
            spawn("sign", sign.run(stop.clone()).boxed()),
            spawn("state watch", self.state().run(stop.clone()).boxed()),
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
        let delivers = self.options.deliver;
        StorageWatch { clock, post, storage, state_dir, delivers }
    }

    fn sign(&self) -> Sign {
        let (clock, beat) = (self.options.clock.clone(), self.beat.clone());
        let (storage, state_dir) = (self.post.storage(), self.post.config().state_dir.clone());
        Sign { clock, beat, storage, state_dir }
    }

    fn state(&self) -> StateWatch {
        let (clock, post) = (self.options.clock.clone(), self.post.clone());
        let place = Place::of(&post.config().state_dir);
        StateWatch { clock, post, place, lost: self.lost.clone() }
    }

    fn digests(&self) -> Digests {
        Digests { clock: self.options.clock.clone(), post: self.post.clone() }
    }
}
