//! Where ASCII words begin and end, as one bit per byte: eight bytes are classified at once, and
//! the borders of a word are found without a branch that depends on its length.

use super::super::hash::PADDING_BYTES;

const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Classes of a text's bytes.
#[derive(Debug, Default)]
pub struct Borders {
    /// ASCII letters and digits.
    words: Vec<u64>,
    /// Those, and every byte that is not ASCII.
    starts: Vec<u64>,
}

impl Borders {
    /// Classifies `text` and writes it to `lower` in small letters, with padding after it.
    pub fn read(&mut self, text: &[u8], lower: &mut Vec<u8>) {
        lower.clear();
        lower.reserve(text.len() + PADDING_BYTES + 64);
        self.words.clear();
        self.starts.clear();
        for block in text.chunks(64) {
            let (mut words, mut starts) = (0, 0);
            for (index, bytes) in block.chunks(8).enumerate() {
                let mut eight = [0; 8];
                eight[..bytes.len()].copy_from_slice(bytes);
                let (small, word, high) = classify(u64::from_le_bytes(eight));
                lower.extend_from_slice(&small.to_le_bytes());
                words |= bits(word) << (index * 8);
                starts |= bits(word | high) << (index * 8);
            }
            self.words.push(words);
            self.starts.push(starts);
        }
        lower.truncate(text.len());
        lower.extend([0; PADDING_BYTES]);
    }

    /// The first byte from `at` on that a word or another script may start with; past the end of
    /// the text where there is none.
    #[inline]
    pub fn next_start(&self, at: usize) -> usize {
        next(&self.starts, at, 0)
    }

    /// The first byte from `at` on that is no ASCII letter or digit.
    #[inline]
    pub fn next_end(&self, at: usize) -> usize {
        next(&self.words, at, u64::MAX)
    }
}

/// The first bit from `at` on that differs from `flip`'s.
#[inline]
fn next(map: &[u64], at: usize, flip: u64) -> usize {
    let mut index = at / 64;
    let Some(first) = map.get(index) else {
        return at;
    };
    let mut bits = (first ^ flip) & (u64::MAX << (at % 64));
    while bits == 0 {
        index += 1;
        match map.get(index) {
            Some(word) => bits = word ^ flip,
            None => return index * 64,
        }
    }
    index * 64 + bits.trailing_zeros() as usize
}

/// Eight bytes in small letters, and the high bit of each that is a letter or digit, and of each
/// that is not ASCII. No sum carries into the next byte: all are below 128 + 128.
#[inline]
fn classify(bytes: u64) -> (u64, u64, u64) {
    let high = bytes & HIGH;
    let low = bytes & LOW;
    let between = |first: u8, last: u8| {
        let from = low + u64::from_le_bytes([128 - first; 8]);
        let past = low + u64::from_le_bytes([127 - last; 8]);
        from & !past & HIGH & !high
    };
    let capitals = between(b'A', b'Z');
    let word = capitals | between(b'a', b'z') | between(b'0', b'9');
    (bytes | (capitals >> 2), word, high)
}

/// The high bits of eight bytes, as eight bits.
#[inline]
fn bits(high: u64) -> u64 {
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
