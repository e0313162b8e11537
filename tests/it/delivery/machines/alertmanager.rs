//! Alertmanager: a recorder for what it is sent, and the program itself for what it makes of it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use wirewatch::config::{AlertmanagerChannel, ChannelKind, Credentials, Secret};
use wirewatch::daemon::renewal::Renewal;
use wirewatch::domain::alert::change::Wish;
use wirewatch::domain::ids::AlertId;

use crate::delivery::desk::Desk;
use crate::support::channel::Receiver;
use crate::support::{counterpart, port};

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn channel(host: &str) -> ChannelKind {
    ChannelKind::Alertmanager(AlertmanagerChannel {
        url: format!("http://{host}"),
        credentials: Credentials::Basic {
            username: "wirewatch".to_owned(),
            password: Some(Secret::new("pass")),
        },
        timeout: Duration::from_secs(5),
        resolve_after: DAY,
        renew_every: Duration::from_secs(300),
    })
}

fn renewal(desk: &Desk) -> Renewal {
    Renewal {
        id: "am".parse().expect("a key"),
        renewer: desk.open("am").renewer().expect("one that forgets"),
        store: desk.store.clone(),
        clock: desk.clock.clone(),
    }
}

async fn acknowledge(desk: &Desk, alert: i64) {
    change(desk, alert, Wish::Acknowledge).await;
}

