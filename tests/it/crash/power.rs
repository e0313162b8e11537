//! The power goes while stories are stored and told: whatever the disk holds then, the database opens
//! as it is, whole, with all that was acknowledged. The weaker setting of SQLite's stands beside it as
//! a control: the same images, made of its tape, do show what it loses.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use wirewatch::domain::alert::delivery::{Attempt, Settlement};
use wirewatch::domain::ids::{ChannelId, DeliveryId};
use wirewatch::store::{Access, DATABASE_FILE, Store};

use super::disk::{Care, Recorded, Step, Tape};
use super::images::{Disk, Fate, Lots};
use super::{longer, old, report, whole};
use crate::store_contract::desk::{Desk, feed, now};

/// Images in the gate; `WIREWATCH_IMAGES=2000 cargo test --test it crash::power` makes more.
const IMAGES: usize = 90;

/// Batches that are stored, each from four feeds at once, and stories in each.
const ROUNDS: usize = 10;
const STORIES: usize = 3;

/// Rounds after which the log is folded into the database: the next writes begin a new log.
const FOLD_EVERY: usize = 4;

const LEASE: Duration = Duration::from_secs(60);

const FEEDS: [&str; 4] = ["wire", "ledger", "herald", "times"];

/// What somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Entry(i64),
    Alert(i64),
    Delivery(i64),
    /// The delivery was sent, and will not be again.
    Settled(i64),
}

/// What the images of a tape came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    images: usize,
    /// Images in which something is missing that somebody was told of, with what is missing first.
    lossy: Vec<String>,
    /// Images that did not open, or are not whole.
    damaged: Vec<String>,
}

/// Stores and tells on a recorded disk; gives the tape, and what each mark on it stands for.
async fn record(care: Care) -> (Recorded, Vec<Told>) {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().canonicalize().unwrap();
    let tape = Arc::new(Tape::start(&real, care));
    let store = Store::open(&real.join(DATABASE_FILE), Access::Create).unwrap();
    let feeds: Vec<_> = FEEDS.iter().map(|key| Arc::new(feed(key))).collect();
    let states = store.sync_feeds(feeds.clone(), now()).await.unwrap();
    let desk = Desk { dir, store, feeds: feeds.into_iter().zip(states).collect() };
    let mut told = Vec::new();
    for round in 0..ROUNDS {
        let batches = (0..FEEDS.len()).map(|feed| {
            let stories = desk.stories(feed, STORIES * (round + 1)).split_off(STORIES * round);
            tokio::spawn(desk.ingest(feed, stories))
        });
        for batch in batches.collect::<Vec<_>>() {
            let plan = batch.await.unwrap().unwrap();
            let entries = plan.entries.iter().map(|entry| Told::Entry(entry.id.0));
            let alerts = plan.alerts.iter().map(|alert| Told::Alert(alert.alert.0));
            let deliveries = plan.deliveries.iter().map(|new| Told::Delivery(new.id.0));
            for what in entries.chain(alerts).chain(deliveries) {
                tape.acknowledge(told.len());
                told.push(what);
            }
        }
        for id in send(&desk.store).await {
            tape.acknowledge(told.len());
            told.push(Told::Settled(id.0));
        }
        if round % FOLD_EVERY == FOLD_EVERY - 1 {
            let fold = "PRAGMA wal_checkpoint(RESTART)";
            desk.connect().query_row(fold, [], |_| Ok(())).unwrap();
        }
    }
    let Desk { store, dir, .. } = desk;
    drop(store);
    let tape = Arc::into_inner(tape).unwrap().stop();
    drop(dir);
    (tape, told)
}

