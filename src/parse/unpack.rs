//! Undoes compression that nobody declared: feeds kept as `feed.xml.gz`, and servers that send
//! such a file as it is. [`crate::fetch`] undoes what HTTP declares.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::failure::ParseFailure;
use super::limits::Limits;

/// Most compressions one upon another that are undone.
const MAX_LAYERS: usize = 2;

/// Largest zstd window that is allocated.
const ZSTD_WINDOW_LOG2: u32 = 23;

const BROTLI_BUFFER_BYTES: usize = 16 * 1024;

/// How much of a body is looked at to tell text from a brotli stream, which has no mark.
const LOOKED_AT_BYTES: usize = 64;

/// The bytes of a document, and whether they were compressed. A stream that breaks gives what
/// came before.
pub fn unpack(body: &[u8], limits: Limits) -> Result<(Cow<'_, [u8]>, bool), ParseFailure> {
    let mut bytes = Cow::Borrowed(body);
    for layer in 0..MAX_LAYERS {
        match undo(&bytes, limits.body_bytes)? {
            Some(inner) => bytes = Cow::Owned(inner),
            None => return Ok((bytes, layer > 0)),
        }
    }
    Ok((bytes, true))
}

fn undo(bytes: &[u8], limit: usize) -> Result<Option<Vec<u8>>, ParseFailure> {
    match bytes {
        [0x1f, 0x8b, 0x08, ..] => drain(MultiGzDecoder::new(bytes), limit).map(Some),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => drain(ZlibDecoder::new(bytes), limit).map(Some),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            let Ok(mut reader) = zstd::Decoder::with_buffer(bytes) else {
                return Ok(None);
            };
            match reader.window_log_max(ZSTD_WINDOW_LOG2) {
                Ok(()) => drain(reader, limit).map(Some),
                Err(_) => Ok(None),
            }
        }
        _ if looks_packed(bytes) => {
            let reader = brotli_decompressor::Decompressor::new(bytes, BROTLI_BUFFER_BYTES);
            let inner = drain(reader, limit)?;
            let is_feed = matches!(inner.trim_ascii_start().first(), Some(b'<' | b'{' | 0xef));
            Ok(is_feed.then_some(inner))
        }
        _ => Ok(None),
    }
}

/// Whether the first bytes are neither text nor UTF-16 or UTF-32.
fn looks_packed(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(LOOKED_AT_BYTES)];
    let begins_text = matches!(head.trim_ascii_start().first(), None | Some(b'<' | b'{' | b'['));
    let marked = matches!(head, [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let odd = |byte: &&u8| **byte < b' ' && !byte.is_ascii_whitespace() || **byte >= 0x80;
    !begins_text && !marked && head.iter().filter(odd).count() > head.len() / 8
}

fn drain(reader: impl Read, limit: usize) -> Result<Vec<u8>, ParseFailure> {
    let mut inner = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    // A broken stream keeps what was read.
    let _ = reader.take(most).read_to_end(&mut inner);
    if inner.len() > limit {
        return Err(ParseFailure::TooComplex { what: "bytes", limit });
    }
    Ok(inner)
}
