//! What the log says of deliveries: what a person has to do, once, and nothing every second.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Registry;

use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::domain::ids::DeliveryId;

use super::desk::Desk;
use crate::support::channel::{Answer, Receiver};

/// What is logged on this thread while it is kept.
struct Log {
    lines: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

#[derive(Clone)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// With one subscriber in the whole program, tracing asks only the thread that comes by a line
    /// first whether anyone wants it, and keeps the answer: another test would decide what is heard
    /// here. So there is a second one, which is kept.
    fn start() -> Self {
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(Registry::default()));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Sink(lines.clone());
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::INFO)
            .with_writer(move || sink.clone())
            .finish();
        Self { lines, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The lines of a level.
    fn at(&self, level: &str) -> Vec<String> {
        let text = String::from_utf8(self.lines.lock().unwrap().clone()).unwrap();
        let level = format!(" {level} ");
        text.lines().filter(|line| line.contains(&level)).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_failure_says_when_it_is_tried_again_and_a_given_up_delivery_what_to_do() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(503), Answer::Status(422)]);
    desk.alert(1, 1).await;
    let log = Log::start();
    desk.dispatcher("hook").drain(&CancellationToken::new()).await;
    let next = desk.delivery("D1").next_attempt.expect("a next try");
    let warned = log.at("WARN");
    assert_eq!(warned.len(), 1, "{warned:?}");
    // The store keeps milliseconds, the log says seconds.
    let second = next.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert!(warned[0].contains(&format!("the next try is at {second}")), "{warned:?}");
    assert!(log.at("ERROR").is_empty());

    desk.clock.advance(Duration::from_secs(3600));
    desk.dispatcher("hook").drain(&CancellationToken::new()).await;
    assert_eq!(desk.delivery("D1").state, DeliveryState::Parked);
    let told = log.at("ERROR");
    assert_eq!(told.len(), 1, "{told:?}");
    for part in
        ["given up", "channel=hook", "delivery=D1", "alert=A1", "attempts=2", "code=http_422"]
    {
        assert!(told[0].contains(part), "{part}: {told:?}");
    }
    let hint = format!("hint: wirewatch deliver retry {}", DeliveryId(1));
    assert!(told[0].contains(&hint), "{told:?}");
    assert_eq!(log.at("WARN").len(), 1);
}

#[tokio::test]
async fn a_store_that_fails_is_said_once_and_said_to_be_over() {
    let mut desk = Desk::new().log("log", 1 << 20);
    desk.alert(1, 1).await;
    let log = Log::start();
    let (dispatcher, stop) = (desk.dispatcher("log"), CancellationToken::new());
    desk.break_outbox(true);
    let (commits, committed) = tokio::sync::watch::channel(());
    let pause = || async {
        desk.clock.advance(Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    tokio::join!(dispatcher.run(committed, &stop), async {
        while log.at("WARN").is_empty() {
            commits.send_replace(());
            pause().await;
        }
        // It goes on to fail, and nothing more is said of it.
        for _ in 0..20 {
            commits.send_replace(());
            pause().await;
        }
        desk.break_outbox(false);
        while !desk.all_delivered() {
            pause().await;
        }
        stop.cancel();
    });
    let warned = log.at("WARN");
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("the outbox cannot be used") && warned[0].contains("channel=log"));
    assert!(log.at("INFO").iter().any(|line| line.contains("the outbox can be used again")));
}
