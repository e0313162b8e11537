//! The normaliser by itself: what comes out of each kind of damage and dialect, and its count.

use crate::domain::feed::Repair;
use crate::parse::limits::Limits;
use crate::parse::repairs::Tally;
use crate::parse::{convert, sniff};

use super::{Normal, normalise};

const URL: &str = "https://quay.example/feed.rss";

fn normal(text: &str) -> Normal {
    let sniff::Kind::Xml { start, .. } = sniff::kind(text) else {
        panic!("no feed: {text}");
    };
    let base = convert::base(URL);
    normalise(text, start, base, Limits::STANDARD, Tally::default()).unwrap()
}

/// What stands between the channel's tags, and the codes of what was mended.
#[track_caller]
fn check(text: &str, items: &str, codes: &str) {
    let normal = normal(text);
    let (_, inner) = normal.document.split_once("<channel>").unwrap();
    let inner = inner.strip_suffix("</channel></rss>").unwrap();
    assert_eq!(inner, items, "{text}");
    let repairs = normal.tally.repairs();
    let told: Vec<String> =
        repairs.iter().map(|Repair { code, count }| format!("{code} {count}")).collect();
    assert_eq!(told.join(", "), codes, "{text}");
}

/// [`check`] for what stands in an item.
#[track_caller]
fn item(inner: &str, expect: &str, codes: &str) {
    let text = format!("<rss version=\"2.0\"><channel><item>{inner}</item></channel></rss>");
    check(&text, &format!("<item>{expect}</item>"), codes);
}

const A: &str = "<item><title>A</title></item>";
const B: &str = "<item><title>B</title></item>";

#[track_caller]
fn both(text: &str, codes: &str) {
    check(text, &format!("{A}{B}"), codes);
}

#[test]
fn a_prefix_that_only_entries_bear_and_nobody_declares_is_the_feeds_own() {
    let prefixed = |name: &str| format!("<q:item><q:title>{name}</q:title></q:item>");
    let (a, b) = (prefixed("A"), prefixed("B"));
    both(&format!("<rss version=\"2.0\"><channel>{a}{b}</channel></rss>"), "undeclared_prefix 2");
    // A declared one is somebody else's.
    let other = format!("<rss version=\"2.0\" xmlns:q=\"urn:q\"><channel>{a}</channel></rss>");
    check(&other, "", "");
}

#[test]
fn a_feed_has_ended_once_its_root_is_closed() {
    let text = format!("<rss version=\"2.0\"><channel>{A}{B}</channel></rss>");
    assert!(normal(&text).ended && normal(&format!("{text}\0noise")).ended);
    for missing in ["</rss>", "</channel></rss>"] {
        assert!(!normal(text.strip_suffix(missing).unwrap()).ended, "{missing}");
    }
}

#[test]
fn what_is_clean_says_what_it_said() {
    item(
        "<title>Tide &amp; time</title><link>https://a.example/1</link><guid>1</guid>\
         <description><![CDATA[<p>x</p>]]></description><pubDate>1 Jun 2024</pubDate>",
        "<title><![CDATA[Tide & time]]></title><link>https://a.example/1</link><guid>1</guid>\
         <description><![CDATA[<p>x</p>]]></description><pubDate>1 Jun 2024</pubDate>",
        "",
    );
}

#[test]
fn signs_that_should_have_been_escaped_are() {
    item("<title>R&D</title>", "<title><![CDATA[R&D]]></title>", "bare_ampersand 1");
    item("<title>1 < 2</title>", "<title><![CDATA[1 &lt; 2]]></title>", "bare_less_than 1");
    item(
        "<title>a <b and c</title>",
        "<title><![CDATA[a &lt;b and c]]></title>",
        "bare_less_than 1",
    );
    item("<title>caf&eacute;</title>", "<title>café</title>", "html_entity 1");
    item("<title>x&#0;y</title>", "<title>xy</title>", "illegal_reference 1");
    item(
        "<link>https://a.example/?a=1&copy=2</link>",
        "<link><![CDATA[https://a.example/?a=1&copy=2]]></link>",
        "bare_ampersand 1",
    );
}

