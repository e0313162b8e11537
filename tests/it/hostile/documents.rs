//! Documents that lie about their characters, nest without end, declare bombs, or are JSON as no
//! program writes it.

use std::fmt::Write;

use super::says::{atom, feed, item, json, ok, rss, with};
use super::server::{Behaviour, says};

/// What may become of a document that is more or less a feed.
const EITHER: &[&str] = &[
    "ok",
    "ok_truncated",
    "ok_empty",
    "malformed",
    "not_a_feed_json",
    "not_a_feed",
    "too_deep",
    "too_complex",
];

pub fn all() -> Vec<Behaviour> {
    let mut all = characters();
    all.extend(xml());
    all.extend(json_documents());
    all
}

fn typed(content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    with(&format!("Content-Type: {content_type}\r\n"), body)
}

fn utf_16(text: &str, big: bool, marked: bool) -> Vec<u8> {
    let mark = marked.then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn characters() -> Vec<Behaviour> {
    vec![
        says("charset-utf-16-unmarked", &["ok"], |_| {
            typed("text/xml", utf_16(&feed(), false, false))
        })
        .holding(2),
        says("charset-utf-16-marked", &["ok"], |_| typed("text/xml", utf_16(&feed(), true, true)))
            .holding(2),
        says("charset-utf-16-called-utf-8", &["ok"], |_| {
            typed("text/xml; charset=utf-8", utf_16(&feed(), false, true))
        })
        .holding(2),
        says("charset-utf-8-called-utf-16", &["ok"], |_| {
            typed(
                "text/xml; \
             charset=utf-16",
                feed(),
            )
        })
        .holding(2),
        says("charset-utf-16-cut-within-a-unit", EITHER, |_| {
            let mut bytes = utf_16(&feed(), false, true);
            bytes.pop();
            typed("text/xml", bytes)
        }),
        says("charset-utf-32", EITHER, |_| {
            let bytes = feed().chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<_>>();
            typed("text/xml", bytes)
        }),
        says("charset-utf-7", &["ok"], |_| typed("text/xml; charset=utf-7", feed())).holding(2),
        says("charset-three-that-disagree", &["ok"], |_| {
            let text = rss(&item("Größe und Maß")).replace("?>", " encoding=\"koi8-r\"?>");
            typed("text/xml; charset=shift_jis", [b"\xef\xbb\xbf", text.as_bytes()].concat())
        })
        .holding(1),
        says("charset-unknown", &["ok"], |_| typed("text/xml; charset=klingon", feed())).holding(2),
        says("charset-of-8-kb", &["ok"], |_| {
            typed(
                &format!(
                    "text/xml; \
             charset={}",
                    "x".repeat(8_000)
                ),
                feed(),
            )
        })
        .holding(2),
        says("charset-bad-utf-8", &["ok"], |_| {
            let feed = rss("");
            let (before, after) = feed.split_at(feed.find("</channel>").unwrap());
            let item = b"<item><title>a \xc3\x28 \xf0\x28\x8c \xed\xa0\x80 b</title></item>";
            typed("text/xml; charset=utf-8", [before.as_bytes(), item, after.as_bytes()].concat())
        })
        .holding(1),
        says("charset-two-marks", &["ok"], |_| {
            typed("text/xml", ["\u{feff}\u{feff}", &feed()].concat())
        })
        .holding(2),
        says("charset-nul-between-all", EITHER, |_| {
            typed("text/xml", feed().replace("</item>", "\0\0</item>\0"))
        }),
        says("charset-controls-in-text", &["ok"], |_| {
            ok(rss(&item("a\u{1}b\u{8}c\u{1b}[31md\u{7f}")))
        })
        .holding(1),
        says("charset-references-to-controls", &["ok"], |_| {
            ok(rss(&item("a&#0;b&#x1b;c&#xD800;d&#x110000;e&#99999999999;")))
        })
        .holding(1),
        says("charset-iso-2022-escapes", &["ok"], |_| {
            typed("text/xml; charset=iso-2022-jp", rss(&item("\u{1b}$B abc \u{1b}(B def")))
        }),
        says("charset-html-5-only-in-meta", EITHER, |_| {
            typed("text/html", feed().replace("<channel>", "<meta charset=utf-16><channel>"))
        }),
    ]
}

/// An RSS document with this before its root.
fn after(prolog: &str, title: &str) -> Vec<u8> {
    let body = rss(&item(title));
    ok(body.replacen("<rss", &format!("{prolog}<rss"), 1))
}

fn xml() -> Vec<Behaviour> {
    vec![
        says("xml-billion-laughs", EITHER, |_| {
            let levels = (0..12).fold("<!ENTITY e12 \"ha\">".to_owned(), |all, level| {
                all + &format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level + 1).repeat(10))
            });
            after(&format!("<!DOCTYPE rss [{levels}]>"), "&e0;")
        }),
        says("xml-quadratic-entity", EITHER, |_| {
            after(
                &format!(
                    "<!DOCTYPE rss [<!ENTITY a \
                 \"{}\">]>",
                    "a".repeat(50_000)
                ),
                &"&a;".repeat(20_000),
            )
        }),
        says("xml-entity-of-itself", EITHER, |_| {
            after(
                "<!DOCTYPE rss [<!ENTITY a \
             \"&b;\"><!ENTITY b \"&a;\">]>",
                "&a;",
            )
        }),
        says("xml-outside-file", &["ok"], |_| {
            after("<!DOCTYPE rss [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>", "secret: &f;")
        })
        .holding(1),
        says("xml-outside-canary", &["ok"], |turn| {
            let url = format!("http://{}/dtd", turn.canary);
            after(
                &format!(
                    "<!DOCTYPE rss SYSTEM \"{url}\" [<!ENTITY % p SYSTEM \
                 \"{url}\">%p;<!ENTITY f SYSTEM \"{url}\">]>"
                ),
                "&f;",
            )
        })
        .holding(1),
        says("xml-includes-and-stylesheets", &["ok"], |turn| {
            let url = format!("http://{}/x", turn.canary);
            let include = format!(
                "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" \
                 href=\"{url}\"/>"
            );
            let style = format!("<?xml-stylesheet href=\"{url}\" type=\"text/xsl\"?>");
            ok(style + &rss(&(include + &item("A"))))
        })
        .holding(1),
        says("xml-100000-deep", EITHER, |_| {
            ok(rss(&format!("{}{}", "<a>".repeat(100_000), item("A"))))
        }),
        says("xml-media-groups-20000-deep", EITHER, |_| {
            let deep =
                format!("{}{}", "<media:group>".repeat(20_000), "</media:group>".repeat(20_000));
            ok(rss(&format!("<item><title>A</title>{deep}</item>"))
                .replace("<rss", "<rss xmlns:media=\"http://search.yahoo.com/mrss/\""))
        }),
        says("xml-divs-50000-deep", &["ok", "too_deep"], |_| {
            ok(rss(&format!(
                "<item><title>A</title><description>{}x</description></item>",
                "&lt;div&gt;".repeat(50_000)
            )))
        }),
        says("xml-100000-attributes", EITHER, |_| {
            let many = (0..100_000).fold(String::new(), |mut all, n| {
                let _ = write!(all, "a{n}='' ");
                all
            });
            ok(rss(&format!("<item {many}><title>A</title></item>")))
        }),
        says("xml-one-attribute-a-thousand-times", EITHER, |_| {
            ok(rss(&format!("<item {}><title>A</title></item>", "a='1' ".repeat(1_000))))
        }),
        says("xml-50000-namespaces", EITHER, |_| {
            let many = (0..50_000).fold(String::new(), |mut all, n| {
                let _ = write!(all, "<x xmlns:n{n}='urn:{n}'>");
                all
            });
            ok(rss(&(many + &item("A"))))
        }),
        says("xml-200000-elements", EITHER, |_| ok(rss(&"<item/>".repeat(200_000)))),
        says("xml-section-never-closed", EITHER, |_| {
            ok(rss(&format!("<item><title><![CDATA[{}", "x".repeat(500_000))))
        }),
        says("xml-comment-never-closed", EITHER, |_| ok(format!("<!--{}", "-".repeat(500_000)))),
        says("xml-doctype-never-closed", EITHER, |_| {
            ok(format!(
                "<!DOCTYPE rss [{}",
                "<!ENTITY a \
             'b'>"
                    .repeat(30_000)
            ))
        }),
        says("xml-ampersands-only", EITHER, |_| ok(rss(&item(&"&".repeat(400_000))))),
        says("xml-two-documents", &["ok", "ok_truncated"], |_| ok(feed() + &feed())).holding(2),
        says("xml-feed-in-a-feed", EITHER, |_| {
            ok(rss(&format!("<item><title>A</title><description>{}</description></item>", feed())))
        }),
        says("xml-root-in-another-namespace", EITHER, |_| {
            ok(feed().replace("<rss", "<x:rss xmlns:x=\"urn:x\""))
        }),
        says("xml-rss-with-atom-entries", EITHER, |_| {
            ok(rss("<entry><title>A</title><id>1</id></entry>"))
        }),
        says("xml-base-to-the-canary", &["ok"], |turn| {
            atom(&format!(
                "<entry xml:base=\"http://{}/\"><title>A</title><id>1</id><link \
                 href=\"x\"/></entry>",
                turn.canary
            ))
        })
        .holding(1),
        says("xml-no-entries", &["ok_empty"], |_| ok(rss(""))),
    ]
}

