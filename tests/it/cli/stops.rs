//! How the daemon ends when it is told to in the middle of something: in time, with what it had begun
//! kept for the next start.

use std::time::{Duration, Instant};

use super::scene::{LIMIT, Running, Scene};
use crate::support::channel::{Answer, Receiver};
use crate::support::server::Reply;
use crate::support::world::item;

/// An orderly stop takes no longer, on a machine that does not stand still meanwhile.
const STOP_LIMIT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_with_a_fetch_and_a_delivery_under_way_is_in_order_and_loses_neither() {
    let receiver = Receiver::start().await;
    let mut scene = Scene::new(&["wire", "slow"]).await;
    scene.once().ended(0);
    scene.world.allow(&receiver.host());
    let timeout = "timeout = \"60s\"";
    scene.world.extra = format!(
        "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n{timeout}\n",
        receiver.url()
    );
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.write_config();
    // Raised in a round of its own that sends nothing, so that the daemon finds it to be sent.
    scene.run("run --once --no-deliver").ended(0);
    scene.world.server.set("/slow", Reply::hang());
    let database = scene.world.dir().join("state/wirewatch.db");
    let mut sent = Vec::new();
    // A machine that stands still for seconds takes them off the time there is, but not every time.
    for turn in 1..=3 {
        receiver.script([Answer::Hang]);
        let due = "UPDATE feeds SET next_due = 0 WHERE key = 'slow'";
        rusqlite::Connection::open(&database).unwrap().execute(due, []).unwrap();
        let before = scene.world.server.requests("/slow").len();
        let daemon = Running::start(scene.command().arg("run"));
        sent = receiver.wait_for(turn).await;
        scene.world.server.wait_for("/slow", before + 1).await;
        let begun = Instant::now();
        let (code, took) = (daemon.end(libc::SIGTERM), begun.elapsed());
        match (code, took < STOP_LIMIT) {
            (0, true) => break,
            (0 | 130, _) if turn < 3 => {}
            (code, _) => panic!("it ended with {code} after {took:?}"),
        }
    }

    let waiting = scene.run("status -o json").ended(0).json();
    assert_eq!(waiting["deliveries_waiting"], 1, "{waiting}");
    let daemon = Running::start(scene.command().arg("run"));
    let again = receiver.wait_for(sent.len() + 1).await;
    let last = again.last().unwrap();
    assert!(again.iter().all(|one| one.id() == last.id()), "under the same key");
    assert!(again.iter().all(|one| one.body == last.body), "with the same bytes");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_told_to_stop_ends_in_time_however_long_it_would_have_taken() {
    let scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let database = scene.world.dir().join("state/wirewatch.db");
    // Another program writes to the database and does not finish: the start waits for it.
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let daemon = Running::start(scene.command().arg("-v").arg("run"));
    let lock = scene.world.dir().join("state/wirewatch.lock");
    let begun = Instant::now();
    while std::fs::File::open(&lock).unwrap().try_lock_shared().is_ok() {
        assert!(begun.elapsed() < LIMIT, "it never took the lock");
        std::thread::sleep(Duration::from_millis(5));
    }
    let begun = Instant::now();
    let code = daemon.end(libc::SIGTERM);
    // Without being told it would have waited for more than two minutes.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!([0, 130].contains(&code), "{code}");
    other.execute_batch("ROLLBACK").unwrap();
    scene.once().ended(0);
}
