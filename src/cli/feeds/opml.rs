//! `wirewatch feeds import` and `export`: lists of feeds from and for other readers.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::add::{RELOAD, seen_from};
use crate::cli::args::{FeedExport, FeedImport, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{input, naming};
use crate::config::edit::feeds::{FeedDraft, Layout};
use crate::domain::feed_address;
use crate::egress::Egress;
use crate::parse::opml::{self, List, Outline};

const COLUMNS: &[Column] = &[
    Column::shown("result"),
    Column::shown("feed"),
    Column::text("title").spare(2),
    Column::link("url"),
    Column::text("tags").spare(1),
    Column::text("detail"),
    Column::hidden("code"),
];

const EXPORT_COLUMNS: &[Column] =
    &[Column::shown("feed"), Column::text("title"), Column::link("url"), Column::text("tags")];

/// What became of the outlines of a list.
#[derive(Default)]
struct Sorted {
    drafts: Vec<FeedDraft>,
    rows: Vec<[Value; 7]>,
    known: usize,
    refused: usize,
}

pub fn import(asked: &FeedImport, session: &mut Session) -> Result<Exit, Failure> {
    let loader = session.loader()?;
    let layout = loader.layout()?;
    let egress = Egress::new(&loader.network()?.0)?;
    let list = opml::read(&input::read(
        &asked.file,
        opml::MAX_BYTES as u64,
        "name an OPML file, or - for standard input",
    )?)
    .map_err(|error| {
        let hint = error.advice();
        Failure::new(Exit::Failed, error).hint(hint)
    })?;
    let into = match &asked.into {
        Some(path) => seen_from(&layout.home(), path),
        None => layout.fresh_file(&stem(&asked.file)),
    };
    let sorted = sort(list, &asked.tags, &layout, &egress);
    if !sorted.drafts.is_empty() {
        let edit = layout.add(&sorted.drafts, &into)?;
        let env = session.env.clone().without_secrets();
        if asked.dry_run {
            edit.check(&env)?;
        } else {
            edit.apply(&env)?;
        }
    }
    let mut records = Records::new(COLUMNS, "there is no feed in this list");
    let imported = sorted.drafts.len();
    let empty = imported + sorted.known + sorted.refused == 0;
    sorted.rows.into_iter().for_each(|row| records.row(row));
    session.printer.records(&records)?;
    let place = if imported == 0 { String::new() } else { format!(" into {}", into.display()) };
    session.messages.note(&format!(
        "{imported} {}{place}, {} known already, {} left out",
        if asked.dry_run { "would be imported" } else { "imported" },
        sorted.known,
        sorted.refused,
    ));
    if imported > 0 && !asked.dry_run {
        session.messages.note(&format!(
            "{RELOAD}; the first fetch of each is a baseline: stored and matched, nothing raised"
        ));
    }
    Ok(match (empty, sorted.refused) {
        (true, _) => Exit::Failed,
        (false, 0) => Exit::Ok,
        (false, _) => Exit::Partial,
    })
}

/// Sorts a list into what is new, what is configured already, and what cannot be fetched.
fn sort(list: List, tags: &[String], layout: &Layout, egress: &Egress) -> Sorted {
    let mut sorted = Sorted::default();
    let known = layout.by_address();
    let mut names = layout.names();
    for mut feed in list.feeds {
        let more = tags.iter().filter(|tag| !feed.tags.contains(tag)).cloned();
        let more: Vec<String> = more.collect();
        feed.tags.extend(more);
        let address = feed_address::comparable(&feed.url);
        if let Some(listed) = address.and_then(|address| known.get(&address)) {
            sorted.known += 1;
            sorted.rows.push(row("known", Some(&listed.key), &feed, "it is configured", "known"));
            continue;
        }
        if let Some((code, refusal)) = refusal(&feed.url, egress) {
            sorted.refused += 1;
            sorted.rows.push(row("left out", None, &feed, &refusal, code));
            continue;
        }
        let Some(key) = names.make(feed.title.as_deref(), &feed.url) else {
            continue;
        };
        sorted.rows.push(row("imported", Some(key.as_str()), &feed, "", "imported"));
        let Outline { title, url, tags } = feed;
        sorted.drafts.push(FeedDraft { key, url, title, publisher: None, tags, full_text: false });
    }
    for remark in &list.remarks {
        let is_empty = remark.code == opml::EMPTY;
        sorted.refused += usize::from(!is_empty);
        let result = if is_empty { "empty" } else { "left out" };
        let detail = format!("outline {}: {}", remark.outline, remark.message);
        let feed =
            Outline { title: Some(remark.name.clone()), url: String::new(), tags: Vec::new() };
        sorted.rows.push(row(result, None, &feed, &detail, remark.code));
    }
    sorted.refused += list.more_remarks;
    sorted
}

/// Why the guard would not let a request through to this address, now or ever.
pub fn refusal(url: &str, egress: &Egress) -> Option<(&'static str, String)> {
    let url = Url::parse(url).ok()?;
    let error = egress.check(&url).err()?;
    Some((error.code(), error.to_string()))
}

fn row(result: &str, key: Option<&str>, feed: &Outline, detail: &str, code: &str) -> [Value; 7] {
    [
        json!(result),
        json!(key),
        json!(feed.title),
        json!(feed.url),
        json!(feed.tags),
        json!(detail),
        json!(code),
    ]
}

fn stem(file: &str) -> String {
    let stem = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if file == "-" { "imported".to_owned() } else { stem }
}

pub fn export(asked: &FeedExport, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let own_titles = super::own_titles(&config, session);
    let wanted = |tags: &[String]| asked.tag.as_ref().is_none_or(|tag| tags.contains(tag));
    if let Some(tag) = asked.tag.as_ref().filter(|_| !config.feeds.iter().any(|f| wanted(&f.tags)))
    {
        let tags: BTreeSet<String> =
            config.feeds.iter().flat_map(|feed| feed.tags.iter().cloned()).collect();
        return Err(naming::unknown("tag", tag, &tags.into_iter().collect::<Vec<_>>()));
    }
    let mut records = Records::new(EXPORT_COLUMNS, "no feed has this tag");
    let mut feeds = Vec::new();
    for feed in config.feeds.iter().filter(|feed| wanted(&feed.tags)) {
        let title = feed.title.as_ref().or(own_titles.get(feed.key.as_str())).cloned();
        records.row([json!(feed.key.as_str()), json!(title), json!(feed.url), json!(feed.tags)]);
        // Readers show the title: no feed goes without.
        let title = title.or_else(|| Some(feed.key.to_string()));
        feeds.push(Outline { title, url: feed.url.clone(), tags: feed.tags.clone() });
    }
    if session.printer.format() == Format::Table {
        session.printer.text(&opml::write("Feeds of wirewatch", &feeds))?;
    } else {
        session.printer.records(&records)?;
    }
    Ok(Exit::Ok)
}
