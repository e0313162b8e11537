//! Fingerprints of a text by winnowing (Schleimer, Wilkerson, Aiken 2003): of every few shingles in
//! a row the lowest hash, so that any long enough passage that two texts share is found from
//! whichever words it starts.

use super::Print;
use super::reading::Reading;

/// Words of a shingle: five in a row are rarely the same by chance.
pub const SHINGLE_WORDS: usize = 5;

/// Shingles of which one is kept: a shared passage of `SHINGLE_WORDS + PRINT_WINDOW - 1` words is
/// always found.
pub const PRINT_WINDOW: usize = 4;

/// The prints of a body, in the order of the text.
pub(super) fn of(reading: &Reading) -> Vec<Print> {
    let body: Vec<(u32, u16)> = reading
        .words
        .iter()
        .filter(|word| word.sentence > 0)
        .map(|word| (word.plain, word.sentence))
        .collect();
    let shingles: Vec<Print> = body
        .windows(SHINGLE_WORDS)
        .map(|words| Print { hash: mix(words.iter().map(|(hash, _)| *hash)), sentence: words[0].1 })
        .collect();
    let mut prints: Vec<Print> = Vec::new();
    let mut last = usize::MAX;
    for at in 0..shingles.len().saturating_sub(PRINT_WINDOW - 1) {
        let window = &shingles[at..at + PRINT_WINDOW];
        let lowest = window
            .iter()
            .enumerate()
            // Of equals the last, as winnowing has it: runs of one word give few prints.
            .min_by_key(|(offset, print)| (print.hash, std::cmp::Reverse(*offset)))
            .map_or(0, |(offset, _)| at + offset);
        if lowest != last {
            last = lowest;
            prints.push(shingles[lowest]);
        }
    }
    prints
}

/// One hash of several, in their order.
pub(super) fn mix(hashes: impl Iterator<Item = u32>) -> u32 {
    let mixed = hashes.fold(0x9e37_79b9_7f4a_7c15_u64, |state, hash| {
        let state = (state ^ u64::from(hash)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^ state >> 33
    });
    (mixed.wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 32) as u32
}
