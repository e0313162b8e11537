//! `wirewatch status`: everything at a glance. Is it running, how do the feeds do, what was
//! found, what waits to go out; in few enough lines for one screen. [`recent`] has the last day; [`broken`] tells what can be
//! told where the configuration cannot be read, [`pending`] where another one runs.

mod broken;
mod pending;
mod recent;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::deliver::channels;
use crate::cli::digest::{Told, timetables};
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::alert::circuit::Circuit;
use crate::domain::feed::health::{Condition, Health, health_of};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::reload::{Outcome, Refusal};
use crate::domain::untrusted;
use crate::store::checkup::free_bytes;
use crate::store::copies::Copies;
use crate::store::counts::Counts;
use crate::store::error::StoreError;
use crate::store::feeds::FeedView;
use crate::store::notices::NoticeView;
use crate::store::{Access, Store, held};

use pending::Pending;
use recent::Recent;

/// Longest path of the config, in characters: it is to stay on a line with what else is said.
const MAX_PATH_CHARS: usize = 40;

/// Most channels whose digests and quiet hours are told.
const MAX_TOLD: usize = 3;

/// All that is told.
struct Status {
    config: String,
    /// The daemon's process, if one runs.
    daemon: Option<Option<u32>>,
    /// Why the configuration as it stands in the files does not run, and since when, if a daemon
    /// runs with an earlier one.
    refused: Option<(Timestamp, Refusal)>,
    /// What of it does not run as it stands in the files.
    pending: Option<Pending>,
    topics: usize,
    channels: usize,
    feeds: Vec<(FeedView, Health)>,
    counts: Counts,
    recent: Recent,
    silent: Vec<TopicId>,
    notice: Option<NoticeView>,
    free_bytes: Option<u64>,
    /// Why nothing can be stored, as far as it shows from here.
    storage: Option<String>,
    /// How the daily copies go, where they are configured.
    copies: Option<Copies>,
    /// Entries that are set aside.
    aside: u64,
    told: Vec<Told>,
    /// Channels that fail.
    failing: Vec<(ChannelId, Circuit)>,
    now: Timestamp,
}

pub fn run(session: &mut Session) -> Result<Exit, Failure> {
    match session.config() {
        Ok(config) => tell(&config, session),
        Err(failure) => broken::tell(failure, session),
    }
}