async fn change(desk: &Desk, alert: i64, wish: Wish) {
    let now = desk.clock.now();
    let changed = desk.store.change_alert(AlertId(alert), wish, "ada", None, now);
    changed.await.expect("a store").expect("changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_is_told_again_and_what_somebody_took_on_ends() {
    let manager = Receiver::start().await;
    let mut desk = Desk::new().channel("am", channel(&manager.host()), &manager.host());
    desk.start().await;
    desk.alert(1, 1).await;
    manager.wait_for(1).await;
    desk.until("delivered", Desk::all_delivered).await;
    let first = &manager.received()[0];
    assert_eq!(first.header("authorization"), Some("Basic d2lyZXdhdGNoOnBhc3M="));
    let told = first.json()[0].clone();
    assert_eq!(told["startsAt"], "2026-05-04T10:00:00Z");
    assert_eq!(told["endsAt"], "2026-05-05T10:00:00Z");

    desk.clock.advance(Duration::from_secs(3_600));
    renewal(&desk).once().await;
    assert_eq!(manager.wait_for(2).await[1].json()[0], told, "told again, and as it was");

    // A later revision stands longer, and began when the first did.
    desk.alert(1, 2).await;
    desk.until("delivered", Desk::all_delivered).await;
    let later = manager.received()[2].json()[0].clone();
    assert_eq!(later["startsAt"], "2026-05-04T10:00:00Z");
    assert_eq!(later["endsAt"], "2026-05-05T11:00:00Z");
    assert_eq!(later["labels"], told["labels"]);

    desk.clock.advance(Duration::from_secs(60));
    acknowledge(&desk, 1).await;
    renewal(&desk).once().await;
    let ended = manager.wait_for(4).await[3].json()[0].clone();
    assert_eq!(ended["endsAt"], "2026-05-04T11:01:00Z");

    // What is over by itself is not told of any more.
    desk.clock.advance(2 * DAY);
    renewal(&desk).once().await;
    assert_eq!(manager.received().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_took_on_while_it_was_down_ends_once_it_is_told() {
    let manager = Receiver::start().await;
    let mut desk = Desk::new().channel("am", channel(&manager.host()), &manager.host());
    manager.vanish().await;
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("tried", |desk| !desk.delivery("D1").attempts.is_empty()).await;
    desk.clock.advance(Duration::from_secs(2));
    acknowledge(&desk, 1).await;
    manager.reappear().await;
    desk.turn("delivered", Desk::all_delivered).await;
    renewal(&desk).once().await;
    let last = manager.wait_for(2).await[1].json()[0].clone();
    assert_eq!(last["endsAt"], "2026-05-04T10:00:02Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_closed_has_ended_whatever_is_made_later_and_ends_once_more() {
    let manager = Receiver::start().await;
    let mut desk = Desk::new().channel("am", channel(&manager.host()), &manager.host());
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("delivered", Desk::all_delivered).await;
    desk.clock.advance(Duration::from_secs(60));
    change(&desk, 1, Wish::Close).await;
    desk.clock.advance(Duration::from_secs(60));
    desk.alert(1, 2).await;
    desk.until("delivered", Desk::all_delivered).await;
    renewal(&desk).once().await;
    let ended = manager.wait_for(3).await[2].json()[0]["endsAt"].clone();
    assert_eq!(ended, "2026-05-04T10:02:00Z", "not as late as it would stand");
    desk.clock.advance(Duration::from_secs(120));
    change(&desk, 1, Wish::Close).await;
    renewal(&desk).once().await;
    let ended = manager.wait_for(4).await[3].json()[0]["endsAt"].clone();
    assert_eq!(ended, "2026-05-04T10:04:00Z", "closed once more, told once more");
}

/// Prometheus Alertmanager, on a port of its own.
struct Manager {
    child: Child,
    host: String,
}

impl Manager {
    fn start(program: &Path, dir: &Path, host: &str) -> Self {
        let config = dir.join("alertmanager.yml");
        let text = "route: {receiver: none}\nreceivers: [{name: none}]\n";
        std::fs::write(&config, text).expect("a file");
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", dir.join("am").display()))
            .arg(format!("--web.listen-address={host}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Alertmanager");
        Self { child, host: host.to_owned() }
    }

    fn is_ready(&self) -> bool {
        std::net::TcpStream::connect(&self.host).is_ok()
    }

    /// Its alerts, as its own tool lists them.
    fn alerts(&self, amtool: &Path) -> Vec<Value> {
        let url = format!("--alertmanager.url=http://{}", self.host);
        let out = Command::new(amtool).args([&url, "alert", "query", "-o", "json"]).output();
        serde_json::from_slice(&out.expect("amtool").stdout).unwrap_or_default()
    }
}

/// An address nobody listens at.
fn free_host() -> String {
    format!("127.0.0.1:{}", port::free())
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_alertmanager_shows_one_alert_for_all_revisions_until_it_is_acknowledged() {
    let Some(program) = counterpart::find("prometheus-alertmanager", "WIREWATCH_TEST_ALERTMANAGER")
    else {
        return;
    };
    let Some(amtool) = counterpart::find("amtool", "WIREWATCH_TEST_AMTOOL") else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let manager = Manager::start(&program, dir.path(), &free_host());
    let mut desk = Desk::new().channel("am", channel(&manager.host), &manager.host);
    // It looks at its own clock to see what is over.
    desk.clock.set_wall(jiff::Timestamp::now());
    desk.until("ready", |_| manager.is_ready()).await;
    desk.start().await;
    desk.alert(1, 1).await;
    desk.alert(1, 2).await;
    desk.turn("delivered", Desk::all_delivered).await;
    desk.until("listed", |_| manager.alerts(&amtool).len() == 1).await;
    let alert = manager.alerts(&amtool).remove(0);
    assert_eq!(alert["labels"]["topic"], "nato");
    assert_eq!(alert["labels"].as_object().expect("labels").len(), 4);
    assert!(alert["annotations"]["summary"].as_str().expect("a text").contains("Headline 1"));
    assert_eq!(alert["fingerprint"], fingerprint(&desk).await, "as a webhook names it");

    // A new one knows nothing; the database does.
    let host = manager.host.clone();
    drop(manager);
    let dir = tempfile::tempdir().expect("a directory");
    let manager = Manager::start(&program, dir.path(), &host);
    desk.until("ready", |_| manager.is_ready()).await;
    assert_eq!(manager.alerts(&amtool).len(), 0);
    renewal(&desk).once().await;
    desk.until("told again", |_| manager.alerts(&amtool).len() == 1).await;

    desk.clock.set_wall(jiff::Timestamp::now());
    acknowledge(&desk, 1).await;
    renewal(&desk).once().await;
    desk.until("ended", |_| manager.alerts(&amtool).is_empty()).await;
}

/// The fingerprint that a webhook in Alertmanager's format gives the same alert.
async fn fingerprint(desk: &Desk) -> Value {
    let receiver = Receiver::start().await;
    let body = wirewatch::config::WebhookBody::Alertmanager;
    let mut other = Desk::new().channel(
        "hook",
        ChannelKind::Webhook(wirewatch::config::WebhookChannel {
            url: receiver.url(),
            secret: None,
            timeout: Duration::from_secs(5),
            headers: Default::default(),
            body,
        }),
        &receiver.host(),
    );
    other.clock.set_wall(desk.clock.now());
    other.start().await;
    other.alert(1, 1).await;
    receiver.wait_for(1).await[0].json()["alerts"][0]["fingerprint"].clone()
}