fn json_documents() -> Vec<Behaviour> {
    vec![
        says("json-100000-deep", EITHER, |_| {
            let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
            json(&format!("{{\"id\":\"1\",\"x\":{deep}}}"))
        }),
        says("json-objects-100000-deep", EITHER, |_| json(&"{\"items\":[".repeat(100_000))),
        says("json-numbers-beyond-all", &["ok"], |_| {
            let long = "9".repeat(5_000);
            json(&format!("{{\"id\":1e999999,\"title\":\"A\",\"x\":{long},\"y\":-1e9}}"))
        })
        .holding(1),
        says("json-keys-twice", &["ok"], |_| {
            json("{\"id\":\"1\",\"id\":\"2\",\"title\":\"A\",\"title\":\"B\"}")
        })
        .holding(1),
        says("json-items-that-are-none", &["ok", "ok_empty"], |_| {
            json(
                "null,1,\"x\",[],[[]],\
             true,{},{\"id\":null}",
            )
        }),
        says("json-wrong-kinds", &["ok"], |_| {
            json(
                r#"{"id":[1],"url":{},"title":7,"content_html":["x"],"date_published":{},
                "authors":"me","tags":9},{"id":1,"title":"A"}"#,
            )
        })
        .holding(1),
        says("json-lone-surrogates", &["ok"], |_| {
            json(r#"{"id":"1","title":"a\ud800b\udfffc\u0000d"}"#)
        })
        .holding(1),
        says("json-cut", EITHER, |_| {
            with(
                "Content-Type: \
             application/feed+json\r\n",
                &json("{\"id\":\"1\",\"title\":\"A\"},{\"id\"")[120..],
            )
        }),
        says("json-version-of-100-kb", EITHER, |_| {
            let long = "x".repeat(100_000);
            typed("application/json", format!("{{\"version\":\"{long}\",\"items\":[]}}"))
        }),
        says("json-is-a-list", &["not_a_feed_json"], |_| {
            with(
                "Content-Type: \
             application/json\r\n",
                "[1,2,3]",
            )
        }),
        says("json-lines", EITHER, |_| {
            with(
                "Content-Type: \
             application/json\r\n",
                "{\"id\":1}\n{\"id\":2}\n",
            )
        }),
        says("json-callback", EITHER, |_| {
            with(
                "Content-Type: \
                 text/javascript\r\n",
                "callback({\"version\":\"https://jsonfeed.org/version/\
                      1\",\"items\":[]})",
            )
        }),
        says("json-100000-unknown-fields", &["ok", "too_complex"], |_| {
            let many = (0..100_000).fold(String::new(), |mut all, n| {
                let _ = write!(all, "\"f{n}\":1,");
                all
            });
            json(&format!("{{{many}\"id\":\"1\",\"title\":\"A\"}}"))
        }),
    ]
}
