//! The app: the running whole of store, scheduler and dispatchers, started, reloaded and stopped
//! together. The binary and the tests run this very thing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Mutex, Notify, broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::articles::Articles;
use super::assembly::{Wakes, build, sync};
use super::beat::Beat;
use super::desk::Desk;
use super::dispatcher::Tally;
use super::dispatchers::{Channels, Dispatchers};
use super::events::{Event, Events};
use super::feed_files::FeedFiles;
use super::holds::Holds;
use super::opening::{Opened, Patience, warn_of_owner};
use super::orphans::warn_of_orphans;
use super::pipeline::Pipeline;
use super::post::Post;
use super::push::Push;
use super::restart::{self, Change, in_words};
use super::scheduler::{Order, Scheduler};
use super::service::Service;
use super::storage::Storage;
use super::task;
use super::watches::Watches;
use crate::clock::Clock;
use crate::config::Config;
use crate::deliver::{OpenError, Printer};
use crate::domain::ids::{ChannelId, FeedKey};
use crate::domain::notice::Notice;
use crate::egress::EgressError;
use crate::fetch::hosts::HostGate;
use crate::store::error::StoreError;
use crate::store::{InstanceLock, Store};

/// How often [`App::delivered`] looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How long dispatchers go on at the end for visits that were under way.
const LAST_VISITS: Duration = Duration::from_secs(1);

/// How the app runs.
#[derive(Clone)]
pub struct Options {
    pub clock: Clock,
    /// Where log channels print their readable rendering.
    pub printer: Printer,
    /// Whether deliveries are sent. Otherwise they wait in the outbox for a run that does.
    pub deliver: bool,
    /// Visit each feed once, empty the outbox of what is due, and end.
    pub once: bool,
    /// Who is told that the scheduler turns.
    pub service: Service,
}

/// Why the app did not start, or a reload was refused.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the state directory {} cannot be made", path.display())]
    StateDir { path: PathBuf, source: std::io::Error },
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    #[error("the network settings cannot be used")]
    Egress(#[from] EgressError),
    #[error("channel `{channel}` cannot be opened")]
    Channel { channel: ChannelId, source: OpenError },
    /// Keys that are read at the start only, each with what it was and is.
    #[error(
        "{}: that needs a restart, until which the running configuration stays",
        in_words(changes)
    )]
    NeedsRestart { changes: Vec<Change> },
}

/// A running daemon.
pub struct App {
    store: Store,
    events: Events,
    options: Options,
    /// Told whenever deliveries are committed.
    committed: watch::Sender<()>,
    orders: mpsc::UnboundedSender<Order>,
    stop: CancellationToken,
    scheduler: Mutex<Option<JoinHandle<usize>>>,
    /// The pipeline that runs, for the reader of articles and the watches over topics and feeds.
    pipeline: watch::Sender<Arc<Pipeline>>,
    wanted: Arc<Notify>,
    /// The limits per host and the sites that are left alone, for feeds and pages alike.
    gate: HostGate,
    holds: Holds,
    /// What it offers to those who serve people and programs.
    desk: Desk,
    hubs: Arc<Notify>,
    /// What goes on beside the scheduler; for one round nothing does.
    beside: Mutex<Vec<JoinHandle<()>>>,
    pub(super) watches: Watches,
    live: Mutex<Live>,
    _lock: InstanceLock,
}

/// What a reload replaces.
struct Live {
    config: Arc<Config>,
    dispatchers: Dispatchers,
}

/// What one round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Once {
    pub failed_feeds: usize,
    pub failed_deliveries: usize,
}

impl App {
    /// Takes the state directory, opens its database, and sets everything going.
    pub async fn start(config: Config, options: Options) -> Result<Self, StartError> {
        Ok(Self::start_watched(config, options).await?.0)
    }

