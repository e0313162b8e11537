//! Where an entry goes and why: what [`super::index::StoryIndex::place`] answers.

use crate::domain::ids::{EntryId, StoryId};

use super::trace::Trace;
use super::vector::ONE;

/// What is known of an entry besides its text when it is placed. Empty for most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The newest known entry with the same link (within 30 days), and its story; where its feed
    /// told that itself under this link, only if the titles are alike.
    pub linked: Option<(EntryId, StoryId)>,
    /// The latest entry of the same feed that had the same words and is gone from there, and its story.
    pub said: Option<(EntryId, StoryId)>,
    /// The story that a user wants the entry in.
    pub with: Option<StoryId>,
    /// Stories that a user does not want the entry in.
    pub without: &'a [StoryId],
    /// Pairs of stories that a user wants kept apart.
    pub apart: &'a [(StoryId, StoryId)],
}

/// Where an entry goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The story it joins; `None` opens one.
    pub story: Option<StoryId>,
    pub reason: JoinReason,
    /// The entry whose text it repeats, told even where the story was joined for another reason.
    pub copy_of: Option<Copied>,
    /// Two stories that turned out to be one. Add the entry first, then merge.
    pub merge: Option<Bridge>,
    /// For a new story: the one it grew out of.
    pub parent: Option<StoryId>,
    /// What is added to the index and stored for the entry.
    pub trace: Trace,
}

/// A text that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub entry: EntryId,
    /// How much of this entry's text was in that one, in 1/10000.
    pub share: u32,
}

/// Two stories to be merged: one entry is near both, and they are near each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bridge {
    /// The older one, which stays.
    pub into: StoryId,
    /// The one whose id becomes an alias.
    pub from: StoryId,
    /// Of their centroids, in 1/10000.
    pub cosine: u32,
}

/// How near an entry is to a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    pub story: StoryId,
    /// In 1/10000.
    pub cosine: u32,
}

/// A word and what it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// As the entry first writes it.
    pub word: String,
    /// Of the cosine, in 1/10000.
    pub share: u32,
}

/// Why an entry joins by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// Of the entry and the story, in 1/10000; the same below.
    pub cosine: u32,
    /// What it had to reach.
    pub needed: u32,
    pub runner_up: Option<Near>,
    /// The words that carried it, the most first, at most eight.
    pub carriers: Vec<Carrier>,
    /// What all other words gave together: the shares and this sum to the cosine.
    pub others: u32,
}

/// Why an entry is in its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinReason {
    /// Nothing known tells the same. `nearest` came closest, where `needed` was asked.
    Opened { nearest: Option<Near>, needed: u32 },
    /// A user said so.
    Told,
    /// Another member has the same link.
    SameLink { entry: EntryId },
    /// It repeats the text of a member, or a member is part of it. `share` is of the shorter
    /// text, in 1/10000.
    Copy { of: EntryId, share: u32 },
    /// Its feed told a member in the very same words, and has that no more.
    SameWords { entry: EntryId },
    /// It tells it in much the same words.
    Alike(Likeness),
    /// The titles are nearly the same: they share `shared` words of `own` and `theirs`.
    SimilarTitle { entry: EntryId, shared: u32, own: u32, theirs: u32 },
    /// In another language, with the same names and numbers.
    SameFacts { entry: EntryId, facts: Vec<String>, own: u32, theirs: u32 },
}

impl JoinReason {
    /// Stable word for logs and columns.
    pub fn code(&self) -> &'static str {
        match self {
            JoinReason::Opened { .. } => "opened",
            JoinReason::Told => "told",
            JoinReason::SameLink { .. } => "same_link",
            JoinReason::Copy { .. } => "copy",
            JoinReason::SameWords { .. } => "same_words",
            JoinReason::Alike(_) => "alike",
            JoinReason::SimilarTitle { .. } => "similar_title",
            JoinReason::SameFacts { .. } => "same_facts",
        }
    }

    /// The reason as a sentence.
    pub fn text(&self) -> String {
        match self {
            JoinReason::Opened { nearest: None, .. } => "no known story tells the same".to_owned(),
            JoinReason::Opened { nearest: Some(near), needed } => format!(
                "no known story tells the same: {} came nearest with {} of the {} it takes",
                near.story,
                decimal(near.cosine),
                decimal(*needed)
            ),
            JoinReason::Told => "a user put it there".to_owned(),
            JoinReason::SameLink { .. } => "the same link".to_owned(),
            JoinReason::Copy { of, share } => {
                format!("{} % of the text is that of {of}", share / (ONE / 100))
            }
            JoinReason::SameWords { entry } => {
                format!("the same words as entry {entry} that its feed no longer has")
            }
            JoinReason::Alike(likeness) => likeness.text(),
            JoinReason::SimilarTitle { shared, own, theirs, .. } => {
                format!("titles share {shared} words (of {own} and {theirs})")
            }
            JoinReason::SameFacts { facts, own, theirs, .. } => format!(
                "in another language, the same names and numbers (of {own} and {theirs}): {}",
                facts.join(", ")
            ),
        }
    }
}

impl Likeness {
    fn text(&self) -> String {
        let words: Vec<String> = self
            .carriers
            .iter()
            .map(|carrier| format!("{} {}", carrier.word, decimal(carrier.share)))
            .collect();
        let (cosine, needed) = (decimal(self.cosine), decimal(self.needed));
        let runner_up = self.runner_up.map_or_else(String::new, |near| {
            format!("; next was {} with {}", near.story, decimal(near.cosine))
        });
        format!(
            "the same words: {cosine} where {needed} is asked ({}){runner_up}",
            words.join(", ")
        )
    }
}

/// A share of 1 with two digits, without the zero before the point.
fn decimal(share: u32) -> String {
    let hundredths = (share + ONE / 200) / (ONE / 100);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests;
