//! Redirects that lead nowhere, for ever, or where nobody may be led; and feeds whose own URL is such a
//! place. Whoever asks the canary has failed.

use super::says::{feed, moved, ok, raw, to, with};
use super::server::{Behaviour, Turn, leads, says};

const PRIVATE: &[&str] = &["redirect_private"];
const BAD: &[&str] = &["redirect_bad_target"];

pub fn all() -> Vec<Behaviour> {
    let mut all = circles();
    all.extend(schemes());
    all.extend(private_targets());
    all.extend(private_feeds());
    all
}

/// A feed behind so many redirects.
fn hops(turn: &Turn, all: usize) -> Vec<u8> {
    let passed = turn.path()[1..].parse().map_or(0, |hop: usize| hop + 1);
    if passed == all { ok(feed()) } else { to(format!("/{passed}")) }
}

fn circles() -> Vec<Behaviour> {
    vec![
        says("way-to-itself", &["too_many_redirects"], |turn| to(turn.url("/feed"))),
        says("way-in-a-ring", &["too_many_redirects"], |turn| {
            to(if turn.path() == "/a" { "/b" } else { "/a" })
        }),
        says("way-that-grows", &["too_many_redirects"], |turn| to(format!("{}x", turn.path()))),
        says("way-of-six-hops", &["too_many_redirects"], |turn| hops(turn, 6)),
        says("way-of-five-hops", &["ok"], |turn| hops(turn, 5)).holding(2),
        says("way-without-a-target", BAD, |_| raw("HTTP/1.1 302 Found\r\nContent-Length: 0", "")),
        says("way-to-nothing", &["too_many_redirects"], |_| to("")),
        says("way-two-targets", &["ok", "redirect_private"], |turn| match turn.path() {
            "/good" => ok(feed()),
            _ => to(format!("/good\r\nLocation: http://{}/", turn.canary)),
        }),
        says("way-with-blanks-and-umlauts", &["ok"], |turn| match turn.n {
            0 => to("  /näch ste?ü=ö#teil  "),
            _ => ok(feed()),
        })
        .holding(2),
        says("way-in-latin-1", &["ok", "redirect_bad_target"], |turn| match turn.n {
            0 => to(b"/caf\xe9"),
            _ => ok(feed()),
        }),
        says("way-of-8-kb", &["ok", "protocol", "redirect_bad_target"], |turn| match turn.n {
            0 => to(format!("/{}", "a".repeat(8_000))),
            _ => ok(feed()),
        }),
        says(
            "way-of-100-kb",
            &["ok", "protocol", "headers_too_large", "redirect_bad_target"],
            |turn| match turn.n {
                0 => to(format!("/{}", "a".repeat(100_000))),
                _ => ok(feed()),
            },
        ),
        says("way-with-an-endless-page-beside", &["ok"], |turn| match turn.n {
            0 => {
                let page = "x".repeat(1 << 20);
                raw("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 99999999", page)
            }
            _ => ok(feed()),
        })
        .holding(2),
        says("way-that-wants-its-cookie", &["too_many_redirects"], |turn| {
            match turn.head.to_ascii_lowercase().contains("\r\ncookie:") {
                true => ok(feed()),
                false => raw(
                    "HTTP/1.1 302 Found\r\nSet-Cookie: seen=1\r\nLocation: \
                         /feed\r\nContent-Length: 0",
                    "",
                ),
            }
        }),
        says("way-300", &["http_300"], |_| moved("300 Multiple Choices", "/a")),
        says("way-305-proxy", &["http_305"], |turn| {
            moved("305 Use Proxy", format!("http://{}/", turn.canary))
        }),
        says("way-306", &["http_306"], |_| moved("306 Switch Proxy", "/a")),
        says("way-303-and-308", &["ok"], |turn| match turn.n {
            0 => moved("303 See Other", "/a"),
            1 => {
                moved("308 Permanent Redirect", "//".to_owned() + &turn.address.to_string() + "/b")
            }
            _ => ok(feed()),
        })
        .holding(2),
        says("way-by-refresh", &["not_a_feed_html", "empty_body"], |turn| {
            let url = format!("http://{}/", turn.canary);
            with(
                &format!("Content-Type: text/html\r\nRefresh: 0; url={url}\r\n"),
                format!(
                    "<html><head><meta http-equiv=refresh content='0;url={url}'></head></html>"
                ),
            )
        }),
        says("way-by-script", &["not_a_feed_html"], |turn| {
            let script =
                format!("<html><script>location='http://{}/'</script></html>", turn.canary);
            with("Content-Type: text/html\r\n", script)
        }),
        says("way-to-a-login-page", &["login"], |turn| match turn.path() {
            "/login" => {
                with("Content-Type: text/html\r\n", "<html><form>Who are you?</form></html>")
            }
            _ => to("/login"),
        }),
    ]
}

