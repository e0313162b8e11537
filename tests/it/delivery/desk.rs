//! A desk to deliver from: a real store in a directory of its own, alerts put into its outbox as
//! the pipeline does it, channels opened from configuration, and a clock that the test moves.

mod facts;
pub mod mail;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use wirewatch::clock::Clock;
use wirewatch::config::{
    ChannelConfig, ChannelKind, EgressConfig, LogChannel, Secret, WebhookChannel,
};
use wirewatch::daemon::dispatcher::{Dispatcher, Manners};
use wirewatch::deliver::object::{self, AlertV1};
use wirewatch::deliver::terminal::Style;
use wirewatch::deliver::{self, Channel, Printer};
use wirewatch::domain::alert::AlertRevision;
use wirewatch::domain::alert::delivery::{DeliveryState, NewDelivery};
use wirewatch::domain::feed::{FetchRecord, Freshness, Outcome, Validators};
use wirewatch::domain::ids::{ChannelId, DeliveryId, Digest};
use wirewatch::domain::ingest::{Batch, Plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::topic::Severity;
use wirewatch::egress::Egress;
use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};
use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::support::channel::Receiver;
use facts::{feed, revision, story};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// How long webhooks are waited for where none is to hang: no machine is as slow.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A test that waits longer than this for a state has failed.
const WAIT: Duration = Duration::from_secs(120);

