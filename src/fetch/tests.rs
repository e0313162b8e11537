//! Codings, freshness and the gate by themselves; and redirects where a test has to hold a host's
//! turn, or to say which server is public.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;
use url::Url;

use super::coding::{self, DecodeError};
use super::hosts::{self, HostGate};
use super::{Fetcher, Way, freshness, validators};
use crate::config::{EgressConfig, FetchConfig};
use crate::domain::feed::Validators;
use crate::egress::{ClientLimits, Egress};

const TEXT: &str = "<rss>some text that is long enough to be encoded, encoded, encoded</rss>";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn decode(declared: &str, body: &[u8]) -> Result<(String, bool), DecodeError> {
    coding::decode(declared, Bytes::copy_from_slice(body), 1 << 20)
        .map(|decoded| (String::from_utf8_lossy(&decoded.body).into_owned(), decoded.cut))
}

#[test]
fn a_plain_body_under_any_label_is_taken_as_it_is() {
    for label in ["gzip", "br", "zstd", "deflate", "gzip, br", "unknown"] {
        assert_eq!(decode(label, TEXT.as_bytes()).unwrap(), (TEXT.to_owned(), false), "{label}");
        assert_eq!(decode(label, b"{\"a\":1}").unwrap().0, "{\"a\":1}", "{label}");
    }
}

#[test]
fn gzip_is_decoded_under_any_label_and_twice_if_need_be() {
    let body = gzip(TEXT.as_bytes());
    for label in ["", "gzip", "x-gzip", "br", "identity"] {
        assert_eq!(decode(label, &body).unwrap(), (TEXT.to_owned(), false), "{label}");
    }
    assert_eq!(decode("gzip", &gzip(&body)).unwrap().0, TEXT);
}

#[test]
fn a_cut_stream_keeps_its_beginning_and_says_so() {
    let long = TEXT.repeat(2_000);
    let body = gzip(long.as_bytes());
    let (text, cut) = decode("gzip", &body[..body.len() - 12]).unwrap();
    assert!(cut && !text.is_empty() && long.starts_with(&text));
}

#[test]
fn noise_under_a_label_is_an_error_and_not_a_feed() {
    assert_eq!(decode("gzip", b"\x1f\x8b\x08\xff\xff\xff"), Err(DecodeError::Broken));
    assert_eq!(decode("br", b"\xff\xff\xff\xff"), Err(DecodeError::Broken));
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    let bomb = gzip(&vec![b'x'; 4 << 20]);
    assert!(bomb.len() < 16 * 1024);
    assert_eq!(decode("gzip", &bomb), Err(DecodeError::TooLarge));
}

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

fn fresh_s(lines: &[(&'static str, &'static str)]) -> Option<u64> {
    let fresh = freshness::read(StatusCode::OK, &headers(lines)).fresh_for;
    fresh.map(|wait| wait.as_secs())
}

fn retry_s(lines: &[(&'static str, &'static str)]) -> Option<u64> {
    let fresh = freshness::read(StatusCode::SERVICE_UNAVAILABLE, &headers(lines));
    fresh.retry_after.map(|wait| wait.as_secs())
}

#[test]
fn freshness_is_max_age_less_age_else_expires_less_date() {
    let date = ("date", "Mon, 03 Jun 2024 08:00:00 GMT");
    let expires = ("expires", "Mon, 03 Jun 2024 08:30:00 GMT");
    assert_eq!(fresh_s(&[("cache-control", "public, Max-Age=600"), ("age", "100")]), Some(500));
    assert_eq!(fresh_s(&[("cache-control", "max-age=600"), date, expires]), Some(600));
    assert_eq!(fresh_s(&[date, expires]), Some(1800));
    assert_eq!(fresh_s(&[expires]), None);
    assert_eq!(fresh_s(&[("cache-control", "max-age=0")]), None);
    assert_eq!(fresh_s(&[("cache-control", "no-cache, max-age=600")]), None);
}

#[test]
fn a_servers_clock_is_its_date_and_the_age_of_the_copy() {
    let date = ("date", "Mon, 03 Jun 2024 08:00:00 GMT");
    let said_now = |lines: &[(&'static str, &'static str)]| {
        let said = freshness::read(StatusCode::OK, &headers(lines)).said_now;
        said.map(|at| at.to_string())
    };
    assert_eq!(said_now(&[date]).as_deref(), Some("2024-06-03T08:00:00Z"));
    assert_eq!(said_now(&[date, ("age", "3600")]).as_deref(), Some("2024-06-03T09:00:00Z"));
    assert_eq!(said_now(&[date, ("age", "99999999999999999999")]), None, "beyond all time");
    assert_eq!(said_now(&[("date", "yesterday")]), None);
}

