//! Fetching over real HTTP: what is asked, what is followed, what is refused, and how each
//! failure is named.

use std::io::Write;
use std::time::{Duration, Instant};

use wirewatch::config::{EgressConfig, FetchConfig};
use wirewatch::domain::feed::Validators;
use wirewatch::egress::Egress;
use wirewatch::fetch::failure::FetchFailure;
use wirewatch::fetch::{Fetched, Fetcher};

use crate::support::server::{FeedServer, Reply};

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>";

/// Long enough for a loaded machine, short enough to notice a timeout that does not work.
const SHORT: Duration = Duration::from_millis(300);

fn config() -> FetchConfig {
    FetchConfig {
        connect_timeout: Duration::from_secs(8),
        read_timeout: Duration::from_secs(12),
        total_timeout: Duration::from_secs(30),
        max_redirects: 5,
        max_body_bytes: 1 << 20,
        max_concurrent: 64,
        host_gap: Duration::ZERO,
    }
}

fn fetcher(allow: &[String], config: &FetchConfig) -> Fetcher {
    let egress = Egress::new(&EgressConfig {
        contact: Some("https://owner.example/bot".to_owned()),
        allow_net: allow.to_vec(),
    });
    Fetcher::new(config, egress.unwrap()).unwrap()
}

async fn get(server: &FeedServer, path: &str) -> Result<Fetched, FetchFailure> {
    get_with(server, path, &config()).await
}

async fn get_with(
    server: &FeedServer,
    path: &str,
    config: &FetchConfig,
) -> Result<Fetched, FetchFailure> {
    fetcher(&[server.allow_net()], config)
        .fetch(&server.url(path), &Validators::default())
        .await
}

/// The code of the failure of fetching `/`, answered with `reply`.
async fn failure(reply: Reply, config: &FetchConfig) -> String {
    let server = FeedServer::start().await;
    server.set("/", reply);
    let failure = get_with(&server, "/", config).await.unwrap_err();
    assert!(failure.advice().starts_with("hint: "), "{failure}");
    failure.code().into_owned()
}

#[tokio::test]
async fn a_feed_is_fetched_and_the_server_learns_who_asks() {
    let server = FeedServer::start().await;
    let reply = Reply::ok(FEED)
        .header("Content-Type", "application/rss+xml; charset=utf-8")
        .header("Cache-Control", "max-age=900");
    server.set("/a.rss", reply);
    let fetched = get(&server, "/a.rss").await.unwrap();
    assert_eq!(fetched.body, FEED);
    assert_eq!((fetched.status, fetched.bytes), (200, FEED.len() as u64));
    assert!(!fetched.not_modified && !fetched.truncated);
    assert_eq!(
        fetched.content_type.unwrap(),
        "application/rss+xml; charset=utf-8"
    );
    assert_eq!(fetched.freshness.fresh_for, Some(Duration::from_secs(900)));
    assert_eq!(fetched.final_url, server.url("/a.rss"));
    assert_eq!(fetched.permanent_url, None);

    let request = &server.requests("/a.rss")[0];
    let agent = concat!(
        "wirewatch/",
        env!("CARGO_PKG_VERSION"),
        " (+https://owner.example/bot)"
    );
    assert_eq!(request.method, "GET");
    assert_eq!(request.text("user-agent"), agent);
    assert!(request.text("accept").starts_with("application/rss+xml"));
    assert_eq!(request.text("accept-encoding"), "gzip, br, zstd, deflate");
    for absent in [
        "cookie",
        "referer",
        "if-none-match",
        "if-modified-since",
        "authorization",
    ] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn both_validators_are_echoed_byte_for_byte_and_kept_after_a_304() {
    let server = FeedServer::start().await;
    let (etag, date) = ("W/\"odd, \\ {tag}~\"", "Mon, 3 Jun 2024 8:00:00 +0000");
    let reply = Reply::ok(FEED)
        .header("ETag", etag)
        .header("Last-Modified", date);
    server.set("/", reply.conditional());
    let fetcher = fetcher(&[server.allow_net()], &config());
    let first = fetcher
        .fetch(&server.url("/"), &Validators::default())
        .await
        .unwrap();
    assert_eq!(first.validators.etag.as_deref(), Some(etag.as_bytes()));

    let again = fetcher
        .fetch(&server.url("/"), &first.validators)
        .await
        .unwrap();
    assert!(again.not_modified && again.body.is_empty());
    assert_eq!(again.validators, first.validators);
    let request = &server.requests("/")[1];
    assert_eq!(request.text("if-none-match"), etag);
    assert_eq!(request.text("if-modified-since"), date);
}

#[tokio::test]
async fn a_304_renews_what_it_names_and_keeps_the_rest() {
    let server = FeedServer::start().await;
    server.set("/", Reply::status(304).header("ETag", "\"new\""));
    let asked = Validators {
        etag: Some(b"\"old\"".to_vec()),
        last_modified: Some(b"then".to_vec()),
    };
    let fetcher = fetcher(&[server.allow_net()], &config());
    let answer = fetcher.fetch(&server.url("/"), &asked).await.unwrap();
    assert_eq!(answer.validators.etag.as_deref(), Some(&b"\"new\""[..]));
    assert_eq!(answer.validators.last_modified, asked.last_modified);
}

#[tokio::test]
async fn a_200_without_validators_forgets_the_old_ones() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let asked = Validators {
        etag: Some(b"\"old\"".to_vec()),
        last_modified: None,
    };
    let fetcher = fetcher(&[server.allow_net()], &config());
    let answer = fetcher.fetch(&server.url("/"), &asked).await.unwrap();
    assert_eq!(answer.validators, Validators::default());
}

