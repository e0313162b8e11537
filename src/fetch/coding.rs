//! Content codings: decoded here and not by the HTTP client, so that a mislabelled body is seen
//! for what it is, a broken one keeps its beginning, and a bomb is stopped while it unfolds.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::HeaderValue;

/// `Accept-Encoding` of a usual request.
pub const OFFERED: HeaderValue = HeaderValue::from_static("gzip, br, zstd, deflate");

/// `Accept-Encoding` once a server's encoding has proved broken.
pub const PLAIN: HeaderValue = HeaderValue::from_static("identity");

/// Most codings one upon another that are undone. A body with more of them is broken.
const MAX_LAYERS: usize = 3;

/// Largest zstd window that is allocated: what RFC 9659 lets servers ask for.
const ZSTD_WINDOW_LOG2: u32 = 23;

const BROTLI_BUFFER_BYTES: usize = 16 * 1024;
const CHUNK_BYTES: usize = 32 * 1024;

/// How much of a body is looked at to tell text from a deflate stream.
const READABLE_BYTES: usize = 128;

/// One content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// A body decoded, perhaps not to its end.
#[derive(Debug)]
pub struct Decoded {
    pub body: Bytes,
    /// The encoded stream ended too early.
    pub cut: bool,
    /// The body was not encoded as was declared.
    pub mislabelled: bool,
}

/// Why a body could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub enum DecodeError {
    TooLarge,
    /// Neither encoded as it says, nor plain.
    Broken,
}

/// Whether this body is to be decoded, by what the server says or by its first bytes.
pub fn is_encoded(declared: &str, body: &[u8]) -> bool {
    !declared_codings(declared).is_empty() || by_magic(body).is_some()
}

/// Decodes `body` into at most `limit` bytes.
///
/// What the server declares is believed only if the first bytes do not contradict it, and what
/// begins like gzip or zstd is decoded even if nothing was declared: no feed begins so.
pub fn decode(declared: &str, body: Bytes, limit: usize) -> Result<Decoded, DecodeError> {
    let mut layers = declared_codings(declared);
    let mut decoded = Decoded { body, cut: false, mislabelled: false };
    for _ in 0..MAX_LAYERS {
        let found = by_magic(&decoded.body);
        let Some(coding) = found.or_else(|| layers.last().copied()) else {
            break;
        };
        if contradicts(coding, &decoded.body) {
            layers.retain(|declared| *declared != coding);
            decoded.mislabelled = true;
            continue;
        }
        let declared = layers.iter().rposition(|declared| *declared == coding);
        declared.map(|at| layers.remove(at));
        let inner = undo(coding, &decoded.body, limit)?;
        decoded = Decoded {
            body: inner.body,
            cut: decoded.cut || inner.cut,
            mislabelled: decoded.mislabelled || inner.mislabelled || declared.is_none(),
        };
    }
    match has_more_layers(&layers, &decoded.body) {
        true => Err(DecodeError::Broken),
        false => Ok(decoded),
    }
}

/// Whether a body that was decoded as often as is allowed still is encoded.
fn has_more_layers(declared: &[Coding], body: &[u8]) -> bool {
    let is_declared = || declared.iter().any(|coding| !contradicts(*coding, body));
    !body.is_empty() && (by_magic(body).is_some() || is_declared())
}

/// The codings of `Content-Encoding` in the order in which they were applied.
fn declared_codings(declared: &str) -> Vec<Coding> {
    declared
        .split(',')
        .filter_map(|token| match token.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "br" => Some(Coding::Brotli),
            "zstd" => Some(Coding::Zstd),
            "deflate" => Some(Coding::Deflate),
            _ => None,
        })
        .collect()
}

fn by_magic(body: &[u8]) -> Option<Coding> {
    match body {
        [0x1f, 0x8b, 0x08, ..] => Some(Coding::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Coding::Zstd),
        // A frame to be skipped, with whatever a server keeps in it (RFC 8878, section 3.1.2).
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Coding::Zstd),
        _ => None,
    }
}

/// Whether `body` cannot be what it is declared to be. gzip and zstd have magic numbers. A
/// brotli stream (RFC 7932, section 9.1) cannot begin with `<` or a byte order mark, where a
/// reserved bit would be set, nor go on after `{`, which would be an empty stream. A deflate
/// stream can begin with any byte, but soon has one that no text has.
fn contradicts(coding: Coding, body: &[u8]) -> bool {
    match coding {
        Coding::Gzip | Coding::Zstd => by_magic(body) != Some(coding),
        Coding::Brotli => match body {
            [b'<' | 0xef, ..] => true,
            [b'{', rest @ ..] => !rest.is_empty(),
            _ => false,
        },
        Coding::Deflate => looks_plain(body) && begins_readable(body),
    }
}

fn undo(coding: Coding, body: &[u8], limit: usize) -> Result<Decoded, DecodeError> {
    if body.is_empty() {
        return Ok(Decoded { body: Bytes::new(), cut: false, mislabelled: false });
    }
    match coding {
        Coding::Gzip => drain(MultiGzDecoder::new(body), body, limit),
        Coding::Brotli => {
            let reader = brotli_decompressor::Decompressor::new(body, BROTLI_BUFFER_BYTES);
            drain(reader, body, limit)
        }
        Coding::Zstd => {
            let mut reader = zstd::Decoder::with_buffer(body).map_err(|_| DecodeError::Broken)?;
            reader.window_log_max(ZSTD_WINDOW_LOG2).map_err(|_| DecodeError::Broken)?;
            drain(reader, body, limit)
        }
        // "deflate" means zlib (RFC 9110, section 8.4.1.2), but some servers send it bare.
        Coding::Deflate => match drain(ZlibDecoder::new(body), &[], limit) {
            Err(DecodeError::Broken) => drain(DeflateDecoder::new(body), body, limit),
            outcome => outcome,
        },
    }
}

/// Reads to the end, to the limit, or to where the stream breaks; `plain` is what it was read
/// from, and is the body itself if nothing of it can be decoded and it looks like text.
fn drain(mut reader: impl Read, plain: &[u8], limit: usize) -> Result<Decoded, DecodeError> {
    let mut body = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) if body.len() + read > limit => return Err(DecodeError::TooLarge),
            Ok(read) => body.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) if body.is_empty() && looks_plain(plain) => {
                let body = Bytes::copy_from_slice(plain);
                return Ok(Decoded { body, cut: false, mislabelled: true });
            }
            Err(_) if body.is_empty() => return Err(DecodeError::Broken),
            // Bytes after the end of a complete stream are some servers' habit; a stream that
            // ends early is a cut one. Both keep what was decoded.
            Err(_) => {
                return Ok(Decoded { body: body.into(), cut: true, mislabelled: false });
            }
        }
    }
    Ok(Decoded { body: body.into(), cut: false, mislabelled: false })
}

fn looks_plain(body: &[u8]) -> bool {
    let first = body.trim_ascii_start().first();
    matches!(first, Some(b'<' | b'{' | b'[' | 0xef))
}

fn begins_readable(body: &[u8]) -> bool {
    body.iter().take(READABLE_BYTES).all(|byte| *byte >= b' ' || byte.is_ascii_whitespace())
}
