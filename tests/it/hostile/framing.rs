//! Answers that do not say clearly where they end, and such as are far too large.

use super::says::{feed, item, ok, raw, rss, status, with};
use super::server::{Behaviour, does, says};
use super::time::flood;

const BROKEN: &[&str] = &["protocol", "ok_truncated"];

pub fn all() -> Vec<Behaviour> {
    let mut all = lengths();
    all.extend(chunks());
    all.extend(sizes());
    all
}

/// A good document with this said of its length.
fn lying(header: &str) -> Vec<u8> {
    raw(&format!("HTTP/1.1 200 OK\r\n{header}"), feed())
}

fn lengths() -> Vec<Behaviour> {
    vec![
        says("length-too-short", &["ok_truncated", "ok"], |_| lying("Content-Length: 350"))
            .holding(1),
        says("length-zero", &["empty_body"], |_| lying("Content-Length: 0")),
        says("length-negative", BROKEN, |_| lying("Content-Length: -1")),
        says("length-in-words", BROKEN, |_| lying("Content-Length: all of it")),
        says("length-with-plus", &["protocol", "ok_truncated", "ok"], |_| {
            lying("Content-Length: +99")
        }),
        says("length-beyond-64-bits", BROKEN, |_| lying("Content-Length: 99999999999999999999999")),
        says("length-of-2-to-63", &["too_large", "protocol"], |_| {
            lying("Content-Length: 9223372036854775807")
        }),
        says("length-two-that-differ", BROKEN, |_| {
            lying("Content-Length: 300\r\nContent-Length: 900")
        }),
        says("length-list-that-differs", BROKEN, |_| lying("Content-Length: 300, 900")),
        says("length-twice-the-same", &["ok"], |_| {
            let length = format!("Content-Length: {}\r\n", feed().len());
            lying(&(length.clone() + length.trim_end()))
        })
        .holding(2),
        says("length-and-chunks", &["ok", "protocol"], |_| {
            let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", feed().len(), feed());
            raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", body)
        }),
        says("length-on-204", &["empty_body"], |_| status("204 No Content", "", feed())),
    ]
}

fn chunked(body: &str) -> Vec<u8> {
    raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", body)
}

fn chunks() -> Vec<Behaviour> {
    vec![
        says("chunk-size-beyond-64-bits", BROKEN, |_| {
            chunked(&format!("fffffffffffffffff\r\n{}", feed()))
        }),
        says("chunk-size-of-2-to-63", &["ok_truncated", "ok", "protocol"], |_| {
            chunked(&format!("7fffffffffffffff\r\n{}", feed()))
        }),
        says("chunk-size-negative", BROKEN, |_| chunked(&format!("-5\r\n{}", feed()))),
        says("chunk-size-no-number", BROKEN, |_| chunked(&format!("size\r\n{}", feed()))),
        says("chunk-without-its-end", &["ok_truncated", "ok", "protocol"], |_| {
            chunked(&format!("{:x}\r\n{}XX0\r\n\r\n", feed().len(), feed()))
        }),
        says("chunk-extensions-of-100-kb", BROKEN, |_| {
            chunked(&format!("5;{}\r\n<rss>\r\n0\r\n\r\n", "a=b;".repeat(25_000)))
        }),
        says("chunks-called-twice", &["ok", "protocol", "not_a_feed"], |_| {
            let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", feed().len(), feed());
            raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked", body)
        }),
        says("chunks-of-one-byte", &["ok"], |_| {
            let body: String = feed().chars().map(|c| format!("1\r\n{c}\r\n")).collect();
            chunked(&(body + "0\r\n\r\n"))
        })
        .holding(2),
        says("chunks-with-trailers", &["ok"], |_| {
            let trailers = "ETag: \"x\"\r\nLocation: http://elsewhere.example/\r\n";
            chunked(&format!("{:x}\r\n{}\r\n0\r\n{trailers}\r\n", feed().len(), feed()))
        })
        .holding(2),
        says("transfer-coding-unknown", &["ok", "protocol", "ok_truncated"], |_| {
            lying("Transfer-Encoding: shuffled")
        }),
        says("transfer-coding-gzip-and-plain", &["ok", "protocol", "ok_truncated"], |_| {
            lying("Transfer-Encoding: gzip")
        }),
    ]
}