#[test]
fn a_leaf_without_its_end_ends_where_the_next_field_begins() {
    let expect = "<title>A</title><link>https://a.example/</link><guid>1</guid>";
    for title in ["<title>A", "<title>A<title>"] {
        item(
            &format!("{title}<link>https://a.example/</link><guid>1</guid>"),
            expect,
            match title {
                "<title>A" => "missing_end 1",
                _ => "missing_end 2",
            },
        );
    }
    item("<guid>1</guid><title>A", "<title>A</title><guid>1</guid>", "missing_end 1");
    item(
        "<description>x <b>y<pubDate>1 Jun 2024</pubDate>",
        "<description><![CDATA[x <b>y]]></description><pubDate>1 Jun 2024</pubDate>",
        "missing_end 1, raw_markup 1",
    );
    item(
        "<description>x<link>https://a.example/</link>",
        "<link>https://a.example/</link><description>x</description>",
        "missing_end 1",
    );
}

#[test]
fn markup_in_a_text_is_kept_whatever_it_is_called() {
    item(
        "<description>x<br>y <link href='a'><title>z</title></description><guid>1</guid>",
        "<guid>1</guid><description><![CDATA[x<br>y <link href='a'><title>z</title>]]></description>",
        "raw_markup 1",
    );
    item(
        "<description>&lt;p&gt;x&lt;/p&gt;<br>y</description>",
        "<description><![CDATA[<p>x</p><br>y]]></description>",
        "raw_markup 1",
    );
    item("<guid>1<b>2</b></guid>", "<guid>12</guid>", "");
}

#[test]
fn sections_end_where_they_should_have() {
    item(
        "<title><![CDATA[A]]</title><guid><![CDATA[1]]></guid>",
        "<title>A</title><guid>1</guid>",
        "broken_cdata 1",
    );
    item("<title><![CDATA[A<![CDATA[B]]>C]]></title>", "<title>ABC</title>", "broken_cdata 2");
    item("<title>A]]></title>", "<title>A</title>", "broken_cdata 1");
    item("<title>&lt;![CDATA[A]]&gt;</title>", "<title>A</title>", "");
}

#[test]
fn entries_are_found_wherever_they_stand() {
    both(&format!("<rss version='2.0'><channel>{A}{B}</channel></rss>"), "");
    both(&format!("<rss version='2.0'>{A}{B}</rss>"), "");
    both(&format!("<rss version='2.0'><channel>{A}</channel>{B}</rss>"), "");
    both(&format!("<channel>{A}{B}</channel>"), "");
    both(&format!("{A}{B}"), "odd_root 1");
    both(&format!("<rdf:RDF><channel><items/></channel>{A}{B}</rdf:RDF>"), "undeclared_prefix 1");
    both(&format!("<rss version='2.0'><channel>{A}</channel></rss>{B}"), "misplaced_item 1");
    both(
        "<rss version='2.0'><channel><item><title>A</title><item><title>B</title></channel></rss>",
        "implied_item_end 2",
    );
    both(
        &format!("<rss version='2.0'><channel>{A}</itm></titel>{B}</channel></rss>"),
        "wrong_end 2",
    );
    both(
        &format!(
            "<rss version='2.0'><channel>{A}<rss version='2.0'><channel>{B}</channel></rss></channel></rss>"
        ),
        "",
    );
}

#[test]
fn what_is_around_a_feed_is_passed_over() {
    let feed = format!("<rss version='2.0'><channel>{A}{B}</channel></rss>");
    both(&format!("<br />\n<b>Warning</b>: x in y.php\n{feed}"), "junk_before 4");
    both(&format!("{feed}<script>'<item>'</script>"), "junk_after 1");
    both(&format!("{feed}{feed}"), "junk_after 1");
    both(&format!("<html><body>{feed}</body></html>"), "junk_before 2");
    both(&format!("<!-- x --><?xml version='1.1'?><!DOCTYPE rss []>\n{feed}\n<!-- y -->"), "");
}

#[test]
fn comments_that_swallow_entries_are_none() {
    both(&format!("<rss version='2.0'><channel><!-- x {A}{B}</channel></rss>"), "broken_comment 1");
    both(
        &format!("<rss version='2.0'><channel><!-- x {A}<!-- y -->{B}</channel></rss>"),
        "broken_comment 1",
    );
    check(&format!("<rss version='2.0'><channel><!-- {A} -->{B}</channel></rss>"), B, "");
}

#[test]
fn cut_documents_keep_their_complete_entries() {
    for cut in
        ["<item><title>C", "<item><title><![CDATA[C", "<item><title>C</title><link>h", "<item><tit"]
    {
        let text = format!("<rss version='2.0'><channel>{A}{B}{cut}");
        let normal = normal(&text);
        assert!(normal.cut && normal.facts.len() == 2, "{text}");
    }
    assert!(!normal(&format!("<rss version='2.0'><channel>{A}</channel>")).cut);
}

