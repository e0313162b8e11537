//! The parts by themselves: charsets, references, borders.

use super::decode::to_text;
use super::limits::Limits;
use super::mend::references;
use super::scan::scan;
use super::sniff::{Kind, kind};

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
