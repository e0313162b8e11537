//! Turns written terms into entries of the shared vocabulary: each distinct way of finding a
//! single token gets one number, whichever topics ask for it.

use std::collections::HashMap;

use super::super::syntax::ast::{Term, Word};
use super::plan::{LeafId, Literal};
use super::vocabulary::{Condition, Entries};
use super::{Leaf, Sequence, TermId, term_label};
use crate::domain::text::case::TermCase;
use crate::domain::text::scan::{MAX_JOINED_PARTS, TokenKind, tokens};
use crate::domain::text::script::is_hangul;
use crate::domain::text::snowball::Snowball;
use crate::domain::text::spelling::{self, Stem};

/// Fewest bytes of folded text beside a wildcard: three letters, or one syllable of Hangul.
const MIN_OPEN_BYTES: usize = 3;

/// Whether a word has neither letter nor digit.
pub fn is_wordless(text: &str) -> bool {
    tokens(text).is_empty()
}

/// Whether a wildcard word is open to too much.
pub fn is_too_open(word: &Word) -> bool {
    let parts = parts(&word.text);
    // A compound is also looked for as one word, and that is long enough when all of it is; its
    // short part alone then finds nothing.
    let joined: usize = parts.iter().map(|part| part.form.len()).sum();
    if is_compound(&word.text, &parts) && joined >= MIN_OPEN_BYTES {
        return false;
    }
    let short = |part: Option<&Part>| part.is_some_and(|part| part.form.len() < MIN_OPEN_BYTES);
    (word.open_start && short(parts.first())) || (word.open_end && short(parts.last()))
}

/// All terms and leaves while a set is built.
#[derive(Default)]
pub struct Lexicon {
    pub entries: Entries,
    pub leaves: Vec<Leaf>,
    /// A first guess at the share of documents that hold each term.
    guesses: Vec<f32>,
    /// How often each leaf was asked for.
    uses: Vec<u32>,
    pub regexes: Vec<(String, bool, TermId)>,
    known_terms: HashMap<TermKey, TermId>,
    known_leaves: HashMap<(String, Stem), LeafId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TermKey {
    Whole(String, Stem, TermCase),
    /// The stems a word goes by.
    Stemmed(String, Option<String>, Snowball),
    Exact(String, String),
    Start(String, TermCase),
    End(String, TermCase),
    Inside(String, TermCase),
    Run(String),
    Regex(String, bool),
}

/// A stretch of a term that the analysis reads as one token.
struct Part {
    form: String,
    raw: String,
    start: usize,
    end: usize,
    is_run: bool,
}

impl Lexicon {
    /// The leaf of a term, the same one each time.
    pub fn leaf(&mut self, term: &Term, stem: Stem) -> LeafId {
        let key = (term_label(term), stem);
        if let Some(&known) = self.known_leaves.get(&key) {
            self.uses[known as usize] += 1;
            return known;
        }
        let leaf = match term {
            Term::Word(word) => match self.word(word, word.exact, stem) {
                // One token and nothing literal: the common case needs no joining.
                slot if slot.len() == 1
                    && slot[0].terms.len() == 1
                    && slot[0].literal.is_none() =>
                {
                    Leaf::Term(slot[0].terms[0])
                }
                slot => Leaf::Word(slot),
            },
            Term::Phrase { exact, words, slop } => Leaf::Phrase {
                slots: words
                    .iter()
                    .filter(|word| !is_wordless(&word.text))
                    .map(|word| self.word(word, *exact || word.exact, stem))
                    .collect(),
                slop: *slop,
            },
            Term::Regex { pattern, ignore_case } => {
                Leaf::Term(self.term(TermKey::Regex(pattern.clone(), *ignore_case)))
            }
        };
        let id = self.leaves.len() as LeafId;
        self.leaves.push(leaf);
        self.uses.push(1);
        self.known_leaves.insert(key, id);
        id
    }

    pub fn term_count(&self) -> usize {
        self.guesses.len()
    }

