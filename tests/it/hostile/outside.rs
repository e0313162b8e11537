//! The world outside of a daemon in a network of its own: its feeds, what its name servers say, and
//! what its sites answer. [`network`](super::network) sets it up and looks who was asked.

use std::fmt::Write as _;

use super::names::{Said, at, thousand};
use super::says::{atom, feed, moved, ok, raw, rss, to, with};

/// A feed: its name, its URL, and the outcomes one of which is expected.
pub(super) const FEEDS: &[(&str, &str, &[&str])] = &[
    ("good", "http://good.example/feed", &["ok"]),
    ("reads", "http://reads.example/feed", &["ok"]),
    ("hubs", "http://hubs.example/feed", &["ok"]),
    ("public-hub", "http://pushed.example/feed", &["ok"]),
    ("own-hub", "http://own-hub.example/feed", &["ok"]),
    ("v6", "http://six.example/feed", &["ok"]),
    ("mixed", "http://mixed.example/feed", &["ok"]),
    ("thousand", "http://thousand.example/feed", &["ok"]),
    ("alias", "http://alias.example/feed", &["ok"]),
    ("thousand-private", "http://thousand-private.example/feed", &["private_address"]),
    ("rebinds", "http://rebinds.example/feed", &["redirect_private", "private_address"]),
    ("private", "http://private.example/feed", &["private_address"]),
    ("cloud", "http://cloud.example/feed", &["private_address"]),
    ("loopback", "http://loopback.example/feed", &["private_address"]),
    ("zero", "http://zero.example/feed", &["private_address"]),
    ("mapped", "http://mapped.example/feed", &["private_address"]),
    ("nat64", "http://nat64.example/feed", &["private_address"]),
    ("local-six", "http://local-six.example/feed", &["private_address"]),
    ("alias-private", "http://alias-private.example/feed", &["private_address"]),
    ("alias-ring", "http://ring.example/feed", &["dns"]),
    ("unknown", "http://unknown.example/feed", &["dns"]),
    ("no-address", "http://empty.example/feed", &["dns"]),
    ("broken-server", "http://broken.example/feed", &["dns"]),
    ("silent-server", "http://silent.example/feed", &["dns", "timeout_connect"]),
    ("noisy-server", "http://noisy.example/feed", &["dns", "timeout_connect"]),
    ("literal", "http://127.0.0.1/feed", &["private_address"]),
    ("literal-cloud", "http://169.254.169.254/latest/meta-data/", &["private_address"]),
    ("literal-six", "http://[fd00:ec2::254]/feed", &["private_address"]),
    ("leads-to-private", "http://leads.example/private", &["redirect_private"]),
    ("leads-to-cloud", "http://leads.example/cloud", &["redirect_private"]),
    ("leads-to-name", "http://leads.example/name", &["redirect_private"]),
    ("leads-to-redis", "http://leads.example/redis", &["redirect_private"]),
    ("leads-on", "http://leads.example/on", &["ok"]),
];

/// What the name servers say to a question that was asked `before` times.
pub(super) fn book(name: &str, before: usize) -> Said {
    match name {
        "good.example" | "leads.example" | "page.example" | "hook.example" => at("93.184.216.34"),
        "reads.example" => at("93.184.216.35"),
        "hubs.example" => at("93.184.216.36"),
        "pushed.example" => at("93.184.216.37"),
        "hub.example" => at("93.184.216.38"),
        "own-hub.example" => at("93.184.216.39"),
        "six.example" => at("2606:4700::1111"),
        "alias.example" => Said::Alias("good.example"),
        "alias-private.example" => Said::Alias("private.example"),
        "mixed.example" => Said::At(vec![
            "127.0.0.1".parse().unwrap(),
            "10.0.0.1".parse().unwrap(),
            "93.184.216.40".parse().unwrap(),
            "::1".parse().unwrap(),
        ]),
        "thousand.example" => thousand([93, 185], 0x2606),
        "thousand-private.example" => thousand([10, 20], 0xfd00),
        // Public when it is asked first, and private from then on.
        "rebinds.example" if before == 0 => at("93.184.216.41"),
        "rebinds.example" | "loopback.example" => at("127.0.0.1"),
        "private.example" => at("10.1.1.1"),
        "cloud.example" => at("169.254.169.254"),
        "zero.example" => at("0.0.0.0"),
        "mapped.example" => at("::ffff:127.0.0.1"),
        "nat64.example" => at("64:ff9b::7f00:1"),
        "local-six.example" => at("fe80::1"),
        "private-hook.example" => at("10.9.9.9"),
        "ring.example" => Said::Alias("ring-2.example"),
        "ring-2.example" => Said::Alias("ring.example"),
        "empty.example" => Said::Code(0),
        "broken.example" => Said::Code(2),
        "silent.example" => Said::Silence,
        "noisy.example" => Said::Noise,
        _ => Said::Code(3),
    }
}

