//! The main file: where things are, where requests may go, how feeds are fetched; and the feeds
//! and channels, which have files of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeTable;

use super::environment::Environment;
use super::packs::PACKS_DIR;
use super::problem::Report;
use super::secret::Secrets;
use super::section::{Section, Shape};
use super::silences::PlacedSilence;
use super::source::{FileId, Literal, Place};
use super::{
    BackupConfig, ChannelConfig, EgressConfig, FetchConfig, HttpConfig, StorageConfig, channels,
    feed_files, http, key, publishers, retention, routes, silences, value,
};
use crate::domain::feed::Feed;
use crate::domain::ids::ChannelId;
use crate::domain::publisher::Family;
use crate::domain::retention::Retention;

/// Where topic files are looked for unless the main file says otherwise, beside it.
pub(super) const TOPICS_DIR: &str = "topics";

/// Longest text in the User-Agent about the operator, in bytes.
const MAX_CONTACT_BYTES: usize = 200;

pub(super) const MAIN: Shape = Shape {
    what: "the main file",
    keys: &[
        "state_dir",
        "topics",
        "packs",
        "feed_files",
        "zone",
        "auto_reload",
        "egress",
        "fetch",
        "http",
        "feeds_out",
        "retention",
        "storage",
        "backup",
        "defaults",
        "operations",
        "feed",
        "publishers",
        "channel",
        "route",
        "silence",
    ],
};

pub(super) const OPERATIONS: Shape = Shape { what: "`[operations]`", keys: &["channels"] };

pub(super) const EGRESS: Shape = Shape { what: "`[egress]`", keys: &["contact", "allow_net"] };

pub(super) const FETCH: Shape = Shape {
    what: "`[fetch]`",
    keys: &[
        "connect_timeout",
        "read_timeout",
        "total_timeout",
        "max_redirects",
        "max_body",
        "max_concurrent",
        "host_gap",
    ],
};

/// All that the main file says.
pub(super) struct Settings {
    pub auto_reload: bool,
    pub state_dir: PathBuf,
    pub topics_dir: PathBuf,
    /// Where the topics directory is named, or the main file as a whole.
    pub topics_place: Place,
    /// Names of the packs that are switched on, and the directory they lie in.
    pub packs: Vec<Literal>,
    pub packs_dir: PathBuf,
    pub feeds: Vec<Arc<Feed>>,
    pub publishers: Vec<Family>,
    /// The files beside the main file that feeds were read from.
    pub feed_paths: Vec<PathBuf>,
    pub channels: Vec<ChannelConfig>,
    pub routes: Vec<routes::PlacedRoute>,
    pub egress: EgressConfig,
    pub fetch: FetchConfig,
    pub http: Option<HttpConfig>,
    pub feeds_out: Option<PathBuf>,
    pub retention: Retention,
    pub storage: StorageConfig,
    pub backup: Option<BackupConfig>,
    pub operations: Option<Vec<ChannelId>>,
    pub silences: Vec<PlacedSilence>,
}

/// Reads the main file at `path`.
pub(super) fn read(
    table: &DeTable<'_>,
    file: FileId,
    path: &Path,
    env: &Environment,
    report: &mut Report,
) -> Settings {
    let root = Section::new(table, file, 0..0, &MAIN, report);
    let beside = path.parent().unwrap_or(Path::new(""));
    let state_dir = state_dir(&root, beside, env, report);
    let topics =
        root.text("topics", report).filter(|text| super::not_empty(text, "topics", report));
    let topics_place = topics.as_ref().map_or(Place::whole(file), |text| text.place());
    let topics = topics.map_or(TOPICS_DIR.to_owned(), |text| text.value);
    let (feeds, keep, feed_paths) = feed_files::read(&root, beside, report);
    let secrets = Secrets { env, beside };
    let channels = channels::read(&root, &state_dir, &secrets, report);
    let feeds_out = http::feeds_out(&root, &state_dir, report);
    let retention = Retention { feeds: keep, ..retention::read(&root, report) };
    Settings {
        auto_reload: root.boolean("auto_reload", report).unwrap_or(true),
        operations: operations(&root, &channels, report),
        routes: routes::read(&root, &channels, &feeds, report),
        channels,
        silences: silences::read(&root, &feeds, report),
        retention,
        storage: retention::storage(&root, report),
        backup: retention::backup(&root, &state_dir, report),
        state_dir,
        topics_dir: beside.join(topics),
        topics_place,
        packs: root.texts("packs", report),
        packs_dir: beside.join(PACKS_DIR),
        feeds,
        publishers: publishers::read(&root, report),
        feed_paths,
        egress: egress(&root, report),
        fetch: fetch(&root, report),
        http: http::read(&root, &secrets, report),
        feeds_out,
    }
}

