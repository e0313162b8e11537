//! The watch over feeds: looks every hour how each does, and has its user told of those that need
//! attention, as [`crate::domain::operations`] decides. What was told is kept with the notice:
//! a restart repeats nothing, and a feed that is broken for a month is told of once.

use std::collections::HashMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::post::Post;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::feed::health::health_of;
use crate::domain::ids::FeedKey;
use crate::domain::operations::{self, Watched};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::feeds::FeedView;
use crate::store::notices::Mark;

/// How long after a start feeds are looked at first: by then those that were due were fetched.
const FIRST_LOOK: Duration = Duration::from_secs(600);

/// How often feeds are looked at. What is told is of a day and more.
const EVERY: Duration = Duration::from_secs(3_600);

/// What the watch needs.
pub(super) struct FeedWatch {
    pub clock: Clock,
    pub post: Post,
}

impl FeedWatch {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut wait = FIRST_LOOK;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep(wait) => self.look().await,
            }
            wait = EVERY;
        }
    }

    /// Looks once. A store that fails is told of in the log, and looked at again the next time.
    pub async fn look(&self) {
        if let Err(error) = self.tell().await {
            let code = error.code();
            tracing::warn!(code, %error, "cannot tell how the feeds do");
        }
    }

    async fn tell(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (store, config) = (self.post.store(), self.post.config());
        let looked = tokio::task::spawn_blocking(move || {
            let watched = watched(&store, &config, now)?;
            Ok::<_, StoreError>(operations::decide(&watched, store.told_before()?, now))
        });
        let word = match looked.await {
            Ok(word) => word?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let told = word.told.iter().map(|(feed, condition)| Mark::Feed(*feed, Some(*condition)));
        let over = word.over.iter().map(|feed| Mark::Feed(*feed, None));
        let marks = told.chain(over).collect();
        self.post.tell(word.notices, marks, now).await
    }
}

/// The configured feeds, as they do.
fn watched(
    store: &Store,
    config: &Config,
    now: jiff::Timestamp,
) -> Result<Vec<Watched>, StoreError> {
    let mut views: HashMap<FeedKey, FeedView> =
        store.feed_states()?.into_iter().map(|view| (view.state.key.clone(), view)).collect();
    let watched = config.feeds.iter().filter_map(|feed| {
        let FeedView { state, told_at, .. } = views.remove(&feed.key)?;
        Some(Watched {
            id: state.id,
            key: feed.key.clone(),
            title: feed.title.clone().or(state.title.clone()),
            health: health_of(feed, &state, now),
            failures: state.failures,
            last_fetch: state.last_fetch,
            next_due: state.next_due,
            told_at,
        })
    });
    Ok(watched.collect())
}
