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
use super::beat::Beat;
use super::desk::Desk;
use super::dispatcher::{Tally, Tells};
use super::dispatchers::{self, Channels, Dispatchers};
use super::events::{Event, Events};
use super::feed_files::FeedFiles;
use super::holds::Holds;
use super::orphans::warn_of_orphans;
use super::pipeline::Pipeline;
use super::post::Post;
use super::push::Push;
use super::restart::{self, Change, in_words};
use super::scheduler::{Order, Scheduler};
use super::service::Service;
use super::storage::{Storage, open_patiently};
use super::watches::Watches;
use crate::clock::Clock;
use crate::config::{ChannelConfig, Config};
use crate::deliver::{OpenError, Printer};
use crate::domain::feed::{Feed, FeedState};
use crate::domain::ids::{ChannelId, FeedKey};
use crate::domain::notice::Notice;
use crate::domain::topic::{Mode, Topic};
use crate::egress::{Egress, EgressError};
use crate::fetch::Fetcher;
use crate::fetch::hosts::HostGate;
use crate::store::error::StoreError;
use crate::store::topics::TopicRevision;
use crate::store::{InstanceLock, Store, make_private};

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
    watches: Watches,
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
        let state_dir = &config.state_dir;
        make_private(state_dir)
            .map_err(|source| StartError::StateDir { path: state_dir.clone(), source })?;
        let (lock, store) = open_patiently(state_dir, !options.once).await?;
        let recovered = store.recover_deliveries(options.clock.now()).await?;
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
        let feeds = sync(&config, &store, &options).await?;
        warn_of_orphans(&config, &store);
        let gate = HostGate::new(config.fetch.max_concurrent, config.fetch.host_gap);
        let dispatchers = Dispatchers::start(channels, &store, &committed, &options);
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
        let watches = Watches::new(post, options.clone(), events.clone());
        watches.start(&stop).await?;
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
            beside.push(tokio::spawn(push.clone().run(stop.clone())));
            beside.push(tokio::spawn(articles.run(stop.clone())));
            let (pipeline, committed) = (pipeline.subscribe(), committed.subscribe());
            beside.push(tokio::spawn(FeedFiles { pipeline, committed }.run(stop.clone())));
        }
        let desk =
            Desk::new(pipeline.subscribe(), &committed, &orders, &events, beat.clone(), push);
        let happening = events.subscribe();
        let scheduler = tokio::spawn(scheduler.run(received, beat.clone(), stop.clone()));
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
    /// `once`.
    pub async fn finish_once(&self) -> Once {
        let scheduler = self.scheduler.lock().await.take();
        let failed_feeds = match scheduler {
            Some(task) => task.await.unwrap_or_default(),
            None => 0,
        };
        let articles = Articles {
            pipeline: self.pipeline.subscribe(),
            wanted: self.wanted.clone(),
            gate: self.gate.clone(),
            holds: self.holds.clone(),
        };
        articles.drain(&self.stop).await;
        self.watches.look().await;
        let (pipeline, committed) = (self.pipeline.subscribe(), self.committed.subscribe());
        FeedFiles { pipeline, committed }.write_once().await;
        let live = self.live.lock().await;
        let drains = live.dispatchers.waiting.iter().map(|waiting| waiting.drain(&self.stop));
        let tallies: Vec<Tally> = join_all(drains).await;
        join_all(live.dispatchers.renewals.iter().map(|renewal| renewal.once())).await;
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

/// Whom a pipeline wakes, and who has it wait.
#[derive(Clone, Copy)]
struct Wakes<'a> {
    committed: &'a watch::Sender<()>,
    wanted: &'a Arc<Notify>,
    hubs: &'a Arc<Notify>,
    storage: &'a Storage,
}

/// All of a configuration that may fail without the store.
fn build(
    config: &Arc<Config>,
    store: &Store,
    options: &Options,
    wakes: Wakes<'_>,
) -> Result<(Pipeline, Channels), StartError> {
    let egress = Egress::new(&config.egress)?;
    let open = |channel: &ChannelConfig| {
        let tells = Tells { config: config.clone(), committed: wakes.committed.clone() };
        dispatchers::open(channel, &egress, options, tells)
            .map_err(|source| StartError::Channel { channel: channel.id.clone(), source })
    };
    let channels = config.channels.iter().map(open).collect::<Result<_, _>>()?;
    let pipeline = Pipeline {
        config: config.clone(),
        fetcher: Fetcher::new(&config.fetch, egress)?,
        store: store.clone(),
        clock: options.clock.clone(),
        committed: wakes.committed.clone(),
        wanted: wakes.wanted.clone(),
        hubs: wakes.hubs.clone(),
        storage: wakes.storage.clone(),
    };
    Ok((pipeline, channels))
}

/// Tells the store what is configured, and gets back what it remembers of each feed that is to be
/// fetched.
async fn sync(
    config: &Config,
    store: &Store,
    options: &Options,
) -> Result<Vec<(Arc<Feed>, FeedState)>, StartError> {
    let now = options.clock.now();
    let revision = |(topic, revision): (&Arc<Topic>, _)| TopicRevision {
        id: topic.id.clone(),
        name: topic.name.clone(),
        severity: topic.severity,
        revision,
        source: config.topic_sources.get(&topic.id).cloned().unwrap_or_default(),
        file: topic.file.clone(),
        shadow: topic.mode == Mode::Shadow,
    };
    let topics = config.topics.topics().map(revision).collect();
    let (feeds, silences) = (config.feeds.clone(), config.silences.clone());
    let states = store.take_over(topics, feeds, silences, config.outline(), now).await?;
    store.take_up_channels(dispatchers::configured(config), now).await?;
    let feeds = config.feeds.iter().cloned().zip(states);
    // A paused feed is known, and what is known of it stays; nobody schedules it.
    Ok(feeds.filter(|(feed, _)| !feed.paused).collect())
}
