//! `kill -9` of the running daemon at moments drawn like lots: while it starts, reads feeds, commits,
//! writes its log and its output feeds, delivers, and takes up another configuration.

use std::time::Duration;

use super::images::Lots;
use super::ward::{Mortal, Ward};
use super::{longer, report};
use crate::support::channel::Answer;

/// Kills in the gate.
const KILLS: usize = 12;

/// The latest moment of a kill after the start: by then everything that was published is told.
const LATEST_MS: usize = 1_200;

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_killed_at_any_moment_loses_nothing_and_tells_nothing_with_other_words() {
    let kills = longer("WIREWATCH_KILLS", KILLS);
    let mut ward = Ward::new().await;
    let mut lots = Lots::new(7);
    for kill in 0..kills {
        (0..1 + lots.below(3)).for_each(|_| ward.publish());
        ward.sink.script((0..2).map(|_| lot(&mut lots)));
        let mut daemon = Mortal::start(&mut ward.command("run"));
        let moment = Duration::from_millis(lots.below(LATEST_MS) as u64);
        if kill % 3 == 2 && daemon.says("watching") {
            ward.change_config();
            daemon.signal(libc::SIGHUP);
        }
        // The moment is the point: nothing is waited for.
        tokio::time::sleep(moment).await;
        assert!(daemon.is_running(), "it ended by itself");
        daemon.kill();
        ward.killed += 1;
    }
    let sums = ward.settle().await;
    report(&format!("{kills} kills at random moments: lost 0, {sums}"));
}

/// What the sink does with a request.
fn lot(lots: &mut Lots) -> Answer {
    match lots.below(4) {
        0 => Answer::DropAck,
        1 => Answer::Status(503),
        _ => Answer::Status(204),
    }
}