#[tokio::test]
async fn a_304_nobody_asked_for_is_a_failure() {
    assert_eq!(failure(Reply::status(304), &config()).await, "protocol");
}

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
    let config = FetchConfig {
        max_body_bytes: 10_000,
        ..config()
    };
    let large = vec![b'x'; 10_001];
    assert_eq!(
        failure(Reply::ok(large.clone()), &config).await,
        "too_large"
    );
    assert_eq!(
        failure(Reply::ok(large).chunked(), &config).await,
        "too_large"
    );
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

    let long: String = (0..5_000)
        .map(|number| format!("<item>{number}</item>"))
        .collect();
    let body = gzip(long.as_bytes());
    let cut = body.len() / 2;
    server.set(
        "/",
        Reply::ok(body)
            .header("Content-Encoding", "gzip")
            .cut_after(cut),
    );
    let fetched = get(&server, "/").await.unwrap();
    assert!(fetched.truncated && fetched.bytes > 1_000);
    assert!(long.as_bytes().starts_with(&fetched.body));
}

#[tokio::test]
async fn a_slow_server_runs_into_the_timeout_that_fits() {
    let silence = FetchConfig {
        read_timeout: SHORT,
        ..config()
    };
    assert_eq!(failure(Reply::hang(), &silence).await, "timeout_read");
    assert_eq!(
        failure(Reply::ok(FEED).hang_body(), &silence).await,
        "timeout_read"
    );
    let total = FetchConfig {
        total_timeout: 2 * SHORT,
        ..silence
    };
    let started = Instant::now();
    let drip = Reply::ok(vec![b'x'; 100_000]).drip(Duration::from_millis(20));
    assert_eq!(failure(drip, &total).await, "timeout_total");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn the_total_timeout_spans_redirects() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(302, "/b"));
    server.set("/b", Reply::hang());
    let config = FetchConfig {
        total_timeout: SHORT,
        ..config()
    };
    let failure = get_with(&server, "/a", &config).await.unwrap_err();
    assert_eq!(failure.code(), "timeout_total");
}

