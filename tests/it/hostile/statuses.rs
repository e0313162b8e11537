//! Statuses of every kind, with what goes with them; and pages that stand where a feed was.

use super::says::{feed, item, rss, status, with};
use super::server::{Behaviour, says};

pub fn all() -> Vec<Behaviour> {
    let mut all = successes();
    all.extend(refusals());
    all.extend(busy());
    all.extend(pages());
    all
}

fn successes() -> Vec<Behaviour> {
    vec![
        says("status-200-without-content", &["empty_body"], |_| with("", "")),
        says("status-200-blanks", &["empty_body"], |_| with("", "  \r\n\t ")),
        says("status-201", &["ok"], |_| status("201 Created", "", feed())).holding(2),
        says("status-203", &["ok"], |_| status("203 Non-Authoritative", "", feed())).holding(2),
        says("status-205", &["empty_body", "ok"], |_| status("205 Reset", "", feed())),
        says("status-206-unasked", &["ok"], |_| {
            status("206 Partial Content", "Content-Range: bytes 0-99/9999\r\n", feed())
        })
        .holding(2),
        says("status-206-in-parts", &["ok_truncated", "not_a_feed", "ok"], |_| {
            let body = format!("--x\r\nContent-Type: text/xml\r\n\r\n{}\r\n--x--", feed());
            status("206 Partial", "Content-Type: multipart/byteranges; boundary=x\r\n", body)
        }),
        says("status-226-unasked", &["ok", "ok_delta"], |_| {
            status("226 IM Used", "IM: feed\r\n", feed())
        })
        .holding(2),
        says("status-299", &["ok"], |_| status("299 Odd", "", feed())).holding(2),
        says("status-304-unasked", &["protocol"], |_| status("304 Not Modified", "", "")),
        says("status-304-for-ever", &["ok", "not_modified"], |turn| match turn.knows() {
            false => with("ETag: \"x\"\r\n", feed()),
            true => status("304 Not Modified", "", ""),
        })
        .holding(2)
        .often(),
        says("status-304-with-a-body", &["ok", "not_modified", "same_body"], |turn| {
            match turn.knows() {
                false => with("ETag: \"x\"\r\n", feed()),
                true => status(
                    "304 Not Modified",
                    "ETag: \"x\"\r\n",
                    rss(&item("NATO POISON in a 304")),
                ),
            }
        })
        .holding(2)
        .often(),
        says("status-200-new-body-same-tag", &["ok"], |turn| {
            with("ETag: \"same\"\r\n", rss(&item(&format!("Harbour report number {}", turn.n))))
        })
        .holding(1)
        .often(),
        says("status-tag-of-100-kb", &["ok", "headers_too_large", "protocol"], |_| {
            with(&format!("ETag: \"{}\"\r\n", "t".repeat(60_000)), feed())
        }),
        says("status-tag-in-bytes", &["ok", "same_body"], |turn| {
            // Such a tag must not come back broken.
            match turn.knows() {
                true => with("", rss(&item("NATO POISON by a mangled tag"))),
                false => [
                    b"HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"\xff\xe9\x80\"\r\n\r\n",
                    feed().as_bytes(),
                ]
                .concat(),
            }
        })
        .holding(2)
        .often(),
    ]
}

