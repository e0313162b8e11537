//! Damage to characters: escapes, references, charsets.

use std::io::Write;

use encoding_rs::WINDOWS_1252;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::clean::{Clean, Format};
use super::kinds::{Chance, Damaged};

/// The text if anything of it was replaced.
fn replaced(clean: &Clean, from: &str, to: &str) -> Option<Damaged> {
    clean
        .text
        .contains(from)
        .then(|| outside_cdata(&clean.text, |text| text.replace(from, to)).into())
}

/// `change` done to what is not CDATA.
pub fn outside_cdata(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<![CDATA[") {
        let end = start + rest[start..].find("]]>").unwrap() + 3;
        changed.push_str(&change(&rest[..start]));
        changed.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    changed + &change(rest)
}

/// Puts `insert` into the middle of each entry's title.
fn into_titles(clean: &Clean, insert: &str) -> Option<Damaged> {
    let mut text = clean.text.clone();
    for entry in clean.entries.iter().rev() {
        let Some(start) = text[entry.clone()].find("<title>") else { continue };
        let at = entry.start + start + "<title>".len() + 1;
        if !text.is_char_boundary(at) || text[at - 1..].starts_with(['<', '&']) {
            continue;
        }
        text.insert_str(at, insert);
    }
    (text != clean.text).then(|| text.into())
}

pub fn bare_ampersands(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let bare = |text: &str| {
        let text = text.replace("&amp;lt;", "\u{1}").replace("&amp;gt;", "\u{2}");
        let text = text.replace("&amp;amp;", "\u{3}").replace("&amp;", "&");
        text.replace('\u{1}', "&amp;lt;").replace('\u{2}', "&amp;gt;").replace('\u{3}', "&amp;amp;")
    };
    clean.text.contains("&amp;").then(|| outside_cdata(&clean.text, bare).into())
}

pub fn bare_less_than(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    replaced(clean, " &lt; ", " < ")
}

pub fn html_entities(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    replaced(clean, "é", "&eacute;")
}

pub fn html_entities_of_quotes_and_dashes(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let signs =
        [("“", "&ldquo;"), ("”", "&rdquo;"), ("’", "&rsquo;"), ("–", "&ndash;"), ("€", "&euro;")];
    let change = |text: &str| {
        signs.iter().fold(text.to_owned(), |text, (sign, entity)| text.replace(sign, entity))
    };
    let text = outside_cdata(&clean.text, change);
    (text != clean.text).then(|| text.into())
}

pub fn control_characters(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    into_titles(clean, chance.pick(&["\u{0}", "\u{8}", "\u{b}", "\u{1b}", "\u{1f}", "\u{ffff}"])?)
}

pub fn illegal_references(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    into_titles(
        clean,
        chance.pick(&["&#0;", "&#x1F;", "&#xFFFF;", "&#xD800;", "&#99999999;", "&#8;"])?,
    )
}

pub fn latin_1_bytes_within_utf_8(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let at = clean.text.find('é')?;
    let mut bytes = clean.text.clone().into_bytes();
    bytes.splice(at..at + 'é'.len_utf8(), [0xe9]);
    Some(bytes.into())
}

pub fn windows_1252_labelled_utf_8(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let (bytes, _, lost) = WINDOWS_1252.encode(&clean.text);
    let utf8 = !clean.text.is_ascii() && clean.text.to_lowercase().contains("encoding=\"utf-8\"");
    (utf8 && !lost).then(|| bytes.into_owned().into())
}

fn relabelled(clean: &Clean, label: &str) -> Option<String> {
    let text = clean.text.replacen("encoding=\"UTF-8\"", &format!("encoding=\"{label}\""), 1);
    (text != clean.text && !text.is_ascii()).then_some(text)
}

pub fn utf_8_labelled_latin_1(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(relabelled(clean, "ISO-8859-1")?.into())
}

pub fn utf_8_labelled_latin_1_by_http(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let damaged = Damaged::from(clean.text.clone());
    Some(Damaged { content_type: Some("text/xml; charset=iso-8859-1"), ..damaged })
}

pub fn utf_8_labelled_utf_16(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(relabelled(clean, "UTF-16")?.into())
}

pub fn utf_16_without_mark(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    let units = clean.text.encode_utf16();
    let bytes: Vec<u8> = if chance.below(2) == 0 {
        units.flat_map(u16::to_le_bytes).collect()
    } else {
        units.flat_map(u16::to_be_bytes).collect()
    };
    Some(bytes.into())
}

pub fn utf_16_labelled_utf_8(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let units = clean.text.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(units).collect();
    Some(Damaged { content_type: Some("application/xml; charset=utf-8"), ..bytes.into() })
}

pub fn two_byte_order_marks(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(format!("\u{feff}\u{feff}{}", clean.text).into())
}

pub fn mark_within_the_text(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let at = clean.entries.first()?.start;
    Some(format!("{}\u{feff}{}", &clean.text[..at], &clean.text[at..]).into())
}

pub fn broken_utf_8(clean: &Clean, chance: &mut Chance) -> Option<Damaged> {
    // Half a character in the feed's own description: no text of an entry is touched.
    let at = clean.text.find("<title>")? + "<title>".len();
    let mut bytes = clean.text.clone().into_bytes();
    let half: &[u8] = chance.pick(&[&b"\xe6\xb5"[..], b"\xff", b"\xc3", b"\xf0\x9f\x98"])?;
    bytes.splice(at..at, half.iter().copied());
    Some(bytes.into())
}

pub fn double_escaped_titles(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    if clean.format == Format::Atom {
        return None;
    }
    let mut text = clean.text.clone();
    for entry in clean.entries.iter().rev() {
        let (start, end) =
            (text[entry.clone()].find("<title>")?, text[entry.clone()].find("</title>")?);
        let range = entry.start + start + "<title>".len()..entry.start + end;
        let title = text[range.clone()].replace("&amp;", "&amp;amp;");
        text.replace_range(range, &title);
    }
    (text != clean.text).then(|| text.into())
}

pub fn only_carriage_returns(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    Some(clean.text.replace('\n', "\r").into())
}

pub fn still_gzipped(clean: &Clean, _: &mut Chance) -> Option<Damaged> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(clean.text.as_bytes()).unwrap();
    Some(encoder.finish().unwrap().into())
}
