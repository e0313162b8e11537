//! Reading feeds: what each format says, what damage is mended, and what hostile documents do
//! not achieve.

mod damage;
mod dates;
mod hostile;
mod memory;

use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;
use wirewatch::domain::document::Document;
use wirewatch::domain::feed::ParsedFeed;
use wirewatch::parse::{Limits, ParseFailure, parse};

const RSS: &str = include_str!("../fixtures/feeds/plain.rss");
const ATOM: &str = include_str!("../fixtures/feeds/plain.atom");
const RDF: &str = include_str!("../fixtures/feeds/plain.rdf");
const LOOSE_JSON: &str = include_str!("../fixtures/feeds/loose.json");
const SEED_RSS: &str = include_str!("../fixtures/seed/harbour-wire.rss");
const SEED_ATOM: &str = include_str!("../fixtures/seed/nordic-ledger.atom");
const SEED_JSON: &str = include_str!("../fixtures/seed/courant-monde.json");

const URL: &str = "https://quay.example/feed.rss";

/// Without optimisation, and with others on the same machine, time is no measure.
const PATIENT: Limits = Limits { timeout: Duration::from_secs(120), ..Limits::STANDARD };

async fn parsed(body: impl Into<Bytes>) -> Result<ParsedFeed, ParseFailure> {
    parse(body.into(), None, URL, PATIENT).await
}

async fn feed(body: impl Into<Bytes>) -> ParsedFeed {
    parsed(body).await.unwrap()
}

async fn code(body: impl Into<Bytes>) -> &'static str {
    let failure = parsed(body).await.unwrap_err();
    assert!(!failure.advice().is_empty() && !failure.advice().starts_with("hint"));
    failure.code()
}

fn titles(feed: &ParsedFeed) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.title.as_deref().unwrap_or("-")).collect()
}

/// A feed around `items`.
fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

/// What a reader sees of a feed, for snapshots.
fn shown(feed: &ParsedFeed) -> String {
    let mut text = String::new();
    let link = feed.link.as_deref().unwrap_or("-");
    let language = feed.language.as_deref().unwrap_or("-");
    writeln!(text, "{:?} <{link}> {language} ttl {:?}", feed.title, feed.rhythm.ttl).unwrap();
    for entry in &feed.entries {
        let document = Document::from_parsed(entry);
        let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let date = entry.published.map_or("-".to_owned(), |at| at.to_string());
        let (guid, url) = (or_dash(entry.guid.as_deref()), or_dash(document.url.as_deref()));
        writeln!(text, "* {} | {guid} | {url} | {date}", document.title).unwrap();
        let language = or_dash(document.language.as_deref());
        let (authors, categories) = (&document.authors, &document.categories);
        writeln!(text, "  [{authors}] [{categories}] {language}: {:?}", document.body).unwrap();
    }
    for warning in &feed.warnings {
        writeln!(text, "! {warning}").unwrap();
    }
    text
}