fn schemes() -> Vec<Behaviour> {
    vec![
        says("way-to-a-file", BAD, |_| to("file:///etc/passwd")),
        says("way-to-ftp", BAD, |_| to("ftp://127.0.0.1/feed")),
        says("way-to-gopher", BAD, |_| to("gopher://127.0.0.1:6379/_FLUSHALL")),
        says("way-to-data", BAD, |_| to("data:application/rss+xml,<rss/>")),
        says("way-to-javascript", BAD, |_| to("javascript:alert(1)")),
        says("way-to-about", BAD, |_| to("about:blank")),
        says("way-to-a-socket", BAD, |_| to("unix:/run/docker.sock")),
        says("way-to-websocket", BAD, |_| to("ws://127.0.0.1/")),
        says("way-to-no-host", BAD, |_| to("http://")),
        says("way-to-a-bad-port", BAD, |_| to("http://127.0.0.1:99999/")),
        says("way-to-a-bad-address", BAD, |_| to("http://[::1/")),
        says("way-to-a-scheme-of-its-own", BAD, |_| to("wirewatch:quit")),
    ]
}

fn private_targets() -> Vec<Behaviour> {
    vec![
        says("way-to-the-canary", PRIVATE, |turn| to(format!("http://{}/", turn.canary))),
        says("way-to-the-canary-for-good", PRIVATE, |turn| {
            moved("301 Moved Permanently", format!("http://{}/", turn.canary))
        }),
        says("way-to-the-canary-in-two-hops", PRIVATE, |turn| match turn.n {
            0 => to("/next"),
            _ => to(format!("http://{}/", turn.canary)),
        }),
        says("way-to-the-canary-without-scheme", PRIVATE, |turn| to(format!("//{}/", turn.canary))),
        says("way-to-the-canary-by-backslashes", PRIVATE, |turn| {
            to(format!("http:\\\\{}\\", turn.canary))
        }),
        says("way-to-the-canary-by-tabs", &["redirect_private", "redirect_bad_target"], |turn| {
            to(format!("ht\ttp://{}/", turn.canary))
        }),
        says("way-to-the-canary-as-a-number", PRIVATE, |turn| to(spelled("2130706433", turn))),
        says("way-to-the-canary-in-hex", PRIVATE, |turn| to(spelled("0x7f.1", turn))),
        says("way-to-the-canary-in-octal", PRIVATE, |turn| to(spelled("0177.0.0.01", turn))),
        says("way-to-the-canary-short", PRIVATE, |turn| to(spelled("127.1", turn))),
        says("way-to-the-canary-as-zero", PRIVATE, |turn| to(spelled("0", turn))),
        says("way-to-the-canary-dotted", PRIVATE, |turn| to(spelled("127.0.0.1.", turn))),
        says("way-to-the-canary-encoded", PRIVATE, |turn| to(spelled("%31%32%37.0.0.1", turn))),
        says("way-to-the-canary-in-circles", PRIVATE, |turn| to(spelled("①②⑦.⓪.⓪.①", turn))),
        says("way-to-the-canary-wide", PRIVATE, |turn| to(spelled("１２７。０。０。１", turn))),
        says("way-to-the-canary-mapped", PRIVATE, |turn| to(spelled("[::ffff:127.0.0.1]", turn))),
        says("way-to-the-canary-mapped-in-hex", PRIVATE, |turn| {
            to(spelled("[::ffff:7f00:1]", turn))
        }),
        says("way-to-the-canary-compatible", PRIVATE, |turn| to(spelled("[::127.0.0.1]", turn))),
        says("way-to-the-canary-by-ipv6", PRIVATE, |turn| to(spelled("[::1]", turn))),
        says("way-to-the-canary-by-name", PRIVATE, |turn| to(spelled("localhost", turn))),
        says("way-to-the-canary-by-name-dotted", PRIVATE, |turn| to(spelled("LOCALHOST.", turn))),
        says("way-to-the-canary-by-a-name-below", PRIVATE, |turn| {
            to(spelled("feeds.localhost", turn))
        }),
        says("way-to-the-canary-behind-a-user", PRIVATE, |turn| {
            to(format!("http://{}@{}/", turn.address, turn.canary))
        }),
        says("way-to-the-canary-behind-a-password", PRIVATE, |turn| {
            to(format!("http://admin:admin@{}/", turn.canary))
        }),
        says("way-to-the-next-address", PRIVATE, |turn| to(spelled("127.0.0.2", turn))),
        says("way-to-the-cloud", PRIVATE, |_| to("http://169.254.169.254/latest/meta-data/")),
        says("way-to-the-cloud-by-ipv6", PRIVATE, |_| {
            to("http://[fd00:ec2::254]/latest/meta-data/")
        }),
        says("way-to-the-router", PRIVATE, |_| to("http://192.168.1.1/")),
        says("way-to-the-carrier", PRIVATE, |_| to("http://100.64.0.1/")),
        says("way-through-nat64", PRIVATE, |_| to("http://[64:ff9b::7f00:1]/")),
        says("way-through-6to4", PRIVATE, |_| to("http://[2002:7f00:1::]/")),
        says("way-to-all", PRIVATE, |_| to("http://255.255.255.255/")),
        says("way-to-itself-at-another-port", PRIVATE, |turn| {
            to(format!("http://{}:{}/", turn.address.ip(), turn.canary.port()))
        }),
    ]
}

