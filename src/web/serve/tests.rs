//! Connections that say nothing, too little or too slowly.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

const SOON: Duration = Duration::from_millis(100);
const NEVER: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that answers `/` with "here", and hangs at `/slow`.
async fn serving(limits: Limits) -> (SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new()
        .route("/", axum::routing::get(|| async { "here" }))
        .route("/slow", axum::routing::get(std::future::pending::<&str>));
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, routes, limits, stop.clone()));
    (address, stop)
}

async fn opened(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream
}

/// All that comes until the connection is closed.
async fn heard(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    let reading = stream.read_to_end(&mut heard);
    let _reset = tokio::time::timeout(PATIENCE, reading).await.expect("closed in time");
    String::from_utf8(heard).unwrap()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const GET_SLOW: &str = "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn whoever_does_not_finish_a_head_is_sent_away() {
    let (address, _stop) = serving(Limits { connections: 4, head: SOON, whole: NEVER }).await;
    for said in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        assert!(!heard(opened(address, said).await).await.contains("here"));
    }
    assert!(heard(opened(address, GET).await).await.ends_with("here"));
}

#[tokio::test]
async fn no_connection_lasts_longer_than_it_may() {
    let (address, _stop) = serving(Limits { connections: 4, head: NEVER, whole: SOON }).await;
    assert_eq!(heard(opened(address, GET_SLOW).await).await, "");
}

#[tokio::test]
async fn a_full_house_takes_the_next_connection_once_one_ends() {
    let limits = Limits { connections: 2, head: NEVER, whole: NEVER };
    let (address, _stop) = serving(limits).await;
    let first = opened(address, GET_SLOW).await;
    let _second = opened(address, GET_SLOW).await;
    // Let in order of arrival: both are taken before the third can be.
    let third = opened(address, GET).await;
    let mut byte = [0];
    let early = tokio::time::timeout(SOON, third.peek(&mut byte)).await;
    assert!(early.is_err(), "served beyond the limit");
    drop(first);
    assert!(heard(third).await.ends_with("here"));
}

#[tokio::test]
async fn stopping_ends_connections_under_way() {
    let (address, stop) = serving(Limits { connections: 4, head: NEVER, whole: NEVER }).await;
    let open = opened(address, GET_SLOW).await;
    stop.cancel();
    assert_eq!(heard(open).await, "");
}

#[test]
fn one_who_only_opens_connections_leaves_room_for_others() {
    let places = Places::default();
    let address = |text: &str| text.parse().unwrap();
    let (greedy, neighbour) = (address("2001:db8::1"), address("2001:db8::2"));
    let held: Vec<Place> = (0..32).map_while(|_| Place::take(&places, greedy, 128)).collect();
    assert_eq!(held.len(), 32);
    assert!(Place::take(&places, neighbour, 128).is_none(), "the same network");
    assert!(Place::take(&places, address("192.0.2.7"), 128).is_some());
    drop(held);
    assert!(Place::take(&places, greedy, 128).is_some());
    let own: Vec<Place> =
        (0..100).map_while(|_| Place::take(&places, address("127.0.0.1"), 128)).collect();
    assert_eq!(own.len(), 100);
}