/// Where nothing may ever lead to, in links of every kind.
pub(super) const TRAPS: [&str; 8] = [
    "http://127.0.0.1/",
    "http://127.0.0.1:6379/",
    "http://[::1]:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.5:9200/",
    "http://192.168.1.1/",
    "http://private.example/",
    "http://cloud.example/",
];

/// What the user opened for feeds of their own, and no stranger may lead to.
const OPENED: &str = "http://10.77.0.9/";

/// What is answered to a visit, the `n`th of its kind.
pub(super) fn site(host: &str, path: &str, n: usize) -> Vec<u8> {
    match (host, path) {
        ("good.example", "/feed") => ok(rss(&laden())),
        ("reads.example", "/feed") => ok(rss(&articles())),
        ("reads.example", "/robots.txt") => with("", "User-agent: *\nAllow: /\n"),
        ("reads.example", "/article") => with("Content-Type: text/html\r\n", page_of_traps()),
        ("reads.example", "/leads-away") => to(TRAPS[3]),
        ("hubs.example", "/feed") => hubs(&TRAPS),
        ("pushed.example", "/feed") => hubs(&["http://hub.example/"]),
        ("hub.example", _) => moved("307 Temporary Redirect", TRAPS[0]),
        ("own-hub.example", "/feed") => hubs(&["http://own-hub.example/hub"]),
        ("own-hub.example", "/hub") => moved("307 Temporary Redirect", OPENED),
        ("rebinds.example", "/feed") => to("http://rebinds.example/again"),
        ("leads.example", "/private") => to(TRAPS[4]),
        ("leads.example", "/cloud") => to(TRAPS[3]),
        ("leads.example", "/name") => to("http://private.example/"),
        ("leads.example", "/redis") => to("http://x@127.0.0.1:6379/"),
        ("leads.example", "/on") if n == 0 => to("http://good.example/plain"),
        ("page.example", "/") => with("Content-Type: text/html\r\n", page_of_traps()),
        ("hook.example", _) => to(TRAPS[1]),
        (_, "/feed" | "/plain") => ok(feed()),
        _ => raw("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close", ""),
    }
}

/// Entries with everything in them that a browser or another reader would fetch.
fn laden() -> String {
    let mut items = format!(
        "<image><url>http://icon.example/i.png</url></image><icon>{0}</icon><docs>{0}</docs>\
         <cloud domain=\"127.0.0.1\" port=\"80\" path=\"/RPC2\" registerProcedure=\"x\" \
              protocol=\"xml-rpc\"/>",
        TRAPS[0]
    );
    for (n, trap) in TRAPS.iter().enumerate() {
        let _ = write!(
            items,
            "<item><title>NATO story {n} w{n}a w{n}b \
                 w{n}c</title><link>{trap}</link><guid>{trap}{n}</guid>\
             <comments>{trap}</comments><enclosure url=\"{trap}e.mp3\" length=\"1\" \
                  type=\"audio/mpeg\"/>\
             <source url=\"{trap}s\">s</source><description>&lt;img src=\"{trap}i.gif\"&gt;&lt;img \
             src=http://tracker.example/p.gif&gt;&lt;iframe src=\"{trap}\"&gt;&lt;script \
                  src=\"{trap}\"&gt;\
             &lt;/script&gt; words</description><pubDate>{}</pubDate></item>",
            jiff::Timestamp::now()
        );
    }
    items
}

/// Entries whose pages are read: one that may be, and many that may not.
fn articles() -> String {
    let may = ["http://reads.example/article", "http://reads.example/leads-away"];
    let links = may.iter().chain(&TRAPS).chain(&["http://unknown.example/a", "file:///etc/passwd"]);
    let one = |(n, link): (usize, &&str)| {
        format!(
            "<item><title>Page {n} of the day</title><link>{link}</link><guid>p{n}</guid></item>"
        )
    };
    links.enumerate().map(one).collect()
}

fn hubs(hubs: &[&str]) -> Vec<u8> {
    let links: String =
        hubs.iter().map(|hub| format!("<link rel=\"hub\" href=\"{hub}\"/>")).collect();
    let own = "<link rel=\"self\" href=\"http://hubs.example/feed\"/>";
    atom(&format!("{links}{own}<entry><title>Hub</title><id>1</id></entry>"))
}

/// A page that calls traps feeds, and has them in it in every other way.
fn page_of_traps() -> String {
    let mut head = String::new();
    for trap in TRAPS {
        let _ = write!(
            head,
            "<link rel=alternate type=\"application/rss+xml\" href=\"{trap}feed.xml\"><link \
                 rel=icon \
             href=\"{trap}i\"><link rel=stylesheet href=\"{trap}s\"><script \
                  src=\"{trap}j\"></script>"
        );
    }
    let text =
        "The harbour was opened by the mayor and the ministers of both towns today. ".repeat(30);
    let links: String = TRAPS
        .iter()
        .map(|trap| format!("<a href=\"{trap}rss\">rss</a><img src={trap}p>"))
        .collect();
    format!(
        "<!doctype html><html><head>{head}</head><body><article><p>{text}</p>{links}</article></body></html>"
    )
}
