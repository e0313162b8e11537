//! `wirewatch stories merge`, `split` and `move`: people correct what was put together. It works
//! beside a running daemon: its next decision sees it, and it sends what is told of alerts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{named, tellers};
use crate::cli::alert_state::author;
use crate::cli::args::Why;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::daemon::pipeline;
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::ingest::edit::Means;
use crate::domain::story::Story;
use crate::domain::story::edit::{Change, Edit, NewEdit};
use crate::record::story;
use crate::store::story_changes::{AlertChange, Outcome, Trial};
use crate::store::story_edits::UNDO_WITHIN;
use crate::store::{Access, Store};

/// Most stories that are merged at once.
const MAX_MERGED: usize = 50;

pub fn merge(ids: &[String], why: &Why, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    if ids.len() > MAX_MERGED {
        let sentence = format!("more than {MAX_MERGED} stories at once");
        return Err(Failure::said(Exit::Usage, sentence));
    }
    let mut stories = Vec::new();
    for id in ids {
        stories.push(named::id(id, &store)?);
    }
    let (first, others) = (stories[0], &stories[1..]);
    let changes = others.iter().map(|other| Change::Merge(first, *other)).collect();
    carry_out(changes, why, &store, session)
}

pub fn split(
    id: &str,
    entries: &[String],
    why: &Why,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    let story = named::id(id, &store)?;
    let entries = entries.iter().map(|entry| naming::read(entry)).collect::<Result<_, _>>()?;
    carry_out(vec![Change::Split { story, entries }], why, &store, session)
}

/// Takes back the merge of the story that had this id, or the last one into the story.
pub fn undo(id: &str, why: &Why, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    let asked: StoryId = named::id(id, &store)?;
    let detail = store.story_detail(asked)?.ok_or_else(|| named::no_such_story(asked))?;
    let merged = match detail.story.id == asked {
        false => asked,
        true => match detail.aliases.iter().rfind(|alias| alias.into == asked) {
            Some(alias) => alias.id,
            None => {
                let sentence = format!("no story was merged into {asked}");
                return Err(Failure::said(Exit::Failed, sentence)
                    .hint(format!("`wirewatch stories split {asked} ENTRY…` splits off entries")));
            }
        },
    };
    carry_out(vec![Change::Undo { merged }], why, &store, session)
}

pub fn put(entry: &str, to: &str, why: &Why, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    let entry: EntryId = naming::read(entry)?;
    let to = match to {
        "new" => None,
        to => Some(named::id(to, &store)?),
    };
    carry_out(vec![Change::Move { entry, to }], why, &store, session)
}

