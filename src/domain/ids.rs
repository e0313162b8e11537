//! Names of things: time-ordered numbers for what wirewatch makes, short strings for what the
//! user configures, and 16-byte digests for what must be recognised again.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// Seconds from the Unix epoch to 2024-01-01T00:00:00Z, where ids start to count.
const ID_EPOCH_S: i64 = 1_704_067_200;

/// Bits of an id that count within one second: 16,384 ids before it borrows from the next.
const ID_SEQUENCE_BITS: u32 = 14;

/// Lowest bits of an id: the same in all ids of one database, drawn when it is made, so that two
/// instances that send to one receiver do not share delivery ids.
const ID_INSTANCE_BITS: u32 = 12;

/// Crockford's base 32: no I, L, O or U, so that an id can be read over a telephone.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes ids: growing with time, never the same twice, and reproducible, since the time and the
/// last id used are both given. It lives for one transaction; the store keeps the last id.
#[derive(Debug, Clone)]
pub struct IdSource {
    last: i64,
}

impl IdSource {
    /// Goes on after `last`, the highest id ever handed out; in a new database, its instance
    /// number (any of 12 bits).
    pub fn resume(last: i64) -> Self {
        Self { last }
    }

    /// The next id. A clock that stands still or jumps back does not matter: ids only grow.
    pub fn next(&mut self, now: Timestamp) -> i64 {
        let instance = self.last & ((1 << ID_INSTANCE_BITS) - 1);
        let count = (self.last >> ID_INSTANCE_BITS).saturating_add(1);
        let floor = Self::floor(now) >> ID_INSTANCE_BITS;
        self.last = count.max(floor) << ID_INSTANCE_BITS | instance;
        self.last
    }

    /// The lowest id that can be handed out at `now`: whatever was made since then is not below.
    pub fn floor(now: Timestamp) -> i64 {
        let second = now.as_second().saturating_sub(ID_EPOCH_S).clamp(0, u32::MAX.into());
        second << (ID_SEQUENCE_BITS + ID_INSTANCE_BITS)
    }

    /// About when an id was handed out, to the second; later than in truth if ids were then
    /// handed out faster than time passed.
    pub fn made_at(id: i64) -> Timestamp {
        let second = id.max(0) >> (ID_SEQUENCE_BITS + ID_INSTANCE_BITS);
        Timestamp::from_second(second.saturating_add(ID_EPOCH_S)).unwrap_or(Timestamp::MAX)
    }

    /// The highest id handed out, to be stored in the same transaction as the ids themselves.
    pub fn last(&self) -> i64 {
        self.last
    }
}

/// Why a string is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    text: String,
    expected: &'static str,
}

fn encode(prefix: char, id: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut digits = [0u8; 13];
    let mut at = digits.len();
    let mut rest = id.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
        if rest == 0 {
            break;
        }
    }
    let text = std::str::from_utf8(&digits[at..]).unwrap_or_default();
    f.pad(&format!("{prefix}{text}"))
}

fn decode(prefix: char, text: &str) -> Option<i64> {
    let digits = text.strip_prefix([prefix, prefix.to_ascii_lowercase()])?;
    if digits.is_empty() || digits.len() > 12 {
        return None;
    }
    digits.bytes().try_fold(0i64, |id, byte| {
        let lower = byte.to_ascii_lowercase();
        let digit = ALPHABET.iter().position(|&letter| letter == lower)?;
        Some(id << 5 | digit as i64)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                encode($prefix, self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode($prefix, text.trim())
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.to_owned(), expected: $expected })
            }
        }
    )*};
}

ids! {
    /// A feed's row. Users say its [`FeedKey`].
    FeedId 'F' "a feed id (F and base 32 digits)";
    /// One published thing in a feed.
    EntryId 'E' "an entry id (E and base 32 digits)";
    /// Entries that tell the same thing.
    StoryId 'S' "a story id (S and base 32 digits)";
    /// One topic found in one story.
    AlertId 'A' "an alert id (A and base 32 digits)";
    /// One alert revision on its way to one channel; also its idempotency key.
    DeliveryId 'D' "a delivery id (D and base 32 digits)";
    /// A time-bound "do not alert".
    SilenceId 'M' "a silence id (M and base 32 digits)";
    /// Something told of wirewatch's own work.
    NoticeId 'N' "a notice id (N and base 32 digits)";
    /// One digest of one channel.
    DigestId 'G' "a digest id (G and base 32 digits)";
}

/// Longest key a user may give to a feed, topic or channel, in bytes.
pub const MAX_KEY_BYTES: usize = 64;

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The key as the user wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            /// Letters, digits, `-`, `_` and `.`, starting with a letter or digit: a key stands
            /// in file names, URLs and command lines without quoting.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                let good = text.len() <= MAX_KEY_BYTES
                    && text.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && text.chars().all(inner);
                if good {
                    Ok(Self(text.into()))
                } else {
                    let expected = "a key (letters, digits, `-`, `_`, `.`; at most 64)";
                    Err(IdError { text: text.to_owned(), expected })
                }
            }
        }
    )*};
}

keys! {
    /// A configured feed's name, for example `bbc-world`. State follows the key, not the URL.
    FeedKey;
    /// A configured topic's name, for example `defence-alliances`.
    TopicId;
    /// A configured way out, for example `log`.
    ChannelId;
}

impl FeedKey {
    /// A name that wirewatch gives itself, where a key is asked for and there is no feed.
    pub(in crate::domain) fn own(name: &'static str) -> Self {
        Self(name.into())
    }
}

/// Sixteen bytes that stand for some content: an entry's key, a rule's revision, a body's hash.
/// Half a SHA-256: collisions cannot be crafted at a cost worth an alert.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// Digest of `parts`, each preceded by its length, so that no two lists of parts collide by
    /// moving a border. `kind` keeps digests of different things apart.
    pub fn of(kind: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in std::iter::once(&kind.as_bytes()).chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let full = hasher.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        Self(half)
    }

    /// The first eight bytes as a number, for spreading things evenly (jitter, postings).
    pub fn to_i64(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

#[cfg(test)]
mod tests;
