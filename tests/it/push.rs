//! Feeds that a hub pushes (WebSub): asked, confirmed, renewed, and what is pushed believed only
//! with the hub's signature.

mod changes;
mod strangers;
mod waits;

use std::net::SocketAddr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded;
use wirewatch::config::HttpConfig;
use wirewatch::domain::feed::push::{PushState, Subscription};
use wirewatch::web::Web;

use crate::support::server::Reply;
use crate::support::world::{Item, World, item, rss};

const HTTP: &str = "[http]\npublic_url = \"https://watch.example/in\"\n";
const LIMIT: Duration = Duration::from_secs(120);

/// A hub, a feed that names it, and the web side of the callback.
struct Hub {
    world: World,
    web: Web,
    items: Vec<Item>,
}

impl Hub {
    async fn start() -> Self {
        Self::answering(Reply::status(202)).await
    }

    async fn answering(reply: Reply) -> Self {
        let mut world = World::new(&["wire"]).await;
        world.extra = HTTP.to_owned();
        world.server.set("/hub", reply);
        serve(&world, &[]);
        let file = world.write_config();
        let text = std::fs::read_to_string(file).unwrap();
        world.app_from(&text.replace("[fetch]\n", "[fetch]\nmax_body = \"1MiB\"\n")).await;
        world.first_round().await;
        let web = Web::start(&listening(), world.app().desk().clone()).await.unwrap();
        Self { world, web, items: Vec::new() }
    }

    /// What the hub was asked for, as pairs.
    async fn asked(&self, times: usize) -> Vec<(String, String)> {
        let requests = self.world.server.wait_for("/hub", times).await;
        form_urlencoded::parse(&requests[times - 1].body).into_owned().collect()
    }

    /// Confirms the subscription as the hub does; returns status and body.
    async fn verify(&self, topic: &str, token: &str) -> (u16, String) {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.topic", topic)
            .append_pair("hub.challenge", "prove<b>it")
            .append_pair("hub.lease_seconds", "864000")
            .finish();
        exchange(self.web.address(), &format!("GET /websub/{token}?{query}"), &[], b"").await
    }

    /// Goes through the whole subscription; returns token and secret.
    async fn subscribed(&self) -> (String, String) {
        let asked = self.asked(1).await;
        let token = value(&asked, "hub.callback").rsplit('/').next().unwrap().to_owned();
        let (status, body) = self.verify(&value(&asked, "hub.topic"), &token).await;
        assert_eq!((status, body.as_str()), (200, "prove<b>it"));
        (token, value(&asked, "hub.secret"))
    }

    async fn push(&self, token: &str, signature: &str, body: &[u8]) -> u16 {
        let headers = [("X-Hub-Signature", signature), ("Content-Type", "application/rss+xml")];
        exchange(self.web.address(), &format!("POST /websub/{token}"), &headers, body).await.0
    }

    fn subscription(&self) -> Subscription {
        self.world.store().subscription(&"wire".parse().unwrap()).unwrap().unwrap()
    }

    /// Waits until the hub's state is this one.
    async fn state(&self, state: PushState) -> Subscription {
        self.until(|subscription| subscription.state == state).await
    }

