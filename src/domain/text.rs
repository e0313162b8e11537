//! The one analysis of text: what a word is, where it stands, and when two words are the same.
//! Rules and documents go through it alike, live matching, backtests and inline tests too.
//!
//! [`scan`] cuts text into tokens with byte offsets and positions; [`script`] says what each
//! character is; [`fold`] takes case and Latin or Greek marks away; [`case`] tells names and
//! acronyms from common words; [`spelling`] knows plurals and British against American spelling;
//! [`snowball`] stems by language where a topic asks for it; [`language`] tells which one it is;
//! [`sentence`] finds sentences and paragraphs; [`slips`] tells how far two words are as typing goes; [`hash`] keys the matcher's table of words.

pub mod case;
pub mod fold;
pub mod hash;
pub mod language;
pub mod scan;
pub mod script;
pub mod sentence;
pub mod slips;
pub mod snowball;
pub mod spelling;

/// Version of this analysis, stored with every match: a replay with another version may differ.
/// Raise it whenever a golden test of the table "what a term matches" has to change.
pub const ANALYSER_VERSION: u32 = 2;

/// Words of the body that make its lead.
pub const LEAD_WORDS: u32 = 60;

#[cfg(test)]
mod tests;