    /// The same, with all that happens from the start on.
    pub async fn start_watched(
        config: Config,
        options: Options,
    ) -> Result<(Self, broadcast::Receiver<Event>), StartError> {
        let config = Arc::new(config);
        let mut patience = Patience::new(&config.state_dir, !options.once);
        let Opened { lock, store, birth } = patience.open().await?;
        warn_of_owner(&config.state_dir);
        let recover = || store.recover_deliveries(options.clock.now());
        let recovered = patience.write(recover).await?;
        if recovered > 0 {
            tracing::info!(recovered, "deliveries under way at the last stop are sent again");
        }
        let events = Events::new();
        let stop = CancellationToken::new();
        let committed = watch::Sender::new(());
        let (wanted, hubs) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let storage = Storage::open();
        let wakes =
            Wakes { committed: &committed, wanted: &wanted, hubs: &hubs, storage: &storage };
        let (pipeline, channels) = build(&config, &store, &options, wakes)?;
        let pipeline = Arc::new(pipeline);
        let feeds = patience.write(|| sync(&config, &store, &options)).await?;
        warn_of_orphans(&config, &store);
        let gate = HostGate::new(config.fetch.max_concurrent, config.fetch.host_gap);
        let held = store.site_holds(options.clock.now())?;
        let scheduler = Scheduler::new(
            pipeline.clone(),
            gate.clone(),
            &held,
            feeds,
            events.clone(),
            options.once,
        );
        let holds = scheduler.holds();
        let beat = Beat::felt_by(options.service.clone());
        let pipeline = watch::Sender::new(pipeline);
        let post = Post { pipeline: pipeline.subscribe() };
        let watches = Watches::new(post, options.clone(), events.clone(), beat.clone());
        let broken = &watches.broken;
        let dispatchers = Dispatchers::start(channels, &store, &committed, &options, broken);
        patience.write(|| watches.start(&stop)).await?;
        watches.tell_birth(birth).await;
        let (orders, received) = mpsc::unbounded_channel();
        let push = Push::new(pipeline.subscribe(), events.clone(), orders.clone(), holds.clone());
        let articles = Articles {
            pipeline: pipeline.subscribe(),
            wanted: wanted.clone(),
            gate: gate.clone(),
            holds: holds.clone(),
        };
        let mut beside = Vec::new();
        if !options.once {
            beside.push(task::spawn("push", broken, push.clone().run(stop.clone())));
            beside.push(task::spawn("pages", broken, articles.run(stop.clone())));
            let (pipeline, committed) = (pipeline.subscribe(), committed.subscribe());
            let files = FeedFiles { pipeline, committed };
            beside.push(task::spawn("output feeds", broken, files.run(stop.clone())));
        }
        let desk =
            Desk::new(pipeline.subscribe(), &committed, &orders, &events, beat.clone(), push);
        let happening = events.subscribe();
        let scheduler = scheduler.run(received, beat.clone(), stop.clone());
        let scheduler = task::spawn("scheduler", broken, scheduler);
        let app = Self {
            store,
            events,
            options,
            committed,
            orders,
            stop,
            scheduler: Mutex::new(Some(scheduler)),
            pipeline,
            wanted,
            gate,
            holds,
            desk,
            hubs,
            beside: Mutex::new(beside),
            watches,
            live: Mutex::new(Live { config, dispatchers }),
            _lock: lock,
        };
        Ok((app, happening))
    }