/// Opens images of a tape, cut at moments all over it.
fn cut(tape: &Recorded, told: &[Told], before: &[(&str, Vec<u8>)], images: usize) -> Outcome {
    let mut lots = Lots::new(images as u64);
    let acknowledged = |at: &usize| matches!(tape.steps[*at - 1], Step::Acknowledged(_));
    let moments: Vec<usize> = (1..=tape.steps.len()).collect();
    let answers: Vec<usize> = moments.iter().copied().filter(acknowledged).collect();
    // Half of them right after somebody was told of something: the strictest moment there is.
    let mut moments: Vec<usize> = (0..images)
        .map(|n| match n % 2 {
            0 if !answers.is_empty() => answers[lots.below(answers.len())],
            _ => moments[lots.below(moments.len())],
        })
        .collect();
    moments.sort_unstable();
    let mut disk = Disk::new(tape, before);
    let mut outcome = Outcome::default();
    for (n, moment) in moments.into_iter().enumerate() {
        disk.go_to(moment);
        let dir = tempfile::tempdir().unwrap();
        let fate = Fate::ALL[n % Fate::ALL.len()];
        disk.cut(dir.path(), fate, &mut lots);
        outcome.images += 1;
        let owed: BTreeSet<Told> =
            disk.acknowledged.iter().map(|mark| told[*mark].clone()).collect();
        match look(dir.path()) {
            Ok(there) => {
                let missing = owed.difference(&there).next();
                let why = |what: &Told| format!("step {moment}, {fate:?}: {what:?}");
                outcome.lossy.extend(missing.map(why));
            }
            Err(_) if owed.is_empty() && !dir.path().join(DATABASE_FILE).exists() => {}
            Err(why) => outcome.damaged.push(format!("step {moment}, {fate:?}: {why}")),
        }
    }
    outcome
}

/// Sends everything that waits, and gives what was settled.
async fn send(store: &Store) -> Vec<DeliveryId> {
    let channel: ChannelId = "log".parse().unwrap();
    let claimed = store.claim(&channel, now(), LEASE, 1_000).await.unwrap();
    let sent = Attempt {
        at: now(),
        duration: Duration::from_millis(3),
        code: "delivered".into(),
        detail: None,
        handle: None,
    };
    let ids: Vec<DeliveryId> = claimed.iter().map(|claimed| claimed.id).collect();
    let settled = ids.iter().map(|id| (*id, sent.clone(), Settlement::Delivered)).collect();
    store.settle(settled).await.unwrap();
    ids
}

/// Opens what is left as the daemon would, looks at all of it, and says what is there.
fn look(dir: &Path) -> Result<BTreeSet<Told>, String> {
    let path = dir.join(DATABASE_FILE);
    let store = Store::open(&path, Access::Create);
    drop(store.map_err(|error| format!("{error:?}"))?);
    let conn = Connection::open(&path).unwrap();
    whole(&conn)?;
    let mut there = BTreeSet::new();
    let mut read = |sql: &str, told: fn(i64) -> Told| {
        let mut rows = conn.prepare(sql).unwrap();
        let ids = rows.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        there.extend(ids.map(|id| told(id.unwrap())));
    };
    read("SELECT id FROM entries", Told::Entry);
    read("SELECT id FROM alerts", Told::Alert);
    read("SELECT id FROM deliveries", Told::Delivery);
    read("SELECT id FROM deliveries WHERE state = 'delivered'", Told::Settled);
    Ok(there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let images = longer("WIREWATCH_IMAGES", IMAGES);
    let (tape, told) = record(Care::AsAsked).await;
    let outcome = cut(&tape, &told, &[], images);
    assert_eq!(outcome, Outcome { images, ..Outcome::default() });

    let (tape, told) = record(Care::Normal).await;
    let control = cut(&tape, &told, &[], images);
    assert_eq!(control.damaged, Vec::<String>::new());
    assert!(!control.lossy.is_empty(), "images that show no loss prove nothing: {control:?}");
    report(&format!(
        "power cuts: FULL lost acknowledged rows in {} of {images} images, NORMAL in {}",
        outcome.lossy.len(),
        control.lossy.len()
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_during_a_migration_leaves_the_old_schema_or_a_newer_one_with_all_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().canonicalize().unwrap();
    let path = real.join(DATABASE_FILE);
    let old = old::database(&path);
    let before = std::fs::read(&path).unwrap();
    let tape = Tape::start(&real, Care::AsAsked);
    let told: Vec<Told> = old.entries.map(Told::Entry).chain(old.alerts.map(Told::Alert)).collect();
    (0..told.len()).for_each(|mark| tape.acknowledge(mark));
    drop(Store::open(&path, Access::Create).unwrap());
    let tape = tape.stop();
    let images = longer("WIREWATCH_IMAGES", IMAGES) / 3;
    let outcome = cut(&tape, &told, &[(DATABASE_FILE, before)], images);
    assert_eq!(outcome, Outcome { images, ..Outcome::default() });
}