#[tokio::test]
async fn rss_2_is_read() {
    insta::assert_snapshot!(shown(&feed(RSS).await), @r#"
    Some("Quay & Harbour") <https://quay.example/> en-gb ttl Some(1800s)
    * Tide & time: the harbour | q-1 | https://quay.example/2024/tide | 2024-06-03T08:15:00Z
      [Ann Onym] [Sea; Weather] en-gb: "The tide is high.\n\nThe time is short."
    * Video of the day | https://quay.example/2024/video | https://quay.example/2024/video | 2024-06-03T08:20:00Z
      [] [] en-gb: "Gulls over the pier."
    * Listen | - | https://quay.example/2024/listen | -
      [] [] en-gb: "A talk about ropes."
    ! one empty entry was left out
    "#);
}

#[tokio::test]
async fn atom_is_read() {
    insta::assert_snapshot!(shown(&feed(ATOM).await), @r#"
    Some("Havnen & byen") <https://havn.example/> da ttl None
    * Ny bro åbner | tag:havn.example,2024:1 | https://havn.example/artikler/bro | 2024-06-03T09:05:00Z
      [Redaktionen] [Broer] da: "Broen åbner i dag.\n\nDer er kø."
    "#);
}

#[tokio::test]
async fn rdf_is_read_in_its_own_charset() {
    let latin = RDF.replace("Flut", "Überflutung");
    let bytes: Vec<u8> = latin.chars().map(|char| char as u8).collect();
    insta::assert_snapshot!(shown(&feed(bytes).await), @r#"
    Some("Am Kai") <https://kai.example/> de ttl None
    * Überflutung erwartet | - | https://kai.example/1 | 2024-06-03T08:15:00Z
      [M. Meer] [] de: "Das Wasser steigt."
    "#);
}

#[tokio::test]
async fn json_feed_is_read_even_if_loose() {
    insta::assert_snapshot!(shown(&feed(LOOSE_JSON).await), @r#"
    None <-> en ttl None
    * Seven | 7 | https://loose.example/7 | -
      [Ann] [number] fr: "Se7en"
    *  | 8 | https://loose.example/8 | 2024-06-03T08:15:00Z
      [The Editor] [a] en: "No title here."
    "#);
}

#[tokio::test]
async fn the_seed_feeds_are_read_whole() {
    let (rss, atom, json) = (feed(SEED_RSS).await, feed(SEED_ATOM).await, feed(SEED_JSON).await);
    assert_eq!(rss.rhythm.ttl, Some(Duration::from_secs(900)));
    let first = Document::from_parsed(&rss.entries[0]);
    assert_eq!(
        first.title,
        "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play"
    );
    assert_eq!(first.body.matches("In a significant move that signals Britain's").count(), 1);
    assert!(first.body.contains("\n\nA Meeting of Political Minds\n\n"), "{}", first.body);
    assert_eq!(first.categories, "Politics; Defence");
    assert_eq!(titles(&atom)[0], "Starmer builds defence alliance with Denmark");
    assert_eq!(atom.entries.len(), 2);
    assert_eq!(json.entries[0].language.as_deref(), Some("fr"));
    assert!(json.entries[0].content.as_deref().unwrap().contains("Première"));
    for feed in [&rss, &atom, &json] {
        assert!(feed.warnings.is_empty(), "{:?}", feed.warnings);
        let whole = |entry: &wirewatch::domain::entry::ParsedEntry| {
            entry.guid.is_some() && entry.link.is_some() && entry.published.is_some()
        };
        assert!(feed.entries.iter().all(whole));
    }
}

#[tokio::test]
async fn a_feed_without_entries_is_a_feed() {
    assert_eq!(feed(rss("")).await.entries, []);
}

#[tokio::test]
async fn what_is_no_feed_is_named() {
    assert_eq!(code("").await, "empty_body");
    assert_eq!(code(" \r\n ").await, "empty_body");
    assert_eq!(code("\u{feff}").await, "empty_body");
    assert_eq!(code("<!DOCTYPE html><html><body>Hi</body></html>").await, "not_a_feed_html");
    assert_eq!(code("<?xml version='1.0'?><html><p>Hi</html>").await, "not_a_feed_html");
    assert_eq!(code("{\"error\": \"no such feed\"}").await, "not_a_feed_json");
    assert_eq!(code("[1, 2]").await, "not_a_feed_json");
    assert_eq!(code("<urlset><url/></urlset>").await, "not_a_feed");
    assert_eq!(code("404 page not found").await, "not_a_feed");
    assert_eq!(code("{\"items\": [").await, "malformed");
    assert_eq!(code(&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]).await, "not_a_feed");
}

#[tokio::test]
async fn a_cut_document_keeps_its_complete_entries() {
    for cut in
        ["<item><title>C", "<item><title>C</title><description><![CDATA[<p>x", "<it", "<!-- "]
    {
        let whole = rss("<item><title>A</title></item><item><title>B</title></item>");
        let body = whole.replace("</channel></rss>", cut);
        let feed = feed(body).await;
        assert_eq!(titles(&feed), ["A", "B"], "{cut}");
        assert!(feed.cut && feed.warnings[0].contains("cut off"), "{cut}");
    }
    // Damaged besides, and still known to be cut.
    let damaged = rss("<item><title>A</title></item><item><title><b>B</title></item>");
    let damaged = feed(damaged.replace("</channel></rss>", "<item><title>C")).await;
    assert_eq!(titles(&damaged), ["A", "B"]);
    assert!(damaged.cut && damaged.warnings[0].contains("cut off"), "{:?}", damaged.warnings);
    assert!(!feed(rss("<item><title>A</title></item>")).await.cut);
    assert_eq!(code("<rss version=\"2.0\"><channel><title>t</title><item><tit").await, "malformed");
}

#[tokio::test]
async fn forgotten_escapes_are_mended() {
    let feed = feed(rss(
        "<item><title>R&D at AT&T, 3 < 4 &eacute;&#0;</title><link>https://a.example/?a=1&b=2</link></item>",
    ))
    .await;
    assert_eq!(titles(&feed), ["R&D at AT&T, 3 < 4 é"]);
    assert_eq!(feed.entries[0].link.as_deref(), Some("https://a.example/?a=1&b=2"));
}

#[tokio::test]
async fn one_bad_entry_never_fails_the_feed() {
    let mut items = String::new();
    for number in 0..200 {
        let title = if number == 77 { "<b>no end" } else { "fine" };
        write!(items, "<item><title>{title}</title><guid>{number}</guid></item>").unwrap();
    }
    let feed = feed(rss(&items)).await;
    assert_eq!(feed.entries.len(), 200);
    assert_eq!(feed.entries[77].title.as_deref(), Some("no end"));
    assert_eq!(feed.entries[78].title.as_deref(), Some("fine"));
    let guid = |number: usize| feed.entries[number].guid.clone();
    assert!((0..200).all(|number| guid(number) == Some(number.to_string())));
}

#[tokio::test]
async fn odd_versions_and_junk_around_the_feed_do_no_harm() {
    for version in
        ["", " version='0.94'", " version=\"2.00\"", " xmlns:x='y' version = '0.90' a='b'"]
    {
        let body = format!(
            "<br />\n<b>Warning</b>: x in y.php\n<?xml version='1.0' encoding='utf-16'?>\n\
             <rss{version}><channel><item><title>A</title></item></channel></rss><script>1</script>"
        );
        assert_eq!(titles(&feed(body).await), ["A"], "{version}");
    }
}

#[tokio::test]
async fn entries_get_no_invented_ids() {
    let body = rss("<item><title>A</title></item><item><description>b</description></item>");
    let feed = feed(body).await;
    assert_eq!(feed.entries.len(), 2);
    assert!(feed.entries.iter().all(|entry| entry.guid.is_none()));
}
