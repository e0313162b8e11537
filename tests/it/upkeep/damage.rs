//! Databases that are not as they should be: told with a reason, never replaced, never guessed at.

use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::cli::scene::Scene;
use crate::store_contract::desk::Desk;
use crate::support::channel::Receiver;
use crate::support::world::{World, item};

#[tokio::test]
async fn each_broken_promise_is_found_by_its_code() {
    let cases = [
        (
            "DELETE FROM story_members WHERE rowid = (SELECT min(rowid) FROM story_members)",
            "entry_without_story",
        ),
        ("DELETE FROM entry_keys", "entry_without_key"),
        ("DELETE FROM matches", "alert_without_evidence"),
        ("INSERT INTO entries_fts (entries_fts) VALUES ('delete-all')", "index_damaged"),
        (
            "CREATE TEMP TABLE t AS SELECT * FROM entries LIMIT 1; UPDATE t SET id = id - 1; \
             INSERT INTO entries SELECT * FROM t",
            "entry_not_searchable",
        ),
        ("UPDATE deliveries SET state = 'sending'", "delivery_in_two_minds"),
        ("UPDATE alerts SET seq = 99", "alert_without_revision"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM stories", "dangling"),
        ("UPDATE meta SET value = 1 WHERE name = 'last_id'", "id_beyond_last"),
    ];
    for (sql, code) in cases {
        let desk = Desk::open(&["wire"]).await;
        desk.ingest(0, desk.stories(0, 3)).await.unwrap();
        assert!(desk.store.verify().unwrap().findings.is_empty(), "sound before");
        desk.raw(sql);
        let found = desk.store.verify().unwrap().findings;
        assert!(found.iter().any(|one| one.code == code), "{code}: {found:?}");
        assert!(found.iter().all(|one| !one.hint.is_empty() && one.count > 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bits_that_flipped_are_refused_with_the_way_out_and_the_file_stays_as_it_is() {
    let scene = Scene::with_alert().await;
    let path = scene.world.dir().join("state").join(DATABASE_FILE);
    let sound = std::fs::read(&path).unwrap();
    let (mut refused, mut told) = (0, 0);
    for n in 0..24 {
        let mut bytes = sound.clone();
        // Past the first page, whose header says what the file is.
        let at = 4_096 + n * (bytes.len() - 8_192) / 24;
        bytes[at..at + 512].iter_mut().for_each(|byte| *byte ^= 0xff);
        std::fs::write(&path, &bytes).unwrap();
        let opened = Store::open(&path, Access::Create);
        if let Err(error) = &opened {
            assert_eq!(error.code(), "corrupt", "{error:?}");
            assert!(error.hint().unwrap().contains("restore"), "{:?}", error.hint());
            refused += 1;
        }
        let is_refused = opened.is_err();
        drop(opened);
        let verified = scene.run("db verify -o json");
        told += usize::from(verified.code == 1);
        if is_refused && refused == 1 {
            let ran = scene.once();
            assert_eq!(ran.code, 1, "{ran:?}");
            assert!(ran.err.contains("damaged"), "{}", ran.err);
            assert!(path.exists());
        }
    }
    assert!(refused > 0, "some pages are looked at by every start");
    assert!(told >= refused, "a whole look finds at least as much: {told} of {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_built_anew_by_a_vacuum() {
    let scene = Scene::with_alert().await;
    let path = scene.world.dir().join("state").join(DATABASE_FILE);
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch("INSERT INTO entries_fts (entries_fts) VALUES ('delete-all')").unwrap();
    drop(conn);
    let told = scene.run("db verify").ended(1);
    assert!(told.out.contains("db vacuum"), "{}", told.out);
    scene.run("db vacuum").ended(0);
    scene.run("db verify").ended(0);
    assert_eq!(scene.run("search NATO -o json").ended(0).list().len(), 2);
}

/// Whether reading stops and says so, whatever the first thing is that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_damaged_while_it_is_used_stops_the_reading_and_the_channels_are_told() {
    let phone = Receiver::start().await;
    let mut world = World::new(&["wire", "ledger"]).await;
    world.allow(&phone.host());
    world.extra =
        format!("[[channel]]\nid = \"phone\"\ntype = \"webhook\"\nurl = \"{}\"\n", phone.url());
    for n in 0..40 {
        world.publish("wire", item(&format!("Harbour {n} opens")).text(&"Ships sail. ".repeat(99)));
    }
    world.start().await;
    world.first_round().await;
    let path = world.dir().join("state").join(DATABASE_FILE);
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(beside);
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let bytes = usize::try_from(file.metadata().unwrap().len()).unwrap() - 4_096;
    file.write_all_at(&vec![0xa5; bytes], 4_096).unwrap();

    world.publish("wire", item("NATO opens a harbour"));
    world.app().visit_now(&"wire".parse().unwrap());
    phone.wait_for(1).await;
    let told = phone.received()[0].json();
    assert_eq!(told["event"], "storage_down");
    let headline = told["headline"].as_str().unwrap();
    assert!(
        headline.starts_with("the database is damaged: no feed is read any more"),
        "{headline}"
    );
    assert!(headline.contains("wirewatch db restore FILE"), "{headline}");
    let pause = world.app().desk().storage().unwrap();
    assert_eq!(pause.trouble.as_str(), "corrupt");
    world.clock.advance(Duration::from_secs(3_600));
    assert_eq!(phone.received().len(), 1, "once");
}
