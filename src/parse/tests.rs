//! The parts by themselves: dates, charsets, references, borders.

use super::date;
use super::decode::to_text;
use super::limits::Limits;
use super::mend::references;
use super::scan::scan;
use super::sniff::{Kind, kind};

#[track_caller]
fn date_is(text: &str, expect: &str) {
    let read = date::read(text).map(|read| read.at.to_string());
    assert_eq!(read.as_deref().unwrap_or("none"), expect, "{text}");
}

#[test]
fn dates_are_read_as_feeds_write_them() {
    for text in [
        "2024-06-03T08:15:00Z",
        "2024-06-03T10:15:00+02:00",
        "2024-06-03T10:15:00+0200",
        "2024-06-03 08:15:00Z",
        "2024-06-03T08:15:00",
        "2024-06-03 08:15",
        "Mon, 03 Jun 2024 08:15:00 GMT",
        "Mon, 3 Jun 2024 08:15 +0000",
        "Tue, 03 Jun 2024 08:15:00 Z",
        "03 June 2024 04:15:00 EDT",
        "Monday, June 3, 2024 08:15:00 UTC",
        "Mon, 03-Jun-2024 08:15:00 GMT",
        "Mon, 03 Jun 24 08:15:00 GMT",
        "Mo, 03 Juni 2024 10:15:00 MESZ",
        "lun., 03 juin 2024 10:15:00 +0200 (CEST)",
        "Mon, 3rd Jun 2024 08:15:00",
        "Mon, 03 Jun 2024 10:15:00 GMT+2",
        "1717402500",
        "1717402500000",
    ] {
        date_is(text, "2024-06-03T08:15:00Z");
    }
    date_is("2024-06-03", "2024-06-03T00:00:00Z");
    date_is("Mon, 03 Jun 2024", "2024-06-03T00:00:00Z");
    date_is("Mon, 03 Jun 2024 24:00:00 GMT", "2024-06-04T00:00:00Z");
}

#[test]
fn what_could_mean_two_things_is_no_date() {
    for text in [
        "",
        "yesterday",
        "03/06/2024",
        "06.03.2024 10:00",
        "2024",
        "12",
        "3 Jun 10:00",
        "Mon, 03 Jun 2024 08:15:00 IST",
        "Mon, 32 Jun 2024 08:15:00 GMT",
        "25:00 3 Jun 2024",
        "2024-13-01T00:00:00Z",
        "Mon, 03 Jun 2024 08:15:00 GMT extra",
    ] {
        date_is(text, "none");
    }
}

#[test]
fn the_bytes_outrank_a_wrong_label() {
    let utf8 = "<rss>café</rss>";
    assert_eq!(to_text(utf8.as_bytes(), Some("text/xml; charset=ISO-8859-1")), utf8);
    let latin = b"<rss>caf\xe9</rss>";
    assert_eq!(to_text(latin, Some("text/xml; charset=\"utf-8\"")), utf8);
    assert_eq!(to_text(latin, Some("text/xml;charset=iso-8859-1")), utf8);
    assert_eq!(to_text(latin, None), utf8);
}

#[test]
fn the_http_charset_outranks_the_declaration_and_a_mark_both() {
    let cyrillic = b"<?xml version='1.0' encoding='windows-1252'?><a>\xcc\xe8\xf0</a>";
    assert_eq!(to_text(cyrillic, Some("text/xml; charset=windows-1251")), "<a>Мир</a>");
    let declared = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcc\xe8\xf0</a>";
    assert_eq!(to_text(declared, None), "<a>Мир</a>");
    let marked = b"\xef\xbb\xbf<a>\xd0\x9c</a>";
    assert_eq!(to_text(marked, Some("text/xml; charset=windows-1251")), "<a>М</a>");
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = "<rss>Überblick</rss>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(to_text(&little, None), text);
    assert_eq!(to_text(&big, Some("text/xml; charset=utf-8")), text);
    assert_eq!(to_text(&[b"\xff\xfe", &little[..]].concat(), None), text);
    // An odd byte at the end is a cut character, not a crash.
    assert!(to_text(&little[..little.len() - 1], None).starts_with("<rss>"));
}

#[test]
fn windows_1252_pasted_into_utf_8_is_mended() {
    let mixed = b"<a>\xc3\xa9\xc3\xa8\xc3\xa0 \x93quoted\x94</a>";
    assert_eq!(to_text(mixed, None), "<a>éèà “quoted”</a>");
}

#[test]
fn declaration_junk_and_illegal_characters_go() {
    let text = b"Warning: line 3\n<?xml version=\"1.0\"?><a>x\x00\x0b\x1fy\xef\xbf\xbf</a>";
    assert_eq!(to_text(text, None), "<a>xy</a>");
}

#[test]
fn a_declaration_quoted_within_a_feed_is_text() {
    let text = "<rss><item><![CDATA[<?xml version='1.0'?>]]></item></rss>";
    assert_eq!(to_text(text.as_bytes(), None), text);
}

#[test]
fn a_document_is_what_its_root_says() {
    assert_eq!(kind("  \n"), Kind::Nothing);
    assert_eq!(kind("<!-- x --><!DOCTYPE rss [<!ENTITY a '<html>'>]><rss>"), Kind::Xml);
    assert_eq!(kind("<atom:feed>"), Kind::Xml);
    assert_eq!(kind("<rdf:RDF>"), Kind::Xml);
    assert_eq!(kind("<!DOCTYPE html><HTML lang=en>"), Kind::Html);
    assert_eq!(kind("{\"a\":1}"), Kind::Json);
    assert_eq!(kind("<urlset>"), Kind::OtherXml("urlset"));
    assert_eq!(kind("not found"), Kind::Other);
}

#[track_caller]
fn mended(text: &str, expect: &str) {
    assert_eq!(references(text), expect);
    assert_eq!(references(expect), expect, "mending is not idempotent");
}

#[test]
fn what_begins_nothing_is_escaped_and_nothing_else_touched() {
    mended(
        "<a b='x&y'>R&D, AT&T; &amp; &eacute; &#233; &#xE9;</a>",
        "<a b='x&amp;y'>R&amp;D, AT&T; &amp; &eacute; &#233; &#xE9;</a>",
    );
    mended("<a>1 < 2 & 3</a>", "<a>1 &lt; 2 &amp; 3</a>");
    mended("<a>x&#0;y&#x1F;z&#xD800;&#99999999999;</a>", "<a>xyz</a>");
    mended("<a><![CDATA[R&D < x]]><!-- & --></a>", "<a><![CDATA[R&D < x]]><!-- & --></a>");
}

#[test]
fn entries_are_found_and_the_document_can_be_closed_after_them() {
    let text = "<rss><channel><title>t</title><item>1</item><item>2</item><item>3";
    let found = scan(text, Limits::STANDARD).unwrap();
    let entries: Vec<&str> = found.entries.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(entries, ["<item>1</item>", "<item>2</item>"]);
    assert_eq!(found.closing, "</channel></rss>");
    assert_eq!(found.end, None);
}

#[test]
fn markup_in_comments_cdata_and_quotes_is_no_markup() {
    let text =
        "<rss><!-- <item> --><channel><item a='>'><![CDATA[</item>]]></item></channel></rss> x";
    let found = scan(text, Limits::STANDARD).unwrap();
    assert_eq!(found.entries.len(), 1);
    assert_eq!(found.end, Some(text.len() - 2));
}
