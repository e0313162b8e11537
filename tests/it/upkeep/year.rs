//! Retention over time: a year of news on a virtual clock, and what pruning keeps and why.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use wirewatch::daemon::upkeep;
use wirewatch::domain::retention::{Keep, Retention};
use wirewatch::store::entries::EntryFilter;
use wirewatch::store::prune::Why;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::store_contract::desk::{self, Desk, words};
use crate::support::server::Reply;
use crate::support::world::{Item, World, item, rss};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Longest wait for the upkeep of a day.
const LIMIT: Duration = Duration::from_secs(120);

fn days(n: u32) -> Keep {
    Keep::For(DAY * n)
}

/// Some news of a day; every tenth day one that the topic watches.
fn news(feed: usize, day: usize) -> Vec<Item> {
    let plain = (0..4).map(|n| {
        let seed = 100_000 * (feed + 1) + day * 10 + n;
        item(&words(seed, 7)).text(&words(1_000_000 + seed, 60))
    });
    // Both feeds tell it.
    let watched = item(&format!("NATO {}", words(day, 6))).text(&words(500_000 + day, 60));
    plain.chain(day.is_multiple_of(10).then_some(watched)).collect()
}

/// Bytes in use, without what grows by its nature: the keys of all entries that ever were, and how
/// common words are, which is written on and on up to 4 MB and then anew. And the bytes of the keys.
fn in_use(path: &Path) -> (i64, i64) {
    let conn = rusqlite::Connection::open(path).unwrap();
    let bytes = |names: &str| -> i64 {
        let sql = format!("SELECT ifnull(sum(pgsize), 0) FROM dbstat WHERE name {names}");
        conn.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    (bytes("NOT IN ('story_counts', 'entry_keys')"), bytes("= 'entry_keys'"))
}

async fn upkept(store: &Store, since: Timestamp) {
    let pruned = async {
        while store.pruned_at().unwrap().is_none_or(|at| at < since) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(LIMIT, pruned).await.expect("the upkeep of a day in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_news_stays_within_bounds_keeps_every_alert_and_lets_nothing_old_return() {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.extra = "[retention]\nkeep = \"60d\"\nalerts = \"forever\"\n".to_owned();
    world.start().await;
    world.first_round().await;
    let path = world.dir().join("state").join(DATABASE_FILE);
    let store = Store::open(&path, Access::Existing).unwrap();
    let (mut listed, mut sizes, mut ever) = (vec![Vec::new(), Vec::new()], Vec::new(), 0);
    let first = news(0, 0);
    for day in (0..360).step_by(2) {
        for (feed, name) in ["wire", "ledger"].into_iter().enumerate() {
            let listed: &mut Vec<Item> = &mut listed[feed];
            listed.extend(news(feed, day));
            let from = listed.len().saturating_sub(20);
            world.server.set(&format!("/{name}"), Reply::ok(rss(name, &listed[from..])));
        }
        world.clock.advance(DAY * 2);
        let today = world.now();
        world.first_round().await;
        if day > 10 {
            upkept(&store, today).await;
        }
        ever += 8 + 2 * usize::from(day.is_multiple_of(10));
        if day == 120 || day == 358 {
            sizes.push((store.counts().unwrap().entries, in_use(&path)));
        }
    }
    world.delivered().await;

    let [(early, (used, _)), (late, (used_later, keys))] = sizes[..] else {
        panic!("looked at twice: {sizes:?}")
    };
    assert!(late - early <= 60, "only what belongs to alerts adds up: {early} to {late}");
    assert!(used_later <= used + used / 4, "{used} to {used_later} bytes");
    assert!(keys <= ever as i64 * 250, "{keys} bytes of keys for {ever} entries");
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 36, "one for each tenth day");
    for alert in &alerts {
        let told = store.alert(alert.id).unwrap().expect("kept");
        assert!(!told.revisions.is_empty(), "with its evidence");
    }
    let found = store.verify().unwrap().findings;
    assert!(found.is_empty(), "{found:?}");

    let entries = store.counts().unwrap().entries;
    assert!(store.search(&first[0].title, 10).unwrap().is_empty(), "the first day is forgotten");
    world.server.set("/wire", Reply::ok(rss("wire", &first)));
    world.visit("wire").await;
    assert_eq!(store.counts().unwrap().entries, entries, "a purged entry never returns as new");
}

/// All at once, as `db prune` does.
async fn prune(store: &Store, retention: &Retention, now: Timestamp) -> upkeep_tally::Tally {
    let limits = store.limits(retention, now).unwrap();
    let report = store.prune_report(&limits).unwrap();
    let never = CancellationToken::new();
    let removed = upkeep::prune(store, limits, None, &never).await.unwrap();
    upkeep_tally::Tally { report, removed }
}

mod upkeep_tally {
    use wirewatch::store::prune::{Removed, Report};

    /// What was announced, and what was done.
    pub struct Tally {
        pub report: Report,
        pub removed: Removed,
    }
}

#[tokio::test]
async fn what_is_told_beforehand_is_what_goes_and_each_feed_keeps_to_its_own_time() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let unmatched = |feed: usize| {
        let mut entries = desk.stories(feed, 6);
        entries.iter_mut().skip(2).for_each(|entry| entry.matches.clear());
        entries
    };
    desk.ingest(0, unmatched(0)).await.unwrap();
    desk.ingest(1, unmatched(1)).await.unwrap();
    let before = desk.store.counts().unwrap();
    assert_eq!((before.entries, before.alerts), (12, 2), "two stories are told by both");

    let in_days = |n: i64| desk::now() + jiff::SignedDuration::from_hours(24 * n);
    let mut retention = Retention::standard();
    retention.feeds.insert("ledger".parse().unwrap(), Some(days(400)));
    let done = prune(&desk.store, &retention, in_days(91)).await;
    let share = |n: usize| &done.report.feeds[n];
    assert_eq!(share(0).feed.as_str(), "ledger");
    assert_eq!((share(0).stored, share(0).going), (6, 0));
    assert_eq!((share(1).stored, share(1).going), (6, 0));
    assert_eq!(share(1).kept[&Why::Alert], 2);
    assert_eq!(share(1).kept[&Why::Story], 4, "the ledger tells these stories as well");
    assert!(done.removed.is_nothing());

    let done = prune(&desk.store, &Retention::standard(), in_days(91)).await;
    assert_eq!(done.report.feeds.iter().map(|share| share.going).sum::<u64>(), 8);
    assert_eq!((done.removed.entries, done.removed.alerts), (8, 0));
    desk.check_index();
    assert!(desk.found("inspection") >= 4, "what belongs to alerts is still found");

    desk.raw("UPDATE deliveries SET state = 'delivered', settled_at = created");
    let mut retention = Retention::standard();
    retention.topics.insert("news".parse().unwrap(), days(30));
    let done = prune(&desk.store, &retention, in_days(91)).await;
    assert_eq!(done.removed.alerts, 1, "the last one stays: who follows alerts counts by it");
    assert_eq!(done.report.alerts, 1);
    assert_eq!((done.report.deliveries, done.removed.deliveries), (1, 1), "it goes with its alert");
    desk.check_index();
    let found = desk.store.verify().unwrap().findings;
    let real: Vec<_> = found.iter().map(|one| one.code).collect();
    assert!(real.is_empty(), "{found:?}");
    let left = desk.store.entries(&EntryFilter::default()).unwrap();
    assert_eq!(left.len() as u64, desk.store.counts().unwrap().entries);
}

#[tokio::test]
async fn deliveries_go_after_their_time_and_what_still_waits_never_does() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    desk.raw(
        "UPDATE deliveries SET state = 'delivered', settled_at = created \
              WHERE id <> (SELECT min(id) FROM deliveries)",
    );
    let waiting = desk.store.counts().unwrap().deliveries_due;
    assert_eq!(waiting, 1);
    let year = desk::now() + jiff::SignedDuration::from_hours(24 * 365);
    let done = prune(&desk.store, &Retention::standard(), year).await;
    assert_eq!((done.report.deliveries, done.removed.deliveries), (2, 2));
    assert_eq!(desk.store.counts().unwrap().deliveries_due, 1, "what waits is not old");
    let decade = desk::now() + jiff::SignedDuration::from_hours(24 * 3_650);
    let done = prune(&desk.store, &Retention::standard(), decade).await;
    assert_eq!(done.report.deliveries, done.removed.deliveries);
    assert_eq!(done.removed.alerts, 1, "neither does an alert go that is still to be told");
    assert_eq!(desk.store.counts().unwrap().alerts, 2);
}

