//! Somebody mends one mistake of a configuration and makes another: both are told, the second a quarter
//! of an hour after the first, and nothing that was mended by then.

use std::process::Command;
use std::time::{Duration, Instant};

use wirewatch::config::{self, Environment, Footprint};
use wirewatch::daemon::governor::{Governor, Loaded};
use wirewatch::daemon::service::Service;
use wirewatch::daemon::signals::Signals;
use wirewatch::domain::reload::{Outcome, Refusal};
use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::support::world::{NATO, World};

/// Set in the process that listens to signals in the place of the tests.
const INSIDE: &str = "WIREWATCH_GOVERNED";

/// Only a failing test waits for so long.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn a_second_mistake_is_told_after_a_while_unless_it_is_mended() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "bad_days::refusals::inside", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && out.contains("1 passed"), "{out}{err}");
}

/// A configuration whose topics are edited under a daemon over a clock of its own.
struct Edited {
    world: World,
    store: Store,
}

impl Edited {
    /// Writes the topics, and waits until the daemon has read them.
    async fn saves(&mut self, topics: &str) -> Outcome {
        let before = self.store.last_reload().unwrap().map(|last| last.n);
        self.world.topics = topics.to_owned();
        self.world.write_config();
        let begun = Instant::now();
        let mut steps = 0..20;
        loop {
            assert!(begun.elapsed() < LIMIT, "it is not read");
            // It looks every two seconds, and twice. If it stands still an hour is not to seem to pass.
            let step = Duration::from_secs(u64::from(steps.next().is_some()));
            self.passes(step).await;
            let last = self.store.last_reload().unwrap();
            if let Some(last) = last.filter(|last| Some(last.n) != before) {
                return last.reload.outcome;
            }
        }
    }

    async fn passes(&self, time: Duration) {
        self.world.clock.advance(time);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// What was told, once there are so many.
    async fn told(&self, count: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let told = self.now_told();
            if told.len() >= count {
                return told;
            }
            assert!(begun.elapsed() < LIMIT, "only {told:?}");
            self.passes(Duration::ZERO).await;
        }
    }

    fn now_told(&self) -> Vec<String> {
        let log = self.world.alert_log();
        let of_config = log
            .iter()
            .filter(|one| one["event"].as_str().is_some_and(|event| event.starts_with("config_")));
        of_config.map(|one| one["headline"].as_str().unwrap().to_owned()).collect()
    }
}

/// Not a test by itself: what the one above starts.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is run by another test, in a process of its own"]
async fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let mut world = World::past_baseline(&["wire"]).await;
    let file = world.write_config();
    let load = move || {
        let (result, footprint) = config::load_traced(&file, &Environment::fixed([]));
        let refusal = |problems: config::Problems| {
            let detail = problems.to_string();
            let summary = detail.lines().take(2).collect::<Vec<_>>().join(" ");
            Refusal { summary, detail }
        };
        Loaded { result: result.map_err(refusal), footprint }
    };
    let read: Footprint = load().footprint;
    let app = world.take_app();
    let signals = Signals::listen().unwrap();
    let governor = Governor::new(app, signals, Service::default(), read);
    let path = world.dir().join("state").join(DATABASE_FILE);
    let store = Store::open(&path, Access::Existing).unwrap();
    let edits = edits(Edited { world, store });
    tokio::select! {
        _ = governor.govern(load, async {}) => panic!("nobody stopped it"),
        () = edits => {}
    }
}

async fn edits(mut edited: Edited) {
    let (one, other) = (NATO.replace("match = '", "match = 'AND "), format!("{NATO}what = 7\n"));
    let refused = |outcome: Outcome| assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    let begun = Instant::now();
    while edited.store.last_reload().unwrap().is_none() {
        assert!(begun.elapsed() < LIMIT, "it does not start");
        edited.passes(Duration::ZERO).await;
    }
    refused(edited.saves(&one).await);
    assert_eq!(edited.told(1).await.len(), 1);
    refused(edited.saves(&other).await);
    edited.passes(Duration::from_secs(60)).await;
    assert_eq!(edited.now_told().len(), 1, "one so soon after another is put off");
    edited.passes(Duration::from_secs(900)).await;
    let told = edited.told(2).await;
    assert!(told[1].contains("what") && told[1] != told[0], "{told:?}");

    refused(edited.saves(&one).await);
    assert!(matches!(edited.saves(NATO).await, Outcome::Taken { .. }));
    edited.passes(Duration::from_secs(1_800)).await;
    let told = edited.told(3).await;
    assert!(told[2].contains("is right again"), "what is mended is not told: {told:?}");
    edited.passes(Duration::from_secs(60)).await;
    assert_eq!(edited.now_told().len(), 3);
}
