//! Bytes → text. The order of belief: byte order mark, HTTP charset, XML declaration, valid
//! UTF-8, UTF-8 with windows-1252 pasted in, and then the likeliest legacy encoding. A label
//! that the bytes contradict is wrong: nothing but UTF-8 happens to be valid UTF-8 beyond ASCII.

mod wide;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Encoding, UTF_8, WINDOWS_1252};

use super::repairs::{Fault, Tally};

/// How far into a document its XML declaration is looked for: warnings of a script may precede.
const DECLARATION_BYTES: usize = 2 * 1024;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// [`read`] for what is no feed: without a count of what was mended. A byte can become three.
pub fn to_text<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    read(body, content_type, body.len().saturating_mul(3), &mut Tally::default())
}

/// The text of a document without byte order mark and without characters that XML does not
/// allow, at most `limit` bytes of it.
pub fn read<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
    limit: usize,
    tally: &mut Tally,
) -> Cow<'a, str> {
    let mut body = body;
    let marked = body.starts_with(UTF_8_MARK);
    while let Some(rest) = body.strip_prefix(UTF_8_MARK) {
        body = rest;
    }
    let text = match wide::encoding(body) {
        Some(encoding) => Cow::Owned(encoding.decode(body, limit)),
        None if marked => utf_8(body, limit, tally),
        None => labelled(body, content_type, limit, tally),
    };
    without_illegal(text, tally)
}

fn utf_8<'a>(body: &'a [u8], limit: usize, tally: &mut Tally) -> Cow<'a, str> {
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(mixed(body, limit, tally)),
    }
}

fn labelled<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
    limit: usize,
    tally: &mut Tally,
) -> Cow<'a, str> {
    let labels = [content_type.and_then(charset), declared(body)];
    let named: Vec<&'static Encoding> = labels.into_iter().flatten().filter_map(encoding).collect();
    let escaping = named.first().is_some_and(|encoding| is_escaping(encoding, body));
    if let (Ok(text), false) = (std::str::from_utf8(body), escaping) {
        // Every encoding that can be ASCII throughout is, and beyond it UTF-8 proves itself.
        let denied = named.first().is_some_and(|encoding| *encoding != UTF_8) && !text.is_ascii();
        if denied {
            tally.note(Fault::WrongCharset);
        }
        return Cow::Borrowed(text);
    }
    let told = named.iter().find(|encoding| **encoding != UTF_8);
    if named.contains(&UTF_8) {
        tally.note(Fault::WrongCharset);
        if mostly_utf_8(body) {
            return Cow::Owned(mixed(body, limit, tally));
        }
    }
    match told {
        Some(encoding) => Cow::Owned(decode(encoding, body, limit)),
        None if mostly_utf_8(body) => Cow::Owned(mixed(body, limit, tally)),
        None => Cow::Owned(decode(guess(body), body, limit)),
    }
}

/// An encoding of single bytes or of bytes in escapes, by its label. The wide ones are known by
/// their zeros, and a document that has none is not in them.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label.trim().as_bytes())?;
    let is_wide = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
    (!is_wide).then_some(encoding)
}

/// ISO-2022-JP is ASCII bytes of another meaning.
fn is_escaping(encoding: &'static Encoding, body: &[u8]) -> bool {
    encoding == encoding_rs::ISO_2022_JP && body.contains(&0x1b)
}

/// Whether the sequences that are valid UTF-8 outweigh the bytes that are not.
fn mostly_utf_8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    good > bad
}

/// UTF-8 with pieces of windows-1252 pasted into it.
fn mixed(body: &[u8], limit: usize, tally: &mut Tally) -> String {
    let mut text = String::with_capacity(body.len() + body.len() / 16);
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            tally.note(Fault::MixedCharset);
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
        if text.len() > limit {
            text.truncate(text.floor_char_boundary(limit));
            break;
        }
    }
    text
}

fn guess(body: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// At most about `limit` bytes of text: a byte can become three.
fn decode(encoding: &'static Encoding, body: &[u8], limit: usize) -> String {
    const STEP_BYTES: usize = 64 * 1024;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(body.len().min(limit) + STEP_BYTES);
    let mut rest = body;
    loop {
        text.reserve(STEP_BYTES);
        let (result, read, _) = decoder.decode_to_string(rest, &mut text, true);
        rest = &rest[read..];
        if result == CoderResult::InputEmpty {
            break;
        }
        if text.len() >= limit {
            break;
        }
    }
    text.truncate(text.floor_char_boundary(limit));
    text
}

/// `charset` of a Content-Type header.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// `encoding` of the XML declaration.
fn declared(body: &[u8]) -> Option<&str> {
    let head = &body[..body.len().min(DECLARATION_BYTES)];
    let start = memchr::memmem::find(head, b"<?xml ")?;
    let length = memchr::memchr(b'>', &head[start..])?;
    let declaration = std::str::from_utf8(&head[start..start + length]).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    value.split(['"', '\'', ' ', '?']).next()
}

/// Drops what XML 1.0 (section 2.2) does not allow anywhere.
fn without_illegal<'a>(text: Cow<'a, str>, tally: &mut Tally) -> Cow<'a, str> {
    let suspicious = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // U+FFFE and U+FFFF begin with this byte.
    let bytes = text.as_bytes();
    let clean = !bytes.iter().any(suspicious)
        && (memchr::memmem::find(bytes, b"\xef\xbf").is_none() || text.chars().all(is_legal));
    if clean {
        return text;
    }
    let legal: String = text.chars().filter(|char| is_legal(*char)).collect();
    tally.add(Fault::IllegalCharacter, text.len() - legal.len());
    Cow::Owned(legal)
}

/// Whether XML allows this character.
pub fn is_legal(char: char) -> bool {
    !matches!(
        char,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'
    )
}
