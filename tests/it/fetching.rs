//! Fetching over real HTTP: what is asked, what is followed, what is refused, and how each
//! failure is named.

mod bodies;
mod redirects;

use std::time::{Duration, Instant};

use wirewatch::config::{EgressConfig, FetchConfig};
use wirewatch::domain::feed::Validators;
use wirewatch::egress::Egress;
use wirewatch::fetch::failure::FetchFailure;
use wirewatch::fetch::{Fetched, Fetcher};

use crate::support::port::Closed;
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
    fetcher(&[server.allow_net()], config).fetch(&server.url(path), &Validators::default()).await
}

/// The code of the failure of fetching `/`, answered with `reply`.
async fn failure(reply: Reply, config: &FetchConfig) -> String {
    let server = FeedServer::start().await;
    server.set("/", reply);
    let failure = get_with(&server, "/", config).await.unwrap_err();
    assert!(!failure.advice().is_empty(), "{failure}");
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
    assert_eq!(fetched.content_type.unwrap(), "application/rss+xml; charset=utf-8");
    assert_eq!(fetched.freshness.fresh_for, Some(Duration::from_secs(900)));
    assert_eq!(fetched.final_url, server.url("/a.rss"));
    assert_eq!(fetched.permanent_url, None);

    let request = &server.requests("/a.rss")[0];
    let agent = concat!("wirewatch/", env!("CARGO_PKG_VERSION"), " (+https://owner.example/bot)");
    assert_eq!(request.method, "GET");
    assert_eq!(request.text("user-agent"), agent);
    assert!(request.text("accept").starts_with("application/rss+xml"));
    assert_eq!(request.text("accept-encoding"), "gzip, br, zstd, deflate");
    for absent in ["cookie", "referer", "if-none-match", "if-modified-since", "authorization"] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn both_validators_are_echoed_byte_for_byte_and_kept_after_a_304() {
    let server = FeedServer::start().await;
    let (etag, date) = ("W/\"odd, \\ {tag}~\"", "Mon, 3 Jun 2024 8:00:00 +0000");
    let reply = Reply::ok(FEED).header("ETag", etag).header("Last-Modified", date);
    server.set("/", reply.conditional());
    let fetcher = fetcher(&[server.allow_net()], &config());
    let first = fetcher.fetch(&server.url("/"), &Validators::default()).await.unwrap();
    assert_eq!(first.validators.etag.as_deref(), Some(etag.as_bytes()));

    let again = fetcher.fetch(&server.url("/"), &first.validators).await.unwrap();
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
    let asked =
        Validators { etag: Some(b"\"old\"".to_vec()), last_modified: Some(b"then".to_vec()) };
    let fetcher = fetcher(&[server.allow_net()], &config());
    let answer = fetcher.fetch(&server.url("/"), &asked).await.unwrap();
    assert_eq!(answer.validators.etag.as_deref(), Some(&b"\"new\""[..]));
    assert_eq!(answer.validators.last_modified, asked.last_modified);
}

#[tokio::test]
async fn a_200_without_validators_forgets_the_old_ones() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let asked = Validators { etag: Some(b"\"old\"".to_vec()), last_modified: None };
    let fetcher = fetcher(&[server.allow_net()], &config());
    let answer = fetcher.fetch(&server.url("/"), &asked).await.unwrap();
    assert_eq!(answer.validators, Validators::default());
}

#[tokio::test]
async fn a_304_nobody_asked_for_is_a_failure() {
    assert_eq!(failure(Reply::status(304), &config()).await, "protocol");
}

#[tokio::test]
async fn a_slow_server_runs_into_the_timeout_that_fits() {
    let silence = FetchConfig { read_timeout: SHORT, ..config() };
    assert_eq!(failure(Reply::hang(), &silence).await, "timeout_read");
    assert_eq!(failure(Reply::ok(FEED).hang_body(), &silence).await, "timeout_read");
    let total = FetchConfig { total_timeout: Duration::from_secs(3), ..config() };
    let started = Instant::now();
    let drip = Reply::ok(vec![b'x'; 100_000]).drip(Duration::from_millis(20));
    let server = FeedServer::start().await;
    server.set("/", drip);
    let begun = get_with(&server, "/", &total).await.unwrap();
    assert_eq!(begun.stalled.map(|stall| stall.failure().code()).as_deref(), Some("timeout_total"));
    assert!(begun.truncated && !begun.body.is_empty());
    assert!(started.elapsed() < Duration::from_secs(60), "all of it takes half an hour");
}

