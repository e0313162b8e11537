//! Bodies: encoded, mislabelled, too large, and broken off.

use std::io::Write;

use wirewatch::config::FetchConfig;
use wirewatch::domain::feed::Validators;

use super::{FEED, config, failure, get, get_with};
use crate::support::server::{FeedServer, Reply};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn every_encoding_is_decoded_and_a_wrong_label_seen_through() {
    let long = FEED.repeat(500);
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut long.as_bytes(), &mut brotli, &Default::default()).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
    zlib.write_all(long.as_bytes()).unwrap();
    let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), Default::default());
    bare.write_all(long.as_bytes()).unwrap();
    let server = FeedServer::start().await;
    for (label, body) in [
        ("gzip", gzip(long.as_bytes())),
        ("br", brotli),
        ("zstd", zstd::encode_all(long.as_bytes(), 3).unwrap()),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", bare.finish().unwrap()),
        ("gzip", long.clone().into_bytes()),
        ("br", gzip(long.as_bytes())),
        ("identity", gzip(long.as_bytes())),
    ] {
        server.set("/", Reply::ok(body).header("Content-Encoding", label));
        let fetched = get(&server, "/").await.unwrap();
        assert_eq!(fetched.body, long, "{label}");
        assert_eq!(fetched.bytes, long.len() as u64, "{label}");
    }
}

#[tokio::test]
async fn a_zstd_stream_may_begin_with_a_frame_to_be_skipped() {
    let frame =
        [&b"\x5a\x2a\x4d\x18\x04\0\0\0note"[..], &zstd::encode_all(FEED.as_bytes(), 3).unwrap()];
    let server = FeedServer::start().await;
    for label in ["zstd", "identity"] {
        server.set("/", Reply::ok(frame.concat()).header("Content-Encoding", label));
        assert_eq!(get(&server, "/").await.unwrap().body, FEED, "{label}");
    }
}

#[tokio::test]
async fn a_body_encoded_more_often_than_is_undone_is_not_taken_for_a_document() {
    let layers = |count: usize| (0..count).fold(FEED.as_bytes().to_vec(), |body, _| gzip(&body));
    let server = FeedServer::start().await;
    for (count, label) in [(4, "gzip, gzip, gzip, gzip"), (4, "gzip"), (5, "identity")] {
        server.set("/", Reply::ok(layers(count)).header("Content-Encoding", label));
        assert_eq!(get(&server, "/").await.unwrap_err().code(), "decode", "{label}");
    }
    server.set("/", Reply::ok(layers(3)).header("Content-Encoding", "gzip, gzip, gzip"));
    assert_eq!(get(&server, "/").await.unwrap().body, FEED);
}

#[tokio::test]
async fn a_broken_encoding_is_asked_for_once_more_in_plain() {
    let server = FeedServer::start().await;
    let broken = Reply::ok(&b"\x1f\x8b\x08\xff\xff\xff\xff"[..]).header("Content-Encoding", "gzip");
    server.sequence("/", [broken.clone(), Reply::ok(FEED)]);
    assert_eq!(get(&server, "/").await.unwrap().body, FEED);
    assert_eq!(server.requests("/")[1].text("accept-encoding"), "identity");

    server.set("/", broken);
    assert_eq!(get(&server, "/").await.unwrap_err().code(), "decode");
    assert_eq!(server.requests("/").len(), 4);
}

#[tokio::test]
async fn a_large_body_is_refused_however_it_comes() {
    let config = FetchConfig { max_body_bytes: 10_000, ..config() };
    let large = vec![b'x'; 10_001];
    assert_eq!(failure(Reply::ok(large.clone()), &config).await, "too_large");
    assert_eq!(failure(Reply::ok(large).chunked(), &config).await, "too_large");
    let bomb = gzip(&vec![b'x'; 20_000_000]);
    let bomb = gzip(&bomb);
    assert!(bomb.len() < 1_000, "{}", bomb.len());
    let reply = Reply::ok(bomb).header("Content-Encoding", "gzip, gzip");
    assert_eq!(failure(reply, &config).await, "too_large");
    let exact = FeedServer::start().await;
    exact.set("/", Reply::ok(vec![b'x'; 10_000]).chunked());
    assert_eq!(get_with(&exact, "/", &config).await.unwrap().bytes, 10_000);
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_its_beginning_and_no_validator() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED).header("ETag", "\"x\"").cut_after(20));
    let fetched = get(&server, "/").await.unwrap();
    assert!(fetched.truncated);
    assert_eq!(fetched.body, FEED[..20]);
    assert_eq!(fetched.validators, Validators::default());

    let long: String = (0..5_000).map(|number| format!("<item>{number}</item>")).collect();
    let body = gzip(long.as_bytes());
    let cut = body.len() / 2;
    server.set("/", Reply::ok(body).header("Content-Encoding", "gzip").cut_after(cut));
    let fetched = get(&server, "/").await.unwrap();
    assert!(fetched.truncated && fetched.bytes > 1_000);
    assert!(long.as_bytes().starts_with(&fetched.body));
}
