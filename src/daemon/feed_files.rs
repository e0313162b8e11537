//! Writes the output feeds to files (`[feeds_out]`), for web servers and readers that take files: all
//! of them at the start and with a new configuration, then those of the topics whose alerts changed.
//!
//! A file is replaced whole or not at all, and lasts through a power cut. What is not written by us
//! is never touched: a list of our files lies beside them.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::output_feeds;
use super::pipeline::Pipeline;
use crate::config::Config;
use crate::deliver::feed::{Format, file_name};
use crate::deliver::object::AlertV1;
use crate::domain::ids::TopicId;
use crate::domain::topic::Topic;
use crate::store::Store;
use crate::store::error::StoreError;

/// The list of our files, one name a line.
const LIST: &str = ".wirewatch-feeds";

/// How a file is called until it is whole, and how nothing else in the directory is.
const UNFINISHED: (&str, &str) = (".wirewatch-", ".part");

/// Longest wait without looking: what another process changes wakes nobody here.
const MAX_NAP: Duration = Duration::from_secs(60);

/// Revisions read at once.
const PAGE: u32 = 500;

/// Everybody may read them: whom to let in is said by the directory.
const MODE: u32 = 0o644;

/// Why feeds could not be written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("the database cannot be read")]
    Store(#[from] StoreError),
    #[error("a feed cannot be written")]
    File(#[from] io::Error),
}

/// What keeps the files up to date.
pub(super) struct FeedFiles {
    pub pipeline: watch::Receiver<Arc<Pipeline>>,
    pub committed: watch::Receiver<()>,
}

/// What was written so far: with which configuration, up to which revision.
#[derive(Default)]
struct Written {
    config: Option<Arc<Config>>,
    cursor: i64,
    /// The last failure, so that it is logged once.
    failed: Option<String>,
}

impl FeedFiles {
    /// Writes until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut written = Written::default();
        loop {
            self.committed.borrow_and_update();
            let pipeline = self.pipeline.borrow_and_update().clone();
            written = self.look(written).await;
            let mut committed = self.committed.clone();
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = committed.changed() => {}
                Ok(()) = self.pipeline.changed() => {}
                () = pipeline.clock.sleep(MAX_NAP) => {}
            }
        }
    }

    /// Writes all of it once, after a round.
    pub async fn write_once(&self) {
        self.look(Written::default()).await;
    }

    async fn look(&self, mut written: Written) -> Written {
        let pipeline = self.pipeline.borrow().clone();
        let (config, store) = (pipeline.config.clone(), pipeline.store.clone());
        if config.feeds_out.is_none() {
            return Written::default();
        }
        let work = move || {
            super::fault::strike("write", "output feeds");
            let outcome = write_changed(&config, &store, &mut written);
            written.tell(outcome);
            written
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(written) => written,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl Written {
    /// Logs a failure that is another than the last one.
    fn tell(&mut self, outcome: Result<(), WriteError>) {
        let failure = outcome.err().map(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("{error}: {}", cause.unwrap_or_default())
        });
        if let Some(failure) = &failure
            && self.failed.as_ref() != Some(failure)
        {
            tracing::error!(
                code = "feeds_out",
                hint = "check the directory named under [feeds_out]; they are tried again",
                "output feeds are not up to date: {failure}"
            );
        }
        self.failed = failure;
    }
}

fn write_changed(
    config: &Arc<Config>,
    store: &Store,
    written: &mut Written,
) -> Result<(), WriteError> {
    let Some(dir) = &config.feeds_out else { return Ok(()) };
    let is_same = written.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config));
    // Where the directory was emptied, or another one put in its place, all of it is missing.
    if !is_same || !dir.join(LIST).exists() {
        let cursor = store.last_alert_cursor()?;
        write_all(dir, config, store)?;
        (written.config, written.cursor) = (Some(config.clone()), cursor);
        return Ok(());
    }
    let (mut cursor, mut changed) = (written.cursor, BTreeSet::new());
    loop {
        let page = store.alert_revisions_after(cursor, PAGE)?;
        let Some(last) = page.last() else { break };
        cursor = last.cursor;
        changed.extend(page.iter().filter_map(|revision| topic_of(&revision.object)));
    }
    if cursor == written.cursor {
        return Ok(());
    }
    let ours = ours(dir)?;
    let topics = config.topics.topics().map(|(topic, _)| topic);
    for topic in topics.filter(|topic| changed.contains::<TopicId>(&topic.id)) {
        write_feed(dir, config, store, Some(topic), &ours)?;
    }
    write_feed(dir, config, store, None, &ours)?;
    written.cursor = cursor;
    Ok(())
}