    /// How often each term is expected, to choose what topics are filed under. What many rules
    /// ask for is what many documents are about: filed under it, many topics would be looked at
    /// for nothing.
    pub fn frequency(&self) -> Vec<f32> {
        let mut asked = vec![0u32; self.guesses.len()];
        for (leaf, uses) in self.leaves.iter().zip(&self.uses) {
            let mut count = |term: TermId| asked[term as usize] += uses;
            let mut ways = |ways: &[Sequence]| {
                ways.iter().flat_map(|way| way.terms.iter()).for_each(|&term| count(term));
            };
            match leaf {
                Leaf::Term(term) => count(*term),
                Leaf::Word(all) => ways(all),
                Leaf::Phrase { slots, .. } => slots.iter().for_each(|slot| ways(slot)),
            }
        }
        let guesses = self.guesses.iter().zip(asked);
        guesses.map(|(guess, uses)| guess * uses as f32).collect()
    }

    /// The ways to find one word.
    fn word(&mut self, word: &Word, exact: bool, stem: Stem) -> Box<[Sequence]> {
        let parts = parts(&word.text);
        let literal = literal(&word.text, &parts, exact);
        let last = parts.len().saturating_sub(1);
        let terms = parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let open = (word.open_start && index == 0, word.open_end && index == last);
                self.part(part, open, exact, literal.is_some(), stem)
            })
            .collect();
        let is_joinable = literal.is_none() && !exact && is_compound(&word.text, &parts);
        let mut ways = vec![Sequence { terms, literal: literal.map(Box::new) }];
        if is_joinable {
            let joined = Part {
                form: parts.iter().map(|part| part.form.as_str()).collect(),
                raw: parts.iter().map(|part| part.raw.as_str()).collect(),
                start: 0,
                end: 0,
                is_run: false,
            };
            let term = self.part(&joined, (word.open_start, word.open_end), false, false, stem);
            ways.push(Sequence { terms: Box::new([term]), literal: None });
        }
        ways.into()
    }

    fn part(
        &mut self,
        part: &Part,
        open: (bool, bool),
        exact: bool,
        is_literal: bool,
        stem: Stem,
    ) -> TermId {
        let form = part.form.clone();
        if part.is_run {
            return self.term(TermKey::Run(form));
        }
        let case = match TermCase::of(&part.raw) {
            TermCase::ShortWord if is_literal => TermCase::Short,
            case => case,
        };
        let loose = |anchored: TermCase| match case {
            TermCase::Common => TermCase::Common,
            _ => anchored,
        };
        self.term(match open {
            (true, true) => TermKey::Inside(form, loose(TermCase::Mixed)),
            (true, false) => TermKey::End(form, loose(TermCase::Mixed)),
            (false, true) => TermKey::Start(form, loose(TermCase::Name)),
            (false, false) if exact => TermKey::Exact(form, part.raw.clone()),
            (false, false) if form.chars().all(is_hangul) => TermKey::Start(form, TermCase::Common),
            (false, false) => match stem {
                Stem::Snowball(language) if case == TermCase::Common && language.reads(&form) => {
                    let (key, other) = language.keys(&part.raw);
                    TermKey::Stemmed(key, other, language)
                }
                // Words the language does not read are found as they are by default.
                Stem::Snowball(_) if case == TermCase::Common => {
                    TermKey::Whole(form, Stem::Plural, case)
                }
                _ if case == TermCase::Common => TermKey::Whole(form, stem, case),
                // Only common words have other spellings.
                _ => TermKey::Whole(form, Stem::None, case),
            },
        })
    }

    fn term(&mut self, key: TermKey) -> TermId {
        if let Some(&known) = self.known_terms.get(&key) {
            return known;
        }
        let id = self.guesses.len() as TermId;
        self.guesses.push(frequency(&key));
        match key.clone() {
            TermKey::Whole(form, stem, TermCase::Common) => {
                for spelling in spelling::spellings(&form, stem) {
                    self.entries.whole(spelling, id, Condition::Case(TermCase::Common));
                }
            }
            TermKey::Whole(form, _, case) => self.entries.whole(form, id, Condition::Case(case)),
            TermKey::Stemmed(key, other, language) => {
                for key in std::iter::once(key).chain(other) {
                    self.entries.stems.add(language, key, id);
                }
            }
            TermKey::Exact(form, raw) => self.entries.exact(form, raw, id),
            TermKey::Start(form, case) => self.entries.start(form, id, case),
            TermKey::End(form, case) => self.entries.end(form, id, case),
            TermKey::Inside(form, case) => self.entries.inside(form, id, case),
            TermKey::Run(form) => self.entries.run(form, id),
            TermKey::Regex(pattern, ignore_case) => self.regexes.push((pattern, ignore_case, id)),
        }
        self.known_terms.insert(key, id);
        id
    }
}

