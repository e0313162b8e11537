//! Texts that a term finds: as it is written, in other capitals, in its other spellings. A term
//! that finds all samples of another finds what that one finds.

use super::super::syntax::ast::{Term, Word};
use crate::domain::text::case::TermCase;
use crate::domain::text::fold::fold;
use crate::domain::text::scan::{TokenKind, tokens};
use crate::domain::text::script::is_hangul;
use crate::domain::text::spelling::{Stem, spellings};

/// What stands for the letters of a wildcard and the words of a gap: nothing that is asked for.
const ANY: &str = "qzx";

/// Most samples of one term.
const MAX_SAMPLES: usize = 24;

/// Sample texts of `term`, the plainest first; empty for a regular expression, of which nothing
/// is known.
pub fn samples(term: &Term) -> Vec<String> {
    let mut all = match term {
        Term::Word(word) => of_word(word, word.exact),
        Term::Phrase { exact, words, slop } => of_phrase(words, *exact, *slop),
        Term::Regex { .. } => Vec::new(),
    };
    all.truncate(MAX_SAMPLES);
    all
}

fn of_phrase(words: &[Word], exact: bool, slop: u32) -> Vec<String> {
    let each: Vec<Vec<String>> =
        words.iter().map(|word| of_word(word, exact || word.exact)).collect();
    let most = each.iter().map(Vec::len).max().unwrap_or(0).min(MAX_SAMPLES);
    let row = |rank: usize| {
        let words = each.iter().filter_map(|all| all.get(rank.min(all.len().saturating_sub(1))));
        words.map(String::as_str).collect::<Vec<_>>()
    };
    let mut all: Vec<String> = (0..most).map(|rank| row(rank).join(" ")).collect();
    if slop > 0 && words.len() > 1 {
        let gap = format!(" {} ", vec![ANY; slop as usize].join(" "));
        all.insert(1.min(all.len()), row(0).join(" ").replacen(' ', &gap, 1));
    }
    all
}

fn of_word(word: &Word, exact: bool) -> Vec<String> {
    let open = |text: &str| {
        let start = if word.open_start { ANY } else { "" };
        let end = if word.open_end { ANY } else { "" };
        format!("{start}{text}{end}")
    };
    let text = word.text.as_str();
    let mut all = vec![open(text)];
    let case = TermCase::of(text);
    match case {
        TermCase::Common => all.extend([open(&capitalised(text)), open(&text.to_uppercase())]),
        TermCase::Name if !exact => all.push(open(&text.to_uppercase())),
        TermCase::Acronym if !exact => all.push(open(&capitalised(&text.to_lowercase()))),
        _ => {}
    }
    if exact {
        return unique(all);
    }
    if text.contains('-') {
        all.extend([open(&text.replace('-', "")), open(&text.replace('-', " "))]);
    }
    if !word.open_start && !word.open_end {
        if text.chars().all(is_hangul) {
            all.push(format!("{text}가"));
        } else if case == TermCase::Common {
            all.extend(spellings(&fold(text), Stem::Plural));
        }
    }
    unique(all)
}

/// Other spellings of a word that its plural stem finds, itself not among them.
pub fn other_spellings(term: &Term) -> Vec<String> {
    match term {
        Term::Word(word) if !word.exact && TermCase::of(&word.text) == TermCase::Common => {
            let form = fold(&word.text);
            let mut all = spellings(&form, Stem::Plural);
            all.retain(|spelling| *spelling != form);
            all
        }
        _ => Vec::new(),
    }
}

/// Whether a script without spaces, or one whose particles stick to words, is in `text`.
pub fn is_unspaced(text: &str) -> bool {
    text.chars().any(is_hangul)
        || tokens(text).iter().any(|token| token.kind == TokenKind::Unsegmented)
}

pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn unique(all: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(all.len());
    for text in all {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}
