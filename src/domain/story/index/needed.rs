//! How near an entry's words must be to a story's: less where both name the same, more where the
//! story is large or the entry short.

use super::row::Saying;
use super::{Active, StoryIndex};
use crate::domain::story::trace::{TitleWords, shared};
use crate::domain::story::vector::ONE;

/// Cosine an entry needs to join a story, in 1/10000: with a body of [`FULL_WORDS`], with a short
/// one, and with next to none.
const NEEDED_FULL: u32 = 2_600;
const NEEDED_SHORT: u32 = 2_200;

/// What it needs more for each doubling of the story: the words of a large one are common to its
/// members, so that who tells the same is near it; what is not is a heap of what is much alike.
const NEEDED_GROWTH: u32 = 100;

/// Words of a body that make it a text.
const FULL_WORDS: u16 = 80;
/// Words of a body that make it a summary; below, the title alone speaks.
pub(super) const SHORT_WORDS: u16 = 30;

/// What a title alone needs: more where it has fewer words, since one shared word is then more of
/// it; and what it needs with a sentence or two, which bring words that others do not have.
const NEEDED_TITLE: [(usize, u32); 4] =
    [(5, 2_000), (8, 1_650), (TITLE_TERMS, 1_300), (usize::MAX, NEEDED_SENTENCES)];
const NEEDED_SENTENCES: u32 = 1_600;

/// More words than this are not a title alone.
const TITLE_TERMS: usize = 14;

/// Share of names and numbers, in 1/10000, that an entry and a member of its story usually have in
/// common; how much less the cosine may be if they have all, and in proportion; and the least.
const FACTS_USUAL: u32 = 3_000;
const FACTS_WEIGHT: u32 = 2_000;
const NEEDED_LEAST: u32 = 1_800;

/// Names and numbers of a text with fewer are counted as this many: one says little.
const FACTS_FEWEST: usize = 4;

/// Latest members whose names are looked at.
const FACTS_MEMBERS: usize = 8;

/// Words that a title alone must share with a story, each giving this much of the cosine.
const TITLE_CARRIERS: usize = 2;
const TITLE_CARRIES: u32 = 150;

/// And with the title of one of its latest members, if that is half of the shorter title, or a name
/// and something that is none ("Sund", "strike"; names alone are a place where much happens); and
/// surely.
const TITLE_SHARED: usize = 2;
const TITLE_SURELY: usize = 3;

/// Words of both titles: shorter ones ("Morning briefing") recur.
const TITLE_LEAST: usize = 3;
const TITLE_MEMBERS: usize = 8;

impl StoryIndex {
    /// What an entry needs to join this story: less where it has the names and numbers of a member,
    /// more where it does not.
    pub(super) fn needed_by(&self, told: Saying<'_>, active: &Active) -> u32 {
        let needed = needed(told, active.state.members);
        if !told.has_text() || told.facts.is_empty() {
            return needed;
        }
        let latest = active.rows.iter().rev().take(FACTS_MEMBERS).filter_map(|row| self.row(*row));
        let shares = latest.map(|row| {
            let fewer = told.facts.len().min(row.facts().len()).max(FACTS_FEWEST);
            shared(told.facts, row.facts()) * ONE as usize / fewer
        });
        let shared = shares.max().unwrap_or(0) as i64 - i64::from(FACTS_USUAL);
        let eased = i64::from(needed) - shared * i64::from(FACTS_WEIGHT) / i64::from(ONE);
        u32::try_from(eased).unwrap_or(0).max(NEEDED_LEAST)
    }

    /// Whether a title without a text shares enough with a story: several words, and several of
    /// them with the title of one member, since a long story has words for everything.
    pub(super) fn says_enough(&self, told: Saying<'_>, active: &Active) -> bool {
        if told.has_text() {
            return true;
        }
        let carriers = told.vector.carried_by(&active.state.centroid);
        let carrying = carriers.iter().filter(|(_, share)| *share >= TITLE_CARRIES).count();
        let latest = active.rows.iter().rev().take(TITLE_MEMBERS).filter_map(|row| self.row(*row));
        carrying >= TITLE_CARRIERS
            && latest.map(|row| row.title()).any(|title| shares_enough(told.title, title))
    }
}

/// Whether two titles share enough to speak for texts that are not there.
fn shares_enough(own: TitleWords<'_>, theirs: TitleWords<'_>) -> bool {
    let shared = theirs.shared(own);
    let shorter = own.words.len().min(theirs.words.len());
    let names = own.shared_names(theirs);
    let is_enough = shared * 2 >= shorter || names > 0 && names < shared || shared >= TITLE_SURELY;
    shorter >= TITLE_LEAST && shared >= TITLE_SHARED && is_enough
}

/// What an entry needs to join a story of so many members.
pub(super) fn needed(told: Saying<'_>, members: u32) -> u32 {
    let base = if told.body_words >= FULL_WORDS {
        NEEDED_FULL
    } else if told.body_words >= SHORT_WORDS {
        NEEDED_SHORT
    } else {
        let words = told.vector.terms().len();
        let step = NEEDED_TITLE.iter().find(|(most, _)| words <= *most);
        step.map_or(NEEDED_SENTENCES, |(_, needed)| *needed)
    };
    base + NEEDED_GROWTH * members.max(1).ilog2()
}