#[tokio::test]
async fn redirects_are_followed_and_only_permanent_ones_remembered() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(301, "/b?x=1#part"));
    server.set("/b?x=1", Reply::redirect(308, server.url("/c")));
    server.set("/c", Reply::ok(FEED));
    let fetched = get(&server, "/a").await.unwrap();
    assert_eq!(fetched.final_url, server.url("/c"));
    assert_eq!(fetched.permanent_url, Some(server.url("/c")));

    server.set("/b?x=1", Reply::redirect(307, "/c"));
    let fetched = get(&server, "/a").await.unwrap();
    assert_eq!((fetched.body, fetched.permanent_url), (FEED.into(), None));
}

#[tokio::test]
async fn a_redirect_loop_ends_at_the_limit() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(302, "/a"));
    let failure = get(&server, "/a").await.unwrap_err();
    assert_eq!(failure.code(), "too_many_redirects");
    assert_eq!(server.requests("/a").len(), 6);
    server.set("/nowhere", Reply::status(302));
    let failure = get(&server, "/nowhere").await.unwrap_err();
    assert_eq!(failure.code(), "redirect_bad_target");
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_refused() {
    let (server, other) = (FeedServer::start().await, FeedServer::start().await);
    other.set("/", Reply::ok("secret"));
    let port = server.address().port();
    for target in [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://[::1]/".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706434:{port}/"),
        other.url("/"),
        // A name, so that the resolver has to refuse it.
        format!("http://localhost:{}/", other.address().port()),
    ] {
        server.set("/", Reply::redirect(302, &target));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), "private_address", "{target}");
    }
    assert!(other.requests("/").is_empty());
    server.set("/", Reply::redirect(302, "file:///etc/passwd"));
    assert_eq!(
        get(&server, "/").await.unwrap_err().code(),
        "redirect_bad_target"
    );
}

#[tokio::test]
async fn a_private_address_is_refused_without_an_exception_and_reached_with_one() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let (port, none) = (server.address().port(), Validators::default());
    let by_name = format!("http://localhost:{port}/");
    for url in [server.url("/"), by_name.clone()] {
        let refused = fetcher(&[], &config())
            .fetch(&url, &none)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "private_address", "{url}");
    }
    assert!(server.requests("/").is_empty());
    for allowed in [format!("localhost:{port}"), "127.0.0.0/8".to_owned()] {
        let fetched = fetcher(&[allowed], &config()).fetch(&by_name, &none).await;
        assert_eq!(fetched.unwrap().body, FEED);
    }
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let (server, other) = (FeedServer::start().await, FeedServer::start().await);
    server.set("/a", Reply::redirect(302, "/b"));
    server.set("/b", Reply::redirect(302, other.url("/c")));
    other.set("/c", Reply::ok(FEED));
    let url = server.url("/a").replace("http://", "http://me:secret@");
    let fetcher = fetcher(&[server.allow_net(), other.allow_net()], &config());
    let fetched = fetcher.fetch(&url, &Validators::default()).await.unwrap();
    assert_eq!(
        server.requests("/a")[0].text("authorization"),
        "Basic bWU6c2VjcmV0"
    );
    assert_eq!(
        server.requests("/b")[0].text("authorization"),
        "Basic bWU6c2VjcmV0"
    );
    assert_eq!(other.requests("/c")[0].header("authorization"), None);
    assert!(!fetched.final_url.contains("secret"));
}

#[tokio::test]
async fn statuses_are_named_and_retry_after_is_heard() {
    let server = FeedServer::start().await;
    for status in [401, 403, 404, 410, 418, 500, 502] {
        server.set("/", Reply::status(status).header("Retry-After", "120"));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), format!("http_{status}"));
        assert_eq!(
            (failure.status(), failure.retry_after()),
            (Some(status), None)
        );
    }
    for (status, value, wait_s) in [
        (429, "120", 120),
        (503, "7", 60),
        (429, "999999999", 86_400),
    ] {
        server.set("/", Reply::status(status).header("Retry-After", value));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), format!("http_{status}"));
        assert_eq!(failure.retry_after(), Some(Duration::from_secs(wait_s)));
    }
    let challenge = Reply::status(403).header("cf-mitigated", "challenge");
    server.set("/", challenge);
    assert_eq!(get(&server, "/").await.unwrap_err().code(), "challenge");
}