fn tell(config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store_of(config, Access::ReadOnly)?;
    let (known, topics) = (store.feed_states()?, store.topics()?);
    let daemon = held(&config.state_dir);
    let pending = daemon.and_then(|_| pending::pending(config, &topics, &known));
    let feeds = feeds(config, known, session);
    let silent = topics
        .into_iter()
        .filter(|topic| topic.retired_at.is_none() && topic.silent_since.is_some());
    let status = Status {
        config: config.file.display().to_string(),
        refused: refused(&config.state_dir, &store)?,
        daemon,
        pending,
        topics: config.topics.topics().count(),
        channels: config.channels.len(),
        feeds,
        counts: store.counts()?,
        recent: Recent::read(&store, session.clock.now())?,
        silent: silent.map(|topic| topic.id).collect(),
        notice: store.notices(1)?.into_iter().next(),
        free_bytes: free_bytes(&config.state_dir),
        storage: storage(config),
        copies: config.backup.as_ref().map(|_| store.copies()).transpose()?,
        aside: store.count_aside()?,
        told: timetables(config, &store, session.clock.now())?,
        failing: channels::failing(config, &store)?,
        now: session.clock.now(),
    };
    let mut page = Page::new(&session.printer);
    status.page(&mut page);
    let object = status.object();
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

/// The refusal that the running daemon lives with.
pub fn refused(dir: &Path, store: &Store) -> Result<Option<(Timestamp, Refusal)>, StoreError> {
    let last = store.last_reload()?.filter(|_| held(dir).is_some());
    Ok(last.and_then(|last| match last.reload.outcome {
        Outcome::Refused(refusal) => Some((last.reload.at, refusal)),
        Outcome::Taken { .. } => None,
    }))
}

fn refused_line((at, refusal): &(Timestamp, Refusal)) -> String {
    let line = untrusted::terminal(&refusal.summary);
    format!("refused {}, an earlier one runs: {line}", moment::text(*at))
}

fn refused_object((at, refusal): &(Timestamp, Refusal)) -> Value {
    json!({ "at": moment::json(*at), "summary": refusal.summary })
}

/// Whether a daemon runs, in words.
fn daemon(held: Option<Option<u32>>) -> String {
    match held {
        None => "not running: `wirewatch run` starts it".to_owned(),
        Some(None) => "running".to_owned(),
        Some(Some(pid)) => format!("running, process {pid}"),
    }
}

/// Why nothing can be stored, as far as a look at the disk tells.
fn storage(config: &Config) -> Option<String> {
    let free = free_bytes(&config.state_dir)?;
    let floor = config.storage.floor_bytes;
    if free < floor {
        let (free, floor) = (size(free), size(floor));
        return Some(format!(
            "{free} free, less than {floor}: no feed is read until there is more"
        ));
    }
    None
}

/// How the daily copies go: when the last was made, and why there is none since.
pub fn backup_line(copies: &Copies) -> String {
    let made = copies.made.as_ref().map(|(at, _)| moment::text(*at));
    let made = made.map_or("none was made yet".to_owned(), |at| format!("last made {at}"));
    match &copies.trouble {
        None => made,
        Some(trouble) => {
            let (since, detail) =
                (moment::text(trouble.since), untrusted::terminal(&trouble.detail));
            format!("failing since {since}: {detail}; {made}")
        }
    }
}

fn backup_object(copies: &Copies) -> Value {
    json!({
        "made_at": moment::json_opt(copies.made.as_ref().map(|(at, _)| *at)),
        "path": copies.made.as_ref().map(|(_, path)| path),
        "failing_since": moment::json_opt(copies.trouble.as_ref().map(|trouble| trouble.since)),
        "code": copies.trouble.as_ref().map(|trouble| &trouble.code),
        "detail": copies.trouble.as_ref().map(|trouble| &trouble.detail),
    })
}

/// The configured feeds that are known, judged.
pub fn feeds(config: &Config, known: Vec<FeedView>, session: &Session) -> Vec<(FeedView, Health)> {
    let now = session.clock.now();
    let mut known: BTreeMap<String, FeedView> =
        known.into_iter().map(|view| (view.state.key.to_string(), view)).collect();
    let mut judged = Vec::new();
    for feed in &config.feeds {
        if let Some(view) = known.remove(feed.key.as_str()) {
            let health = health_of(feed, &view.state, now);
            judged.push((view, health));
        }
    }
    judged
}

/// How many feeds are in each state, in the order in which states are declared.
pub fn by_state(feeds: &[(FeedView, Health)]) -> Vec<(&'static str, usize)> {
    let mut counts = BTreeMap::new();
    for (_, health) in feeds {
        *counts.entry(health.condition).or_insert(0) += 1;
    }
    counts.into_iter().map(|(condition, count)| (condition.as_str(), count)).collect()
}

/// `9 ok, 2 failing`.
pub fn in_words(states: &[(&str, usize)]) -> String {
    let states = states.iter().map(|(state, count)| format!("{count} {}", state.replace('_', " ")));
    states.collect::<Vec<_>>().join(", ")
}

/// A size as people read it.
pub fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} bytes"),
    }
}

