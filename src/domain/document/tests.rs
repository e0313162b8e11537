//! What becomes of the texts of an entry.

use super::html::{one_line, to_text};
use super::*;

#[track_caller]
fn check(html: &str, expect: &str) {
    assert_eq!(to_text(html), expect, "{html}");
}

#[test]
fn blocks_are_paragraphs_and_inline_elements_join() {
    check("<p>One <b>b</b>old.</p><p>Two</p>", "One bold.\n\nTwo");
    check("<h2>Head</h2>Text<ul><li>a<li>b</ul>tail", "Head\n\nText\n\na\n\nb\n\ntail");
    check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc");
    check("<DIV>upper</DIV><Div>mixed</DIV>", "upper\n\nmixed");
    check("<div><div><div><p>deep</p></div></div></div>next", "deep\n\nnext");
}

#[test]
fn one_break_is_a_space_and_two_are_a_paragraph() {
    check("a<br>b", "a b");
    check("a<br/> <br />b", "a\n\nb");
    check("a<br>b<br>c", "a b c");
}

#[test]
fn what_is_no_text_is_dropped() {
    check("a<script>if (1<2) alert('x')</script>b", "a b");
    check("a<style>p{}</style><svg><text>no<svg></svg></text></svg>b", "a b");
    check("a<template><p>no</p></template><!-- no -->b", "a b");
    check("a<svg/>b", "a b");
    check("<!doctype html><p title='no'>yes</p>", "yes");
}

#[test]
fn what_is_hidden_is_dropped_unless_it_is_all_there_is() {
    check("a<span style=\"Display: None\">no<span>no</span></span>b", "a b");
    check("<div hidden><p>no</p></div><p>yes</p>", "yes");
    check("<div hidden=''>no</div>yes", "yes");
    check("<p>a</p><section style='color:red;visibility:hidden'>no</section>b", "a\n\nb");
    check("<div style='display:none'><p>unclosed", "unclosed");
    check("<div style='display:block'>a</div><a title='display:none'>b</a>", "a\n\nb");
    check("a<video src=x><p>Your browser cannot play this.</p></video>b", "a b");
}

#[test]
fn what_was_escaped_twice_is_read_as_it_was_meant() {
    check("caf&amp;eacute; R&amp;amp;D it&amp;#8217;s", "café R&D it’s");
    check("<p>One &amp;amp; two</p><p>1 &lt; 2 &amp;amp; 3</p>", "One & two\n\n1 < 2 & 3");
    check("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;", "One\n\nTwo & three");
    // What is quoted stays quoted.
    check("<p>Use &lt;p&gt;x&lt;/p&gt; for it</p>", "Use <p>x</p> for it");
    check("AT&T, Q&A; fish &chips", "AT&T, Q&A; fish &chips");
    check("<p>&amp;lt;b&amp;gt;</p>", "<b>");
}

#[test]
fn a_mark_of_cdata_hides_nothing() {
    check("<![CDATA[<p>One</p><p>Two</p>]]>", "One\n\nTwo");
    check("a <![CDATA[b]]> c", "a b c");
}

#[test]
fn entities_and_white_space_are_resolved() {
    check("caf&eacute;&nbsp;&amp;&#8217;s\n\t x", "café &’s x");
    check("<p>a\n\nb</p>", "a b");
    check("1 < 2 & 3 > 2", "1 < 2 & 3 > 2");
}

#[test]
fn plain_text_keeps_its_blank_lines() {
    check("One\nline.\n\nTwo.\r\n\r\n\r\nThree.", "One line.\n\nTwo.\n\nThree.");
    check("  only  ", "only");
    check("", "");
}

#[test]
fn text_is_cut_at_a_character_border() {
    let text = to_text(&"ä".repeat(MAX_BODY_BYTES));
    assert_eq!(text.len(), MAX_BODY_BYTES);
    assert!(to_text(&"a ä ".repeat(MAX_BODY_BYTES)).len() <= MAX_BODY_BYTES);
}