fn sizes() -> Vec<Behaviour> {
    vec![
        does("size-body-without-end", &["too_large", "timeout_total"], |_, line| {
            Box::pin(flood(line, &raw("HTTP/1.1 200 OK", "<rss>"), b"<item/>"))
        }),
        does("size-chunks-without-end", &["too_large", "timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "");
            let chunk = format!("1000\r\n{}\r\n", "<item />".repeat(512));
            Box::pin(flood(line, &head, chunk.as_bytes()))
        }),
        does("size-tiny-chunks-without-end", &["too_large", "timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "");
            Box::pin(flood(line, &head, b"1\r\n \r\n"))
        }),
        does("size-header-without-end", &["protocol", "headers_too_large"], |_, line| {
            Box::pin(flood(line, b"HTTP/1.1 200 OK\r\nX: ", b"x"))
        }),
        does("size-headers-without-end", &["protocol", "headers_too_large"], |_, line| {
            Box::pin(flood(line, b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"))
        }),
        does("size-status-line-without-end", &["protocol"], |_, line| {
            Box::pin(flood(line, b"HTTP/1.1 200 ", b"O"))
        }),
        does(
            "size-empty-lines-without-end",
            &["protocol", "timeout_read", "timeout_total"],
            |_, line| Box::pin(flood(line, b"", b"\r\n")),
        ),
        does("size-blanks-without-end", &["too_large", "timeout_total"], |_, line| {
            Box::pin(flood(line, &raw("HTTP/1.1 200 OK", ""), b" "))
        }),
        says("size-announced-beyond-all", &["too_large"], |_| {
            lying("Content-Length: 999999999999")
        }),
        says("size-257-header-lines", &["protocol", "headers_too_large"], |_| {
            with(&"X-Filler: y\r\n".repeat(300), feed())
        }),
        says("size-200-header-lines", &["ok"], |_| with(&"X-Filler: y\r\n".repeat(200), feed()))
            .holding(2),
        says("size-headers-of-100-kb", &["headers_too_large", "protocol"], |_| {
            with(&format!("X-Filler: {}\r\n", "y".repeat(1_000)).repeat(100), feed())
        }),
        says("size-title-of-a-megabyte", &["ok"], |_| ok(rss(&item(&"long ".repeat(200_000)))))
            .holding(1),
        says("size-link-of-100-kb", &["ok"], |_| {
            let link = "a".repeat(100_000);
            ok(rss(&format!("<item><title>A</title><link>https://h.example/{link}</link></item>")))
        })
        .holding(1),
        says("size-text-of-a-megabyte", &["ok"], |_| {
            let text = "a word and another one. ".repeat(40_000);
            ok(rss(&format!("<item><title>A</title><description>{text}</description></item>")))
        })
        .holding(1),
        says("size-20000-categories", &["ok"], |_| {
            let many = "<category>a</category>".repeat(20_000);
            ok(rss(&format!("<item><title>A</title>{many}</item>")))
        })
        .holding(1),
        says("size-5000-enclosures", &["ok"], |turn| {
            let one = format!(
                "<enclosure url=\"http://{}/e.mp3\" length=\"1\" type=\"a/b\"/>",
                turn.canary
            );
            ok(rss(&format!("<item><title>A</title>{}</item>", one.repeat(5_000))))
        })
        .holding(1),
        says("size-many-items", &["ok"], |_| {
            let count = if super::in_full() { 12_000 } else { 1_500 };
            ok(rss(&(0..count)
                .map(|n| format!("<item><title>Item {n}</title></item>"))
                .collect::<String>()))
        })
        .holding(1_500),
    ]
}
