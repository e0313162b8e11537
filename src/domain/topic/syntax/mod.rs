//! The topic language as text. [`ast`] says what a rule is; [`parse`] reads one, with the place
//! of every mistake; `Display` of a tree writes it back, so that `parse(print(rule)) == rule`.
//!
//! Nothing here panics, whatever the text, and nothing recurses deeper than [`MAX_DEPTH`].

pub mod ast;
pub mod nearest;

mod error;
mod item;
mod lexer;
mod parser;
mod print;
mod quoted;
mod recovery;
mod regex_term;
mod signs;
mod word;

pub use error::SyntaxError;
pub use item::parse_list_item;
pub use parser::parse;
pub use regex_term::finds_nothing;
pub use signs::{IgnoredSign, ignored_signs, ignored_signs_of_item};
pub use word::is_definition_name;

/// Longest rule, in bytes: a few thousand terms, more than anybody can review.
pub const MAX_RULE_BYTES: usize = 64 * 1024;

/// Deepest nesting of a rule, as text and as a tree: recursion over a rule is safe everywhere.
pub const MAX_DEPTH: usize = 64;

/// Most proximity operators in one chain without parentheses.
pub const MAX_CHAIN: usize = 32;

/// Most terms and `@names` in one rule; more belong in a list.
pub const MAX_TERMS: usize = 2_000;

/// Longest word, in characters.
pub const MAX_WORD_CHARS: usize = 100;

/// Most words in a phrase.
pub const MAX_PHRASE_WORDS: usize = 32;

/// Most words that `~n` lets stand between the words of a phrase.
pub const MAX_SLOP: u32 = 50;

/// Furthest `NEAR/n` and its like reach, in words; beyond that `PARAGRAPH` or `AND` says it better.
pub const MAX_DISTANCE: u32 = 500;

/// Most operands or mentions that can be asked for.
pub const MAX_COUNT: u32 = 1_000;

/// Fewest letters beside a `*`: shorter ones match half the dictionary.
pub const MIN_WILDCARD_LETTERS: usize = 3;

/// Longest regular expression, in bytes, and largest compiled one.
pub const MAX_REGEX_BYTES: usize = 1_000;
pub const MAX_REGEX_COMPILED_BYTES: usize = 1024 * 1024;

/// Most mistakes reported of one rule: the first ones explain the rest.
const MAX_ERRORS: usize = 20;

#[cfg(test)]
pub(crate) mod generate;