#[tokio::test]
async fn a_server_that_never_comes_to_its_answer_is_not_listened_to() {
    let storm = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000_000);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{FEED}", FEED.len());
    let reply = |heads: usize| Reply::raw([&storm[..heads * 25], answer.as_bytes()].concat());
    assert_eq!(failure(reply(2_000_000), &config()).await, "headers_too_large");
    assert_eq!(failure(reply(21), &config()).await, "headers_too_large");
    let server = FeedServer::start().await;
    server.set("/", reply(20));
    assert_eq!(get(&server, "/").await.unwrap().body, FEED);
}

#[tokio::test]
async fn statuses_are_named_and_retry_after_is_heard() {
    let server = FeedServer::start().await;
    for status in [401, 403, 404, 410, 418, 500, 502] {
        server.set("/", Reply::status(status).header("Retry-After", "120"));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), format!("http_{status}"));
        assert_eq!((failure.status(), failure.retry_after()), (Some(status), None));
    }
    for (status, value, wait_s) in [(429, "120", 120), (503, "7", 60), (429, "999999999", 86_400)] {
        server.set("/", Reply::status(status).header("Retry-After", value));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), format!("http_{status}"));
        assert_eq!(failure.retry_after(), Some(Duration::from_secs(wait_s)));
    }
    // Who names a time is busy, whatever page stands beside it.
    let page = "<title>Just a moment</title><script src=\"/cdn-cgi/challenge-platform/x.js\">";
    for status in [429, 503] {
        let busy = Reply::status(status).header("Retry-After", "300").body(page);
        for reply in [busy.clone(), busy.header("cf-mitigated", "challenge")] {
            server.set("/", reply);
            let failure = get(&server, "/").await.unwrap_err();
            assert_eq!(failure.code(), format!("http_{status}"));
            assert_eq!(failure.retry_after(), Some(Duration::from_secs(300)));
        }
    }
    let challenge = Reply::status(403).header("cf-mitigated", "challenge");
    server.set("/", challenge);
    assert_eq!(get(&server, "/").await.unwrap_err().code(), "challenge");
}

#[tokio::test]
async fn what_never_becomes_an_answer_is_named() {
    let config = config();
    assert_eq!(failure(Reply::refuse(), &config).await, "protocol");
    assert_eq!(failure(Reply::raw("SSH-2.0-server\r\n"), &config).await, "protocol");
    let mut many = Reply::ok(FEED);
    for number in 0..100 {
        many = many.header(&format!("X-Filler-{number}"), "y".repeat(1_000));
    }
    assert_eq!(failure(many, &config).await, "headers_too_large");

    let nobody = Closed::new();
    let (address, none) = (nobody.address().to_string(), Validators::default());
    let (url, fetcher) = (format!("http://{address}/"), fetcher(&[address], &config));
    assert_eq!(fetcher.fetch(&url, &none).await.unwrap_err().code(), "connect");
    // A name server that is not there takes its time.
    let minute = Duration::from_secs(60);
    let slow = FetchConfig { connect_timeout: minute, total_timeout: 2 * minute, ..config };
    let patient = self::fetcher(&[], &slow);
    for (url, code) in [
        ("not a url", "bad_url"),
        ("ftp://feeds.example/", "bad_url"),
        ("http://no-such-host.invalid/", "dns"),
    ] {
        let failure = patient.fetch(url, &none).await.unwrap_err();
        assert_eq!(failure.code(), code, "{url}: {failure}");
    }
}

#[tokio::test]
async fn plain_http_where_tls_was_asked_for_is_a_tls_failure() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let url = server.url("/").replace("http://", "https://");
    let fetcher = fetcher(&[server.allow_net()], &config());
    let failure = fetcher.fetch(&url, &Validators::default()).await.unwrap_err();
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
    let config = FetchConfig { host_gap: gap, ..config() };
    let (fetcher, none) = (fetcher(&[server.allow_net()], &config), Validators::default());
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
    let (fetcher, none) = (fetcher(&[server.allow_net()], &config()), Validators::default());
    let url = server.url("/");
    tokio::select! {
        _ = fetcher.fetch(&url, &none) => panic!("the server answered"),
        _ = server.wait_for("/", 1) => {}
    }
    assert_eq!(fetcher.fetch(&url, &none).await.unwrap().body, FEED);
}
