//! A keyed hash of short words, as fast as words are short: whoever writes feeds must not be able
//! to craft words that collide in the matcher's table, nor may hashing cost more than reading.

use super::super::ids::Digest;

/// The key of a table. Made from the rules themselves, which those who write feeds do not know.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    first: u64,
    second: u64,
}

/// Zero bytes that must follow a text before [`Key::hash_within`] reads words from it.
pub const PADDING_BYTES: usize = 8;

impl Key {
    pub fn new(seed: Digest) -> Self {
        let [a, b, c, d, e, f, g, h, rest @ ..] = seed.0;
        Self {
            first: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            // Odd, so that no multiplication loses low bits.
            second: u64::from_le_bytes(rest) | 1,
        }
    }

    /// The hash of `bytes`.
    pub fn hash(self, bytes: &[u8]) -> u64 {
        let mut state = self.first;
        let chunks = bytes.chunks(8);
        for chunk in chunks {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state = self.mix(state, u64::from_le_bytes(word));
        }
        self.finish(state, bytes.len())
    }

    /// The hash of `buffer[start..end]`, read eight bytes at a time. `buffer` has
    /// [`PADDING_BYTES`] more after `end`.
    #[inline]
    pub fn hash_within(self, buffer: &[u8], start: usize, end: usize) -> u64 {
        let mut state = self.first;
        let mut at = start;
        while at < end {
            let mut word = buffer
                .get(at..at + 8)
                .and_then(|bytes| bytes.try_into().ok())
                .map_or(0, u64::from_le_bytes);
            let left = end - at;
            if left < 8 {
                word &= (1 << (left * 8)) - 1;
            }
            state = self.mix(state, word);
            at += 8;
        }
        self.finish(state, end - start)
    }

    #[inline]
    fn mix(self, state: u64, word: u64) -> u64 {
        folded_multiply(state ^ word, self.second)
    }

    #[inline]
    fn finish(self, state: u64, len: usize) -> u64 {
        folded_multiply(state ^ len as u64, self.second.rotate_left(32))
    }
}

/// High and low half of the full product: the mixing step of wyhash.
#[inline]
fn folded_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}