/// The topic of an object as it was published.
fn topic_of(object: &str) -> Option<TopicId> {
    serde_json::from_str::<AlertV1>(object).ok()?.topic.id.parse().ok()
}

/// Writes every feed, and removes those of ours that nobody configures any more.
fn write_all(dir: &Path, config: &Config, store: &Store) -> Result<(), WriteError> {
    std::fs::create_dir_all(dir.join("topics"))?;
    [dir, &dir.join("topics")].into_iter().try_for_each(sweep)?;
    let topics: Vec<&Topic> = config.topics.topics().map(|(topic, _)| &**topic).collect();
    let some = topics.iter().copied().map(Some).chain([None]);
    let names = some.clone().flat_map(|topic| Format::ALL.map(|format| name(topic, format)));
    let wanted: BTreeSet<String> = names.collect();
    let before = ours(dir)?;
    // A file that is there and not in the list is somebody else's. The list comes first: a file
    // that a crash leaves behind is known as ours.
    let new = wanted.difference(&before).filter(|name| !dir.join(name).exists());
    let ours: BTreeSet<String> = before.iter().cloned().chain(new.cloned()).collect();
    keep_list(dir, &ours)?;
    for topic in some {
        write_feed(dir, config, store, topic, &ours)?;
    }
    for name in ours.difference(&wanted).filter(|name| is_feed_name(name)) {
        match std::fs::remove_file(dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    keep_list(dir, &ours.intersection(&wanted).cloned().collect())?;
    Ok(())
}

fn name(topic: Option<&Topic>, format: Format) -> String {
    file_name(topic.map(|topic| &topic.id), format)
}

fn write_feed(
    dir: &Path,
    config: &Config,
    store: &Store,
    topic: Option<&Topic>,
    ours: &BTreeSet<String>,
) -> Result<(), WriteError> {
    let feed = output_feeds::read(store, config, topic)?;
    for format in Format::ALL {
        let name = name(topic, format);
        if !ours.contains(&name) {
            tracing::warn!(
                code = "feeds_out",
                hint = "move it away to have the feed written",
                "{name} in the directory of output feeds is not wirewatch's: it is left alone"
            );
            continue;
        }
        let (bytes, path) = (feed.render(format)?, dir.join(&name));
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        replace(&path, &bytes)?;
    }
    Ok(())
}

/// The names in the list; none where there is no list.
fn ours(dir: &Path) -> io::Result<BTreeSet<String>> {
    match std::fs::read_to_string(dir.join(LIST)) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

fn keep_list(dir: &Path, names: &BTreeSet<String>) -> io::Result<()> {
    let text: String = names.iter().map(|name| format!("{name}\n")).collect();
    replace(&dir.join(LIST), text.as_bytes())
}

/// Whether a name of the list is one that we give: whoever can write the list removes nothing else.
fn is_feed_name(name: &str) -> bool {
    let stem = Format::ALL.into_iter().find_map(|format| {
        name.strip_suffix(format.extension()).and_then(|stem| stem.strip_suffix('.'))
    });
    stem.is_some_and(|stem| match stem.strip_prefix("topics/") {
        Some(topic) => topic.parse::<TopicId>().is_ok(),
        None => stem == "alerts",
    })
}

/// Removes what a kill left unfinished.
fn sweep(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let (prefix, suffix) = UNFINISHED;
        if name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Puts these bytes in the place of what the file says, at once.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let (prefix, suffix) = UNFINISHED;
    let mut file = tempfile::Builder::new().prefix(prefix).suffix(suffix).tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(MODE))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(dir)?.sync_all()
}
