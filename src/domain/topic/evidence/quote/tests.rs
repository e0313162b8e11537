//! Quotes are what reading the text from its start gives, in any script, however long it is.

use proptest::prelude::*;

use super::super::CONTEXT_CHARS;
use super::super::prove::span;
use super::Quotes;
use crate::domain::document::{Document, Field};
use crate::domain::topic::matcher::occurrence::Occurrence;

fn piece(start: usize, end: usize) -> Occurrence {
    let (from, to) = (start as u32, end as u32);
    Occurrence { field: Field::Body, start: 0, end: 1, from, to, pieces: (0, 0) }
}

proptest! {
    #[test]
    fn a_quote_is_what_stands_there(
        words in prop::collection::vec(
            prop::sample::select(vec!["alpha", "é", "’s ", "北约", " ", "𝐍𝐀", "a long plain word "]),
            1..120,
        ),
        picked in any::<prop::sample::Index>(),
        count in 1..5usize,
    ) {
        let body: String = words.concat();
        let borders: Vec<usize> =
            body.char_indices().map(|(at, _)| at).chain([body.len()]).collect();
        let first = picked.index(borders.len() - 1);
        let last = (first + count).min(borders.len() - 1);
        let (start, end) = (borders[first], borders[last]);
        let document = Document { body: body.clone(), ..Document::default() };
        let found = span(&document, &piece(start, end));
        prop_assert_eq!((found.start, found.end), (start, end));
        prop_assert_eq!(found.chars, (first, last));
        prop_assert_eq!(&*found.quote, &body[start..end]);
        let from = first.saturating_sub(CONTEXT_CHARS);
        prop_assert_eq!(&*found.before, &body[borders[from]..start]);
        let to = (last + CONTEXT_CHARS).min(borders.len() - 1);
        prop_assert_eq!(&*found.after, &body[end..borders[to]]);
    }
}

#[test]
fn all_quotes_of_a_document_share_one_copy_of_its_text() {
    let document = Document { body: "alpha beta".to_owned(), ..Document::default() };
    let mut quotes = Quotes::default();
    let alpha = quotes.span(&document, &piece(0, 5));
    let beta = quotes.span(&document, &piece(6, 10));
    assert_eq!((&*alpha.quote, &*beta.quote), ("alpha", "beta"));
    assert_eq!(alpha.quote.as_ptr(), beta.before.as_ptr(), "the text is not copied again");
}