#[test]
fn names_are_known_in_any_case_and_under_any_prefix() {
    check(
        "<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>A</TITLE><PUBDATE>1</PUBDATE></ITEM></CHANNEL></RSS>",
        "<item><title>A</title><pubDate>1</pubDate></item>",
        "name_case 1",
    );
    item("<dc:creator>Ann</dc:creator>", "<author>Ann</author>", "undeclared_prefix 1");
    item("<x:title>no</x:title><title>A</title>", "<title>A</title>", "");
    check(
        "<a:feed xmlns:a='https://www.w3.org/2005/Atom/'><a:entry><a:id>1</a:id></a:entry></a:feed>",
        "<item><guid>1</guid></item>",
        "odd_namespace 1",
    );
    check(
        "<rss version='2.0' xmlns='http://www.w3.org/2005/Atom'><channel><item><guid>1</guid></item></channel></rss>",
        "<item><guid>1</guid></item>",
        "",
    );
}

#[test]
fn old_atom_and_cdf_are_read() {
    check(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><tagline>t</tagline><entry>\
         <title mode='escaped' type='text/html'>A &amp;amp; B</title><id>1</id>\
         <link rel='alternate' type='text/html' href='https://a.example/1'/>\
         <issued>2004-01-01T00:00:00Z</issued><modified>2004-01-02T00:00:00Z</modified>\
         <author><name>Ann</name><url>https://ann.example/</url></author>\
         <content mode='base64'>PGI+eDwvYj4=</content></entry></feed>",
        "<item><title><![CDATA[A &amp; B]]></title><link>https://a.example/1</link><guid>1</guid>\
         <content:encoded><![CDATA[<b>x</b>]]></content:encoded>\
         <pubDate>2004-01-01T00:00:00Z</pubDate><updated>2004-01-02T00:00:00Z</updated></item>",
        "",
    );
    check(
        "<CHANNEL HREF='https://a.example/'><TITLE>C</TITLE><ITEM HREF='https://a.example/1' \
         LASTMOD='1998-11-05'><TITLE>A</TITLE><ABSTRACT>x</ABSTRACT></ITEM></CHANNEL>",
        "<item><title>A</title><link>https://a.example/1</link><description>x</description>\
         <updated>1998-11-05</updated></item><title>C</title><link>https://a.example/</link>",
        "",
    );
}

#[test]
fn what_the_parser_would_not_see_is_kept() {
    let normal = normal(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xml:lang='da'><channel>\
         <ttl> 30 </ttl><skipHours><hour>1</hour><hour>24</hour></skipHours>\
         <skipDays><day>Monday</day><day>sunday</day></skipDays>\
         <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>\
         <atom:link rel='HUB' href='https://hub.example/'/><atom:link rel=' self ' href='/f'/>\
         <link rel='next' href='?page=2'/><itunes:new-feed-url>https://b.example/f</itunes:new-feed-url>\
         <item xml:lang='sv'><guid isPermaLink='False'>https://a.example/1</guid>\
         <source url='https://c.example/f'>Sea</source><pubDate>1 Jun 2024</pubDate></item>\
         <item><title>x</title><dc:date>2024-06-01</dc:date></item></channel></rss>",
    );
    let minutes = |minutes: u64| Some(std::time::Duration::from_secs(60 * minutes));
    assert_eq!((normal.rhythm.ttl, normal.rhythm.period), (minutes(30), minutes(30)));
    assert_eq!((normal.rhythm.skip_hours, normal.rhythm.skip_days), (0b11, 0b100_0001));
    assert_eq!(normal.links.hubs, ["https://hub.example/"]);
    assert_eq!(normal.links.own.as_deref(), Some("https://quay.example/f"));
    assert_eq!(normal.links.next.as_deref(), Some("https://quay.example/feed.rss?page=2"));
    assert_eq!(normal.links.moved_to.as_deref(), Some("https://b.example/f"));
    let first = &normal.facts[0];
    assert!(first.guid_is_no_link && first.language.as_deref() == Some("sv"));
    assert_eq!(first.source.as_deref(), Some("Sea"));
    assert_eq!(first.source_url.as_deref(), Some("https://c.example/f"));
    assert_eq!(first.date_text.as_deref(), Some("1 Jun 2024"));
    assert_eq!(normal.facts[1].language.as_deref(), Some("da"));
    assert_eq!(normal.facts[1].date_text.as_deref(), Some("2024-06-01"));
}
