//! What a running daemon offers to those who serve people and programs: its store, its present
//! configuration, and what may be asked of it. They see it through this and in no other way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, watch};

use super::beat::Beat;
use super::events::{Event, Events};
use super::pipeline::Pipeline;
use super::push::Push;
use super::scheduler::Order;
use super::storage::Pause;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::ids::FeedKey;
use crate::store::Store;

/// The desk. Clones are the same.
#[derive(Clone)]
pub struct Desk {
    pipeline: watch::Receiver<Arc<Pipeline>>,
    committed: watch::Sender<()>,
    orders: mpsc::UnboundedSender<Order>,
    events: Events,
    beat: Beat,
    /// Whether the last reload was refused.
    refused: Arc<AtomicBool>,
    /// Where hubs push feeds.
    pub push: Push,
}

impl Desk {
    pub(super) fn new(
        pipeline: watch::Receiver<Arc<Pipeline>>,
        committed: &watch::Sender<()>,
        orders: &mpsc::UnboundedSender<Order>,
        events: &Events,
        beat: Beat,
        push: Push,
    ) -> Self {
        let (committed, orders) = (committed.clone(), orders.clone());
        let (events, refused) = (events.clone(), Arc::default());
        Self { pipeline, committed, orders, events, beat, refused, push }
    }

    /// The configuration that runs now.
    pub fn config(&self) -> Arc<Config> {
        self.pipeline.borrow().config.clone()
    }

    pub fn store(&self) -> Store {
        self.pipeline.borrow().store.clone()
    }

    pub fn clock(&self) -> Clock {
        self.pipeline.borrow().clock.clone()
    }

    /// Changes when alerts with deliveries were committed.
    pub fn committed(&self) -> watch::Receiver<()> {
        self.committed.subscribe()
    }

    /// Wakes the dispatchers: somebody made deliveries due.
    pub fn deliver_now(&self) {
        self.committed.send_replace(());
    }

    /// Visits a feed now, whenever it is due.
    pub fn visit_now(&self, feed: &FeedKey) {
        let _stopping = self.orders.send(Order::Visit(feed.clone()));
    }

    /// What happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Why nothing can be stored now, if so: no feed is visited meanwhile.
    pub fn storage(&self) -> Option<Pause> {
        self.pipeline.borrow().storage.pause()
    }

    /// Waits until something can be stored; `false`: nothing will.
    pub async fn storable(&self) -> bool {
        let storage = self.pipeline.borrow().storage.clone();
        storage.ready().await
    }

    /// How long ago the scheduler gave its last sign of life.
    pub fn silence(&self) -> Duration {
        self.beat.age(&self.clock())
    }

    /// Remembers whether the configuration as it stands in the files was refused.
    pub fn note_refusal(&self, refused: bool) {
        self.refused.store(refused, Ordering::Relaxed);
    }

    /// Whether the last reload was refused: an older configuration runs than the files have.
    pub fn is_outdated(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}
