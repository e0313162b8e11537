//! The regular expressions of all rules: linear in time, limited in size, asked together.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::super::syntax::{MAX_REGEX_BYTES, MAX_REGEX_COMPILED_BYTES, finds_nothing};
use super::TermId;

/// Memory a search may use for its cache, in bytes, before it goes on without.
const MAX_CACHE_BYTES: usize = 2 * 1024 * 1024;

/// Compiles one pattern within the limits, or says in one sentence why not.
pub fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    if pattern.len() > MAX_REGEX_BYTES {
        return Err(format!("it is longer than {MAX_REGEX_BYTES} bytes"));
    }
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .size_limit(MAX_REGEX_COMPILED_BYTES)
        .dfa_size_limit(MAX_CACHE_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large when compiled".to_owned(),
            other => last_line(&other.to_string()),
        })?;
    if finds_nothing(&regex) {
        return Err("it matches places of no text, so it would match everywhere".to_owned());
    }
    Ok(regex)
}

/// The regex crate draws a picture first and says what is wrong last.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// All patterns of a set.
pub struct Patterns {
    set: RegexSet,
    each: Vec<(Regex, TermId)>,
}

impl Patterns {
    pub fn empty() -> Self {
        Self { set: RegexSet::empty(), each: Vec::new() }
    }

    pub fn new(sources: &[(String, bool, TermId)]) -> Result<Self, String> {
        let each = sources
            .iter()
            .map(|(pattern, ignore_case, term)| Ok((compile(pattern, *ignore_case)?, *term)))
            .collect::<Result<Vec<_>, String>>()?;
        let inline = sources.iter().map(|(pattern, ignore_case, _)| {
            let flag = if *ignore_case { "(?i)" } else { "" };
            format!("{flag}{pattern}")
        });
        // Where all together are too large, each is asked for itself.
        let set = RegexSetBuilder::new(inline)
            .size_limit(MAX_REGEX_COMPILED_BYTES.saturating_mul(8))
            .build()
            .unwrap_or_else(|_| RegexSet::empty());
        Ok(Self { set, each })
    }

    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The patterns that may be found in `text`, with their terms.
    pub fn found_in<'a>(&'a self, text: &str) -> impl Iterator<Item = (&'a Regex, TermId)> {
        let asked = (!self.set.is_empty()).then(|| self.set.matches(text));
        self.each
            .iter()
            .enumerate()
            .filter(move |(index, _)| asked.as_ref().is_none_or(|found| found.matched(*index)))
            .map(|(_, (regex, term))| (regex, *term))
    }
}