/// Reads of the main file at `path` where the database lies, and nothing else.
pub(super) fn state_dir_only(
    table: &DeTable<'_>,
    file: FileId,
    path: &Path,
    env: &Environment,
    report: &mut Report,
) -> PathBuf {
    let root = Section::new(table, file, 0..0, &MAIN, &mut Report::default());
    state_dir(&root, path.parent().unwrap_or(Path::new("")), env, report)
}

/// Reads of the main file which packs are switched on, and nothing else.
pub(super) fn packs_only(table: &DeTable<'_>, file: FileId) -> Vec<Literal> {
    let ignored = &mut Report::default();
    Section::new(table, file, 0..0, &MAIN, ignored).texts("packs", ignored)
}

/// Reads of the main file which other files hold feeds, and nothing else.
pub(super) fn feed_files_only(table: &DeTable<'_>, file: FileId) -> Vec<Literal> {
    let ignored = &mut Report::default();
    Section::new(table, file, 0..0, &MAIN, ignored).texts("feed_files", ignored)
}

/// Reads of the main file where requests may go and how they are made, and nothing else.
pub(super) fn network_only(
    table: &DeTable<'_>,
    file: FileId,
    report: &mut Report,
) -> (EgressConfig, FetchConfig) {
    let root = Section::new(table, file, 0..0, &MAIN, &mut Report::default());
    (egress(&root, report), fetch(&root, report))
}

fn state_dir(root: &Section<'_>, beside: &Path, env: &Environment, report: &mut Report) -> PathBuf {
    let text =
        root.text("state_dir", report).filter(|text| super::not_empty(text, "state_dir", report));
    let configured = text.map(|text| beside.join(text.value));
    env.state_dir(configured).unwrap_or_else(|| {
        let message = "there is no directory for the database";
        report
            .add(Place::whole(root.place().file), "no_state_dir", message)
            .hint("set `state_dir`, or $STATE_DIRECTORY, $XDG_STATE_HOME or $HOME");
        PathBuf::new()
    })
}

/// Which channels are told of wirewatch's own work; all, where nothing is said.
fn operations(
    root: &Section<'_>,
    channels: &[ChannelConfig],
    report: &mut Report,
) -> Option<Vec<ChannelId>> {
    let section = root.section("operations", &OPERATIONS, report)?;
    section.get("channels")?;
    let mut named = Vec::new();
    for text in section.texts("channels", report) {
        let known = channels.iter().find(|channel| channel.id.as_str() == text.value);
        match known {
            Some(channel) => named.push(channel.id.clone()),
            None => {
                let names: Vec<&str> = channels.iter().map(|one| one.id.as_str()).collect();
                key::not_among(&text, "channel", &names, "unknown_channel", report);
            }
        }
    }
    Some(named)
}

fn egress(root: &Section<'_>, report: &mut Report) -> EgressConfig {
    let Some(section) = root.section("egress", &EGRESS, report) else {
        return EgressConfig::default();
    };
    let contact = section.text("contact", report).filter(|text| {
        let visible = text.value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let good =
            visible && !text.value.trim().is_empty() && text.value.len() <= MAX_CONTACT_BYTES;
        if !good {
            let message =
                format!("`contact` is not 1 to {MAX_CONTACT_BYTES} plain ASCII characters");
            report
                .add(text.place(), "bad_contact", message)
                .hint("a URL or mail address, so that a server's owner can reach you");
        }
        good
    });
    let networks = section.texts("allow_net", report).into_iter();
    let networks = networks.filter(|text| {
        let result = value::network(&text.value);
        section.parsed(result, &text.place(), report).is_some()
    });
    EgressConfig {
        allow_net: networks.map(|text| text.value).collect(),
        contact: contact.map(|text| text.value.trim().to_owned()),
    }
}

fn fetch(root: &Section<'_>, report: &mut Report) -> FetchConfig {
    let standard = FetchConfig::standard();
    let Some(section) = root.section("fetch", &FETCH, report) else {
        return standard;
    };
    let seconds = |from, to| Duration::from_secs(from)..=Duration::from_secs(to);
    let mut time = |key, least, most, usual| {
        let duration = section.duration(key, seconds(least, most), report);
        duration.unwrap_or(usual)
    };
    FetchConfig {
        connect_timeout: time("connect_timeout", 1, 60, standard.connect_timeout),
        read_timeout: time("read_timeout", 1, 300, standard.read_timeout),
        total_timeout: time("total_timeout", 1, 600, standard.total_timeout),
        host_gap: time("host_gap", 0, 60, standard.host_gap),
        max_redirects: section
            .integer("max_redirects", 0..=20, report)
            .unwrap_or(standard.max_redirects),
        max_body_bytes: section
            .size("max_body", 1 << 10..=1 << 28, report)
            .unwrap_or(standard.max_body_bytes),
        max_concurrent: section
            .integer("max_concurrent", 1..=1_024, report)
            .map_or(standard.max_concurrent, |n| n as usize),
    }
}