#[test]
fn waits_stay_between_a_minute_and_a_day_whatever_the_server_says() {
    let endless = "99999999999999999999999999";
    assert_eq!(retry_s(&[("retry-after", "1")]), Some(60));
    assert_eq!(retry_s(&[("retry-after", endless)]), Some(86_400));
    assert_eq!(retry_s(&[("retry-after", "-5")]), None);
    assert_eq!(retry_s(&[("retry-after", "soon")]), None);
    let date = ("date", "Mon, 03 Jun 2024 08:00:00 GMT");
    assert_eq!(retry_s(&[date, ("retry-after", "Mon, 03 Jun 2024 08:10:00 GMT")]), Some(600));
    assert_eq!(retry_s(&[date, ("retry-after", "Sat, 03 Jun 2023 08:10:00 GMT")]), Some(60));
    let ok = freshness::read(StatusCode::OK, &headers(&[("retry-after", "600")]));
    assert_eq!(ok.retry_after, None);
}

#[test]
fn a_validator_that_is_not_plain_ascii_is_not_kept() {
    let mut lines = HeaderMap::new();
    lines.insert("etag", HeaderValue::from_bytes(b"\"caf\xc3\xa9\"").unwrap());
    lines.insert("last-modified", HeaderValue::from_str(&"x".repeat(1025)).unwrap());
    assert_eq!(validators::received(&lines), Default::default());
}

#[test]
fn an_address_counts_with_its_port_and_a_name_without() {
    let key = |url| hosts::key(&Url::parse(url).unwrap());
    assert_eq!(key("http://News.Example.:8080/a"), "news.example");
    assert_eq!(key("http://127.0.0.1:8080/a"), "127.0.0.1:8080");
    assert_eq!(key("https://[::1]/a"), "[::1]:443");
}

const GAP: Duration = Duration::from_millis(40);

#[tokio::test]
async fn one_host_is_asked_one_at_a_time_with_a_gap() {
    let gate = HostGate::new(64, GAP);
    let first = gate.acquire("a").await;
    let other = gate.acquire("b").await;
    let early = tokio::time::timeout(GAP, gate.acquire("a")).await;
    assert!(early.is_err(), "two at once");
    let freed = Instant::now();
    drop(first);
    gate.acquire("a").await;
    assert!(freed.elapsed() >= GAP, "no gap: {:?}", freed.elapsed());
    drop(other);
}

#[tokio::test]
async fn a_gate_goes_on_with_other_limits_and_knows_its_hosts() {
    let gate = HostGate::new(1, GAP);
    let first = gate.acquire("a").await;
    assert!(tokio::time::timeout(GAP, gate.acquire("b")).await.is_err(), "the limit is one");
    let clone = gate.clone();
    gate.renew(2, Duration::ZERO);
    let second = clone.acquire("b").await;
    let same = tokio::time::timeout(GAP, clone.acquire("a")).await;
    assert!(same.is_err(), "a host under way stays so");
    drop((first, second));
    clone.acquire("a").await;
}

#[tokio::test]
async fn a_dropped_wait_leaves_the_host_free() {
    let gate = HostGate::new(1, Duration::ZERO);
    let held = gate.acquire("a").await;
    let wait = tokio::time::timeout(GAP, gate.acquire("a")).await;
    assert!(wait.is_err());
    drop(held);
    gate.acquire("a").await;
}

#[tokio::test]
async fn waiting_for_a_slow_host_does_not_use_up_the_global_limit() {
    let gate = HostGate::new(2, Duration::ZERO);
    let slow = gate.acquire("slow").await;
    let mut queue = Vec::new();
    for _ in 0..10 {
        let mut waiting = Box::pin({
            let gate = gate.clone();
            async move { gate.acquire("slow").await }
        });
        assert!(futures_util::poll!(&mut waiting).is_pending());
        queue.push(waiting);
    }
    let quick = tokio::time::timeout(Duration::from_secs(60), gate.acquire("quick")).await;
    assert!(quick.is_ok());
    drop(slow);
}

