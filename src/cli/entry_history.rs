//! `wirewatch entries show ID --history`: what an entry said over time, and what changed from
//! one revision to the next.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::moment;
use crate::deliver::terminal::wrap::wrap;
use crate::domain::entry::diff::{Part, diff, in_words};
use crate::domain::untrusted;
use crate::store::entries::EntryDetail;

/// Columns of what stands before a text.
const INDENT: usize = 9;

/// Narrowest text: a narrower terminal breaks the lines itself.
const MIN_WIDTH: usize = 20;

/// Words shown on either side of a change.
const CONTEXT: usize = 6;

/// One text of an entry.
struct Said<'a> {
    revision: u32,
    since: Timestamp,
    title: &'a str,
    body: &'a str,
}

/// All texts that are kept of an entry, oldest first, the present one last.
fn texts(detail: &EntryDetail) -> Vec<Said<'_>> {
    let entry = &detail.entry;
    let old = detail.revisions.iter().map(|old| Said {
        revision: old.revision,
        since: old.since,
        title: &old.title,
        body: &old.body,
    });
    let since = detail.revisions.last().map_or(entry.first_seen, |last| last.replaced_at);
    let (title, body) = (&*entry.document.title, &*entry.document.body);
    old.chain([Said { revision: entry.revision, since, title, body }]).collect()
}

/// The history as people read it, in lines of at most `width` columns.
pub fn page(detail: &EntryDetail, width: usize) -> String {
    let texts = texts(detail);
    let mut lines = Vec::new();
    if let Some(first) = texts.first() {
        lines.push(format!("revision {} · {}", first.revision, moment::text(first.since)));
        told(&mut lines, "title", first.title, width);
        lines.push(format!("  text   {} words", first.body.split_whitespace().count()));
    }
    for (old, new) in texts.iter().zip(texts.iter().skip(1)) {
        if let Some(gone) = gone(old, new) {
            lines.push(gone);
        }
        lines.push(format!("revision {} · {}", new.revision, moment::text(new.since)));
        for (name, old, new) in [("title", old.title, new.title), ("text", old.body, new.body)] {
            let changes = in_words(&diff(old, new), CONTEXT);
            if !changes.is_empty() {
                told(&mut lines, name, &changes, width);
            }
        }
    }
    if texts.len() == 1 {
        lines.push("never changed since".to_owned());
    }
    lines.iter().map(|line| untrusted::terminal(line).into_owned() + "\n").collect()
}

/// A name, and what is said of it beside it.
fn told(lines: &mut Vec<String>, name: &str, text: &str, width: usize) {
    let text = untrusted::terminal(text);
    let mut name = name;
    for line in wrap(&text, width.saturating_sub(INDENT).max(MIN_WIDTH), 0) {
        lines.push(format!("  {name:<5}  {line}"));
        name = "";
    }
}

/// What to say of revisions between two that are kept.
fn gone(old: &Said<'_>, new: &Said<'_>) -> Option<String> {
    let (first, last) = (old.revision.saturating_add(1), new.revision.saturating_sub(1));
    match last.checked_sub(first)? {
        0 => Some(format!("revision {first} is no longer kept")),
        _ => Some(format!("revisions {first} to {last} are no longer kept")),
    }
}

/// The history as programs read it: each revision with what it changed.
pub fn object(detail: &EntryDetail) -> Value {
    let texts = texts(detail);
    let mut before: Option<&Said<'_>> = None;
    let mut revisions = Vec::new();
    for said in &texts {
        let changes = before.map(|old| {
            json!({
                "from_revision": old.revision,
                "title": changes(old.title, said.title),
                "body": changes(old.body, said.body),
            })
        });
        revisions.push(json!({
            "revision": said.revision,
            "since": moment::json(said.since),
            "title": said.title,
            "changes": changes,
        }));
        before = Some(said);
    }
    json!({ "id": detail.entry.id.to_string(), "revisions": revisions })
}

/// What is gone and what is new, in the order of the text.
fn changes(old: &str, new: &str) -> Vec<Value> {
    let parts = diff(old, new);
    let change = |part: &Part<'_>| match part {
        Part::Same(_) => None,
        Part::Gone(text) => Some(json!({ "gone": text.trim() })),
        Part::New(text) => Some(json!({ "new": text.trim() })),
    };
    parts.iter().filter_map(change).collect()
}