    /// What happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// What it offers to those who serve people and programs.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Cancelled when a part of it panicked, after that was logged.
    pub fn broken(&self) -> CancellationToken {
        self.watches.broken.clone()
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Tells a notice to who is told of wirewatch's own work.
    pub async fn tell(&self, notice: Notice) -> Result<(), StoreError> {
        let (post, now) = (Post { pipeline: self.pipeline.subscribe() }, notice.at);
        post.tell(vec![notice], Vec::new(), now).await
    }

    /// Visits a feed now, whenever it is due.
    pub fn visit_now(&self, feed: &FeedKey) {
        self.desk.visit_now(feed);
    }

    /// Goes on with another configuration. Everything that may fail is done first: on an error
    /// the old one runs on, untouched.
    pub async fn reload(&self, config: Config) -> Result<(), StartError> {
        let mut live = self.live.lock().await;
        let config = Arc::new(config);
        restart::check(&live.config, &config)?;
        let (mut pipeline, channels) = self.build(config.clone()).await?;
        let feeds = sync(&config, &self.store, &self.options).await?;
        warn_of_orphans(&config, &self.store);
        pipeline.fetcher.succeed(&self.pipeline.borrow().fetcher);
        self.gate.renew(config.fetch.max_concurrent, config.fetch.host_gap);
        // The topics first: dispatchers may be in the middle of a slow delivery.
        let pipeline = Arc::new(pipeline);
        let old = self.pipeline.send_replace(pipeline.clone());
        old.replaced.cancel();
        let _stopping = self.orders.send(Order::Replace { pipeline, feeds });
        let old = (old, std::mem::replace(&mut live.config, config));
        // Giving back the memory of thousands of rules takes a while.
        drop(tokio::task::spawn_blocking(move || drop(old)));
        live.dispatchers.replace(channels, &self.store, &self.committed, &self.options);
        Ok(())
    }

    /// Builds what a configuration asks for beside the tasks that run: reading certificates and
    /// opening channels takes its time.
    async fn build(&self, config: Arc<Config>) -> Result<(Pipeline, Channels), StartError> {
        let (store, options) = (self.store.clone(), self.options.clone());
        let (committed, wanted, hubs) =
            (self.committed.clone(), self.wanted.clone(), self.hubs.clone());
        let storage = self.pipeline.borrow().storage.clone();
        let work = move || {
            let wakes =
                Wakes { committed: &committed, wanted: &wanted, hubs: &hubs, storage: &storage };
            build(&config, &store, &options, wakes)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(built) => built,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Waits until every feed was visited once, then delivers what is due. For apps started with
    /// `once`. What came to nothing since a part of it panicked is not counted: [`Self::broken`] says so.
    pub async fn finish_once(&self) -> Once {
        let scheduler = self.scheduler.lock().await.take();
        let failed_feeds = match scheduler {
            // Where it panicked, that was said, and all is broken.
            Some(task) => task.await.unwrap_or_default(),
            None => 0,
        };
        let broken = &self.watches.broken;
        let articles = Articles {
            pipeline: self.pipeline.subscribe(),
            wanted: self.wanted.clone(),
            gate: self.gate.clone(),
            holds: self.holds.clone(),
        };
        task::part("pages", broken, articles.drain(&self.stop)).await;
        task::part("watches", broken, self.watches.look()).await;
        let (pipeline, committed) = (self.pipeline.subscribe(), self.committed.subscribe());
        let files = FeedFiles { pipeline, committed };
        task::part("output feeds", broken, files.write_once()).await;
        let live = self.live.lock().await;
        let (waiting, renewals) =
            (live.dispatchers.waiting.iter(), live.dispatchers.renewals.iter());
        let drains = waiting.map(|one| task::part("dispatcher", broken, one.drain(&self.stop)));
        let tallies: Vec<Tally> = join_all(drains).await;
        join_all(renewals.map(|one| task::part("renewal", broken, one.once()))).await;
        Once { failed_feeds, failed_deliveries: tallies.iter().map(|tally| tally.failed).sum() }
    }

    /// Waits until no delivery is pending or under way.
    pub async fn delivered(&self) -> Result<(), StoreError> {
        while self.store.counts()?.deliveries_due > 0 {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    /// Stops: nothing new is begun, what is under way may end within bounds, and the rest waits
    /// in the database for the next start.
    pub async fn stop(self) {
        self.stop.cancel();
        let scheduler = async {
            if let Some(scheduler) = self.scheduler.lock().await.take() {
                let _failed = scheduler.await;
            }
        };
        let mut scheduler = std::pin::pin!(scheduler);
        // What the last visits raise may go out, unless they take their time.
        let is_over = tokio::time::timeout(LAST_VISITS, &mut scheduler).await.is_ok();
        let beside = async {
            for task in self.beside.lock().await.drain(..) {
                let _failed = task.await;
            }
            self.watches.stopped().await;
        };
        let dispatchers = async { self.live.lock().await.dispatchers.stop().await };
        let late = async {
            if !is_over {
                scheduler.await;
            }
        };
        tokio::join!(late, beside, dispatchers);
    }
}