/// Makes the changes, or tries them, and says what came of it.
fn carry_out(
    changes: Vec<Change>,
    why: &Why,
    store: &Store,
    session: &mut Session,
) -> Result<Exit, Failure> {
    if why.reason.trim().is_empty() {
        let sentence = "a change needs its reason: who looks at the story later will ask for it";
        return Err(Failure::said(Exit::Usage, sentence).hint("`--reason 'the same summit'`"));
    }
    let config = session.config()?;
    let means = Means {
        routes: pipeline::routes(&config),
        topics: config.topics.topics().map(|(topic, _)| topic.clone()).collect(),
        publishers: Arc::clone(config.topics.publishers()),
        render: pipeline::RENDER,
    };
    let (author, at) = (author(why.author.as_deref(), &session.env), session.clock.now());
    let edit = |change| NewEdit { change, author: author.clone(), reason: why.reason.clone(), at };
    let edits = changes.into_iter().map(edit).collect();
    let trial = if why.dry_run { Trial::Rehearsal } else { Trial::Earnest };
    let outcome = session.wait(store.change_stories(edits, means, trial))??;
    let mut page = Page::new(&session.printer);
    self::page(&outcome, trial, &mut page);
    let object = object(&outcome, trial);
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

fn page(outcome: &Outcome, trial: Trial, page: &mut Page) {
    if trial == Trial::Rehearsal {
        page.line("Nothing has changed. This is what would come of it:");
    }
    let opened = opened(outcome);
    let name = |id: StoryId| match trial {
        // It has no id before it is there.
        Trial::Rehearsal if Some(id) == opened => "a new story".to_owned(),
        _ => id.to_string(),
    };
    for edit in &outcome.edits {
        page.line(&done(edit, &name));
    }
    page.section("stories");
    for story in &outcome.stories {
        page.item(&name(story.id), &standing(story));
    }
    page.section("alerts");
    if outcome.alerts.is_empty() {
        page.row("none is concerned");
    }
    for change in &outcome.alerts {
        page.item(&change.after.id.to_string(), &fate(change, &name));
        for told in &change.told {
            let channels = match told.channels.is_empty() {
                true => "goes to no channel".to_owned(),
                false => format!("goes to {}", told.channels.join(", ")),
            };
            let indent = " ".repeat(change.after.id.to_string().len());
            page.item(&indent, &format!("{}: {}; {channels}", told.event, told.reason));
        }
    }
    if trial == Trial::Earnest {
        way_back(outcome, page);
    }
}

/// The story that is new, if there is one.
fn opened(outcome: &Outcome) -> Option<StoryId> {
    let opens =
        |edit: &&Edit| matches!(edit.change, Change::Split { .. } | Change::Move { to: None, .. });
    outcome.edits.iter().find(opens).map(|edit| edit.into)
}

fn done(edit: &Edit, name: &dyn Fn(StoryId) -> String) -> String {
    let (from, into) = (name(edit.from), name(edit.into));
    let entries = count(edit.entries.len(), "entry");
    match &edit.change {
        Change::Merge(..) => format!("{from} is part of {into}: {entries} more"),
        Change::Split { .. } => {
            let verb = if edit.entries.len() == 1 { "is" } else { "are" };
            format!("{entries} of {from} {verb} {into}")
        }
        Change::Undo { .. } => format!("{into} is a story of its own again, with {entries}"),
        Change::Move { entry, .. } if edit.entries.len() > 1 => {
            format!("{entry} is in {into}, and so is all of {from}")
        }
        Change::Move { entry, .. } => format!("{entry} went from {from} to {into}"),
    }
}

fn standing(story: &Story) -> String {
    match story.merged {
        Some((into, _)) => format!("leads to {into}"),
        None => {
            let entries = count(story.entries as usize, "entry");
            format!("{entries}, {}: {}", tellers(story), story.headline)
        }
    }
}

/// What becomes of an alert.
fn fate(change: &AlertChange, name: &dyn Fn(StoryId) -> String) -> String {
    let (before, after) = (&change.before, &change.after);
    let what = match after.merged_into {
        Some(into) if before.merged_into != after.merged_into => {
            format!("closed, since {into} tells of the same story and is older")
        }
        _ if before.state != after.state => {
            format!("{} again, of {}", after.state.as_str(), name(after.story))
        }
        _ if before.story != after.story => format!("goes over to {}", name(after.story)),
        Some(into) => format!("stays closed, part of {into}"),
        None => format!("stays {}, of {}", after.state.as_str(), name(after.story)),
    };
    format!("{}, {}: {what}", after.severity.as_str(), after.topic_name)
}

/// How to take it back.
fn way_back(outcome: &Outcome, page: &mut Page) {
    let Some(edit) = outcome.edits.last() else { return };
    let (from, into) = (edit.from, edit.into);
    let until = edit.at.checked_add(UNDO_WITHIN).unwrap_or(edit.at);
    let is_merged = outcome.stories.iter().any(|story| story.id == from && story.merged.is_some());
    let command = match &edit.change {
        _ if is_merged => format!(
            "wirewatch stories split {from} --undo --reason … (until {})",
            moment::text(until)
        ),
        Change::Move { entry, .. } => format!("wirewatch stories move {entry} {from} --reason …"),
        _ => format!("wirewatch stories merge {from} {into} --reason …"),
    };
    page.blank();
    page.field("to undo", &command);
}

fn object(outcome: &Outcome, trial: Trial) -> Value {
    let alerts = outcome.alerts.iter().map(|change| {
        let told = change.told.iter().map(
            |told| json!({ "event": told.event, "reason": told.reason, "channels": told.channels }),
        );
        json!({
            "id": change.after.id.to_string(),
            "before": story::alert(&change.before),
            "after": story::alert(&change.after),
            "told": told.collect::<Vec<_>>(),
        })
    });
    json!({
        "dry_run": trial == Trial::Rehearsal,
        "edits": outcome.edits.iter().map(story::edit).collect::<Vec<_>>(),
        "stories": outcome.stories.iter().map(story::object).collect::<Vec<_>>(),
        "alerts": alerts.collect::<Vec<_>>(),
    })
}
