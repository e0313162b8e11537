//! Connections that break, and answers that are no HTTP or nearly so.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::says::{feed, item, ok, raw, rss, with};
use super::server::{Act, Behaviour, Doing, Turn, does, says};

const BROKEN: &[&str] = &["protocol", "connect"];

/// What may become of an answer that is nearly right.
const NEARLY: &[&str] = &["ok", "ok_truncated", "protocol"];

pub fn all() -> Vec<Behaviour> {
    let mut all = breaks();
    all.extend(nearly_http());
    all.extend(no_http());
    all
}

fn grabs(
    name: &'static str,
    codes: &'static [&'static str],
    grabs: fn(Turn, TcpStream) -> Doing,
) -> Behaviour {
    Behaviour { name, codes, act: Act::Grabs(grabs), holds: 0, often: false }
}

fn breaks() -> Vec<Behaviour> {
    vec![
        grabs("break-reset-at-once", BROKEN, |_, stream| Box::pin(reset(stream, Vec::new()))),
        grabs("break-reset-within-head", BROKEN, |_, stream| {
            Box::pin(reset(stream, b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec()))
        }),
        grabs(
            "break-reset-within-body",
            &["protocol", "ok_truncated", "malformed"],
            |_, stream| {
                Box::pin(reset(
                    stream,
                    raw("HTTP/1.1 200 OK\r\nContent-Length: 9999", &feed()[..300]),
                ))
            },
        ),
        says("break-closed-without-a-word", BROKEN, |_| Vec::new()),
        says("break-closed-within-status-line", BROKEN, |_| b"HTTP/1.1 2".to_vec()),
        says("break-closed-within-head", BROKEN, |_| b"HTTP/1.1 200 OK\r\nServer: x\r\n".to_vec()),
        says("break-body-cut-within-second-item", &["ok_truncated"], |_| {
            let feed = feed();
            let cut = &feed[..feed.rfind("Library").unwrap()];
            raw(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}", feed.len()), cut)
        })
        .holding(1),
        says("break-chunk-cut", &["ok_truncated"], |_| {
            let body = format!("{:x}\r\n{}", 9_999, &feed()[..feed().rfind("Library").unwrap()]);
            raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", body)
        })
        .holding(1),
        grabs("break-answers-before-it-is-asked", NEARLY, |_, mut stream| {
            Box::pin(async move {
                stream.write_all(&ok(feed())).await?;
                tokio::time::sleep(Duration::from_millis(300)).await;
                stream.shutdown().await
            })
        }),
        says("break-a-second-answer-in-the-pipe", &["ok", "same_body"], |_| {
            let poison = ok(rss(&item("NATO POISON from another answer")));
            let first = raw(
                &format!(
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: {}",
                    feed().len()
                ),
                feed(),
            );
            [first, poison].concat()
        })
        .holding(2)
        .often(),
        does("break-a-late-second-answer", &["ok", "same_body"], |_, mut line| {
            Box::pin(async move {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: {}",
                    feed().len()
                );
                line.write_all(&raw(&head, feed())).await?;
                line.flush().await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
                line.write_all(&ok(rss(&item("NATO POISON that comes late")))).await?;
                let _ = line.read(&mut [0; 1_000]).await?;
                line.shutdown().await
            })
        })
        .holding(2)
        .often(),
        says("break-kept-alive-and-closed", &["ok", "same_body"], |_| {
            let feed = feed();
            let head = format!(
                "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=9999\r\nContent-Length: {}",
                feed.len()
            );
            raw(&head, feed)
        })
        .holding(2)
        .often(),
    ]
}

/// Says this and resets the connection, so that nothing of it is sure to arrive.
async fn reset(mut stream: TcpStream, bytes: Vec<u8>) -> io::Result<()> {
    let mut asked = [0; 2_000];
    let _ = stream.read(&mut asked).await?;
    stream.write_all(&bytes).await?;
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.set_zero_linger()
}

