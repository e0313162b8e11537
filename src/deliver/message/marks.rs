//! Passages in pieces. The alert object has what was found in brackets, and publishers write
//! brackets too: what stands in brackets is marked only if it is among the words that were found.

use std::collections::BTreeSet;

use super::{Passage, Piece};
use crate::deliver::object::AlertV1;
use crate::deliver::terminal;

/// The passages that say more than the headline.
pub(in crate::deliver) fn passages(alert: &AlertV1) -> Vec<Passage> {
    let of_terms = alert.terms.iter().map(|term| term.term.as_str());
    let of_items = alert.evidence.iter().filter_map(|item| item.term.as_deref());
    let found: BTreeSet<String> = of_terms.chain(of_items).map(str::to_lowercase).collect();
    let passage = |text: &String| Passage { pieces: pieces(text, &found) };
    terminal::passages(alert).iter().map(passage).collect()
}

fn pieces(text: &str, found: &BTreeSet<String>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut from = 0;
    while let Some(open) = text[from..].find('[').map(|at| from + at) {
        from = open + 1;
        let Some(close) = text[from..].find(['[', ']']).map(|at| from + at) else {
            break;
        };
        let inner = &text[from..close];
        if !text[close..].starts_with(']') || !found.contains(&inner.to_lowercase()) {
            continue;
        }
        push(&mut pieces, &text[plain..open], false);
        push(&mut pieces, inner, true);
        (plain, from) = (close + 1, close + 1);
    }
    push(&mut pieces, &text[plain..], false);
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str, is_marked: bool) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), is_marked });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<(String, bool)> {
        let found = BTreeSet::from(["nato".to_owned(), "defence alliance".to_owned()]);
        let pieces = pieces(text, &found).into_iter();
        pieces.map(|piece| (piece.text, piece.is_marked)).collect()
    }

    fn pieces_of<const N: usize>(expected: [(&str, bool); N]) -> Vec<(String, bool)> {
        expected.map(|(text, is_marked)| (text.to_owned(), is_marked)).to_vec()
    }

    #[test]
    fn what_was_found_is_marked_and_a_publishers_own_brackets_stay() {
        let expected = [("[Video] The ", false), ("NATO", true), (" pact [sic]", false)];
        assert_eq!(marked("[Video] The [NATO] pact [sic]"), pieces_of(expected));
        let expected = [("Defence Alliance", true), (" ", false), ("nato", true)];
        assert_eq!(marked("[Defence Alliance] [nato]"), pieces_of(expected));
    }

    #[test]
    fn brackets_that_do_not_pair_are_text() {
        let expected = [("[[", false), ("NATO", true), ("] ] [ [NATO", false)];
        assert_eq!(marked("[[[NATO]] ] [ [NATO"), pieces_of(expected));
        assert_eq!(marked("] ["), pieces_of([("] [", false)]));
        assert_eq!(marked(""), pieces_of([]));
    }
}