/// Cuts a term as the analysis cuts text.
fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for token in tokens(text) {
        let (start, end) = (token.place.start, token.place.end);
        let is_run = token.kind == TokenKind::Unsegmented;
        match parts.last_mut() {
            _ if token.kind == TokenKind::Joined => {}
            Some(last) if is_run && last.is_run && last.end == start => {
                last.form.push_str(&token.form);
                last.raw.push_str(&text[start..end]);
                last.end = end;
            }
            _ => parts.push(Part {
                form: token.form,
                raw: text[start..end].to_owned(),
                start,
                end,
                is_run,
            }),
        }
    }
    parts
}

/// Whether the parts make one compound that texts also write as one word.
fn is_compound(text: &str, parts: &[Part]) -> bool {
    let is_joined = |pair: &[Part]| is_hyphen(&text[pair[0].end..pair[1].start]);
    (2..=MAX_JOINED_PARTS as usize).contains(&parts.len()) && parts.windows(2).all(is_joined)
}

/// Signs that are part of a word ("C++", "AT&T", "C#").
fn is_sign(c: char) -> bool {
    matches!(c, '&' | '+' | '#')
}

fn is_hyphen(text: &str) -> bool {
    matches!(text, "-" | "\u{2010}" | "\u{2011}" | "－")
}

/// What must stand literally between and around the parts: asked where the word has signs, is
/// exact, or is written without a space in a script that has none.
fn literal(text: &str, parts: &[Part], exact: bool) -> Option<Literal> {
    let (first, last) = (parts.first()?, parts.last()?);
    let before = text[..first.start].trim_start_matches(|c| !is_sign(c) && c != '.');
    let after = text[last.end..].trim_end_matches(|c| !is_sign(c));
    let between = parts.windows(2).map(|pair| &text[pair[0].end..pair[1].start]);
    let is_asked = !before.is_empty()
        || !after.is_empty()
        || between.clone().any(|gap| gap.is_empty() || gap.contains(is_sign))
        || (exact && parts.len() > 1);
    is_asked.then(|| Literal {
        before: before.into(),
        between: between.map(Into::into).collect(),
        after: after.into(),
    })
}

/// A guess at the share of documents that hold a term, from nothing but its form: short and
/// common words are everywhere, names and long words are not.
fn frequency(key: &TermKey) -> f32 {
    let by_length = |form: &str| match form.chars().count() {
        0..=2 => 0.2,
        3 => 0.08,
        4..=5 => 0.04,
        6..=8 => 0.02,
        _ => 0.01,
    };
    match key {
        TermKey::Whole(form, _, _) | TermKey::Exact(form, _)
            if EVERYWHERE.contains(&form.as_str()) =>
        {
            0.6
        }
        TermKey::Whole(form, _, TermCase::Common) => by_length(form),
        TermKey::Stemmed(key, ..) if EVERYWHERE.contains(&key.as_str()) => 0.6,
        TermKey::Stemmed(key, ..) => by_length(key) * 1.5,
        TermKey::Whole(form, ..) | TermKey::Exact(form, _) => by_length(form) / 2.0,
        TermKey::Start(form, _) | TermKey::End(form, _) => by_length(form) * 1.5,
        TermKey::Inside(form, _) => by_length(form) * 2.0,
        TermKey::Run(_) => 0.01,
        TermKey::Regex(..) => 0.3,
    }
}

/// Words in so many documents that no topic should be filed under them.
#[rustfmt::skip]
const EVERYWHERE: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "are", "as", "at", "be", "been", "before",
    "between", "but", "by", "can", "could", "country", "day", "de", "der", "die", "do", "el", "en",
    "first", "for", "from", "government", "had", "has", "have", "he", "her", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "la", "last", "le", "les", "made", "make", "many",
    "may", "minister", "more", "most", "new", "news", "no", "not", "of", "on", "one", "or",
    "other", "out", "over", "people", "president", "said", "say", "says", "she", "since", "so",
    "some", "state", "than", "that", "the", "their", "them", "there", "they", "this", "time",
    "to", "two", "under", "up", "us", "was", "we", "week", "were", "what", "when", "which", "who",
    "will", "with", "world", "would", "year", "years", "you",
];