#[tokio::test]
async fn nobody_waits_long_while_thousands_of_entries_go() {
    let desk = Desk::open(&["wire"]).await;
    for part in 0..8 {
        let entries = (part * 250..(part + 1) * 250)
            .map(|n| {
                let mut entry = desk::told(&words(n, 9), &format!("/{n}"));
                entry.matches.clear();
                entry
            })
            .collect();
        desk.ingest(0, entries).await.unwrap();
    }
    let year = desk::now() + jiff::SignedDuration::from_hours(24 * 365);
    let limits = desk.store.limits(&Retention::standard(), year).unwrap();
    let (store, stop) = (desk.store.clone(), CancellationToken::new());
    let pruning = tokio::spawn(async move {
        upkeep::prune(&store, limits, Some(Duration::from_millis(1)), &stop).await
    });
    let left = || desk.store.counts().unwrap().entries;
    let mut gone = Vec::new();
    while !pruning.is_finished() {
        // Pruning goes on only while this waits: they share a thread.
        let before = left();
        desk.store.try_write(year).await.unwrap();
        gone.push(before - left());
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let removed = pruning.await.unwrap().unwrap();
    assert!(removed.entries >= 1_990, "{removed:?}");
    // A step takes out what it can in some milliseconds, a page at most, and lets others in.
    assert!(gone.iter().all(|gone| *gone <= 2 * 512), "while one wrote there went {gone:?}");
}

#[tokio::test]
async fn what_pruning_frees_is_given_back_to_the_disk() {
    let desk = Desk::open(&["wire"]).await;
    let text = words(7, 6_000);
    for part in 0..10 {
        let entries = (part * 50..(part + 1) * 50)
            .map(|n| {
                let mut entry = desk::told(&words(n, 9), &format!("/{n}"));
                entry.document.body = format!("{} {text}", words(n, 20));
                entry.matches.clear();
                entry
            })
            .collect();
        desk.ingest(0, entries).await.unwrap();
    }
    let before = desk.store.space().unwrap();
    assert!(before.is_incremental, "a new file is made so");
    let year = desk::now() + jiff::SignedDuration::from_hours(24 * 365);
    prune(&desk.store, &Retention::standard(), year).await;
    while desk.store.give_back().await.unwrap() {}
    let after = desk.store.space().unwrap();
    assert!(!after.is_loose(), "{after:?}");
    assert!(after.bytes() * 3 < before.bytes() * 2, "{before:?} to {after:?}");
    desk.check_index();
}