impl Status {
    fn page(&self, page: &mut Page) {
        page.field("daemon", &daemon(self.daemon));
        let (topics, channels) = (count(self.topics, "topic"), count(self.channels, "channel"));
        let path = untrusted::excerpt(&self.config, MAX_PATH_CHARS);
        page.brief("config", &format!("{path}: {topics}, {channels}"), 1);
        if let Some(refused) = &self.refused {
            page.brief("", &refused_line(refused), 2);
        } else if let Some(pending) = &self.pending {
            page.brief("", &pending.line(), 2);
            page.more("more: wirewatch config diff");
        }
        page.brief("feeds", &self.feed_line(), 2);
        if self.feeds.iter().any(|(_, health)| health.is_trouble()) {
            page.more("more: wirewatch feeds status --failing");
        }
        if let Some(fetches) = self.fetches() {
            page.field("fetches", &fetches);
        }
        self.recent.came(&self.counts, page);
        for (channel, circuit) in self.failing.iter().take(MAX_TOLD) {
            page.brief("channels", &channels::line(channel, circuit, self.now), 2);
        }
        if !self.failing.is_empty() {
            page.more("more: wirewatch deliver channels");
        }
        for (n, told) in self.told.iter().take(MAX_TOLD).enumerate() {
            page.brief(if n == 0 { "told" } else { "" }, &told.line(self.now), 2);
        }
        self.recent.unusual(page);
        if !self.silent.is_empty() {
            let named = recent::some(&self.silent, ", ", |topic| topic.as_str().to_owned());
            page.brief("silent", &format!("less than is expected of {named}"), 2);
        }
        if let Some(notice) = &self.notice {
            let text = format!("{}: {}", moment::text(notice.at), notice.headline);
            page.brief("notice", &text, 1);
        }
        if let Some(storage) = &self.storage {
            page.brief("storage", storage, 2);
        }
        if let Some(copies) = &self.copies {
            page.brief("backup", &backup_line(copies), 2);
        }
        if self.aside > 0 {
            let text = format!("{} cannot be evaluated", count(self.aside as usize, "entry"));
            page.brief("aside", &text, 1);
            page.more("more: wirewatch entries list --quarantined");
        }
        let free = self.free_bytes.map(|bytes| format!("; {} free on its disk", size(bytes)));
        let (entries, bytes) = (self.counts.entries, size(self.counts.bytes));
        let free = free.unwrap_or_default();
        page.field("database", &format!("{} in {bytes}{free}", count(entries as usize, "entry")));
    }

    /// When the first feed is due; those that are paused never are.
    fn next_fetch(&self) -> Option<Timestamp> {
        let fetched = self.feeds.iter().filter(|(_, health)| health.condition != Condition::Paused);
        fetched.map(|(view, _)| view.state.next_due).min()
    }

    /// The states.
    fn feed_line(&self) -> String {
        match self.feeds.is_empty() {
            true => "none was fetched yet".to_owned(),
            false => in_words(&by_state(&self.feeds)),
        }
    }

    /// When any feed was last fetched, and when the next one is.
    fn fetches(&self) -> Option<String> {
        let last = self.recent.glance.last_fetch.map(|at| format!("last {}", moment::text(at)));
        let next = self.next_fetch().map(|at| format!("next fetch {}", moment::text(at)));
        let told: Vec<String> = last.into_iter().chain(next).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }

    fn object(&self) -> Value {
        let states: serde_json::Map<String, Value> = by_state(&self.feeds)
            .into_iter()
            .map(|(state, count)| (state.to_owned(), json!(count)))
            .collect();
        let next = self.next_fetch();
        let mut object = json!({
            "running": self.daemon.is_some(),
            "pid": self.daemon.flatten(),
            "config": self.config,
            "config_refused": self.refused.as_ref().map(refused_object),
            "config_pending": self.pending.as_ref().map(Pending::object),
            "feeds": states,
            "feeds_in_trouble": self.feeds.iter().filter(|(_, health)| health.is_trouble()).count(),
            "next_fetch": moment::json_opt(next),
            "topics": self.topics,
            "topics_silent": self.silent.iter().map(TopicId::as_str).collect::<Vec<_>>(),
            "channels": self.channels,
            "channels_failing": self.failing.iter().map(|(channel, circuit)| json!({
                "channel": channel.as_str(),
                "state": circuit.state.as_str(),
                "since": moment::json(circuit.since),
                "code": circuit.code.as_ref(),
            })).collect::<Vec<_>>(),
            "timetables": self.told.iter().map(Told::object).collect::<Vec<_>>(),
            "alerts": self.counts.alerts,
            "alerts_open": self.counts.alerts_open,
            "alerts_acknowledged": self.counts.alerts_acknowledged,
            "deliveries_waiting": self.counts.deliveries_due,
            "deliveries_parked": self.counts.deliveries_parked,
            "last_notice": self.notice.as_ref().map(|notice| json!({
                "id": notice.id.to_string(),
                "at": moment::json(notice.at),
                "event": notice.kind.as_str(),
                "headline": notice.headline,
            })),
            "entries": self.counts.entries,
            "database_bytes": self.counts.bytes,
            "free_bytes": self.free_bytes,
            "storage": self.storage,
            "backup": self.copies.as_ref().map(backup_object),
            "entries_quarantined": self.aside,
        });
        self.recent.add(&mut object);
        object
    }
}