/// The canary's host in another spelling.
fn spelled(host: &str, turn: &Turn) -> String {
    format!("http://{host}:{}/{}", turn.canary.port(), turn.name)
}

fn private_feeds() -> Vec<Behaviour> {
    const CODES: &[&str] = &["private_address"];
    vec![
        leads("at-the-canary", CODES, |turn| format!("http://{}", turn.canary)),
        leads("at-the-canary-by-name", CODES, |turn| spelled("localhost", turn)),
        leads("at-the-canary-by-a-name-below", CODES, |turn| spelled("a.b.localhost.", turn)),
        leads("at-the-canary-as-a-number", CODES, |turn| spelled("2130706433", turn)),
        leads("at-the-canary-in-hex", CODES, |turn| spelled("0x7f000001", turn)),
        leads("at-the-canary-mapped", CODES, |turn| spelled("[::ffff:127.0.0.1]", turn)),
        leads("at-the-canary-by-ipv6", CODES, |turn| spelled("[::1]", turn)),
        leads("at-the-canary-as-zero", CODES, |turn| spelled("0.0.0.0", turn)),
        leads("at-the-cloud", CODES, |_| "http://169.254.169.254/latest".to_owned()),
        leads("at-the-router", CODES, |_| "http://192.168.0.1".to_owned()),
        leads("at-an-office", CODES, |_| "https://10.20.30.40".to_owned()),
    ]
}
