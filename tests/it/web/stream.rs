//! The stream of alerts: everything once, over broken connections too.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{House, LIMIT};
use crate::support::world::item;

/// A stream that is open.
struct Listening {
    reader: BufReader<TcpStream>,
    /// The last id that came.
    last: String,
}

impl Listening {
    async fn open(house: &House, headers: &str) -> Self {
        let mut stream = TcpStream::connect(house.web.address()).await.unwrap();
        let head =
            format!("GET /api/v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut listening = Self { reader: BufReader::new(stream), last: String::new() };
        let status = listening.line().await;
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        // What is committed from its first words on is told, and where it stands is known.
        listening.until("retry: ").await;
        listening.last = listening.until("id: ").await;
        listening
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        let reading = self.reader.read_line(&mut line);
        tokio::time::timeout(LIMIT, reading).await.expect("a line in time").unwrap();
        line
    }

    /// The rest of the next line that begins so.
    async fn until(&mut self, begin: &str) -> String {
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "the stream ended before {begin:?}");
            if let Some(rest) = line.strip_prefix(begin) {
                return rest.trim_end().to_owned();
            }
        }
    }

    /// The next event: its alert's headline.
    async fn next(&mut self) -> String {
        // A sign of life in between has an id, too.
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "the stream ended before an event");
            if let Some(id) = line.strip_prefix("id: ") {
                self.last = id.trim_end().to_owned();
            } else if line.starts_with("event: ") {
                break;
            }
        }
        let data: serde_json::Value = serde_json::from_str(&self.until("data: ").await).unwrap();
        data["headline"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_gets_what_was_missed_and_nothing_twice() {
    let mut house = House::new().await;
    let titles = [
        "Parliament in Lisbon passes NATO budget",
        "Finland hosts NATO winter drill",
        "Satellite maker wins NATO contract",
    ];
    let mut listening = Listening::open(&house, "").await;
    house.world.publish("wire", item(titles[0]));
    house.world.visit("wire").await;
    assert_eq!(listening.next().await, titles[0], "what was before is not told");
    let last = listening.last.clone();
    drop(listening);

    for title in &titles[1..] {
        house.world.publish("wire", item(title));
        house.world.visit("wire").await;
    }
    let mut again = Listening::open(&house, &format!("Last-Event-ID: {last}\r\n")).await;
    assert_eq!(
        (again.next().await, again.next().await),
        (titles[1].to_owned(), titles[2].to_owned())
    );
    // From the very beginning, the alert of before comes too.
    let mut all = Listening::open(&house, "Last-Event-ID: 0\r\n").await;
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(all.next().await);
    }
    assert_eq!(told[1..], titles);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_told_nothing_yet_goes_on_where_it_was_too() {
    let mut house = House::new().await;
    let listening = Listening::open(&house, "").await;
    let last = listening.last.clone();
    drop(listening);
    let title = "Parliament in Lisbon passes NATO budget";
    house.world.publish("wire", item(title));
    house.world.visit("wire").await;
    let mut again = Listening::open(&house, &format!("Last-Event-ID: {last}\r\n")).await;
    assert_eq!(again.next().await, title);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_room_for_so_many_listeners_and_those_who_leave_make_room() {
    let house = House::new().await;
    house
        .ask("GET", "/api/v1/alerts/stream", &[("Last-Event-ID", "x")], "")
        .await
        .refused(400, "bad_event_id");
    let mut listening = Vec::new();
    for _ in 0..32 {
        listening.push(Listening::open(&house, "").await);
    }
    let full = house.get("/api/v1/alerts/stream").await;
    full.refused(503, "busy");
    assert!(full.header("retry-after").is_some());
    // A server that stops ends them all.
    let House { web, .. } = house;
    web.stop().await;
    let mut rest = Vec::new();
    let reading = listening[0].reader.read_to_end(&mut rest);
    let _reset = tokio::time::timeout(LIMIT, reading).await.expect("ended in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_database_misses_nothing_and_an_unknown_topic_is_refused() {
    let mut house = House::new().await;
    // As after a backup was restored: the client has seen more than there is now.
    let mut listening = Listening::open(&house, "Last-Event-ID: 5000\r\n").await;
    house.world.publish("wire", item("NATO opens a school for divers in Tromso"));
    house.world.visit("wire").await;
    assert_eq!(listening.next().await, "NATO opens a school for divers in Tromso");
    let wrong = house.get("/api/v1/alerts/stream?topic=nat0").await;
    wrong.refused(404, "not_found");
}
