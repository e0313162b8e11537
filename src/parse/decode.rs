//! Bytes → text. The order of belief: byte order mark, HTTP charset, XML declaration, valid
//! UTF-8, and then the likeliest legacy encoding. A label that the bytes contradict is wrong:
//! nothing but UTF-8 happens to be valid UTF-8 beyond ASCII.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a document its XML declaration is looked for.
const DECLARATION_BYTES: usize = 256;

/// How much junk before an XML declaration is skipped: warnings of a script, mostly.
const JUNK_BYTES: usize = 4 * 1024;

/// How feeds begin.
const ROOTS: &[&str] = &["<rss", "<feed", "<rdf:", "<RDF", "<atom:"];

/// The text of a document without byte order mark, XML declaration (its encoding is no longer
/// true), junk before it, and characters that XML does not allow.
pub fn to_text<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    let text = match Encoding::for_bom(body) {
        Some((encoding, length)) => encoding.decode_without_bom_handling(&body[length..]).0,
        None => without_bom(body, content_type),
    };
    without_illegal(without_declaration(text))
}

fn without_bom<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some(encoding) = utf16_by_zeros(body) {
        return encoding.decode_without_bom_handling(body).0;
    }
    let valid = std::str::from_utf8(body);
    let label = content_type.and_then(charset).or_else(|| declared(body));
    match (label.and_then(|label| Encoding::for_label(label.as_bytes())), valid) {
        // Every encoding that can be ASCII throughout is, and beyond it UTF-8 proves itself;
        // ISO-2022-JP is ASCII bytes of another meaning.
        (Some(encoding), Ok(text)) if !is_escaping(encoding, body) => Cow::Borrowed(text),
        (None, Ok(text)) => Cow::Borrowed(text),
        (Some(encoding), _) if encoding != UTF_8 && !is_utf16(encoding) => {
            encoding.decode_without_bom_handling(body).0
        }
        _ => undeclared(body),
    }
}

/// UTF-16 without a mark: markup has a zero in every second byte.
fn utf16_by_zeros(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [b'<' | b'{', 0, next, 0, ..] if *next != 0 => Some(UTF_16LE),
        [0, b'<' | b'{', 0, next, ..] if *next != 0 => Some(UTF_16BE),
        _ => None,
    }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn is_escaping(encoding: &'static Encoding, body: &[u8]) -> bool {
    encoding == encoding_rs::ISO_2022_JP && body.contains(&0x1b)
}

/// Broken UTF-8, or a legacy encoding that nobody named.
fn undeclared(body: &[u8]) -> Cow<'_, str> {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    if good > bad {
        return Cow::Owned(mixed(body));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    guess.decode_without_bom_handling(body).0
}

/// UTF-8 with pieces of windows-1252 pasted into it.
fn mixed(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len() + body.len() / 16);
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
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
    let start = memchr::memmem::find(head, b"<?xml")?;
    let length = memchr::memmem::find(&head[start..], b"?>")?;
    let declaration = std::str::from_utf8(&head[start..start + length]).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    value[1..].split(quote).next()
}

fn without_declaration(text: Cow<'_, str>) -> Cow<'_, str> {
    let head = &text.as_bytes()[..text.len().min(JUNK_BYTES)];
    let Some(start) = memchr::memmem::find(head, b"<?xml ") else {
        return text;
    };
    let Some(length) = text[start..].find("?>") else {
        return text;
    };
    // A declaration within a feed is quoted there, and what precedes it is no junk.
    if ROOTS.iter().any(|root| text[..start].contains(root)) {
        return text;
    }
    let end = start + length + 2;
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[end..]),
        Cow::Owned(mut text) => {
            text.drain(..end);
            Cow::Owned(text)
        }
    }
}

/// Drops what XML 1.0 (section 2.2) does not allow anywhere.
fn without_illegal(text: Cow<'_, str>) -> Cow<'_, str> {
    let suspicious = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let clean = !text.as_bytes().iter().any(|byte| suspicious(byte) || *byte == 0xef)
        || text.chars().all(is_legal);
    if clean {
        return text;
    }
    Cow::Owned(text.chars().filter(|char| is_legal(*char)).collect())
}

/// Whether XML allows this character.
pub fn is_legal(char: char) -> bool {
    !matches!(
        char,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'
    )
}
