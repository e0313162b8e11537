//! Finds the story that is meant: by its own id, one that it had before, or that of an alert or
//! entry of it.

use crate::cli::exit::{Exit, Failure};
use crate::cli::{alerts, entries, naming};
use crate::domain::ids::{AlertId, EntryId, StoryId};
use crate::store::Store;
use crate::store::stories::read::StoryDetail;

/// A story, and how it was named where that was not by its id.
pub struct Named {
    pub detail: StoryDetail,
    /// The id that was given, if it is another.
    pub by: Option<String>,
}

impl Named {
    /// What is to be said of the name, as a sentence.
    pub fn remark(&self) -> Option<String> {
        let (by, id) = (self.by.as_ref()?, self.detail.story.id);
        Some(match by.chars().next() {
            Some('S') => format!("{by} was merged into {id}"),
            Some('A') => format!("{by} is an alert of {id}"),
            _ => format!("{by} is an entry of {id}"),
        })
    }
}

/// The story with all that is known about it.
pub fn find(text: &str, store: &Store) -> Result<Named, Failure> {
    let id = id(text, store)?;
    let Some(detail) = store.story_detail(id)? else {
        return Err(no_such_story(id));
    };
    let given = text.trim();
    let is_own = given.parse() == Ok(detail.story.id);
    let (first, rest) = given.split_at(given.len().min(1));
    let by = (!is_own).then(|| first.to_uppercase() + rest);
    Ok(Named { detail, by })
}

/// The id of the story that is meant; one that was merged keeps its own.
pub fn id(text: &str, store: &Store) -> Result<StoryId, Failure> {
    match text.trim().chars().next().map(|first| first.to_ascii_uppercase()) {
        Some('A') => {
            let id: AlertId = naming::read(text)?;
            let alert = store.alert(id)?.ok_or_else(|| alerts::no_such_alert(id))?;
            Ok(alert.view.story)
        }
        Some('E') => {
            let id: EntryId = naming::read(text)?;
            let place = store.place(id)?.ok_or_else(|| entries::no_such_entry(id))?;
            Ok(place.story.id)
        }
        _ => {
            let id: StoryId = naming::read(text)?;
            store.story(id)?.map(|_| id).ok_or_else(|| no_such_story(id))
        }
    }
}

pub fn no_such_story(id: StoryId) -> Failure {
    Failure::said(Exit::Failed, format!("there is no story {id}"))
        .hint("`wirewatch stories list` shows those there are")
}
