//! Callers who only know the address.

use super::*;

/// Says that a body of so many bytes comes, and brings none of it.
async fn announced(hub: &Hub, token: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(hub.web.address()).await.unwrap();
    let head =
        format!("POST /websub/{token} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_stranger_is_sent_away_before_a_body_is_read() {
    let hub = Hub::start().await;
    let mut stream = announced(&hub, "0000", 1_000_000).await;
    let mut answer = [0; 12];
    // A known hub whose body does not come is answered 408 in the end.
    let read = tokio::time::timeout(LIMIT, stream.read_exact(&mut answer));
    read.await.expect("answered at once").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
}

#[tokio::test]
async fn while_a_body_of_a_feed_is_read_its_hub_is_asked_to_come_again() {
    let hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    let body = rss("wire", &[item("NATO leads ferry exercise")]);
    let slow = announced(&hub, &token, 1_000_000).await;
    let until = async |status: u16| {
        let ask = async { while hub.push(&token, "", b"").await != status {} };
        tokio::time::timeout(LIMIT, ask).await.expect("the status in time");
    };
    until(503).await;
    drop(slow);
    until(202).await;
    let good = sign(&secret, body.as_bytes());
    assert_eq!(hub.push(&token, &good, body.as_bytes()).await, 202);
    assert_eq!(hub.subscription().pushes, 1);
}
