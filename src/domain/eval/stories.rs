//! Stories measured: labelled entries are told to a rehearsal with no topics, in order of time, so
//! that each goes where the daemon would have put it; then the stories that came of it are held
//! against the labels. [`super::agreement`] has the figures, `report` what is shown of them.

mod report;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::document::Document;
use crate::domain::entry::ParsedEntry;
use crate::domain::entry::identity::OwnNames;
use crate::domain::feed::Feed;
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::ingest::{Prepared, Render};
use crate::domain::publisher::Directory;
use crate::domain::rehearsal::{Rehearsal, Told};
use crate::domain::text::LEAD_WORDS;
use crate::domain::text::scan::tokens;

pub use report::{Copies, LabelReport, LanguageReport, Mixed, Piece, Report, report};

/// How much of an entry is told: feeds differ in how much they give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Title and text.
    Full,
    /// The title, and the first [`LEAD_WORDS`] words of the text.
    Lead,
    /// The title alone.
    Title,
}

/// An entry of which people said what story it tells.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// By which other entries name it.
    pub id: Option<String>,
    /// The story it tells; `None`: it is noise, and belongs with no labelled entry.
    pub label: Option<String>,
    /// The id of the entry whose text it carries.
    pub copy_of: Option<String>,
    pub feed: Arc<Feed>,
    /// When it was published, and is told.
    pub at: Timestamp,
    pub entry: ParsedEntry,
}

impl Labelled {
    /// Its text, as much of it as is told.
    fn document(&self, fields: Fields) -> Document {
        let mut document = Document::from_parsed(&self.entry);
        match fields {
            Fields::Full => {}
            Fields::Lead => document.body.truncate(lead_end(&document.body)),
            Fields::Title => document.body.clear(),
        }
        document
    }
}

/// Where an entry ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub story: StoryId,
    /// The entry whose text it was found to repeat.
    pub copy_of: Option<usize>,
}

/// Tells the entries in order of time, those of one time in the order in which they are given, and
/// says where each ended up.
pub fn place(entries: &[Labelled], fields: Fields) -> Vec<Placed> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&at| entries[at].at);
    let render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };
    // Each line is an entry of its own: what a feed says anew under the same link is one more telling.
    let mut rehearsal = Rehearsal::new(render, Vec::new()).of_distinct_entries();
    // An entry that no story took stands for itself; ids of stories are positive.
    let alone = |at: usize| Placed { story: StoryId(-1 - at as i64), copy_of: None };
    let mut placed: Vec<Placed> = (0..entries.len()).map(alone).collect();
    let mut named: HashMap<EntryId, usize> = HashMap::with_capacity(entries.len());
    let mut merged: HashMap<StoryId, StoryId> = HashMap::new();
    for at in order {
        let plan = rehearsal.tell(told(&entries[at], fields));
        merged.extend(plan.merges.iter().map(|merged| (merged.merge.from, merged.merge.into)));
        let Some(entry) = plan.entries.first() else { continue };
        named.insert(entry.id, at);
        if let Some(member) = plan.members.iter().find(|member| member.entry == entry.id) {
            let copied = member.copy_of.and_then(|copied| named.get(&copied.entry).copied());
            placed[at] = Placed { story: member.story, copy_of: copied };
        }
    }
    for placed in &mut placed {
        placed.story = in_the_end(placed.story, &merged);
    }
    placed
}

/// The story that the entries of a story are in after all merges.
fn in_the_end(mut story: StoryId, merged: &HashMap<StoryId, StoryId>) -> StoryId {
    // Each merge goes to an older story: there is an end to it.
    while let Some(into) = merged.get(&story).filter(|into| **into < story) {
        story = *into;
    }
    story
}

fn told(labelled: &Labelled, fields: Fields) -> Told {
    let (feed, at) = (&labelled.feed, labelled.at);
    let own = OwnNames { guid: true, link: true, date: true };
    let document = labelled.document(fields);
    let newsrooms = Directory::builtin();
    let prepared =
        Prepared::of(feed, &labelled.entry, document, own, &newsrooms, at, |_, _| Vec::new());
    Told { feed: Arc::clone(feed), at, baseline: false, prepared }
}

/// Where the lead of a text ends, in bytes.
fn lead_end(body: &str) -> usize {
    let within = tokens(body).into_iter().filter(|token| token.place.position < LEAD_WORDS);
    within.map(|token| token.place.end).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
