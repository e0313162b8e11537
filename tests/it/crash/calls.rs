//! `kill -9` before the n-th write, sync, rename or removal of a round, of a digest and of a reload,
//! each file by itself: first the calls are counted, then the process is killed at one after the other.

use super::strace::{Point, Strace, finished, points, spread};
use super::ward::{Mortal, Ward};
use super::{longer, report};
use crate::cli::scene;
use crate::support::channel::Answer;

/// Kills in the gate, of rounds; of digests and reloads half as many.
const KILLS: usize = 12;

/// Every so many rounds the sink takes a request and the daemon does not hear of it, or it fails.
const DROP_EVERY: usize = 3;
const FAIL_EVERY: usize = 5;

/// Rotated files that are there before the first kill, all of which each rotation renames.
const ROTATED: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_is_killed_at_any_write_loses_nothing() {
    let Some(strace) = Strace::find() else { return };
    let mut ward = Ward::new().await;
    ward.publish();
    let points = counted(&strace, &mut ward, "run --once", to_its_end);
    let kills = longer("WIREWATCH_KILLS", KILLS);
    for (n, point) in spread(&points, kills).iter().enumerate() {
        ward.publish();
        if n % DROP_EVERY == 0 {
            ward.sink.script([Answer::DropAck]);
        }
        if n % FAIL_EVERY == 0 {
            ward.sink.script([Answer::Status(503)]);
        }
        let mut command = strace.kill_at(&ward.command("run --once"), point);
        let died = Mortal::start(&mut command).end().code().is_none();
        ward.killed += usize::from(died);
    }
    told("a round", &points, kills, &mut ward).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_the_alert_log_that_is_killed_at_any_step_loses_and_repeats_no_line() {
    let Some(strace) = Strace::find() else { return };
    let mut ward = Ward::new().await;
    for _ in 0..ROTATED {
        ward.publish();
        ward.settle().await;
        ward.fill_log();
    }
    ward.publish();
    let mut points = counted(&strace, &mut ward, "run --once", to_its_end);
    points.retain(|point| point.renames() || point.is_of("alerts.jsonl"));
    assert!(points.len() > ROTATED, "{points:?}");
    let kills = longer("WIREWATCH_KILLS", KILLS);
    for point in spread(&points, kills) {
        ward.fill_log();
        ward.publish();
        let mut command = strace.kill_at(&ward.command("run --once"), &point);
        let died = Mortal::start(&mut command).end().code().is_none();
        ward.killed += usize::from(died);
    }
    told("a rotation", &points, kills, &mut ward).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_killed_at_any_write_is_told_once() {
    let Some(strace) = Strace::find() else { return };
    let mut ward = Ward::new().await;
    ward.publish();
    ward.settle().await;
    let points = counted(&strace, &mut ward, "digest send hook", to_its_end);
    let kills = longer("WIREWATCH_KILLS", KILLS) / 2;
    for point in spread(&points, kills) {
        ward.publish();
        let mut command = strace.kill_at(&ward.command("digest send hook"), &point);
        let died = Mortal::start(&mut command).end().code().is_none();
        ward.killed += usize::from(died);
        // What it made, if it did, is sent; what comes now is in the next one.
        ward.settle().await;
    }
    ward.publish();
    ward.settle().await;
    assert_eq!(scene::run(&mut ward.command("digest send hook")).code, 0);
    assert_eq!(ward.settle().await.digested, ward.published, "each alert is in one digest");
    told("a digest", &points, kills, &mut ward).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_is_killed_at_any_write_leaves_one_of_the_two_configurations() {
    let Some(strace) = Strace::find() else { return };
    let mut ward = Ward::new().await;
    let points = counted(&strace, &mut ward, "run", |ward, daemon| {
        assert!(daemon.says("watching"));
        ward.change_config();
        daemon.signal(libc::SIGHUP);
        assert!(daemon.says("reloaded"));
        daemon.signal(libc::SIGTERM);
        assert!(daemon.end().success());
    });
    let kills = longer("WIREWATCH_KILLS", KILLS) / 2;
    for point in spread(&points, kills) {
        ward.publish();
        let daemon = Mortal::start(&mut strace.kill_at(&ward.command("run"), &point));
        if daemon.says("watching") {
            ward.change_config();
            daemon.signal(libc::SIGHUP);
            daemon.says("reloaded");
        }
        // At the latest once the reload is through.
        daemon.kill();
        ward.killed += 1;
    }
    told("a reload", &points, kills, &mut ward).await;
}

/// Runs a command that is led to its end, and gives the points it comes by.
fn counted(
    strace: &Strace,
    ward: &mut Ward,
    line: &str,
    lead: impl FnOnce(&mut Ward, &mut Mortal),
) -> Vec<Point> {
    let log = ward.world.dir().join("calls");
    let mut process = Mortal::start(&mut strace.watch(&ward.command(line), &log));
    lead(ward, &mut process);
    points(&finished(&log, process.id()), &ward.world.dir().canonicalize().unwrap())
}

fn to_its_end(_: &mut Ward, process: &mut Mortal) {
    let status = process.end();
    assert!(status.success(), "{status}");
}

async fn told(what: &str, points: &[Point], kills: usize, ward: &mut Ward) {
    let sums = ward.settle().await;
    let all = points.len();
    report(&format!("{what}: {kills} of {all} points, {} kills, lost 0, {sums}", ward.killed));
}
