//! The alert log behind its dispatcher: whole lines, each once, whatever happened before.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use super::MINUTE;
use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_writing_and_settling_repeats_no_line_of_the_log() {
    let mut desk = Desk::new().log("log", 1 << 20);
    for n in 1..=3 {
        desk.alert(n, 1).await;
    }
    // What a process does that dies right before it settles.
    let (now, lease) = (desk.clock.now(), MINUTE);
    let id = "log".parse().expect("a key");
    let claimed = desk.store.claim(&id, now, lease, 100).await.expect("claimed");
    for result in desk.open("log").send(&claimed).await {
        result.expect("written");
    }
    assert_eq!(desk.logged().len(), 3);

    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
    assert_eq!(desk.logged().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_line_and_rotations_lose_nothing_from_the_log() {
    let mut desk = Desk::new().log("log", 5_000);
    let mut frozen = BTreeMap::new();
    for n in 1..=20 {
        frozen.extend(desk.alert(n, 1).await);
    }
    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
    desk.stop().await;
    let mut file = std::fs::File::options().append(true).open(desk.log_path()).expect("a log");
    file.write_all(&frozen["D1"][..100]).expect("torn");
    desk.start().await;
    for n in 21..=40 {
        frozen.extend(desk.alert(n, 1).await);
    }
    desk.until("delivered", Desk::all_delivered).await;

    let logged = desk.logged();
    let ids = logged.iter().filter_map(|alert| alert.delivery.as_ref()).map(|d| d.id.clone());
    assert!(ids.clone().collect::<BTreeSet<_>>().iter().eq(frozen.keys()));
    assert_eq!(ids.count(), 40);
    let size = std::fs::metadata(desk.log_path()).expect("a log").len();
    assert!(size <= 5_000, "{size} bytes");
}
