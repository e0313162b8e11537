//! The lists are looked up by halving: they must be sorted.

use super::*;

#[test]
fn the_lists_are_sorted_and_looked_up() {
    assert!(NOUNS.is_sorted(), "{:?}", NOUNS.windows(2).find(|pair| pair[0] > pair[1]));
    assert!(WORDS.is_sorted(), "{:?}", WORDS.windows(2).find(|pair| pair[0] > pair[1]));
    assert!(is_noun("alliance") && is_word("start") && !is_noun("apple"));
}
