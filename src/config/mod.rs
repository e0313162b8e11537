//! Configuration: the files a user writes, read into one checked [`Config`].
//!
//! `wirewatch.toml` names the feeds, channels and settings and the directory of the topic files.
//! Loading goes file → spanned TOML → [`Config`] with compiled topics, and reports every problem
//! at once. A `Config` is only ever replaced whole: a bad one never runs.

mod channels;
pub mod difference;
pub mod edit;
mod environment;
mod escalate;
mod examples;
mod feed_files;
mod feeds;
mod footprint;
mod http;
mod keep;
mod key;
mod known;
mod list_file;
mod lists;
mod load;
mod loose;
pub mod origin;
pub mod outline;
mod packs;
mod problem;
mod publishers;
mod reading;
pub mod retention;
mod routes;
mod rule_map;
mod rules;
pub mod schema;
mod secret;
mod section;
mod settings;
pub mod silences;
mod source;
mod stored;
mod timetable;
mod topic;
mod topic_file;
mod topic_filter;
mod topic_story;
mod topic_test;
mod typed;
mod value;
mod whereabouts;

pub use channels::chat::{ChatChannel, ChatService, Updates};
pub use channels::email::{EmailChannel, MailLogin, MailTls};
pub use channels::{
    AlertmanagerChannel, AppriseChannel, AppriseWay, Command, Credentials, ExecChannel,
    WebhookBody, WebhookTemplate,
};
pub use environment::{Environment, MAIN_FILE, is_absent, locate, lookup_places};
pub use examples::{examples, packs};
pub use footprint::Footprint;
pub use keep::LastGood;
pub use load::{load, load_drafts, load_in_part, load_traced, load_with_rules, network, state_dir};
pub use loose::{load_files, topic_files_in};
pub use packs::{PackView, survey};
pub use problem::{Level, Problem, Problems};
pub use rule_map::{PlacedLint, RuleMap};
pub use stored::{ListText, Restored, TopicText, restore};
pub use whereabouts::{Whereabouts, whereabouts};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::alert::route::Routing;
use crate::domain::alert::silence::Written;
use crate::domain::alert::terms::Group;
use crate::domain::calendar::{QuietHours, Recurrence};
use crate::domain::feed::Feed;
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::publisher::Family;
use crate::domain::retention::Retention;
use crate::domain::topic::Severity;
use crate::domain::topic::compile::TopicSet;

/// A whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The main file it was read from.
    pub file: PathBuf,
    /// Every file it was read from, the main file first: a change of one is worth a reload.
    pub files: Vec<PathBuf>,
    /// Whether files that change are taken up without being told to.
    pub auto_reload: bool,
    /// Where the database, the lock and the default alert log live.
    pub state_dir: PathBuf,
    pub feeds: Vec<Arc<Feed>>,
    /// Newsrooms of the user's own. All that are known are in [`TopicSet::publishers`].
    pub publishers: Vec<Family>,
    pub topics: Arc<TopicSet>,
    /// Each topic as a text that stands alone, to be kept with its revision: its part of its file
    /// without the tests, and every list and macro it names. [`restore`] compiles it again.
    pub topic_sources: BTreeMap<TopicId, TopicText>,
    /// Topics that run as they did before, and not as their files say, and why: see
    /// [`Config::keep`].
    pub kept: BTreeMap<TopicId, String>,
    /// The file of each topic, where that lies on a disk.
    pub topic_files: BTreeMap<TopicId, PathBuf>,
    pub channels: Vec<ChannelConfig>,
    /// Which alerts and notices go to which of them.
    pub routing: Arc<Routing>,
    /// The line of each route in the main file.
    pub route_lines: Vec<u32>,
    pub egress: EgressConfig,
    pub fetch: FetchConfig,
    /// What is served over HTTP; nothing where it is not configured.
    pub http: Option<HttpConfig>,
    /// Where the output feeds are written to; nowhere where it is not configured.
    pub feeds_out: Option<PathBuf>,
    /// How long what is stored is kept.
    pub retention: Retention,
    /// What is done when the disk is full.
    pub storage: StorageConfig,
    /// When the database is copied, and where to; never where it is not configured.
    pub backup: Option<BackupConfig>,
    /// Channels that are told of wirewatch's own work; `None` for all of them.
    pub operations: Option<Vec<ChannelId>>,
    /// Silences that stand in the files; those made by command are the store's.
    pub silences: Vec<Written>,
}

/// What is done when the disk is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageConfig {
    /// Size of the file that is given up when the disk is full, so that what was delivered can still
    /// be written down; 0 for none.
    pub ballast_bytes: u64,
    /// Free space below which no feed is read.
    pub floor_bytes: u64,
}

impl StorageConfig {
    /// What holds where nothing is said.
    pub fn standard() -> Self {
        Self { ballast_bytes: 16 << 20, floor_bytes: 32 << 20 }
    }
}

/// Copies of the database that are made by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupConfig {
    pub dir: PathBuf,
    pub when: Recurrence,
    /// How many are kept.
    pub keep: u32,
}

/// What is served, and where the world reaches it.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpConfig {
    pub listen: SocketAddr,
    /// Under which URL `listen` is reached from outside, perhaps through a proxy.
    pub public_url: Option<String>,
    /// Who may ask for more than whether it lives. Without any everybody may who can reach it:
    /// this machine only.
    pub tokens: Vec<TokenConfig>,
}

impl HttpConfig {
    /// Served at this address, to everybody who reaches it.
    pub fn at(listen: SocketAddr) -> Self {
        Self { listen, public_url: None, tokens: Vec::new() }
    }

