//! `wirewatch feeds add`: finds the feed of a page, and writes it into the config.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::discover::{nothing, search, tell_rejected};
use super::opml::refusal;
use crate::cli::args::Add;
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::config::edit::feeds::{FeedDraft, FeedEditError, Layout};
use crate::daemon::discovery::Found;
use crate::domain::feed_address;
use crate::domain::ids::FeedKey;
use crate::domain::untrusted;
use crate::egress::Egress;

/// Longest title that is written down, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// What is said after the files have changed.
pub const RELOAD: &str =
    "a running daemon takes it up by itself within seconds; `wirewatch reload` tells what it says";

const NOTHING_WRITTEN: &str = "nothing was written; `wirewatch check` shows what is wrong now";

pub fn run(asked: &Add, session: &mut Session) -> Result<Exit, Failure> {
    let layout = session.loader()?.layout()?;
    let typed = feed_address::as_typed(&asked.url);
    refuse_known(&layout, &typed)?;
    // What can be told without the network is told before anybody is asked.
    if asked.id.is_some() {
        key(asked.id.as_deref(), None, &typed, &layout)?;
    }
    if layout.feeds().next().is_some() {
        session.config().map_err(|failure| failure.hint(NOTHING_WRITTEN))?;
    }
    if asked.no_fetch {
        warn_of_private(&typed, session)?;
    }
    let found = if asked.no_fetch { None } else { Some(choose(&typed, session)?) };
    let url = found.as_ref().map_or(&typed, |found| &found.url);
    refuse_known(&layout, url)?;
    let own_title = found.as_ref().and_then(|found| tidy(found.title.as_deref()?));
    let title = asked.title.clone().or(own_title);
    let draft = FeedDraft {
        key: key(asked.id.as_deref(), title.as_deref(), url, &layout)?,
        url: canonical(url),
        title,
        publisher: asked.publisher.clone(),
        tags: asked.tags.clone(),
        full_text: asked.full_text,
    };
    let into = match &asked.into {
        Some(path) => seen_from(&layout.home(), path),
        None => layout.usual_file(),
    };
    let edit = layout.add(std::slice::from_ref(&draft), &into)?;
    let env = session.env.clone().without_secrets();
    if asked.dry_run {
        edit.check(&env)?;
    } else {
        edit.apply(&env)?;
    }
    let line = edit.changes().iter().find(|change| change.path == into).map(|change| change.line);
    let done = if asked.dry_run { "would add" } else { "added" };
    let object = json!({
        "feed": draft.key.as_str(),
        "url": draft.url,
        "title": draft.title,
        "publisher": draft.publisher,
        "tags": draft.tags,
        "file": into.display().to_string(),
        "line": line,
        "written": !asked.dry_run,
        "kind": found.as_ref().map(|found| found.format),
        "entries": found.as_ref().map(|found| found.entries),
    });
    let place = format!("{}:{}", into.display(), line.unwrap_or(1));
    let text = format!("{done} feed {} at {place}\n\n{}", draft.key, draft.to_toml());
    session.printer.object(&object, &untrusted::terminal_block(&text))?;
    if !asked.dry_run {
        session.messages.note(&format!(
            "{RELOAD}; its first fetch is a baseline: stored and matched, nothing raised"
        ));
    }
    Ok(Exit::Ok)
}

/// The feed that was meant: the address itself if it is one, else the best that was found.
fn choose(url: &str, session: &Session) -> Result<Found, Failure> {
    let mut discovery = search(url, false, session)?;
    if discovery.found.is_empty() {
        return Err(nothing(url, &discovery));
    }
    tell_rejected(&discovery, session);
    let best = discovery.found.remove(0);
    let entries = count(best.entries, "entry");
    session.messages.note(&format!("{}: {}, {entries}", best.url, best.why.text()));
    let others: Vec<&str> = discovery.found.iter().map(|other| other.url.as_str()).collect();
    if !others.is_empty() {
        session.messages.note(&format!("also offered, and not added: {}", others.join(", ")));
    }
    Ok(best)
}

/// An address that nobody may ask is written down all the same: `allow_net` may follow.
fn warn_of_private(url: &str, session: &Session) -> Result<(), Failure> {
    let egress = Egress::new(&session.network()?.0)?;
    if let Some((_, refusal)) = refusal(url, &egress) {
        session.messages.warn(&format!(
            "it will not be fetched: {refusal}; if this is a server of your own, name it in \
             `allow_net` under [egress]"
        ));
    }
    Ok(())
}

/// A feed is configured once, however its URL is written.
fn refuse_known(layout: &Layout, url: &str) -> Result<(), Failure> {
    let known = feed_address::comparable(url).and_then(|key| layout.by_address().remove(&key));
    let Some(known) = known else {
        return Ok(());
    };
    let sentence = format!(
        "feed `{}` has this URL already: {} in {}",
        known.key,
        known.url,
        known.file.display()
    );
    Err(Failure::said(Exit::Failed, sentence)
        .hint(format!("`wirewatch feeds fetch {} --dry-run` shows what it brings", known.key)))
}

fn key(
    asked: Option<&str>,
    title: Option<&str>,
    url: &str,
    layout: &Layout,
) -> Result<FeedKey, Failure> {
    let mut names = layout.names();
    let Some(asked) = asked else {
        return names.make(title, url).ok_or_else(|| {
            Failure::said(Exit::Failed, "no id could be made").hint("name one with `--id`")
        });
    };
    let key: FeedKey = naming::read(asked)?;
    if names.take(&key) {
        return Ok(key);
    }
    let sentence = format!("there is a feed `{key}` already");
    let other = names.make(Some(asked), url).map(|other| format!("`--id {other}` is free"));
    Err(Failure::said(Exit::Failed, sentence).hint(other.unwrap_or_default()))
}

/// A URL as it is compared when the config is read: with its path, its host in lower case.
fn canonical(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

/// A title from outside as one that can be configured.
fn tidy(title: &str) -> Option<String> {
    let title: String = untrusted::terminal(title).trim().chars().take(MAX_TITLE_CHARS).collect();
    let title = title.trim().to_owned();
    (!title.is_empty()).then_some(title)
}

/// A path that was typed, as the config's own files are named: below the directory of the config
/// where it lies there.
pub fn seen_from(home: &Path, path: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let here = if home.as_os_str().is_empty() { Path::new(".") } else { home };
    match absolute(path).strip_prefix(absolute(here)) {
        Ok(below) => home.join(below),
        // A relative path is seen from here; the config would see it from its own directory.
        Err(_) => absolute(path),
    }
}

impl From<FeedEditError> for Failure {
    fn from(error: FeedEditError) -> Self {
        let hint = error.hint();
        let failure = match error {
            FeedEditError::Config(problems) => Failure::new(Exit::Failed, *problems),
            FeedEditError::NoFeed { key, known } => return naming::unknown("feed", &key, &known),
            error => Failure::new(Exit::Failed, error),
        };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
