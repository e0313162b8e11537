//! Words that mix letters of two alphabets: a Cyrillic "А" in "NАTO" looks right and finds nothing.

use super::super::compile::term_label;
use super::super::syntax::ast::{Term, Word};
use super::book::{Book, Placed};
use super::{Level, Lint, quoted};

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for Placed { term, spot, .. } in book.terms() {
        let words: &[Word] = match term {
            Term::Word(word) => std::slice::from_ref(word),
            Term::Phrase { words, .. } => words,
            Term::Regex { .. } => &[],
        };
        if let Some((alphabet, stranger)) = words.iter().find_map(|word| stranger(&word.text)) {
            let label = term_label(term);
            let message = format!(
                "{} mixes alphabets: `{stranger}` in it is {alphabet}, and looks like another letter",
                quoted(&label)
            );
            let lint = Lint::new("mixed_script", Level::Warning, spot, message).about(&label);
            found.push(lint.hint("type the word anew, all of it in one alphabet"));
        }
    }
}

/// The first letter of a word that is not of its most frequent alphabet.
fn stranger(word: &str) -> Option<(&'static str, char)> {
    // Parts of a compound may differ: "анти-NATO".
    word.split(|c: char| !c.is_alphabetic()).find_map(|part| {
        let letters: Vec<(&str, char)> =
            part.chars().filter_map(|c| Some((alphabet(c)?, c))).collect();
        let count = |name: &str| letters.iter().filter(|letter| letter.0 == name).count();
        let usual = ["Latin", "Cyrillic", "Greek"].into_iter().max_by_key(|name| count(name))?;
        letters.into_iter().find(|letter| letter.0 != usual)
    })
}

fn alphabet(c: char) -> Option<&'static str> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => Some("Latin"),
        '\u{370}'..='\u{3ff}' => Some("Greek"),
        '\u{400}'..='\u{52f}' => Some("Cyrillic"),
        _ => None,
    }
}