    async fn until(&self, is_so: impl Fn(&Subscription) -> bool) -> Subscription {
        let look = async {
            while !is_so(&self.subscription()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LIMIT, look)
            .await
            .unwrap_or_else(|_| panic!("{:?}", self.subscription()));
        self.subscription()
    }
}

/// At a free port.
fn listening() -> HttpConfig {
    HttpConfig::at("127.0.0.1:0".parse().unwrap())
}

fn serve(world: &World, items: &[Item]) {
    let hub = format!("<{}>; rel=hub, </wire>; rel=\"self\"", world.server.url("/hub"));
    world.server.set("/wire", Reply::ok(rss("wire", items)).header("Link", hub));
}

fn value(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// One HTTP request; the answer's status and body.
async fn exchange(
    address: SocketAddr,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    // A server that refuses early need not read all.
    let _refused = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

#[tokio::test]
async fn what_a_hub_pushes_is_told_at_once_and_not_again_by_the_next_fetch() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    assert_eq!(hub.subscription().state, PushState::Active);

    hub.items.push(item("NATO leads ferry exercise"));
    let body = rss("wire", &hub.items);
    assert_eq!(hub.push(&token, &sign(&secret, body.as_bytes()), body.as_bytes()).await, 202);
    let visit = hub.world.next_visit().await;
    assert_eq!((visit.code.as_ref(), visit.new_entries), ("pushed", 1));
    hub.world.delivered().await;
    assert_eq!(hub.world.alert_log().len(), 1);
    assert_eq!(hub.subscription().pushes, 1);

    serve(&hub.world, &hub.items);
    let visit = hub.world.visit("wire").await;
    assert_eq!((visit.entries, visit.new_entries), (1, 0));
    assert_eq!(hub.world.alert_log().len(), 1);
}

#[tokio::test]
async fn a_push_without_the_hubs_signature_changes_nothing() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    let body = rss("wire", &[item("NATO leads ferry exercise")]);
    let good = sign(&secret, body.as_bytes());
    // The answer does not tell a forger how near he was.
    for forged in ["", "sha256=00", &sign("guess", body.as_bytes())] {
        assert_eq!(hub.push(&token, forged, body.as_bytes()).await, 202);
    }
    assert_eq!(hub.push(&token, &good, format!("{body} ").as_bytes()).await, 202);
    assert_eq!(hub.push("0000", &good, body.as_bytes()).await, 404);
    assert_eq!(hub.push(&token, &good, &vec![b' '; 2 << 20]).await, 413);
    assert!(hub.world.alerts().is_empty());
    assert_eq!(hub.subscription().pushes, 0);

    assert_eq!(hub.push(&token, &good, body.as_bytes()).await, 202);
    hub.world.next_visit().await;
    assert_eq!(hub.world.alerts().len(), 1);
}

#[tokio::test]
async fn nothing_is_confirmed_that_was_not_asked_for() {
    let hub = Hub::start().await;
    let asked = hub.asked(1).await;
    assert_eq!(value(&asked, "hub.mode"), "subscribe");
    assert_eq!(value(&asked, "hub.topic"), hub.world.server.url("/wire"));
    assert!(value(&asked, "hub.callback").starts_with("https://watch.example/in/websub/"));
    assert_eq!(value(&asked, "hub.secret").len(), 48);
    let token = value(&asked, "hub.callback").rsplit('/').next().unwrap().to_owned();
    assert_eq!(hub.verify("https://other.example/feed", &token).await.0, 404);
    assert_eq!(hub.verify(&value(&asked, "hub.topic"), "guess").await.0, 404);
    assert_eq!(hub.subscription().state, PushState::Asked);
}

#[tokio::test]
async fn a_subscription_is_renewed_before_it_ends_and_polling_goes_on() {
    let mut hub = Hub::start().await;
    let (token, _) = hub.subscribed().await;
    let visit = hub.world.visit("wire").await;
    assert_eq!(visit.code, "same_body");
    let feeds = hub.world.store().feeds().unwrap();
    assert_eq!(feeds[0].state.next_reason, "pushed");

    // Three quarters of ten days.
    hub.world.clock.advance(Duration::from_secs(648_001));
    let renewed = hub.asked(2).await;
    assert!(value(&renewed, "hub.callback").ends_with(&token), "the hub knows us by the same name");
}

#[tokio::test]
async fn a_hub_that_refuses_is_asked_again_later_and_the_feed_is_polled() {
    let refusal = Reply::status(500).body("out of \u{1b}[31mpaper");
    let hub = Hub::answering(refusal).await;
    let failed = hub.state(PushState::Failed).await;
    assert_eq!(failed.code.as_deref(), Some("http_500"));
    assert!(!failed.detail.unwrap().contains('\u{1b}'));
    assert_eq!(failed.next_at.duration_since(hub.world.now()).as_secs(), 300);
    hub.world.server.set("/hub", Reply::status(202));
    hub.world.clock.advance(Duration::from_secs(301));
    hub.asked(2).await;
}

#[tokio::test]
async fn a_push_that_cannot_be_read_has_the_feed_fetched() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    serve(&hub.world, &[item("NATO leads ferry exercise")]);
    let asked = hub.world.server.requests("/wire").len();
    assert_eq!(hub.push(&token, &sign(&secret, b""), b"").await, 202);
    // Not at once: who writes to us must not make us hammer a server.
    assert_eq!(hub.world.server.requests("/wire").len(), asked);
    hub.world.clock.advance(Duration::from_secs(60));
    let visit = hub.world.next_visit().await;
    assert_eq!((visit.code.as_ref(), visit.new_entries), ("ok", 1));
}

#[tokio::test]
async fn without_a_public_url_no_hub_is_asked() {
    let mut world = World::new(&["wire"]).await;
    serve(&world, &[]);
    world.start().await;
    world.first_round().await;
    let subscription = world.store().subscription(&"wire".parse().unwrap()).unwrap().unwrap();
    assert_eq!(subscription.state, PushState::Found);
    world.visit("wire").await;
    assert!(world.server.requests("/hub").is_empty());
}
