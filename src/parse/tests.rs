//! The parts by themselves: charsets, references, tokens, kinds of documents.

use super::decode::{self, to_text};
use super::entity::{Bare, Entities};
use super::lex::{Lexer, Part};
use super::repairs::{Tally, sentence};
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
    assert!(to_text(cyrillic, Some("text/xml; charset=windows-1251")).ends_with("<a>Мир</a>"));
    let declared = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcc\xe8\xf0</a>";
    assert!(to_text(declared, None).ends_with("<a>Мир</a>"));
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
fn illegal_characters_go_and_are_counted() {
    let mut tally = Tally::default();
    let text = decode::read(b"<a>x\x00\x0b\x1fy\xef\xbf\xbf</a>", None, 1_000, &mut tally);
    assert_eq!(text, "<a>xy</a>");
    assert!(sentence(&tally.repairs()).unwrap().ends_with("illegal characters"));
}

#[test]
fn utf_32_is_read_with_and_without_a_mark() {
    let text = "<rss>Überblick 🚢</rss>";
    let little: Vec<u8> = text.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect();
    let big: Vec<u8> = text.chars().flat_map(|char| u32::from(char).to_be_bytes()).collect();
    assert_eq!(to_text(&little, None), text);
    assert_eq!(to_text(&big, None), text);
    assert_eq!(to_text(&[b"\xff\xfe\0\0", &little[..]].concat(), None), text);
    assert_eq!(to_text(&[b"\0\0\xfe\xff", &big[..]].concat(), None), text);
}

#[test]
fn a_label_that_the_bytes_deny_gives_way_to_the_next() {
    let cyrillic = b"<?xml version='1.0' encoding='windows-1251'?><a>\xcc\xe8\xf0</a>";
    assert!(to_text(cyrillic, Some("text/xml; charset=utf-8")).ends_with("<a>Мир</a>"));
    let bogus = b"<?xml version='1.0' encoding='bogus'?><a>\xcc\xe8\xf0</a>";
    assert!(to_text(bogus, Some("text/xml; charset=windows-1251")).ends_with("<a>Мир</a>"));
    let no_wide = b"<?xml version='1.0' encoding='utf-16'?><a>b</a>";
    assert!(to_text(no_wide, None).ends_with("<a>b</a>"));
}

#[test]
fn a_text_is_cut_where_it_grows_beyond_the_limit() {
    let mut tally = Tally::default();
    let text = decode::read(&[0x80; 100], Some("text/xml; charset=cp1252"), 100, &mut tally);
    assert_eq!(text, "€".repeat(33));
}

#[test]
fn a_document_is_what_its_root_says() {
    let xml = |start, wrapped| Kind::Xml { start, wrapped };
    assert_eq!(kind("  \n"), Kind::Nothing);
    let doctype = "<!-- x --><!DOCTYPE rss [<!ENTITY a '<html>'>]>";
    assert_eq!(kind(&format!("{doctype}<rss>")), xml(doctype.len(), false));
    assert_eq!(kind("<atom:feed>"), xml(0, false));
    assert_eq!(kind("<rdf:RDF>"), xml(0, false));
    assert_eq!(kind("<!DOCTYPE html><HTML lang=en>"), Kind::Html);
    assert_eq!(kind("<html><script>x='<rss><channel>'</script><p>Hi</html>"), Kind::Html);
    assert_eq!(kind("<html><body><pre><rss><channel>"), xml(17, true));
    assert_eq!(kind("<br />\n<b>Warning</b>: x <rss><channel>"), xml(25, false));
    let source = "&lt;rss version=\"2.0\"&gt;&lt;/rss&gt;";
    assert_eq!(kind(&format!("<pre>{source}</pre>")), Kind::Escaped(5..5 + source.len()));
    let manual = format!("<html><p>{} {source}</html>", "A feed looks like this. ".repeat(9));
    assert_eq!(kind(&manual), Kind::Html);
    assert_eq!(kind("{\"a\":1}"), Kind::Json);
    assert_eq!(kind("<urlset>"), Kind::OtherXml("urlset"));
    assert_eq!(kind("not found"), Kind::Other);
}

#[track_caller]
fn unescaped(text: &str, expect: &str) {
    let plain = Entities::default().unescape(text, Bare::Keep, &mut Tally::default());
    assert_eq!(plain, expect, "{text}");
}

#[test]
fn references_are_resolved_and_what_is_none_is_text() {
    unescaped("R&D, AT&T; &amp; &lt;i&gt; &quot;&apos;", "R&D, AT&T; & <i> \"'");
    unescaped("caf&eacute; &#233;&#xE9;&#XE9; &nbsp;&hellip;", "café ééé \u{a0}…");
    unescaped("1 < 2 & 3 &&& &; &#; &#x; &", "1 < 2 & 3 &&& &; &#; &#x; &");
    unescaped("x&#0;y&#x1F;z&#xD800;&#99999999999;", "xyz");
    unescaped("&#55357;&#56832;", "😀");
    unescaped("?a=1&b=2&copy=3&lang=en", "?a=1&b=2&copy=3&lang=en");
    unescaped("&amp;eacute;", "&eacute;");
}

#[test]
fn declared_entities_are_resolved_within_a_budget() {
    let mut entities = Entities::default();
    entities.declare(
        "<!DOCTYPE rss [<!ENTITY co \"Quay &amp; Co\"><!ENTITY both '&co;, &co;'>\
         <!ENTITY % p 'x'><!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY self '&self;'>]>",
    );
    let mut plain = |text| entities.unescape(text, Bare::Keep, &mut Tally::default()).into_owned();
    assert_eq!(plain("&both;! &f; &p;"), "Quay & Co, Quay & Co! &f; &p;");
    assert_eq!(plain("&self; &co;"), "&self; &co;", "the budget is spent");
}

#[test]
fn markup_in_comments_cdata_and_quotes_is_no_markup() {
    let text = "<a b='>' c=\"x\"/><!-- <d> --><![CDATA[</a>]]>1 < 2<?p <q?></a >";
    let parts: Vec<&str> = Lexer::new(text).map(|token| &text[token.range]).collect();
    let expect = [
        "<a b='>' c=\"x\"/>",
        "<!-- <d> -->",
        "<![CDATA[</a>]]>",
        "1 < 2",
        "<?p ",
        "<q?>",
        "</a >",
    ];
    assert_eq!(parts, expect);
}

#[test]
fn a_tag_without_its_end_ends_before_the_next() {
    let text = "<a href=\"x>y</a><b c='1<d></e<f";
    let parts: Vec<&str> = Lexer::new(text).map(|token| &text[token.range]).collect();
    assert_eq!(parts, ["<a href=\"x>", "y", "</a>", "<b c='1", "<d>", "</e", "<f"]);
    let unclosed =
        |token: super::lex::Token<'_>| matches!(token.part, Part::Start(tag) if !tag.closed);
    assert_eq!(Lexer::new(text).filter(|token| unclosed(token.clone())).count(), 2);
}
