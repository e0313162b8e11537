//! Large bodies wait for one another, small ones for nobody, and none for ever.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::BodyMemory;
use crate::config::{EgressConfig, FetchConfig};
use crate::domain::feed::Validators;
use crate::egress::Egress;
use crate::fetch::Fetcher;

/// The largest body of these tests, and the memory for two of them.
const LARGE: usize = 256 * 1024;
const COMMON: usize = 2 * LARGE;
const FREE: usize = 32 * 1024;

/// Far beyond what anything here takes.
const HANG: Duration = Duration::from_secs(60);

/// A server that answers with a body of the length that the path says, and of no announced length.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = line.split_whitespace().nth(1).unwrap_or("/");
                let length: usize = path.trim_start_matches('/').parse().unwrap();
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_bytes();
                let _ = stream.write_all(&[head, &vec![b'x'; length]].concat()).await;
            });
        }
    });
    address
}

fn fetcher(server: SocketAddr) -> Fetcher {
    let egress = EgressConfig { contact: None, allow_net: vec![server.to_string()] };
    let config = FetchConfig {
        max_body_bytes: LARGE as u64,
        host_gap: Duration::ZERO,
        total_timeout: HANG,
        ..FetchConfig::standard()
    };
    let mut fetcher = Fetcher::new(&config, Egress::new(&egress).unwrap()).unwrap();
    fetcher.memory = BodyMemory::of(COMMON, FREE);
    fetcher
}

async fn fetch(fetcher: &Fetcher, server: SocketAddr, length: usize) -> bytes::Bytes {
    let url = format!("http://{server}/{length}");
    fetcher.fetch(&url, &Validators::default()).await.unwrap().body
}

#[tokio::test]
async fn a_large_body_waits_until_another_is_done_with_and_a_small_one_does_not() {
    // One server for each, since a host is asked one thing at a time.
    let servers = [serve().await, serve().await];
    let fetchers = servers.map(fetcher);
    let shared = fetchers[0].memory.clone();
    let [first, mut second] = fetchers;
    second.memory = shared.clone();

    let (one, two) =
        (fetch(&first, servers[0], LARGE).await, fetch(&first, servers[0], LARGE).await);
    assert_eq!(shared.common.available_permits(), 0, "two are all that there is room for");
    let mut third = Box::pin(fetch(&first, servers[0], LARGE));
    for _ in 0..3 {
        tokio::select! {
            biased;
            _ = &mut third => panic!("there is no room for a third"),
            small = fetch(&second, servers[1], FREE) => assert_eq!(small.len(), FREE),
        }
    }
    // A clone is still at work somewhere, as a parser is.
    let copy = one.clone();
    drop(one);
    assert_eq!(shared.common.available_permits(), 0);
    drop(copy);
    assert_eq!(tokio::time::timeout(HANG, third).await.unwrap().len(), LARGE);
    assert_eq!(shared.common.available_permits(), LARGE);
    drop(two);
    assert_eq!(shared.common.available_permits(), COMMON, "all of it is given back");
}

#[tokio::test]
async fn what_is_kept_of_the_memory_is_what_the_body_takes() {
    let server = serve().await;
    let fetcher = fetcher(server);
    let free = || fetcher.memory.common.available_permits();
    let body = fetch(&fetcher, server, FREE + 1).await;
    assert_eq!(free(), COMMON - (FREE + 1));
    let url = format!("http://{server}/{}", LARGE + 1);
    let failure = fetcher.fetch(&url, &Validators::default()).await.unwrap_err();
    assert_eq!(failure.code(), "too_large");
    assert_eq!(free(), COMMON - (FREE + 1), "a body that is refused keeps nothing");
    drop(body);
    assert_eq!(free(), COMMON);
}

#[tokio::test]
async fn many_growing_bodies_all_come_to_an_end() {
    let mut running = JoinSet::new();
    let memory = BodyMemory::of(COMMON, FREE);
    for _ in 0..24 {
        let server = serve().await;
        let mut fetcher = fetcher(server);
        fetcher.memory = memory.clone();
        running.spawn(async move { fetch(&fetcher, server, LARGE).await.len() });
    }
    let all = async {
        while let Some(ended) = running.join_next().await {
            assert_eq!(ended.unwrap(), LARGE);
        }
    };
    tokio::time::timeout(HANG, all).await.expect("no body waits for ever");
    assert_eq!(memory.common.available_permits(), COMMON);
}

#[tokio::test]
async fn a_limit_beyond_all_memory_takes_all_of_it_and_not_more() {
    let memory = BodyMemory::of(COMMON, FREE);
    let mut claim = memory.claim();
    assert!(!claim.is_short_of(FREE) && claim.is_short_of(FREE + 1));
    claim.reserve(10 * COMMON).await.unwrap();
    assert_eq!(memory.common.available_permits(), 0);
    drop(claim);
    assert_eq!(memory.common.available_permits(), COMMON);
}

#[tokio::test]
async fn a_slow_body_gives_its_memory_up_as_soon_as_others_wait_for_it() {
    let memory = BodyMemory::of(COMMON, FREE);
    let mut hog = memory.claim();
    hog.reserve(COMMON).await.unwrap();
    hog.held.as_mut().unwrap().since -= Duration::from_secs(20);
    assert!(hog.check_pace().is_ok(), "nobody waits for what it has");
    let mut next = memory.claim();
    let mut turn = Box::pin(next.reserve(LARGE));
    assert!(futures_util::poll!(&mut turn).is_pending());
    assert_eq!(hog.check_pace().unwrap_err().code(), "too_slow");
    hog.received(20 * 64 * 1024);
    assert!(hog.check_pace().is_ok(), "it came fast enough");
    drop(hog);
    turn.await.unwrap();
    assert!(next.check_pace().is_ok());
}

#[tokio::test]
async fn who_waits_stands_in_line_and_not_for_ever() {
    let wait = Duration::from_millis(20);
    let memory = BodyMemory { longest_wait: wait, ..BodyMemory::of(COMMON, FREE) };
    let (mut first, mut second, mut third) = (memory.claim(), memory.claim(), memory.claim());
    first.reserve(COMMON).await.unwrap();
    let mut large = Box::pin(second.reserve(COMMON));
    let mut small = Box::pin(third.reserve(1));
    assert!(futures_util::poll!(&mut large).is_pending());
    assert!(futures_util::poll!(&mut small).is_pending());
    drop(first);
    assert!(futures_util::poll!(&mut small).is_pending(), "who came first is first");
    large.await.unwrap();
    // The first of the line has all that there is, and keeps it.
    assert_eq!(small.await.unwrap_err().code(), "no_memory");
    assert_eq!(memory.waiting.load(std::sync::atomic::Ordering::Relaxed), 0);
}