#[tokio::test]
async fn who_takes_long_makes_room_for_the_quick_up_to_a_limit() {
    let (gate, in_time) = (HostGate::new(1, Duration::ZERO), Duration::from_secs(60));
    let mut slow = Vec::new();
    for host in ["a", "b", "c", "d"] {
        let permit = tokio::time::timeout(in_time, gate.acquire(host)).await;
        slow.push(permit.unwrap_or_else(|_| panic!("{host} waits for those that take long")));
    }
    let fifth = tokio::time::timeout(Duration::from_secs(3), gate.acquire("e")).await;
    assert!(fifth.is_err(), "the slow have a limit too");
    slow.pop();
    assert!(tokio::time::timeout(in_time, gate.acquire("e")).await.is_ok());
}

/// A server on loopback that answers every request with this. Tells of each one.
async fn serve(answer: String) -> (SocketAddr, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = asked.send(());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, told)
}

fn redirect_to(target: SocketAddr) -> String {
    let head = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close";
    format!("{head}\r\nLocation: http://{target}/\r\n\r\n")
}

fn ok() -> String {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{TEXT}", TEXT.len())
}

fn egress(allow: &[SocketAddr]) -> Egress {
    let allow_net = allow.iter().map(SocketAddr::to_string).collect();
    Egress::new(&EgressConfig { contact: None, allow_net }).unwrap()
}

#[tokio::test]
async fn the_wait_for_a_redirect_target_is_bounded_and_takes_nothing_from_others() {
    let target = "127.0.0.1:9".parse().unwrap();
    let (server, mut told) = serve(redirect_to(target)).await;
    let config =
        FetchConfig { max_concurrent: 2, host_gap: Duration::ZERO, ..FetchConfig::standard() };
    let mut fetcher = Fetcher::new(&config, egress(&[server, target])).unwrap();
    fetcher.longest_turn = Duration::from_secs(4);
    let _held = fetcher.gate.acquire("127.0.0.1:9").await;
    let (url, none) = (format!("http://{server}/"), Validators::default());
    let mut fetch = Box::pin(fetcher.fetch(&url, &none));
    tokio::select! {
        _ = &mut fetch => panic!("the target's turn is held"),
        _ = async {
            told.recv().await;
            fetcher.gate.acquire("another host").await
        } => {}
    }
    let bound = tokio::time::timeout(Duration::from_secs(60), fetch).await.expect("an end");
    let failure = bound.unwrap_err();
    assert_eq!(failure.to_string(), "the fetch was not over after 4 s", "a bound of its own");
}

#[tokio::test]
async fn a_public_site_leads_nowhere_that_only_allow_net_opens() {
    let (private, mut asked) = serve(ok()).await;
    let (site, _) = serve(redirect_to(private)).await;
    let config = FetchConfig::standard();
    let excepted = egress(&[site, private]);
    let mut fetcher = Fetcher::new(&config, excepted).unwrap();
    let (url, none) = (format!("http://{site}/"), Validators::default());
    let limits = ClientLimits { connect: config.connect_timeout, read: config.read_timeout };
    // What is open to both is public here.
    fetcher.public = Way::new(egress(&[site]), limits).unwrap();
    let failure = fetcher.fetch(&url, &none).await.unwrap_err();
    assert_eq!(failure.code(), "redirect_private");
    assert!(failure.to_string().starts_with("a redirect leads to 127.0.0.1"), "{failure}");
    assert!(asked.try_recv().is_err(), "the private server was asked");

    fetcher.public = Way::new(egress(&[]), limits).unwrap();
    assert_eq!(fetcher.fetch(&url, &none).await.unwrap().body, TEXT);
}

#[tokio::test]
async fn a_move_leads_no_further_than_a_redirect_might() {
    let (private, mut asked) = serve(ok()).await;
    let fetcher = Fetcher::new(&FetchConfig::standard(), egress(&[private])).unwrap();
    let (moved_to, none) = (format!("http://{private}/"), Validators::default());
    for from in ["https://news.example/feed", "no url"] {
        let failure = fetcher.fetch_moved(&moved_to, &none, Some(from)).await.unwrap_err();
        assert_eq!(failure.code(), "private_address", "{from}");
    }
    assert!(asked.try_recv().is_err(), "the private server was asked");
    let own = format!("http://{private}/old");
    assert_eq!(fetcher.fetch_moved(&moved_to, &none, Some(&own)).await.unwrap().body, TEXT);
}
