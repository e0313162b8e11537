//! How far a word is from another as typing goes. "Did you mean …" asks it of names and operators,
//! lints of terms that no entry has, explanations of words that are spelt otherwise; each sets its
//! own limit.

/// How many slips lead from one word to the other: a letter left out, one too many, another one,
/// or two neighbours swapped (optimal string alignment: no letter slips twice). `None`: more than
/// `most`. The cost grows with the length of the word times `most`.
pub fn slips(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let most = most.min(a.len().max(b.len()));
    let beyond = most + 1;
    // Row i holds the slips from the first i letters of `a` to the first j of `b`, for j from
    // i - most to i + most: what lies further apart takes more.
    let width = 2 * most + 1;
    let (mut before, mut last, mut row) =
        (vec![beyond; width], vec![beyond; width], vec![beyond; width]);
    for i in 0..=a.len() {
        for k in 0..width {
            let j = (i + k).checked_sub(most).filter(|&j| j <= b.len());
            let best = match (i, j) {
                (_, None) => beyond,
                (0, Some(j)) => j,
                (i, Some(0)) => i,
                (i, Some(j)) => {
                    let replaced = last[k] + usize::from(a[i - 1] != b[j - 1]);
                    let left_out = last.get(k + 1).map_or(beyond, |slips| slips + 1);
                    let added = k.checked_sub(1).map_or(beyond, |k| row[k] + 1);
                    let is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let swapped = if is_swap { before[k] + 1 } else { beyond };
                    replaced.min(left_out).min(added).min(swapped)
                }
            };
            row[k] = best.min(beyond);
        }
        if row.iter().chain(&last).all(|&slips| slips > most) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    let end = (b.len() + most).checked_sub(a.len())?;
    last.get(end).copied().filter(|&slips| slips <= most)
}

#[cfg(test)]
mod tests;