#[test]
fn nesting_costs_nothing() {
    let html = "<div>".repeat(200_000) + "deep" + &"</div>".repeat(200_000);
    check(&html, "deep");
    check(&("<svg>".repeat(100_000) + "x"), "");
}

#[test]
fn titles_are_one_line_of_text_even_if_escaped_twice() {
    assert_eq!(one_line("Ben &amp;amp; Jerry&#039;s"), "Ben & Jerry's");
    assert_eq!(one_line("&lt;b&gt;Bold&lt;/b&gt; move"), "Bold move");
    assert_eq!(one_line("<i>A</i>\n  title"), "A title");
    assert_eq!(one_line("a < b &c"), "a < b &c");
}

fn entry(summary: &str, content: &str) -> ParsedEntry {
    ParsedEntry {
        title: Some(" A  title ".into()),
        summary: Some(summary.into()),
        content: Some(content.into()),
        authors: vec!["Ann".into(), " ".into(), "Bob".into()],
        ..ParsedEntry::default()
    }
}

#[test]
fn the_body_is_the_longer_text_or_both_where_they_differ() {
    let body = |summary, content| Document::from_parsed(&entry(summary, content)).body;
    assert_eq!(body("Start of it", "<p>Start of it all.</p>"), "Start of it all.");
    assert_eq!(body("Start of […]", "<p>Start of it all.</p>"), "Start of it all.");
    assert_eq!(body("Start of it all.", "Start"), "Start of it all.");
    assert_eq!(body("Lead.", "<p>Text.</p>"), "Lead.\n\nText.");
    assert_eq!(body("", "Text"), "Text");
    assert_eq!(body("Lead", ""), "Lead");
}

#[test]
fn names_are_joined_and_long_links_dropped() {
    let mut parsed = entry("", "");
    parsed.link = Some(format!("https://a.example/{}", "x".repeat(MAX_LINK_CHARS)));
    let document = Document::from_parsed(&parsed);
    assert_eq!(document.title, "A title");
    assert_eq!(document.authors, "Ann; Bob");
    assert_eq!(document.url, None);
}

#[test]
fn only_web_links_are_kept() {
    let url = |link: &str| {
        let entry = ParsedEntry { link: Some(link.into()), ..ParsedEntry::default() };
        Document::from_parsed(&entry).url
    };
    assert_eq!(url("HTTPS://a.example/x").as_deref(), Some("HTTPS://a.example/x"));
    assert_eq!(url("http://a.example/").as_deref(), Some("http://a.example/"));
    for link in ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "/relative", ""] {
        assert_eq!(url(link), None, "{link}");
    }
}

#[test]
fn what_is_matched_is_what_is_shown() {
    let evil = "NA\u{202e}TO \u{200f} &#27;[31mred&#27;[0m \u{1b}]0;hidden\u{7}a\u{8}b";
    let mut parsed = entry(&format!("<p>{evil}</p><p>&#27;[2J</p><p>Second {evil}</p>"), "");
    parsed.title = Some(evil.to_owned());
    parsed.authors = vec![evil.to_owned(), "\u{202e}".to_owned(), "Bob".to_owned()];
    parsed.categories = vec![evil.to_owned()];
    let document = Document::from_parsed(&parsed);
    assert_eq!(document.title, "NATO red ab");
    assert_eq!(document.authors, "NATO red ab; Bob");
    assert_eq!(document.categories, "NATO red ab");
    assert_eq!(document.body, "NATO red ab\n\nSecond NATO red ab");
}

#[test]
fn signs_that_were_never_converted_hide_no_text() {
    let document =
        Document::from_parsed(&entry("\u{9d}said\u{9c}", "NATO\u{96}Russia \u{9b}pact\u{8b}"));
    assert_eq!(document.body, "saidœ\n\nNATO–Russia ›pact‹");
}

#[test]
fn words_are_whole_without_the_marks_of_where_they_may_part() {
    let document = Document::from_parsed(&entry(
        "Ver\u{ad}tei\u{ad}di\u{ad}gung",
        "A\u{200b}B ภาษา\u{200b}ไทย",
    ));
    assert_eq!(document.body, "Verteidigung\n\nAB ภาษา\u{200b}ไทย");
}