#[tokio::test]
async fn what_never_becomes_an_answer_is_named() {
    let config = config();
    assert_eq!(failure(Reply::refuse(), &config).await, "protocol");
    assert_eq!(
        failure(Reply::raw("SSH-2.0-server\r\n"), &config).await,
        "protocol"
    );
    let mut many = Reply::ok(FEED);
    for number in 0..100 {
        many = many.header(&format!("X-Filler-{number}"), "y".repeat(1_000));
    }
    assert_eq!(failure(many, &config).await, "headers_too_large");

    let closed = FeedServer::start().await;
    let (url, allow) = (closed.url("/"), closed.allow_net());
    drop(closed);
    // The port is free once the task that listened is gone.
    let fetcher = fetcher(&[allow], &config);
    let none = Validators::default();
    let refused = loop {
        match fetcher.fetch(&url, &none).await {
            Err(failure) if failure.code() == "protocol" => tokio::task::yield_now().await,
            outcome => break outcome.unwrap_err(),
        }
    };
    assert_eq!(refused.code(), "connect");
    for (url, code) in [
        ("not a url", "bad_url"),
        ("ftp://feeds.example/", "bad_url"),
        ("http://no-such-host.invalid/", "dns"),
    ] {
        let failure = fetcher.fetch(url, &none).await.unwrap_err();
        assert_eq!(failure.code(), code, "{url}: {failure}");
    }
}

#[tokio::test]
async fn plain_http_where_tls_was_asked_for_is_a_tls_failure() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let url = server.url("/").replace("http://", "https://");
    let fetcher = fetcher(&[server.allow_net()], &config());
    let failure = fetcher
        .fetch(&url, &Validators::default())
        .await
        .unwrap_err();
    assert_eq!(failure.code(), "tls", "{failure}");
}

#[tokio::test]
async fn headers_that_are_a_little_wrong_are_tolerated() {
    let server = FeedServer::start().await;
    let head = "HTTP/1.1 200 OK\r\nContent-Type : text/xml\r\nBad Header\u{e9}: x\r\n\
                ETag: \"x\"\r\nConnection: close\r\n\r\n";
    server.set("/", Reply::raw(format!("{head}{FEED}")));
    let fetched = get(&server, "/").await.unwrap();
    assert_eq!(fetched.body, FEED);
    assert_eq!(fetched.validators.etag.as_deref(), Some(&b"\"x\""[..]));
}

#[tokio::test]
async fn a_host_is_asked_one_request_at_a_time_with_a_gap() {
    let server = FeedServer::start().await;
    for path in ["/a", "/b", "/c"] {
        server.set(path, Reply::ok(FEED));
    }
    let gap = Duration::from_millis(100);
    let config = FetchConfig {
        host_gap: gap,
        ..config()
    };
    let (fetcher, none) = (
        fetcher(&[server.allow_net()], &config),
        Validators::default(),
    );
    let started = Instant::now();
    let urls = [server.url("/a"), server.url("/b"), server.url("/c")];
    let all = futures_util::future::join_all(urls.iter().map(|url| fetcher.fetch(url, &none)));
    assert!(all.await.iter().all(Result::is_ok));
    assert!(started.elapsed() >= 2 * gap, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_dropped_fetch_frees_its_host() {
    let server = FeedServer::start().await;
    server.sequence("/", [Reply::hang(), Reply::ok(FEED)]);
    let (fetcher, none) = (
        fetcher(&[server.allow_net()], &config()),
        Validators::default(),
    );
    let url = server.url("/");
    tokio::select! {
        _ = fetcher.fetch(&url, &none) => panic!("the server answered"),
        _ = server.wait_for("/", 1) => {}
    }
    assert_eq!(fetcher.fetch(&url, &none).await.unwrap().body, FEED);
}