fn refusals() -> Vec<Behaviour> {
    vec![
        says("status-400", &["http_400"], |_| status("400 Bad Request", "", "no")),
        says("status-401-basic", &["http_401"], |_| {
            status("401 Unauthorized", "WWW-Authenticate: Basic realm=\"feeds\"\r\n", "")
        }),
        says("status-401-negotiate", &["http_401"], |_| {
            status("401 Unauthorized", "WWW-Authenticate: Negotiate, NTLM\r\n", "")
        }),
        says("status-402", &["http_402"], |_| status("402 Payment Required", "", "pay")),
        says("status-403", &["http_403"], |_| status("403 Forbidden", "", "no")),
        says("status-404-with-a-feed", &["http_404"], |_| status("404 Not Found", "", feed())),
        says("status-407", &["http_407"], |_| {
            status("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "")
        }),
        says("status-408", &["http_408"], |_| status("408 Request Timeout", "", "")),
        says("status-410", &["http_410"], |_| status("410 Gone", "", "")),
        says("status-418", &["http_418"], |_| status("418 I'm a teapot", "", "")),
        says("status-421", &["http_421"], |_| status("421 Misdirected Request", "", "")),
        says("status-426", &["http_426"], |_| {
            status("426 Upgrade Required", "Upgrade: h2c\r\n", "")
        }),
        says("status-451", &["http_451"], |_| status("451 Unavailable", "", "")),
        says("status-500-with-a-feed", &["http_500"], |_| status("500 Error", "", feed())),
        says("status-500-and-much-to-say", &["http_500"], |_| {
            status("500 Error", "Content-Type: text/html\r\n", "why? ".repeat(400_000))
        }),
        says("status-511-captive-portal", &["http_511", "login"], |_| {
            status("511 Network Authentication Required", "", "<form><input type=password></form>")
        }),
        says("status-525", &["http_525"], |_| status("525 SSL Handshake Failed", "", "")),
        says("status-600", &["http_600", "protocol"], |_| status("600 Beyond", "", "")),
        says("status-999", &["http_999", "protocol"], |_| status("999 Denied", "", "")),
        says("status-000", &["http_0", "http_000", "protocol"], |_| status("000 Nothing", "", "")),
        says("status-1000", &["protocol"], |_| status("1000 Much", "", "")),
        says("status-minus-one", &["protocol"], |_| status("-1 Less", "", "")),
        says("status-ok-in-words", &["protocol"], |_| status("OK", "", "")),
    ]
}

fn busy() -> Vec<Behaviour> {
    vec![
        says("busy-429", &["http_429"], |_| status("429 Too Many", "", "")),
        says("busy-429-for-ages", &["http_429"], |_| {
            status("429 Too Many", "Retry-After: 1000000000000000000\r\n", "")
        }),
        says("busy-429-beyond-numbers", &["http_429"], |_| {
            status("429 Too Many", &format!("Retry-After: {}\r\n", "9".repeat(400)), "")
        }),
        says("busy-503-negative", &["http_503"], |_| {
            status("503 Busy", "Retry-After: -99\r\n", "")
        }),
        says("busy-503-until-9999", &["http_503"], |_| {
            status("503 Busy", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "")
        }),
        says("busy-503-until-1970", &["http_503"], |_| {
            status("503 Busy", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n", "")
        }),
        says("busy-503-in-words", &["http_503"], |_| {
            status("503 Busy", "Retry-After: soon\r\n", "")
        }),
        says("busy-503-twice", &["http_503"], |_| {
            status("503 Busy", "Retry-After: 1\r\nRetry-After: 99999\r\n", "")
        }),
        says("busy-200-for-ages", &["ok"], |_| with("Retry-After: 99999999999\r\n", feed()))
            .holding(2),
    ]
}

fn html(body: &str) -> Vec<u8> {
    with(
        "Content-Type: text/html; charset=utf-8\r\n",
        format!("<!doctype html><html>{body}</html>"),
    )
}

fn pages() -> Vec<Behaviour> {
    vec![
        says("page-of-the-front", &["not_a_feed_html"], |_| html("<body><h1>News</h1></body>")),
        says("page-called-a-feed", &["not_a_feed_html"], |_| {
            with(
                "Content-Type: application/rss+xml\r\n",
                "<!doctype html><html><body>Hi</body></html>",
            )
        }),
        says("page-of-a-login", &["login"], |_| {
            html("<form><input name=u><input type=\"password\" name=p></form>")
        }),
        says("page-of-a-challenge", &["challenge"], |_| {
            html(
                "<title>Just a moment...</title><script \
                     src=\"/cdn-cgi/challenge-platform/x.js\"></script>",
            )
        }),
        says("page-of-a-challenge-403", &["challenge"], |_| {
            status(
                "403 Forbidden",
                "cf-mitigated: challenge\r\nContent-Type: text/html\r\n",
                "<html></html>",
            )
        }),
        says("page-of-a-dealer", &["parked"], |_| html("<body>This domain is for sale</body>")),
        says("page-of-an-error-as-json", &["not_a_feed_json"], |_| {
            with(
                "Content-Type: application/json\r\n",
                "{\"error\":{\"code\":404,\"message\":\"gone\"}}",
            )
        }),
        says("page-of-an-error-as-text", &["not_a_feed"], |_| {
            with("", "Fatal error: out of memory in feed.php")
        }),
        says("page-of-php-before-the-feed", &["ok"], |_| {
            with(
                "",
                format!(
                    "<br />\n<b>Warning</b>: mysql_connect() in <b>x.php</b><br />\n{}",
                    feed()
                ),
            )
        })
        .holding(2),
        says("page-that-names-the-canary-as-feed", &["not_a_feed_html"], |turn| {
            html(&format!(
                "<head><link rel=alternate type=application/rss+xml href=http://{}/feed></head>",
                turn.canary
            ))
        }),
        says("page-of-a-soap-fault", &["not_a_feed"], |_| {
            with(
                "Content-Type: text/xml\r\n",
                "<?xml version=\"1.0\"?><soap:Envelope><soap:Fault/></soap:Envelope>",
            )
        }),
        says("page-of-a-sitemap", &["not_a_feed"], |_| {
            with(
                "Content-Type: text/xml\r\n",
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url/></urlset>",
            )
        }),
    ]
}