    /// Whether the world is meant to reach it, by `public_url`.
    pub fn is_published(&self) -> bool {
        let url = self.public_url.as_deref().and_then(|url| url::Url::parse(url).ok());
        url.is_some_and(|url| !value::is_loopback(&url))
    }
}

/// A secret by which a program is let in.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenConfig {
    /// Whose it is; stands beside what is changed with it.
    pub name: String,
    pub scope: TokenScope,
    pub secret: Secret,
}

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenScope {
    /// To look.
    Read,
    /// To look, and to change what people change: alerts, silences, deliveries.
    Write,
}

impl TokenScope {
    pub fn as_str(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Write => "write",
        }
    }
}

/// Where requests may go, feeds and webhooks alike, and how they name themselves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EgressConfig {
    /// URL or address in the User-Agent, so that a server's owner can reach the operator.
    pub contact: Option<String>,
    /// Networks or host names (with optional port) that the egress guard lets through although
    /// they are private, e.g. `127.0.0.1:8080`, `10.1.0.0/16`, `intranet.example`.
    pub allow_net: Vec<String>,
}

/// How feeds are fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchConfig {
    pub connect_timeout: Duration,
    /// Longest silence of a server.
    pub read_timeout: Duration,
    /// Longest whole fetch, redirects included.
    pub total_timeout: Duration,
    pub max_redirects: u32,
    /// Largest decoded body.
    pub max_body_bytes: u64,
    /// Fetches under way at once.
    pub max_concurrent: usize,
    /// Shortest gap between two fetches of one host.
    pub host_gap: Duration,
}

impl FetchConfig {
    /// What holds where `[fetch]` is silent: patient with slow servers, gentle to small ones.
    pub fn standard() -> Self {
        Self {
            connect_timeout: Duration::from_secs(8),
            read_timeout: Duration::from_secs(12),
            total_timeout: Duration::from_secs(30),
            max_redirects: 5,
            max_body_bytes: 16 << 20,
            max_concurrent: 64,
            host_gap: Duration::from_secs(1),
        }
    }
}

/// A way out, as configured.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelConfig {
    pub id: ChannelId,
    /// Alerts of topics below this severity are not sent here.
    pub min_severity: Severity,
    pub timetable: Timetable,
    pub kind: ChannelKind,
}

/// When a channel is told what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timetable {
    pub digest: Option<DigestConfig>,
    pub quiet_hours: Option<QuietHours>,
    /// The daily sign of life.
    pub heartbeat: Option<Recurrence>,
    /// Most alert revisions pushed within 24 hours.
    pub budget: Option<u32>,
    /// What becomes due within a short time is sent as one message.
    pub group: Option<Group>,
    /// An open alert that nobody acknowledges is told again.
    pub repeat: Option<Repeat>,
    /// The `zone` of the file; `None` where nobody wrote the channel.
    pub zone: Option<TimeZone>,
}

/// When an alert that nobody acknowledges is told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    pub every: Duration,
    /// At most so many times per revision.
    pub most: u32,
}

/// A channel's digest.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestConfig {
    pub when: Recurrence,
    /// Alerts of topics below this severity come in the digest only.
    pub below: Severity,
    /// Nothing comes but the digest.
    pub only: bool,
    /// One that has nothing to tell comes too.
    pub empty: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    Log(LogChannel),
    Webhook(WebhookChannel),
    Chat(ChatChannel),
    Email(EmailChannel),
    Alertmanager(AlertmanagerChannel),
    Exec(ExecChannel),
    Apprise(AppriseChannel),
}

/// The alert log: JSON lines in a file, and the readable rendering on standard output.
#[derive(Debug, Clone, PartialEq)]
pub struct LogChannel {
    pub path: PathBuf,
    /// The file is rotated before it grows past this.
    pub rotate_bytes: u64,
    /// Rotated files kept beside the current one.
    pub keep: u32,
    /// Also print each alert to standard output.
    pub terminal: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WebhookChannel {
    pub url: String,
    /// Signing secret; without one nothing is signed.
    pub secret: Option<Secret>,
    pub timeout: Duration,
    /// Headers added to each request.
    pub headers: BTreeMap<String, Secret>,
    /// What is sent.
    pub body: WebhookBody,
}

impl ChannelConfig {
    /// A file beside the main file that the channel is made of: its template.
    fn template(&self) -> Option<&PathBuf> {
        match &self.kind {
            ChannelKind::Webhook(WebhookChannel { body: WebhookBody::Template(own), .. }) => {
                Some(&own.path)
            }
            _ => None,
        }
    }
}

/// A text that no log, error or `Debug` output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Longest name or title, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A name people read: one line, not empty.
fn line(text: Option<source::Literal>, report: &mut problem::Report) -> Option<String> {
    let text = text?;
    let name = text.value.trim();
    let good = !name.is_empty()
        && name.chars().count() <= MAX_NAME_CHARS
        && !name.chars().any(char::is_control);
    if !good {
        let message = format!("a name is one line of 1 to {MAX_NAME_CHARS} characters");
        report.add(text.place(), "bad_name", message);
    }
    good.then(|| name.to_owned())
}

/// Whether a path says anything; notes it otherwise.
fn not_empty(text: &source::Literal, key: &str, report: &mut problem::Report) -> bool {
    let good = !text.value.trim().is_empty();
    if !good {
        report
            .add(text.place(), "empty_value", format!("`{key}` is empty"))
            .hint("leave the key out, or say where");
    }
    good
}

#[cfg(test)]
mod tests;
