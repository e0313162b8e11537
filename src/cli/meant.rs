//! Finds the entry or alert that is meant: by its own id, by that of what it belongs to, or by a
//! link. Where several could be meant the newest is taken, and that is said. [`super::stories`] does
//! so for stories.

use std::fmt::Display;

use crate::cli::exit::{Exit, Failure};
use crate::cli::report::Messages;
use crate::cli::stories::named;
use crate::cli::{alerts, naming};
use crate::domain::ids::{AlertId, EntryId, StoryId};
use crate::store::Store;
use crate::store::alerts::read::AlertFilter;

/// Most others that are named beside the one that was taken.
const MAX_NAMED: usize = 5;

/// The entry: by its id or link; of an alert the one it told of last, of a story the newest.
pub fn entry(text: &str, store: &Store, messages: Messages) -> Result<EntryId, Failure> {
    if is_link(text) {
        return of_link(text, store, messages);
    }
    match kind(text) {
        Some('A') => {
            let id: AlertId = naming::read(text)?;
            let alert = store.alert(id)?.ok_or_else(|| alerts::no_such_alert(id))?;
            let last = alert.revisions.last().ok_or_else(|| alerts::no_such_alert(id))?;
            messages.note(&format!("{} is what {id} told of last", last.entry));
            Ok(last.entry)
        }
        Some('S') => {
            let id = named::find(text, store)?.detail.story.id;
            let (_, members) = store.story(id)?.ok_or_else(|| named::no_such_story(id))?;
            let mut entries: Vec<EntryId> = members.iter().map(|member| member.entry).collect();
            entries.sort_unstable_by(|a, b| b.cmp(a));
            newest(&entries, &format!("entries of {id}"), messages).ok_or_else(|| {
                Failure::said(Exit::Failed, format!("no entry of {id} is stored any more"))
            })
        }
        _ => naming::read(text),
    }
}

/// The alert: by its id, or that of its story or of an entry of it, or such an entry's link.
pub fn alert(text: &str, store: &Store, messages: Messages) -> Result<AlertId, Failure> {
    let story: StoryId = if is_link(text) {
        named::id(&of_link(text, store, messages)?.to_string(), store)?
    } else if matches!(kind(text), Some('E' | 'S')) {
        named::find(text, store)?.detail.story.id
    } else {
        return naming::read(text);
    };
    let filter = AlertFilter { story: Some(story), ..AlertFilter::default() };
    let found: Vec<AlertId> = store.alerts(&filter)?.iter().map(|alert| alert.id).collect();
    newest(&found, &format!("alerts of {story}"), messages).ok_or_else(|| {
        Failure::said(Exit::Failed, format!("{story} raised no alert"))
            .hint(format!("`wirewatch stories show {story}` shows it"))
    })
}

fn is_link(text: &str) -> bool {
    let begins = |scheme: &str| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("http://") || begins("https://")
}

/// The letter that ids of a kind begin with.
fn kind(text: &str) -> Option<char> {
    text.trim().chars().next().map(|first| first.to_ascii_uppercase())
}

fn of_link(url: &str, store: &Store, messages: Messages) -> Result<EntryId, Failure> {
    let found = store.entry_by_link(url)?.entries;
    newest(&found, "entries with this link", messages).ok_or_else(|| {
        Failure::said(Exit::Failed, format!("no stored entry has the link {url}"))
            .hint("`wirewatch topics why-not URL --topic TOPIC` says why")
    })
}

/// The first of those found, newest first; the others are named.
fn newest<T: Copy + Display>(found: &[T], what: &str, messages: Messages) -> Option<T> {
    let (first, others) = found.split_first()?;
    if !others.is_empty() {
        let named: Vec<String> = others.iter().take(MAX_NAMED).map(ToString::to_string).collect();
        let more = if others.len() > MAX_NAMED { ", …" } else { "" };
        messages.note(&format!(
            "hint: {first} is the newest; other {what}: {}{more}",
            named.join(", ")
        ));
    }
    Some(*first)
}