fn nearly_http() -> Vec<Behaviour> {
    vec![
        says("http-1.0", &["ok"], |_| raw("HTTP/1.0 200 OK", feed())).holding(2),
        says("http-no-reason", &["ok"], |_| raw("HTTP/1.1 200", feed())).holding(2),
        says("http-reason-of-8-kb", NEARLY, |_| {
            raw(&format!("HTTP/1.1 200 {}", "O".repeat(8_000)), feed())
        }),
        says("http-reason-in-latin-1", NEARLY, |_| {
            [b"HTTP/1.1 200 D\xe9j\xe0\r\n\r\n", feed().as_bytes()].concat()
        }),
        says("http-bare-line-feeds", &["ok"], |_| {
            format!("HTTP/1.1 200 OK\nServer: x\n\n{}", feed()).into_bytes()
        })
        .holding(2),
        says("http-space-before-colon", &["ok"], |_| {
            raw("HTTP/1.1 200 OK\r\nContent-Type : text/xml", feed())
        })
        .holding(2),
        says("http-folded-header", &["ok"], |_| raw("HTTP/1.1 200 OK\r\nServer: x\r\n  y", feed()))
            .holding(2),
        says("http-nul-in-header", NEARLY, |_| raw("HTTP/1.1 200 OK\r\nServer: a\0b", feed())),
        says("http-cr-in-header", NEARLY, |_| raw("HTTP/1.1 200 OK\r\nServer: a\rb", feed())),
        says("http-header-without-name", NEARLY, |_| raw("HTTP/1.1 200 OK\r\n: x", feed())),
        says("http-header-without-colon", NEARLY, |_| raw("HTTP/1.1 200 OK\r\nServer", feed())),
        says("http-header-in-utf-8", &["ok"], |_| raw("HTTP/1.1 200 OK\r\nX-Größe: groß", feed()))
            .holding(2),
        says("http-empty-line-first", NEARLY, |_| raw("\r\nHTTP/1.1 200 OK", feed())),
        says("http-content-type-twice", &["ok"], |_| {
            with("Content-Type: text/html\r\nContent-Type: application/rss+xml\r\n", feed())
        })
        .holding(2),
        says("http-sets-cookies", &["ok", "same_body"], |turn| {
            // Whoever comes back with the cookie gets an alert.
            let cookies = turn.head.to_ascii_lowercase().contains("\r\ncookie:");
            let body = if cookies { rss(&item("NATO COOKIE came back")) } else { feed() };
            with("Set-Cookie: track=1; Max-Age=99999\r\nSet-Cookie2: x=y\r\n", body)
        })
        .holding(2)
        .often(),
        says("http-strict-transport-and-clear-site", &["ok", "same_body"], |_| {
            let headers = "Strict-Transport-Security: max-age=99999999; includeSubDomains\r\n\
                           Clear-Site-Data: \"*\"\r\nAlt-Svc: h3=\":443\"; ma=99999\r\n";
            with(headers, feed())
        })
        .holding(2)
        .often(),
        says("http-refreshes-to-the-canary", &["ok"], |turn| {
            with(&format!("Refresh: 0; url=http://{}/\r\n", turn.canary), feed())
        })
        .holding(2),
        says("http-link-headers-to-the-canary", &["ok"], |turn| {
            let one = format!(
                "Link: <http://{0}/>; rel=\"hub\", <http://{0}/s>; rel=self\r\n",
                turn.canary
            );
            with(&one.repeat(40), feed())
        })
        .holding(2),
    ]
}

fn no_http() -> Vec<Behaviour> {
    vec![
        says("no-http-0.9", BROKEN, |_| feed().into_bytes()),
        says("no-http-version-2", BROKEN, |_| raw("HTTP/2 200 OK", feed())),
        says("no-http-version-9", BROKEN, |_| raw("HTTP/9.9 200 OK", feed())),
        says("no-http-icy", BROKEN, |_| raw("ICY 200 OK", feed())),
        says("no-http-rtsp", BROKEN, |_| raw("RTSP/1.0 200 OK", feed())),
        says("no-http-ssh", BROKEN, |_| b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        says("no-http-smtp", BROKEN, |_| b"220 mail.example ESMTP\r\n".to_vec()),
        says("no-http-redis", BROKEN, |_| b"-ERR unknown command 'GET'\r\n".to_vec()),
        says("no-http-tls-alert", BROKEN, |_| b"\x15\x03\x01\x00\x02\x02\x46".to_vec()),
        says("no-http-zeros", BROKEN, |_| vec![0; 100_000]),
        says("no-http-noise", BROKEN, |_| (0..50_000u32).map(|n| ((n * n) >> 3) as u8).collect()),
        says("no-http-a-request-back", BROKEN, |_| b"GET / HTTP/1.1\r\nHost: you\r\n\r\n".to_vec()),
        says("no-http-switches-protocols", &["http_101", "protocol"], |_| {
            raw("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c", "PRI")
        }),
        says("no-http-2-preface", BROKEN, |_| {
            b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x08\x00\x00\x00\x00\x00".to_vec()
        }),
    ]
}
