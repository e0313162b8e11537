//! The tasks that look at what is stored and act when something is due: the [vigil](super::vigil)
//! over topics, the [watch over feeds](super::feed_watch), and the [revisions that waited](
//! super::follow_ups). They begin and stop together; in a single round each looks once.

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::Options;
use super::events::Events;
use super::feed_watch::FeedWatch;
use super::follow_ups::FollowUps;
use super::post::Post;
use super::vigil::Vigil;
use crate::store::error::StoreError;

/// The tasks, while they run. For one round there are none.
pub(super) struct Watches {
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Watches {
    pub async fn start(
        post: &Post,
        options: &Options,
        events: &Events,
        stop: &CancellationToken,
    ) -> Result<Self, StoreError> {
        let vigil = vigil(post, options, events);
        vigil.begin().await?;
        let mut tasks = Vec::new();
        if !options.once {
            tasks.push(tokio::spawn(vigil.run(events.subscribe(), stop.clone())));
            tasks.push(tokio::spawn(feed_watch(post, options).run(stop.clone())));
            tasks.push(tokio::spawn(follow_ups(post, options).run(stop.clone())));
        }
        Ok(Self { tasks: Mutex::new(tasks) })
    }

    /// Lets each look once.
    pub async fn look(post: &Post, options: &Options, events: &Events) {
        follow_ups(post, options).look().await;
        vigil(post, options, events).look().await;
        feed_watch(post, options).look().await;
    }

    /// Waits until all have stopped: they were told to.
    pub async fn stopped(&self) {
        for task in self.tasks.lock().await.drain(..) {
            let _failed = task.await;
        }
    }
}

fn vigil(post: &Post, options: &Options, events: &Events) -> Vigil {
    Vigil { clock: options.clock.clone(), events: events.clone(), post: post.clone() }
}

fn feed_watch(post: &Post, options: &Options) -> FeedWatch {
    FeedWatch { clock: options.clock.clone(), post: post.clone() }
}

fn follow_ups(post: &Post, options: &Options) -> FollowUps {
    FollowUps { clock: options.clock.clone(), post: post.clone() }
}
