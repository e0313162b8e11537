//! "Did you mean …": the known word nearest to a misspelt one. Serves the rule language's
//! operators and fields, and the configuration's keys, names and values.

use crate::domain::text::slips::slips;

/// The candidate that `word` is most likely a slip for, if any is near enough: one slip in a
/// short word, two in a longer one. Letter case does not count as a slip.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared: they are no names.
    const MAX_CHARS: usize = 64;

    let word: Vec<char> = word.to_lowercase().chars().take(MAX_CHARS + 1).collect();
    if word.len() > MAX_CHARS {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other: Vec<char> = candidate.to_lowercase().chars().collect();
            let shorter = word.len().min(other.len());
            let allowed = if shorter <= 4 { 1 } else { 2 };
            let slips = slips(&word, &other, allowed).filter(|_| shorter >= 2)?;
            Some((slips, candidate))
        })
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