pub struct Desk {
    dir: tempfile::TempDir,
    pub store: Store,
    pub clock: Clock,
    channels: Vec<ChannelConfig>,
    allow_net: Vec<String>,
    timeout: Duration,
    committed: watch::Sender<()>,
    running: Vec<(CancellationToken, JoinHandle<()>)>,
    last_id: i64,
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(DATABASE_FILE);
        Self {
            store: Store::open(&path, Access::Create).expect("a store"),
            dir,
            clock: Clock::manual("2026-05-04T10:00:00Z".parse().expect("a time")),
            channels: Vec::new(),
            allow_net: Vec::new(),
            timeout: TIMEOUT,
            committed: watch::Sender::new(()),
            running: Vec::new(),
            last_id: 0,
        }
    }

    /// How long the webhooks that are added from now on are waited for.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Adds a webhook channel to this receiver, signed.
    pub fn webhook(mut self, id: &str, receiver: &Receiver) -> Self {
        self.allow_net.push(receiver.host());
        let webhook = WebhookChannel {
            url: receiver.url(),
            secret: Some(Secret::new(SECRET)),
            timeout: self.timeout,
            headers: BTreeMap::from([("x-token".to_owned(), Secret::new("t0k3n"))]),
            body: Default::default(),
        };
        self.add(id, ChannelKind::Webhook(webhook));
        self
    }

    /// Adds an alert log, rotated at so many bytes.
    pub fn log(mut self, id: &str, rotate_bytes: u64) -> Self {
        let log = LogChannel { path: self.log_path(), rotate_bytes, keep: 1_000, terminal: true };
        self.add(id, ChannelKind::Log(log));
        self
    }

    /// Adds any channel; it may reach `host`.
    pub fn channel(mut self, id: &str, kind: ChannelKind, host: &str) -> Self {
        self.allow_net.push(host.to_owned());
        self.add(id, kind);
        self
    }

    /// The directory of the store.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    fn add(&mut self, id: &str, kind: ChannelKind) {
        let (id, min_severity) = (id.parse().expect("a key"), Severity::Info);
        let timetable = Default::default();
        self.channels.push(ChannelConfig { id, min_severity, timetable, kind });
    }

    pub fn log_path(&self) -> PathBuf {
        self.dir.path().join("alerts.jsonl")
    }

    /// The alerts in the log, oldest first, from all its files; every line must be one.
    pub fn logged(&self) -> Vec<AlertV1> {
        let rotated = |n: usize| format!("{}.{n}", self.log_path().display());
        let files = (1..).map(rotated).take_while(|path| std::fs::exists(path).expect("a look"));
        let mut files: Vec<PathBuf> = files.map(PathBuf::from).collect();
        files.reverse();
        files.push(self.log_path());
        let mut alerts = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
            alerts.extend(
                text.lines().map(|line| serde_json::from_str::<AlertV1>(line).expect("an alert")),
            );
        }
        alerts
    }

    /// Commits revision `seq` of alert `n`, with a delivery to each channel. Returns the bytes
    /// that were fixed, by delivery id.
    pub async fn alert(&mut self, n: i64, seq: u32) -> BTreeMap<String, Vec<u8>> {
        let revision = revision(n, seq, self.clock.now());
        let ids = self.channels.iter().map(|channel| &channel.id);
        let deliveries: Vec<NewDelivery> = ids
            .zip(self.last_id + 1..)
            .map(|(channel, id)| NewDelivery {
                id: DeliveryId(id),
                alert: revision.alert,
                seq,
                channel: channel.clone(),
                urgent: false,
                route: None,
                wait: Duration::ZERO,
                body: object::freeze(&revision, channel, DeliveryId(id)),
            })
            .collect();
        self.last_id += deliveries.len() as i64;
        let frozen = deliveries.iter().map(|d| (d.id.to_string(), d.body.clone())).collect();
        self.commit(revision, deliveries).await;
        self.committed.send_replace(());
        frozen
    }

    /// Puts a revision and its deliveries into the store, in the one transaction there is.
    async fn commit(&self, revision: AlertRevision, deliveries: Vec<NewDelivery>) {
        let (now, last_id) = (self.clock.now(), self.last_id);
        let feed = Arc::new(feed());
        let synced = self.store.sync_feeds(vec![Arc::clone(&feed)], now).await.expect("synced");
        let batch = Batch {
            fetch: FetchRecord {
                feed: synced[0].id,
                at: now,
                outcome: Outcome::Fresh,
                code: "ok".into(),
                status: Some(200),
                bytes: 0,
                duration: Duration::ZERO,
                entries: 0,
                new_entries: 0,
                would_have_raised: 0,
                detail: None,
            },
            feed,
            title: None,
            validators: Validators::default(),
            publishers: Directory::builtin(),
            body_hash: Digest::of("test", &[]),
            complete: true,
            freshness: Freshness::default(),
            rhythm: Default::default(),
            links: Default::default(),
            manner: Default::default(),
            entries: Vec::new(),
            routes: Default::default(),
            topics: Vec::new(),
            rules: None,
        };
        let fetch = batch.fetch.clone();
        let decide = move |view: &wirewatch::domain::ingest::View| Plan {
            last_id: view.seen.last_id.max(last_id),
            feed: view.seen.feed.clone(),
            fetch: fetch.clone(),
            entries: Vec::new(),
            revised: Vec::new(),
            keys: Vec::new(),
            matches: Vec::new(),
            stories: vec![story(&revision)],
            members: Vec::new(),
            merges: Vec::new(),
            alerts: vec![revision.clone()],
            objects: vec![AlertV1::from_revision(&revision).to_bytes()],
            deliveries: deliveries.clone(),
            withheld: Vec::new(),
            overspent: Vec::new(),
            decisions: Vec::new(),
            held: Vec::new(),
            pending: Vec::new(),
            past: Default::default(),
            events: Vec::new(),
        };
        self.store.ingest(Arc::new(batch), decide).await.expect("committed");
    }

    /// The channel of this name, opened anew.
    pub fn open(&self, id: &str) -> Box<dyn Channel> {
        let config = self.channels.iter().find(|channel| channel.id.as_str() == id);
        let allow_net = self.allow_net.clone();
        let egress = Egress::new(&EgressConfig { contact: None, allow_net }).expect("egress");
        let printer = Printer::new(Style { colour: false, width: 100 }, |_| ());
        let config = config.expect("a channel");
        deliver::open(config, &egress, &self.clock, &printer).expect("an open channel")
    }

    pub fn dispatcher(&self, id: &str) -> Dispatcher {
        Dispatcher {
            id: id.parse().expect("a key"),
            channel: self.open(id),
            store: self.store.clone(),
            clock: self.clock.clone(),
            quiet: None,
            manners: Manners::plain(),
        }
    }

    /// Starts a dispatcher for each channel, as a daemon does that comes up.
    pub async fn start(&mut self) {
        self.store.recover_deliveries(self.clock.now()).await.expect("recovered");
        let ids: Vec<ChannelId> = self.channels.iter().map(|channel| channel.id.clone()).collect();
        for id in ids {
            let (dispatcher, stop) = (self.dispatcher(id.as_str()), CancellationToken::new());
            let (committed, stopped) = (self.committed.subscribe(), stop.clone());
            let task = tokio::spawn(async move { dispatcher.run(committed, &stopped).await });
            self.running.push((stop, task));
        }
    }

    /// Stops all dispatchers and waits for them.
    pub async fn stop(&mut self) {
        for (stop, task) in self.running.drain(..) {
            stop.cancel();
            task.await.expect("no panic");
        }
    }

    /// Ends all dispatchers wherever they are, as a crash would.
    pub async fn kill(&mut self) {
        for (_, task) in self.running.drain(..) {
            task.abort();
            let _ = task.await;
        }
    }

    pub fn deliveries(&self, state: Option<DeliveryState>) -> Vec<DeliveryView> {
        let filter = DeliveryFilter { state, limit: 10_000, ..DeliveryFilter::default() };
        self.store.deliveries(&filter).expect("deliveries")
    }

    pub fn delivery(&self, id: &str) -> DeliveryView {
        let id = Some(id.parse().expect("a delivery id"));
        let filter = DeliveryFilter { id, ..DeliveryFilter::default() };
        self.store.deliveries(&filter).expect("deliveries").remove(0)
    }

    /// Waits, without moving the clock, until a state holds.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        self.wait(what, holds, |_| None).await;
    }

    /// Moves the clock on to the next retry, again and again, until a state holds.
    pub async fn turn(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        self.wait(what, holds, Self::next_try).await;
    }

    /// Looks for a next time first and then whether the state holds. Where there is such a time nothing
    /// was under way, and so nothing happens between the two looks: no state is passed over.
    async fn wait(
        &self,
        what: &str,
        holds: impl Fn(&Self) -> bool,
        next: impl Fn(&Self) -> Option<Timestamp>,
    ) {
        let waiting = async {
            loop {
                let next = next(self);
                if holds(self) {
                    break;
                }
                if let Some(next) = next {
                    let wait = next.duration_since(self.clock.now());
                    self.clock.advance(Duration::try_from(wait).unwrap_or_default());
                    // The dispatchers may have begun to wait before the clock moved.
                    self.committed.send_replace(());
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        if tokio::time::timeout(WAIT, waiting).await.is_err() {
            panic!("{what}: {:#?}", self.deliveries(None));
        }
    }

    /// The time of the next retry, if nothing is under way.
    fn next_try(&self) -> Option<Timestamp> {
        let waiting: Vec<DeliveryView> =
            self.deliveries(None).into_iter().filter(is_open).collect();
        let in_turn = |one: &&DeliveryView| {
            let earlier = |other: &DeliveryView| {
                (other.carried.alert(), &other.channel) == (one.carried.alert(), &one.channel)
                    && other.carried.seq() < one.carried.seq()
            };
            !waiting.iter().any(earlier)
        };
        // What waits for a channel that fails is tried when that is.
        let circuits = self.store.circuits().expect("circuits");
        let due = |delivery: &DeliveryView| {
            let fails = circuits
                .iter()
                .find(|(channel, circuit)| *channel == delivery.channel && !circuit.is_closed());
            delivery.next_attempt.map(|next| fails.map_or(next, |(_, fails)| fails.next_probe))
        };
        // None of an open delivery's: it is being sent.
        waiting.iter().filter(in_turn).map(due).min().flatten()
    }

    /// Takes the table of deliveries away, or brings it back.
    pub fn break_outbox(&self, broken: bool) {
        let database = rusqlite::Connection::open(self.dir.path().join(DATABASE_FILE));
        let (from, to) = if broken { ("deliveries", "hidden") } else { ("hidden", "deliveries") };
        let renamed = format!("ALTER TABLE {from} RENAME TO {to}");
        database.expect("a database").execute_batch(&renamed).expect("renamed");
    }

    pub fn all_delivered(&self) -> bool {
        self.deliveries(None).iter().all(|d| d.state == DeliveryState::Delivered)
    }
}

fn is_open(delivery: &DeliveryView) -> bool {
    matches!(delivery.state, DeliveryState::Pending | DeliveryState::Sending)
}
