//! What lists of other readers come to, and that a list of ours comes back as it was.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{List, OpmlError, Outline, read, write};

fn list(text: &str) -> List {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// `title url [tags]` of each feed.
fn shown(list: &List) -> Vec<String> {
    let feed = |feed: &Outline| {
        format!("{} {} {:?}", feed.title.as_deref().unwrap_or("-"), feed.url, feed.tags)
    };
    list.feeds.iter().map(feed).collect()
}

fn codes(list: &List) -> Vec<(usize, &str)> {
    list.remarks.iter().map(|remark| (remark.outline, remark.code)).collect()
}

#[test]
fn folders_become_tags_and_categories_too() {
    let list = list(
        r#"<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
        <outline text="World" title="World">
          <outline text="Europe &amp; Asia">
            <outline type="rss" text="Harbour Wire" xmlUrl="https://wire.example/feed?a=1&amp;b=2" htmlUrl="https://wire.example/"/>
          </outline>
          <outline type="rss" text="Ledger" xmlUrl="https://ledger.example/atom" category="/Boston/Weather,news, World"></outline>
        </outline>
        <outline type="rss" title="Alone" xmlUrl="https://alone.example/rss"/>
        </body></opml>"#,
    );
    assert_eq!(
        shown(&list),
        [
            r#"Harbour Wire https://wire.example/feed?a=1&b=2 ["World", "Europe & Asia"]"#,
            r#"Ledger https://ledger.example/atom ["World", "Boston", "Weather", "news"]"#,
            r#"Alone https://alone.example/rss []"#,
        ]
    );
    assert!(list.remarks.is_empty(), "{:?}", list.remarks);
}

#[test]
fn other_programs_spellings_are_read() {
    for outline in [
        r#"<outline text="W" xmlUrl="https://w.example/feed?x=1&y=2"/>"#,
        r#"<OUTLINE TEXT='W' XMLURL='https://w.example/feed?x=1&amp;y=2'>"#,
        r#"<outline title=W xmlurl=https://w.example/feed?x=1&y=2 />"#,
        r#"<outline text="" title="W" type="rss" url="https://w.example/feed?x=1&#38;y=2"/>"#,
        r#"<outline text="W" xmlUrl="feed:https://w.example/feed?x=1&amp;y=2" version="RSS" frss:priority="important"/>"#,
        "<outline text=\"W\" xmlUrl=\" https://w.example/feed?x=1&amp;y=2\n\"/>",
    ] {
        let list = list(&format!("<opml version=\"1.0\"><body>{outline}</body></opml>"));
        assert_eq!(shown(&list), [r#"W https://w.example/feed?x=1&y=2 []"#], "{outline}");
    }
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><opml><outline text='Caf\xe9' xmlUrl='https://c.example/'/>";
    assert_eq!(read(latin).unwrap().feeds[0].title.as_deref(), Some("Café"));
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain("<opml><outline text='Café' xmlUrl='https://c.example/'/></opml>".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(&wide).unwrap().feeds[0].title.as_deref(), Some("Café"));
}

#[test]
fn damaged_lists_give_what_is_whole() {
    let list = list(
        "<opml><body><outline text=\"Caf&eacute; & more\">\
         <outline text=\"A\" xmlUrl=\"https://a.example/\">\
         <outline text=\"B\" xmlUrl=\"https://b.example/\">\
         </outlin><b><outline text=\"C\" xmlUrl=\"https://c.example/\"/></body>\
         <outline text=\"D\" xmlUrl=\"https://d.example/",
    );
    assert_eq!(
        shown(&list),
        [
            r#"A https://a.example/ ["Café & more"]"#,
            r#"B https://b.example/ ["Café & more"]"#,
            r#"C https://c.example/ ["Café & more"]"#,
        ]
    );
}

#[test]
fn a_feed_in_several_folders_has_the_tags_of_all() {
    let list = list(
        r#"<opml><body><outline text="a"><outline xmlUrl="https://x.example/f"/></outline>
        <outline text="b"><outline text="X" xmlUrl="http://www.x.example/f/"/></outline>"#,
    );
    assert_eq!(shown(&list), [r#"X https://x.example/f ["a", "b"]"#]);
}

#[test]
fn what_cannot_be_fetched_is_left_out_and_said() {
    let list = list(
        r#"<opml><body>
        <outline text="file" xmlUrl="file:///etc/passwd"/>
        <outline text="script" xmlUrl="javascript:alert(1)"/>
        <outline text="secret" xmlUrl="https://me:pw@x.example/"/>
        <outline text="none" type="rss" xmlUrl=""/>
        <outline text="more" type="include" url="https://x.example/more.opml"/>
        <outline text="page" type="link" url="https://x.example/"/>
        <outline text="scraped" type="HTML+XPath" xmlUrl="https://x.example/"/>
        <outline text="odd" xmlUrl="https://"/>
        <outline text="lost"/>
        <outline text="empty folder" type="folder"/>
        </body></opml>"#,
    );
    assert!(list.feeds.is_empty(), "{:?}", list.feeds);
    assert_eq!(
        codes(&list),
        [
            (1, "bad_url"),
            (2, "bad_url"),
            (3, "inline_secret"),
            (4, "no_url"),
            (5, "include"),
            (6, "not_a_feed"),
            (7, "not_a_feed"),
            (8, "bad_url"),
            (9, "empty"),
        ]
    );
    assert!(list.remarks.iter().all(|remark| !remark.message.contains("pw@")));
}

#[test]
fn what_is_no_list_is_refused() {
    for text in ["", "hello", "<html><body>page</body></html>", "<rss><channel/></rss>"] {
        assert_eq!(read(text.as_bytes()), Err(OpmlError::NotOpml), "{text}");
    }
    assert_eq!(read(b"<opml><body/></opml>"), Ok(List::default()));
    assert_eq!(read(&vec![b' '; super::MAX_BYTES + 1]), Err(OpmlError::TooLarge));
}

#[test]
fn hostile_lists_are_bounded() {
    let entity = "<!DOCTYPE opml [<!ENTITY a \"ha\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>\
                  <opml><outline text=\"&a;&b;\" xmlUrl=\"https://x.example/\"/></opml>";
    assert_eq!(shown(&list(entity)), [r#"&a;&b; https://x.example/ []"#]);
    let deep =
        "<outline text=\"f\u{1b}[2J\">".repeat(100_000) + "<outline xmlUrl='https://x.example/'/>";
    let begun = Instant::now();
    assert_eq!(shown(&list(&deep)), [r#"- https://x.example/ ["f[2J"]"#]);
    let many: String =
        (0..30_000).map(|n| format!("<outline xmlUrl=https://x.example/{n}>")).collect();
    let many = list(&many);
    assert_eq!((many.feeds.len(), codes(&many)), (10_000, vec![(10_001, "too_many")]));
    let bad = "<outline text=x xmlUrl=file:/x>".repeat(50_000);
    let bad = list(&bad);
    assert_eq!((bad.remarks.len(), bad.more_remarks), (1_000, 49_000));
    let long = format!(
        "<outline text='{}' xmlUrl='https://x.example/{}'/>",
        "t".repeat(9_000),
        "u".repeat(9_000)
    );
    assert_eq!(codes(&list(&long)), [(1, "bad_url")]);
    let tags: String =
        (0..100).map(|n| format!("<outline text='{n}{}'>", "t".repeat(500))).collect();
    let tags = list(&format!("{tags}<outline xmlUrl='https://x.example/'/>"));
    let first = &tags.feeds[0];
    assert!(first.tags.len() == 16 && first.tags.iter().all(|tag| tag.len() <= 100), "{first:?}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

/// Feeds as a set: neither their order nor that of their tags says anything.
fn as_set(feeds: &[Outline]) -> BTreeSet<Outline> {
    let sorted = |feed: &Outline| {
        let mut feed = feed.clone();
        feed.tags.sort();
        feed
    };
    feeds.iter().map(sorted).collect()
}

#[test]
fn a_thousand_feeds_come_back_as_they_went() {
    let feeds: Vec<Outline> = (0..1_000)
        .map(|n| Outline {
            title: (n % 7 > 0).then(|| format!("Feed \"{n}\" <b>&amp; 'more'</b> é 北")),
            url: format!("https://f{n}.example/feed?a={n}&copy=1&amp;b=%20"),
            tags: (0..n % 5).map(|tag| format!("tag {} & co", (n + tag) % 11)).collect(),
        })
        .collect();
    let back = list(&write("Mine & yours", &feeds));
    assert_eq!(as_set(&back.feeds), as_set(&feeds));
    assert_eq!(back.feeds.len(), 1_000);
    assert!(back.remarks.is_empty());
}

fn text(max: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            proptest::char::range(' ', '~'),
            proptest::char::any().prop_filter("printable", |c| !c.is_control()
                && !c.is_whitespace()
                && !matches!(c, '\u{fffe}' | '\u{ffff}')),
            proptest::sample::select(vec!['&', '<', '>', '"', '\'', ';', '#', ',', '/', 'é', '北']),
        ],
        1..max,
    )
    .prop_map(|chars| chars.into_iter().collect::<String>().trim().to_owned())
    .prop_filter("not empty", |text| !text.is_empty())
}

proptest! {
    /// Whatever a user called a feed and its tags, the list says the same.
    #[test]
    fn a_list_says_what_the_config_said(
        feeds in proptest::collection::vec(
            (proptest::option::of(text(40)), "[a-z0-9?&=;%/.-]{0,30}", proptest::collection::vec(text(12), 0..5)),
            0..12,
        ),
    ) {
        let feeds: Vec<Outline> = feeds.into_iter().enumerate().map(|(n, (title, path, tags))| {
            let url = url::Url::parse(&format!("https://f{n}.example/{path}")).expect("a URL");
            let mut unique: Vec<String> = Vec::new();
            tags.into_iter().filter(|tag| !tag.is_empty()).for_each(|tag| {
                if !unique.contains(&tag) { unique.push(tag); }
            });
            Outline { title, url: url.into(), tags: unique }
        }).collect();
        let back = list(&write("t", &feeds));
        prop_assert_eq!(as_set(&back.feeds), as_set(&feeds));
    }

    /// No bytes make reading fail otherwise than by saying that they are no list.
    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..400) {
        let _ = read(&bytes);
        let whole = write("t", &[Outline { title: None, url: "https://x.example/".to_owned(), tags: vec!["a".to_owned()] }]);
        let _ = read(&whole.as_bytes()[..cut.min(whole.len())]);
    }
}
