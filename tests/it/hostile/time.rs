//! Servers that take their time: before the answer, within it, and after.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use super::says::{feed, ok, raw, with};
use super::server::{Act, Behaviour, Line, Turn, does, does_secure, read_head, says};

/// The codes of a server that is silent, or never done.
const SLOW: &[&str] = &["timeout_read", "timeout_total"];

/// The code of a server that says much before its answer, and never comes to it.
const ENDLESS: &[&str] = &["headers_too_large"];

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

const STEP: Duration = Duration::from_millis(100);

/// Between two pieces of 16 kB of a flood.
const BREATH: Duration = Duration::from_millis(10);

pub fn all() -> Vec<Behaviour> {
    vec![
        does("time-never-answers", &["timeout_read"], |_, line| Box::pin(hold(line))),
        does("time-head-by-the-byte", SLOW, |_, line| {
            Box::pin(drip(line, b"", b"HTTP/1.1 200 OK\r\nX: "))
        }),
        does("time-header-without-end", SLOW, |_, line| {
            Box::pin(drip(line, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"))
        }),
        does("time-silent-after-status-line", SLOW, |_, line| {
            Box::pin(then_hold(line, b"HTTP/1.1 200 OK\r\n".to_vec()))
        }),
        does("time-silent-after-head", SLOW, |_, line| {
            Box::pin(then_hold(line, raw("HTTP/1.1 200 OK\r\nContent-Length: 900", "")))
        }),
        does("time-silent-within-body", SLOW, |_, line| {
            let body = &feed()[..200];
            Box::pin(then_hold(line, raw("HTTP/1.1 200 OK\r\nContent-Length: 9000", body)))
        }),
        does("time-body-by-the-byte", &["timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nContent-Length: 900000", "");
            Box::pin(drip(line, &head, b"<"))
        }),
        does("time-chunks-by-the-byte", &["timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "");
            Box::pin(drip(line, &head, b"1\r\n \r\n"))
        }),
        does(
            "time-chunk-size-without-end",
            &["timeout_read", "timeout_total", "protocol"],
            |_, line| {
                let head = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "");
                Box::pin(drip(line, &head, b"0"))
            },
        ),
        does("time-chunk-extension-without-end", &["timeout_read", "timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "5;");
            Box::pin(drip(line, &head, b"a"))
        }),
        does("time-trailers-without-end", &["timeout_read", "timeout_total", "ok"], |_, line| {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked";
            let body = format!("{:x}\r\n{}\r\n0\r\n", feed().len(), feed());
            Box::pin(drip(line, &raw(head, body), b"X-More: y\r\n"))
        }),
        does("time-last-chunk-never-comes", &["ok"], |_, line| {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked";
            let body = format!("{:x}\r\n{}\r\n", feed().len(), feed());
            Box::pin(then_hold(line, raw(head, body)))
        })
        .holding(2),
        does("time-whole-but-never-closed", &["ok"], |_, line| {
            Box::pin(then_hold(line, raw("HTTP/1.1 200 OK", feed())))
        })
        .holding(2),
        does("time-silent-within-second-item", &["ok_truncated"], |_, line| {
            let body = &feed()[..feed().rfind("Library").unwrap()];
            Box::pin(then_hold(line, raw("HTTP/1.1 200 OK\r\nContent-Length: 9000", body)))
        })
        .holding(1),
        does("time-rest-by-the-byte", &["ok_truncated"], |_, line| {
            let head = raw("HTTP/1.1 200 OK", &feed()[..feed().rfind("Library").unwrap()]);
            Box::pin(drip(line, &head, b" "))
        })
        .holding(1),
        does("time-fast-then-slow", &["timeout_total"], |_, line| {
            let head = raw("HTTP/1.1 200 OK\r\nContent-Length: 1900000", " ".repeat(200_000));
            Box::pin(drip(line, &head, b" "))
        }),
        does("time-comments-for-ever", &["timeout_total"], |_, line| {
            Box::pin(drip(line, &raw("HTTP/1.1 200 OK", "<rss>"), b"<!-- still here -->"))
        }),
        does("time-continue-for-ever", ENDLESS, |_, line| Box::pin(drip(line, b"", CONTINUE))),
        does("time-hints-for-ever", ENDLESS, |_, line| {
            let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n";
            Box::pin(drip(line, b"", hint))
        }),
        does("time-storm-of-continues", ENDLESS, |_, line| Box::pin(flood(line, b"", CONTINUE))),
        does_secure("tls-storm-of-continues", ENDLESS, |_, mut line| {
            Box::pin(async move {
                read_head(&mut line).await?;
                flood(line, b"", CONTINUE).await
            })
        }),
        // What comes before the request is read is an answer to nothing, if it is seen that early.
        does_secure(
            "tls-storm-before-it-is-asked",
            &["headers_too_large", "protocol"],
            |_, line| Box::pin(flood(line, b"", CONTINUE)),
        ),
        says("time-continues-before-the-feed", ENDLESS, |_: &Turn| {
            [CONTINUE.repeat(2_000), ok(feed())].concat()
        }),
        says("time-three-continues-before-the-feed", &["ok"], |_: &Turn| {
            [CONTINUE.repeat(3), ok(feed())].concat()
        })
        .holding(2),
        does("time-late-but-whole", &["ok"], |_, mut line| {
            Box::pin(async move {
                sleep(Duration::from_millis(1_200)).await;
                line.write_all(&ok(feed())).await?;
                line.shutdown().await
            })
        })
        .holding(2),
        does("time-two-halves", &["ok"], |_, mut line| {
            Box::pin(async move {
                let answer = ok(feed());
                let (first, second) = answer.split_at(answer.len() / 2);
                line.write_all(first).await?;
                line.flush().await?;
                sleep(Duration::from_millis(600)).await;
                line.write_all(second).await?;
                line.shutdown().await
            })
        })
        .holding(2),
        Behaviour {
            name: "tls-never-shakes-hands",
            codes: &["timeout_connect", "timeout_read"],
            act: Act::Grabs(|_, stream| Box::pin(hold(Box::new(stream)))),
            holds: 0,
            often: false,
        },
        says("time-fresh-for-a-million-years", &["ok"], |_: &Turn| {
            with("Cache-Control: max-age=99999999999999999999, immutable\r\nAge: -7\r\n", feed())
        })
        .holding(2),
        says("time-expired-before-it-was-sent", &["ok"], |_: &Turn| {
            let dates =
                "Date: Wed, 03 Jun 2026 12:00:00 GMT\r\nExpires: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
            with(dates, feed())
        })
        .holding(2),
    ]
}

