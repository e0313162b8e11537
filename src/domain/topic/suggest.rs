//! How a rule could be better, learnt from what people say of its finds: words that tell the
//! wanted from the unwanted ([`terms`]), phrases that only the unwanted finds stand in
//! ([`contexts`]), and what the rule missed of stories it raised ([`radar`]). Suggestions are for
//! people to weigh: each comes with the counts it rests on.

mod contexts;
mod known;
mod radar;
mod terms;
mod text;

use super::Topic;
use super::compile::Library;
use super::evidence::Span;
use super::lint::history::Vocabulary;
use crate::domain::document::Document;
use crate::domain::ids::{EntryId, StoryId};
use known::KnownWords;

/// Fewest useful finds, and fewest noise, from which words can be told apart: below that a word
/// in all of one kind and none of the other is still a coin that fell the same way a few times.
pub const MIN_EACH: usize = 5;

/// Fewest noise finds from which a phrase around them is worth an exception.
pub const MIN_NOISE: usize = 2;

/// Most suggestions of each kind.
pub const MAX_SUGGESTIONS: usize = 10;

/// An entry that people gave a verdict on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Useful or a duplicate; else noise.
    pub wanted: bool,
    pub document: Document,
    /// The topic found it when it was stored or since: people may judge what it never found.
    pub was_found: bool,
    /// What the rule finds in it as it is now; `None` where it does not match.
    pub spans: Option<Vec<Span>>,
}

/// A word or phrase that tells wanted from unwanted finds.
#[derive(Debug, Clone, PartialEq)]
pub struct TermSuggestion {
    /// As a rule has it, quotes included.
    pub term: String,
    /// Useful finds that have it, and noise.
    pub useful: usize,
    pub noise: usize,
    /// Logarithm of the ratio of its odds in the useful to its odds in the noise, drawn to 0 by
    /// how frequent it is in all stored entries (Monroe, Colaresi, Quinn: Fightin' Words, 2008).
    pub log_odds: f64,
    /// The same in standard deviations.
    pub z: f64,
}

/// A phrase around finds that are noise, and in no useful find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSuggestion {
    /// As a rule has it, quotes included.
    pub phrase: String,
    /// What the rule found in it.
    pub found: String,
    /// Noise finds that have it.
    pub noise: usize,
}

/// A story as the topic found it in part.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryTold {
    pub story: StoryId,
    pub matched: Vec<Document>,
    pub missed: Vec<(EntryId, Document)>,
}

/// An entry of an alerted story that the rule does not match.
#[derive(Debug, Clone, PartialEq)]
pub struct Missed {
    pub entry: EntryId,
    pub title: String,
    pub story: StoryId,
    /// Words it shares with the entries that matched, and how many of those have each; the most
    /// telling first. None of them is in the rule.
    pub shared: Vec<(String, usize)>,
    /// Entries of the story that matched.
    pub matched: usize,
}

/// Everything suggested for one topic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Suggestions {
    pub useful: usize,
    pub noise: usize,
    /// Noise that was found once, and that the rule as it is now no longer matches.
    pub mended: usize,
    /// More often in what is wanted, and not in the rule.
    pub wanted: Vec<TermSuggestion>,
    /// In noise, and not in the rule.
    pub unwanted: Vec<TermSuggestion>,
    pub contexts: Vec<ContextSuggestion>,
    pub missed: Vec<Missed>,
}

impl Suggestions {
    /// Whether there are verdicts enough to tell words apart.
    pub fn is_enough(&self) -> bool {
        self.useful >= MIN_EACH && self.noise >= MIN_EACH
    }
}

/// Suggests. `background`: how frequent words are in all stored entries.
pub fn suggest(
    topic: &Topic,
    library: &Library,
    judged: &[Judged],
    stories: &[StoryTold],
    background: &Vocabulary,
) -> Suggestions {
    let known = KnownWords::of(topic, library);
    let useful = judged.iter().filter(|one| one.wanted).count();
    let noise = judged.len() - useful;
    let is_mended = |one: &&Judged| !one.wanted && one.was_found && one.spans.is_none();
    let mended = judged.iter().filter(is_mended).count();
    let mut found = Suggestions { useful, noise, mended, ..Suggestions::default() };
    if found.is_enough() {
        (found.wanted, found.unwanted) = terms::tell_apart(judged, &known, background);
    }
    found.contexts = contexts::around_noise(judged);
    found.missed = radar::missed(stories, &known, background);
    found
}

#[cfg(test)]
mod tests;
