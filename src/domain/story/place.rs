//! Which story an entry belongs to: exact identity (same link, or a near-identical title within
//! 48 hours), with the reason. The candidates come from the store's tables.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Member;
use super::signature::Signature;
use crate::domain::ids::{Digest, EntryId, StoryId};

/// How long after a member was seen another entry may join by its title.
pub const TITLE_WINDOW: Duration = Duration::from_secs(48 * 3600);

/// How long after a member was seen another entry may join by its link. Longer than for titles:
/// a link says the same for ever, but a page that is reused is no longer news.
pub const LINK_WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);

/// Most members with the same link that are looked at, newest first.
pub const MAX_BY_LINK: usize = 16;

/// Fewest shared title words that make two different titles near-identical.
pub const MIN_SHARED: usize = 4;

/// Fewest words of two titles with the same words: shorter ones ("Morning briefing") recur.
pub const MIN_SAME: usize = 3;

/// Share of the shorter title's words that the longer one must have, in tenths.
const MIN_SHARE_TENTHS: usize = 8;

/// Why an entry is in its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinReason {
    /// Nothing known told the same.
    Opened,
    /// Another member has the same link.
    SameLink,
    /// The titles share `shared` content words, of `own` and `theirs`.
    SimilarTitle { shared: u32, own: u32, theirs: u32 },
}

impl JoinReason {
    /// Stable word for logs and columns.
    pub fn code(self) -> &'static str {
        match self {
            JoinReason::Opened => "opened",
            JoinReason::SameLink => "same_link",
            JoinReason::SimilarTitle { .. } => "similar_title",
        }
    }

    /// The reason as a sentence.
    pub fn text(self) -> String {
        match self {
            JoinReason::Opened => "no known story tells the same".to_owned(),
            JoinReason::SameLink => "the same link".to_owned(),
            JoinReason::SimilarTitle { shared, own, theirs } => {
                format!("titles share {shared} words (of {own} and {theirs})")
            }
        }
    }
}

/// Where an entry goes: an existing story, or a new one (`None`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    pub story: Option<StoryId>,
    pub reason: JoinReason,
}

/// Places an entry among `candidates`. A link is stronger than any title; then the most shared
/// words win, and the older story and entry break ties, so that the order of candidates does not matter.
pub fn place<'a>(
    signature: &Signature,
    candidates: impl IntoIterator<Item = &'a Member>,
    now: Timestamp,
) -> Placement {
    let mut best: Option<(u32, (StoryId, EntryId), JoinReason)> = None;
    for member in candidates {
        let Some((strength, reason)) = compare(signature, member, now) else {
            continue;
        };
        let named = (member.story, member.entry);
        let better = best
            .is_none_or(|(most, other, _)| strength > most || strength == most && named < other);
        if better {
            best = Some((strength, named, reason));
        }
    }
    match best {
        Some((_, (story, _), reason)) => Placement { story: Some(story), reason },
        None => Placement { story: None, reason: JoinReason::Opened },
    }
}

/// Members of stories, found by what they might share with an entry. Comparing every entry of a
/// long document with every other would take minutes; most share nothing.
#[derive(Debug, Default)]
pub struct Neighbours {
    members: Vec<Member>,
    by_link: HashMap<Digest, Vec<usize>>,
    by_term: HashMap<i64, Vec<usize>>,
}

/// Most members looked at for one word, the latest ones: a word of more titles tells nothing.
const MAX_POSTINGS: usize = 500;

impl Neighbours {
    pub fn add(&mut self, member: Member) {
        let at = self.members.len();
        if let Some(link) = member.signature.link {
            self.by_link.entry(link).or_default().push(at);
        }
        for term in &member.signature.terms {
            self.by_term.entry(*term).or_default().push(at);
        }
        self.members.push(member);
    }

    /// Members with the same link, or with at least [`MIN_SAME`] words in common.
    pub fn near(&self, signature: &Signature) -> impl Iterator<Item = &Member> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for postings in signature.terms.iter().filter_map(|term| self.by_term.get(term)) {
            for at in postings.iter().rev().take(MAX_POSTINGS) {
                *shared.entry(*at).or_default() += 1;
            }
        }
        let linked = signature.link.and_then(|link| self.by_link.get(&link)).into_iter().flatten();
        let alike = shared.into_iter().filter_map(|(at, n)| (n >= MIN_SAME).then_some(at));
        alike.chain(linked.copied()).map(|at| &self.members[at])
    }
}

/// How strongly a member draws the entry into its story, if at all.
fn compare(signature: &Signature, member: &Member, now: Timestamp) -> Option<(u32, JoinReason)> {
    if signature.link.is_some() && signature.link == member.signature.link {
        return Some((u32::MAX, JoinReason::SameLink));
    }
    let age = now.duration_since(member.at);
    if age.unsigned_abs() > TITLE_WINDOW || !near_identical(signature, &member.signature) {
        return None;
    }
    let shared = signature.shared(&member.signature) as u32;
    let (own, theirs) = (signature.terms.len() as u32, member.signature.terms.len() as u32);
    Some((shared, JoinReason::SimilarTitle { shared, own, theirs }))
}

/// The same words, or nearly all of the shorter title's words within the longer one. Two titles
/// that each name somebody the other does not ("… China …", "… Japan …") are two stories.
fn near_identical(a: &Signature, b: &Signature) -> bool {
    let shared = a.shared(b);
    let (shorter, longer) = (a.terms.len().min(b.terms.len()), a.terms.len().max(b.terms.len()));
    if shared == longer && shared >= MIN_SAME {
        return true;
    }
    shared >= MIN_SHARED
        && shared * 10 >= shorter * MIN_SHARE_TENTHS
        && !(a.has_name_missing_in(b) && b.has_name_missing_in(a))
}

#[cfg(test)]
mod tests;