/// Never says anything more.
pub async fn hold(line: Line) -> io::Result<()> {
    let _line = line;
    std::future::pending().await
}

/// Says this, and never anything more.
pub async fn then_hold(mut line: Line, bytes: Vec<u8>) -> io::Result<()> {
    line.write_all(&bytes).await?;
    line.flush().await?;
    hold(line).await
}

/// Says this, and then a little, again and again.
pub fn drip(
    mut line: Line,
    first: &[u8],
    piece: &[u8],
) -> impl Future<Output = io::Result<()>> + Send + use<> {
    let (first, piece) = (first.to_vec(), piece.to_vec());
    async move {
        line.write_all(&first).await?;
        loop {
            for byte in piece.chunks(piece.len().min(64)) {
                line.write_all(byte).await?;
                line.flush().await?;
                sleep(STEP).await;
            }
        }
    }
}

/// Says this, and then a piece as fast as it is taken; in the ordinary suite a little slower, since
/// there the machine has others to serve.
pub fn flood(
    mut line: Line,
    first: &[u8],
    piece: &[u8],
) -> impl Future<Output = io::Result<()>> + Send + use<> {
    let (first, piece) = (first.to_vec(), piece.repeat((16 * 1024 / piece.len()).max(1)));
    async move {
        line.write_all(&first).await?;
        loop {
            line.write_all(&piece).await?;
            if !super::in_full() {
                sleep(BREATH).await;
            }
        }
    }
}
