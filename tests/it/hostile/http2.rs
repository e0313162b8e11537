//! HTTP/2 as nobody should speak it, in frames written by hand.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::authority::Authority;
use super::says::feed;
use super::server::{Act, Behaviour, Doing, Line, Turn};
use super::time::flood;

/// Kinds of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW: u8 = 8;
const CONTINUATION: u8 = 9;

/// What a client says before its first frame.
const PREFACE_BYTES: usize = 24;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:status: 200`, by its place in the static table.
const OK: &[u8] = &[0x88];

const BROKEN: &[&str] = &["protocol", "connect"];

/// Or it takes too long until somebody notices.
const BROKEN_OR_SLOW: &[&str] =
    &["protocol", "connect", "timeout_read", "timeout_total", "headers_too_large"];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn h2(
    name: &'static str,
    codes: &'static [&'static str],
    does: fn(Turn, Line) -> Doing,
) -> Behaviour {
    let act = Act::Secure(|authority: &Authority| authority.server_with(|_| {}, &[b"h2"], 1), does);
    Behaviour { name, codes, act, holds: 0, often: false }
}

/// Greets, waits until it is asked, says these frames, and keeps the connection.
async fn say(line: Line, frames: Vec<u8>) -> io::Result<()> {
    let mut line = asked(line).await?;
    line.write_all(&frames).await?;
    line.flush().await?;
    // What is said to it is taken, whatever it is.
    let mut heard = [0; 4_096];
    while line.read(&mut heard).await? > 0 {}
    Ok(())
}

/// Says one frame as fast as it is taken, once it is asked.
async fn say_for_ever(line: Line, first: Vec<u8>, again: Vec<u8>) -> io::Result<()> {
    flood(asked(line).await?, &first, &again).await
}

/// Greets, and waits for the headers of a request.
async fn asked(mut line: Line) -> io::Result<Line> {
    line.write_all(&[frame(SETTINGS, 0, 0, &[]), frame(SETTINGS, 1, 0, &[])].concat()).await?;
    line.flush().await?;
    let (mut heard, mut at) = (Vec::new(), PREFACE_BYTES);
    loop {
        while let Some(head) = heard.get(at..at + 9) {
            let head: &[u8] = head;
            if head[3] == HEADERS {
                return Ok(line);
            }
            at += 9 + usize::from(u16::from_be_bytes([head[1], head[2]]));
        }
        if line.read_buf(&mut heard).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn whole() -> Vec<u8> {
    let data = frame(DATA, END_STREAM, 1, feed().as_bytes());
    [frame(HEADERS, END_HEADERS, 1, OK), data].concat()
}

/// A header of its own by a literal of this size.
fn literal(bytes: usize) -> Vec<u8> {
    let mut field = vec![0x00, 0x01, b'x', 0x7f];
    let mut rest = bytes - 127;
    while rest >= 128 {
        field.push((rest % 128) as u8 | 0x80);
        rest /= 128;
    }
    field.push(rest as u8);
    field.extend(std::iter::repeat_n(b'y', bytes));
    field
}

pub fn all() -> Vec<Behaviour> {
    vec![
        h2("tls-h2-as-it-should-be", &["ok"], |_, line| Box::pin(say(line, whole()))).holding(2),
        h2("tls-h2-never-answers", &["timeout_read", "timeout_total"], |_, line| {
            Box::pin(say(line, Vec::new()))
        }),
        h2("tls-h2-goes-away", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say(line, frame(GOAWAY, 0, 0, &[0; 8])))
        }),
        // A server that is restarted: what it did not look at is asked again (RFC 9113, section 6.8).
        h2("tls-h2-goes-away-once", &["ok"], |turn, line| {
            let farewell = frame(GOAWAY, 0, 0, &[0; 8]);
            Box::pin(say(line, if turn.n == 0 { farewell } else { whole() }))
        })
        .holding(2),
        h2("tls-h2-goes-away-in-anger", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say(
                line,
                frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 0x0b, b'c', b'a', b'l', b'm']),
            ))
        }),
        h2("tls-h2-resets-the-stream", BROKEN, |_, line| {
            Box::pin(say(line, frame(RESET, 0, 1, &[0, 0, 0, 2])))
        }),
        h2(
            "tls-h2-resets-within-the-body",
            &["protocol", "ok_truncated", "malformed"],
            |_, line| {
                let body = frame(DATA, 0, 1, &feed().as_bytes()[..400]);
                let head = frame(HEADERS, END_HEADERS, 1, OK);
                Box::pin(say(line, [head, body, frame(RESET, 0, 1, &[0, 0, 0, 2])].concat()))
            },
        ),
        h2("tls-h2-speaks-http-1", BROKEN, |_, line| {
            Box::pin(super::time::then_hold(line, super::says::ok(feed())))
        }),
        h2("tls-h2-says-noise", BROKEN_OR_SLOW, |_, line| {
            Box::pin(super::time::then_hold(line, vec![0x55; 5_000]))
        }),
        h2("tls-h2-frame-too-large", BROKEN, |_, line| {
            Box::pin(say(line, frame(DATA, 0, 1, &vec![0; 1 << 20])))
        }),
        h2("tls-h2-data-before-headers", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say(line, frame(DATA, END_STREAM, 1, b"<rss/>")))
        }),
        h2("tls-h2-stream-nobody-opened", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say(line, frame(HEADERS, END_HEADERS, 9, OK)))
        }),
        h2("tls-h2-pushes", BROKEN_OR_SLOW, |_, line| {
            let promise = frame(PUSH, END_HEADERS, 1, &[0, 0, 0, 2, 0x82, 0x84, 0x86]);
            Box::pin(say(line, [promise, whole()].concat()))
        }),
        h2("tls-h2-headers-by-bad-reference", BROKEN, |_, line| {
            Box::pin(say(line, frame(HEADERS, END_HEADERS, 1, &[0xff, 0xff, 0xff, 0x7f])))
        }),
        h2("tls-h2-headers-without-status", BROKEN, |_, line| {
            Box::pin(say(
                line,
                frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0x00, 1, b'x', 1, b'y']),
            ))
        }),
        h2("tls-h2-header-of-100-kb", BROKEN_OR_SLOW, |_, line| {
            let block = [OK, &literal(100_000)].concat();
            let mut pieces = block.chunks(16_000).peekable();
            let mut frames = frame(HEADERS, 0, 1, pieces.next().unwrap());
            while let Some(piece) = pieces.next() {
                let last = if pieces.peek().is_none() { END_HEADERS } else { 0 };
                frames.extend(frame(CONTINUATION, last, 1, piece));
            }
            frames.extend(frame(DATA, END_STREAM, 1, feed().as_bytes()));
            Box::pin(say(line, frames))
        }),
        h2("tls-h2-headers-that-unfold", BROKEN_OR_SLOW, |_, line| {
            // One field of 4,000 bytes for the dynamic table, and 10,000 references to it.
            let mut field = literal(4_000);
            field[0] = 0x40;
            let block = [OK, &field, &[0xbe; 10_000]].concat();
            let frames = frame(HEADERS, END_HEADERS, 1, &block);
            Box::pin(say(line, [frames, frame(DATA, END_STREAM, 1, feed().as_bytes())].concat()))
        }),
        h2("tls-h2-continues-for-ever", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say_for_ever(line, frame(HEADERS, 0, 1, OK), frame(CONTINUATION, 0, 1, &[])))
        }),
        h2("tls-h2-pings-for-ever", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say_for_ever(line, Vec::new(), frame(PING, 0, 0, &[7; 8])))
        }),
        h2("tls-h2-settles-for-ever", BROKEN_OR_SLOW, |_, line| {
            Box::pin(say_for_ever(line, Vec::new(), frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9])))
        }),
        h2("tls-h2-hints-for-ever", BROKEN_OR_SLOW, |_, line| {
            // `:status: 103` as a literal.
            let hint = frame(HEADERS, END_HEADERS, 1, &[0x08, 3, b'1', b'0', b'3']);
            Box::pin(say_for_ever(line, Vec::new(), hint))
        }),
        h2(
            "tls-h2-empty-data-for-ever",
            &["protocol", "timeout_read", "timeout_total", "ok_truncated", "empty_body"],
            |_, line| {
                Box::pin(say_for_ever(
                    line,
                    frame(HEADERS, END_HEADERS, 1, OK),
                    frame(DATA, 0, 1, &[]),
                ))
            },
        ),
        h2(
            "tls-h2-body-without-end",
            &["too_large", "protocol", "ok_truncated", "timeout_total"],
            |_, line| {
                Box::pin(say_for_ever(
                    line,
                    frame(HEADERS, END_HEADERS, 1, OK),
                    frame(DATA, 0, 1, &[b' '; 16_000]),
                ))
            },
        ),
        h2("tls-h2-window-that-overflows", BROKEN_OR_SLOW, |_, line| {
            let more = frame(WINDOW, 0, 0, &[0x7f, 0xff, 0xff, 0xff]);
            Box::pin(say(line, more.repeat(3)))
        }),
        h2(
            "tls-h2-longer-than-announced",
            &["protocol", "ok_truncated", "empty_body"],
            |_, line| {
                // `content-length: 5`
                let head = [OK, &[0x0f, 0x0d, 1, b'5']].concat();
                let body = frame(DATA, END_STREAM, 1, feed().as_bytes());
                Box::pin(say(line, [frame(HEADERS, END_HEADERS, 1, &head), body].concat()))
            },
        ),
    ]
}
