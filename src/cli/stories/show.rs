//! `wirewatch stories show`: one story with its entries and why each is in it, its alerts, what
//! came of it and what people did to it.

use super::{named, tellers};
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::domain::story::edit::{Change, Edit};
use crate::record::story::Sources;
use crate::record::{self, reason};
use crate::store::Access;
use crate::store::alerts::read::AlertView;
use crate::store::stories::read::{MemberView, StoryDetail};

/// Most publishers, aliases or children that are named on the page.
const MAX_NAMED: usize = 8;

pub fn run(id: &str, limit: usize, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let named = named::find(id, &store)?;
    let mut page = Page::new(&session.printer);
    self::page(&named.detail, named.remark().as_deref(), limit, &mut page);
    let object = record::story::page(&named.detail);
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

fn page(detail: &StoryDetail, remark: Option<&str>, limit: usize, page: &mut Page) {
    head(detail, remark, page);
    if !detail.alerts.is_empty() {
        page.section("alerts");
        detail.alerts.iter().for_each(|alert| page.item(&alert.id.to_string(), &fate(alert)));
    }
    page.section("entries");
    let sources = Sources::of(detail);
    for view in detail.members.iter().take(limit) {
        member(detail, view, &sources, page);
    }
    if let Some(more) = detail.members.len().checked_sub(limit).filter(|more| *more > 0) {
        page.row(&format!("and {}: -n {}", count(more, "more"), detail.members.len()));
    }
    if !detail.edits.is_empty() {
        page.section("what people did");
    }
    for edit in &detail.edits {
        page.item(&moment::text(edit.at), &done(edit));
    }
}

/// The headline, and what is said of the story as a whole.
fn head(detail: &StoryDetail, remark: Option<&str>, page: &mut Page) {
    let story = &detail.story;
    page.line(&story.headline);
    page.fact("story", &story.id.to_string());
    if let Some(remark) = remark {
        page.fact("", remark);
    }
    let names = named_some(&story.publishers);
    page.fact("told by", &format!("{}: {names}", tellers(story)));
    let (entries, feeds) = (count(story.entries as usize, "entry"), story.feeds.len());
    page.fact("entries", &format!("{entries} in {}", count(feeds, "feed")));
    let span = |from, to| format!("{} to {}", moment::text(from), moment::text(to));
    page.fact("published", &span(story.first_at, story.last_at));
    page.fact("seen", &span(story.first_seen, story.last_seen));
    if let Some(parent) = story.parent {
        page.fact("goes on", &format!("from {parent}"));
    }
    if !detail.children.is_empty() {
        let children: Vec<String> = detail.children.iter().map(ToString::to_string).collect();
        page.fact("went on", &format!("in {}", named_some(&children)));
    }
    for alias in detail.aliases.iter().take(MAX_NAMED) {
        let (id, into, at) = (alias.id, alias.into, moment::text(alias.at));
        let into = if into == story.id { String::new() } else { format!(" into {into}") };
        let why = if alias.why.is_empty() { String::new() } else { format!("; {}", alias.why) };
        page.fact("merged in", &format!("{id}{into}, {at}: {}{why}", alias.headline));
    }
}

/// The first names, and how many more there are.
fn named_some(names: &[String]) -> String {
    let some: Vec<&str> = names.iter().take(MAX_NAMED).map(String::as_str).collect();
    match names.len().saturating_sub(MAX_NAMED) {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// How an alert stands.
fn fate(alert: &AlertView) -> String {
    let (severity, name) = (alert.severity.as_str(), &alert.topic_name);
    let state = match alert.merged_into {
        Some(into) => format!("closed, part of {into}"),
        None => alert.state.as_str().to_owned(),
    };
    let shadow = if alert.shadow { ", in shadow mode" } else { "" };
    let opened = moment::text(alert.opened);
    let updated = match alert.seq.saturating_sub(1) {
        0 => String::new(),
        updates => format!(", {} since", count(updates as usize, "update")),
    };
    format!("{state}, {severity}, {name}{shadow}; opened {opened}{updated}")
}

fn member(detail: &StoryDetail, view: &MemberView, sources: &Sources<'_>, page: &mut Page) {
    let time = moment::text(view.member.at);
    let more = " ".repeat(time.len());
    page.item(&time, &format!("{}: {}", view.publisher, view.title));
    let undated = if view.published.is_none() { ", undated" } else { "" };
    let (entry, feed, seen) = (view.member.entry, &view.feed, moment::text(view.first_seen));
    let topics: Vec<&str> = view.topics.iter().map(|topic| topic.as_str()).collect();
    let topics = match topics.is_empty() {
        true => String::new(),
        false => format!("; {}", topics.join(", ")),
    };
    page.item(&more, &format!("{entry} in {feed}, seen {seen}{undated}{topics}"));
    page.item(&more, &reason::text(&view.member, sources.of_member(view), &detail.edits));
}

/// What somebody did, as a sentence.
fn done(edit: &Edit) -> String {
    let (from, into, author) = (edit.from, edit.into, &edit.author);
    let entries = count(edit.entries.len(), "entry");
    let what = match &edit.change {
        Change::Merge(..) => format!("merged {from} into {into} ({entries})"),
        Change::Split { .. } => format!("split {entries} from {from} off as {into}"),
        Change::Undo { .. } => format!("took {into} out of {from} again ({entries})"),
        Change::Move { entry, .. } => format!("moved {entry} from {from} to {into}"),
    };
    format!("{author} {what}: {}", edit.reason)
}
