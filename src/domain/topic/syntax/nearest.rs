//! "Did you mean …": the known word nearest to a misspelt one. Serves the rule language's
//! operators and fields, and the configuration's keys, names and values.

/// The candidate that `word` is most likely a slip for, if any is near enough: one slip in a
/// short word, two in a longer one. Letter case does not count as a slip.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared: the cost is quadratic.
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
            let near = other.len() <= MAX_CHARS && word.len().abs_diff(other.len()) <= allowed;
            let distance = near.then(|| distance(&word, &other))?;
            (shorter >= 2 && distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
pub fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, &to) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(from != to);
            row[j + 1] = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to;
            if swapped && let Some(cost) = before.get(j - 1) {
                row[j + 1] = row[j + 1].min(cost + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
