//! Bodies that are not encoded as they say, break while they are decoded, or unfold to far more.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::says::{feed, item, rss, with};
use super::server::{Behaviour, says};

/// How much the bombs unfold to: more than a body may have.
fn unfolded() -> usize {
    if super::in_full() { 24 << 20 } else { 4 << 20 }
}

/// What is left of a stream that breaks: its whole items, or nothing.
const BROKEN: &[&str] = &["ok_truncated", "decode", "empty_body", "malformed"];

pub fn all() -> Vec<Behaviour> {
    let mut all = bombs();
    all.extend(lies());
    all.extend(odd_streams());
    all
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 1, ..Default::default() };
    brotli::BrotliCompress(&mut &body[..], &mut packed, &params).unwrap();
    packed
}

fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::encode_all(body, 1).unwrap()
}

fn coded(coding: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    with(&format!("Content-Encoding: {coding}\r\n"), body)
}

/// A feed that begins well and never ends.
fn bomb() -> Vec<u8> {
    let mut bomb = rss(&item("Ferry timetable")).into_bytes();
    bomb.resize(unfolded(), b' ');
    bomb
}

fn bombs() -> Vec<Behaviour> {
    vec![
        says("bomb-gzip", &["too_large"], |_| coded("gzip", gzip(&bomb()))),
        says("bomb-deflate", &["too_large"], |_| coded("deflate", zlib(&bomb()))),
        says("bomb-deflate-bare", &["too_large"], |_| coded("deflate", deflate(&bomb()))),
        says("bomb-brotli", &["too_large"], |_| coded("br", brotli(&bomb()))),
        says("bomb-zstd", &["too_large"], |_| coded("zstd", zstd(&bomb()))),
        says("bomb-undeclared", &["too_large", "too_complex"], |_| with("", gzip(&bomb()))),
        says("bomb-within-gzip", &["too_large"], |_| coded("gzip", gzip(&gzip(&bomb())))),
        says("bomb-gzip-in-brotli", &["too_large"], |_| coded("gzip, br", brotli(&gzip(&bomb())))),
        says("bomb-five-deep", &["decode"], |_| {
            let all = (0..5).fold(bomb(), |body, _| gzip(&body));
            coded("gzip, gzip, gzip, gzip, gzip", all)
        }),
        says("bomb-of-members", &["too_large"], |_| {
            coded("gzip", gzip(&bomb()[..1 << 20]).repeat(400))
        }),
    ]
}

fn lies() -> Vec<Behaviour> {
    vec![
        says("coding-gzip-that-is-plain", &["ok"], |_| coded("gzip", feed())).holding(2),
        says("coding-brotli-that-is-plain", &["ok"], |_| coded("br", feed())).holding(2),
        says("coding-zstd-that-is-plain", &["ok"], |_| coded("zstd", feed())).holding(2),
        says("coding-deflate-that-is-plain", &["ok"], |_| coded("deflate", feed())).holding(2),
        says("coding-brotli-that-is-gzip", &["ok"], |_| coded("br", gzip(feed().as_bytes())))
            .holding(2),
        says("coding-gzip-that-is-zstd", &["ok"], |_| coded("gzip", zstd(feed().as_bytes())))
            .holding(2),
        says("coding-gzip-that-is-zlib", &["ok", "decode"], |_| {
            coded("gzip", zlib(feed().as_bytes()))
        }),
        says("coding-identity-that-is-gzip", &["ok"], |_| {
            coded("identity", gzip(feed().as_bytes()))
        })
        .holding(2),
        says("coding-unknown", &["ok"], |_| coded("sdch, x-shuffled", feed())).holding(2),
        says("coding-fifty-declared", &["ok"], |_| coded(&vec!["gzip"; 50].join(", "), feed()))
            .holding(2),
        says("coding-of-8-kb", &["ok"], |_| coded(&"x".repeat(8_000), feed())).holding(2),
        says("coding-in-capitals", &["ok"], |_| coded("GZip", gzip(feed().as_bytes()))).holding(2),
        says("coding-only-when-refused", &["ok"], |turn| {
            // Noise to all who take encodings, the feed to all others.
            match turn.head.contains("gzip") {
                true => coded("gzip", [&gzip(b"")[..10], &[0xff; 90]].concat()),
                false => with("", feed()),
            }
        }),
    ]
}

fn odd_streams() -> Vec<Behaviour> {
    vec![
        says("stream-gzip-cut", BROKEN, |_| {
            let packed = gzip(feed().as_bytes());
            coded("gzip", &packed[..packed.len() - 60])
        }),
        says("stream-gzip-only-its-head", BROKEN, |_| coded("gzip", &gzip(b"x")[..10])),
        says("stream-gzip-wrong-sum", &["ok"], |_| {
            let mut packed = gzip(feed().as_bytes());
            let at = packed.len() - 6;
            packed[at] ^= 0xff;
            coded("gzip", packed)
        })
        .holding(2),
        says("stream-gzip-then-noise", &["ok"], |_| {
            coded("gzip", [&gzip(feed().as_bytes())[..], b"\0\0 some more <!-- -->"].concat())
        })
        .holding(2),
        says("stream-gzip-in-two-members", &["ok"], |_| {
            let feed = feed();
            let (first, second) = feed.as_bytes().split_at(150);
            coded("gzip", [gzip(first), gzip(second)].concat())
        })
        .holding(2),
        says(
            "stream-gzip-flipped-bits",
            &["ok", "ok_truncated", "decode", "malformed", "not_a_feed"],
            |_| {
                let mut packed = gzip(feed().as_bytes());
                let middle = packed.len() / 2;
                packed[middle] ^= 0x55;
                coded("gzip", packed)
            },
        ),
        says("stream-gzip-with-a-name-of-50-kb", &["ok", "decode"], |_| {
            let packed = gzip(feed().as_bytes());
            let mut named = packed[..10].to_vec();
            named[3] |= 0x08;
            named.extend([b'n'; 50_000]);
            named.push(0);
            named.extend(&packed[10..]);
            coded("gzip", named)
        }),
        says("stream-zstd-window-of-2-gb", &["decode", "not_a_feed", "empty_body"], |_| {
            // A frame that asks for the largest window, and ends there.
            coded("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00])
        }),
        says("stream-brotli-noise", &["decode", "not_a_feed", "empty_body"], |_| {
            coded("br", (1..=200u8).collect::<Vec<_>>())
        }),
        says("stream-nothing-in-gzip", &["empty_body"], |_| coded("gzip", gzip(b""))),
        says("stream-no-bytes-at-all", &["empty_body"], |_| coded("gzip", b"")),
        says("stream-zip-archive", &["not_a_feed"], |_| {
            with("", b"PK\x03\x04\x14\0\0\0\x08\0feed.xml")
        }),
        says("stream-xz", &["not_a_feed"], |_| with("", b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46")),
        says("stream-bzip2", &["not_a_feed"], |_| with("", b"BZh91AY&SY\x94$|\x0e\0\0")),
        says("stream-picture", &["not_a_feed"], |_| with("", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
        says("stream-pdf", &["not_a_feed"], |_| with("", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj")),
    ]
}
