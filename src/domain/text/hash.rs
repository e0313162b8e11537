//! A keyed hash of short words, as fast as words are short: whoever writes feeds must not be able
//! to craft words that collide in the matcher's table, nor may hashing cost more than reading.

use super::super::ids::Digest;

/// The key of a table. Made from the rules themselves, which those who write feeds do not know.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    first: u64,
    second: u64,
}

/// Bytes that must follow a text before [`Key::hash_within`] reads words from it.
pub const PADDING_BYTES: usize = BLOCK_BYTES;

/// Bytes that are mixed at once: nearly every word is one block.
pub const BLOCK_BYTES: usize = 16;

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
        for chunk in bytes.chunks(BLOCK_BYTES) {
            let mut block = [0; BLOCK_BYTES];
            block[..chunk.len()].copy_from_slice(chunk);
            state = self.mix(state, u128::from_le_bytes(block));
        }
        self.finish(state, bytes.len())
    }

    /// The hash of `buffer[start..end]`, not empty, read a block at a time. `buffer` has
    /// [`PADDING_BYTES`] more after `end`.
    #[inline]
    pub fn hash_within(self, buffer: &[u8], start: usize, end: usize) -> u64 {
        let mut state = self.first;
        let mut at = start;
        loop {
            let block = first_block(buffer, at, end);
            if end - at <= BLOCK_BYTES {
                return self.finish(self.mix(state, block), end - start);
            }
            state = self.mix(state, block);
            at += BLOCK_BYTES;
        }
    }

    #[inline]
    fn mix(self, state: u64, block: u128) -> u64 {
        let (low, high) = (block as u64, (block >> 64) as u64);
        folded_multiply(state ^ low, self.second ^ high)
    }

    #[inline]
    fn finish(self, state: u64, len: usize) -> u64 {
        folded_multiply(state ^ len as u64, self.second.rotate_left(32))
    }
}

/// The first bytes of `buffer[start..end]`, not empty, as a number: zeros after its end. `buffer`
/// has [`PADDING_BYTES`] more after `end`.
#[inline]
pub fn first_block(buffer: &[u8], start: usize, end: usize) -> u128 {
    let block = buffer
        .get(start..)
        .and_then(|bytes| bytes.first_chunk())
        .map_or(0, |block: &[u8; BLOCK_BYTES]| u128::from_le_bytes(*block));
    let unused = BLOCK_BYTES.saturating_sub(end - start) as u32 * 8;
    block & u128::MAX.checked_shr(unused).unwrap_or(0)
}

/// High and low half of the full product: the mixing step of wyhash.
#[inline]
fn folded_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}
