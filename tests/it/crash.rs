//! `kill -9` of the real binary, again and again, while it fetches, commits and delivers: no
//! alert is lost, and what is sent twice is sent with the same id and the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};

use crate::support::channel::{Answer, Receiver};
use crate::support::world::{World, item};

/// Kills in the gate; `WIREWATCH_KILLS=500 cargo test --test it crash` for a longer run.
const KILLS: usize = 24;

/// Webhook requests that may be under way at once, and so repeated for one kill.
const UNDER_WAY: usize = 4;

/// Longest wait for a round to come to its kill point.
const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn kill_nine_loses_no_alert_and_changes_no_byte() {
    let kills = std::env::var("WIREWATCH_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let sink = Receiver::start().await;
    let mut world = World::new(&["wire"]).await;
    world.extra = format!(
        "[[channel]]\nid = \"log\"\ntype = \"log\"\n[[channel]]\nid = \"hook\"\n\
         type = \"webhook\"\nurl = \"{}\"\n",
        sink.url()
    );
    world.allow(&sink.host());
    let config = world.write_config();
    assert_eq!(once(&config).wait().unwrap().code(), Some(0), "the baseline");

    let (mut killed, mut rounds) = (0, 0);
    while killed < kills {
        rounds += 1;
        assert!(rounds < kills * 4, "only {killed} of {rounds} rounds were still running");
        world.publish("wire", item(&format!("NATO w{rounds}a w{rounds}b w{rounds}c w{rounds}d")));
        killed += usize::from(one_round(&world, &config, &sink, rounds));
    }
    let deliveries = settle(&world, &config).await;

    assert_eq!(world.alerts().len(), rounds, "one alert per story");
    check_sink(&sink, &deliveries, killed);
    check_log(&world, &deliveries);
}

/// One run that is killed at a point that differs from round to round. Returns whether it was
/// still running then.
fn one_round(world: &World, config: &Path, sink: &Receiver, round: usize) -> bool {
    let (requests, received) = (world.server.requests("/wire").len(), sink.received().len());
    let alerts = world.alerts().len();
    let logged = log_size(world);
    if round.is_multiple_of(3) {
        // The ack of the next request is dropped: the sink has it, the daemon does not know.
        sink.script([Answer::DropAck]);
    }
    let mut child = once(config);
    let reached = || match round % 4 {
        0 => world.server.requests("/wire").len() > requests,
        1 => world.alerts().len() > alerts,
        2 => log_size(world) > logged,
        _ => sink.received().len() > received,
    };
    let begun = Instant::now();
    while !reached() && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < LIMIT, "round {round} never came to its kill point");
        std::thread::yield_now();
    }
    // SIGKILL: the process gets no say in it.
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

/// Runs without kills until nothing is on its way, and gives all deliveries.
async fn settle(world: &World, config: &Path) -> Vec<DeliveryView> {
    let all = DeliveryFilter { limit: 1_000_000, ..DeliveryFilter::default() };
    let pending = DeliveryFilter { state: Some(DeliveryState::Pending), ..all.clone() };
    for _ in 0..4 {
        let store = world.store();
        store.retry_deliveries(pending.clone(), jiff::Timestamp::now()).await.unwrap();
        drop(store);
        assert!(once(config).wait().unwrap().code().is_some());
        let deliveries = world.store().deliveries(&all).unwrap();
        if deliveries.iter().all(|delivery| delivery.state == DeliveryState::Delivered) {
            return deliveries;
        }
    }
    panic!("deliveries are left: {:?}", world.store().deliveries(&pending).unwrap());
}

fn ids(deliveries: &[DeliveryView], channel: &str) -> BTreeSet<String> {
    let of_channel = deliveries.iter().filter(|delivery| delivery.channel.as_str() == channel);
    of_channel.map(|delivery| delivery.id.to_string()).collect()
}

fn check_sink(sink: &Receiver, deliveries: &[DeliveryView], kills: usize) {
    let received = sink.received();
    let mut bodies: BTreeMap<String, &[u8]> = BTreeMap::new();
    for request in &received {
        let first = bodies.entry(request.id().to_owned()).or_insert(&request.body);
        assert_eq!(*first, &request.body[..], "{} came with other bytes", request.id());
    }
    let expected = ids(deliveries, "hook");
    assert_eq!(bodies.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let dropped = received.iter().filter(|request| request.answer == Answer::DropAck).count();
    let repeats = received.len() - expected.len();
    let bound = kills * UNDER_WAY + dropped;
    assert!(repeats <= bound, "{repeats} repeats of {kills} kills, {dropped} dropped");
}

/// The alert log is whole: every line is an alert, each delivery is there, none twice.
fn check_log(world: &World, deliveries: &[DeliveryView]) {
    let logged: Vec<String> = world
        .alert_log()
        .iter()
        .map(|line| line["delivery"]["id"].as_str().unwrap().to_owned())
        .collect();
    let distinct: BTreeSet<String> = logged.iter().cloned().collect();
    assert_eq!(distinct, ids(deliveries, "log"));
    assert_eq!(logged.len(), distinct.len(), "a line is in the log twice");
}

fn log_size(world: &World) -> u64 {
    std::fs::metadata(world.dir().join("state/alerts.jsonl")).map_or(0, |data| data.len())
}

fn once(config: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wirewatch"))
        .arg("-c")
        .arg(config)
        .args(["run", "--once"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
