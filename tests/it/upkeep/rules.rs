//! Rules and lists that topics had before: those that nothing needs go with what has had its time.

use std::time::Duration;

use wirewatch::config::{ListText, TopicText};
use wirewatch::domain::ids::Digest;
use wirewatch::domain::retention::Retention;
use wirewatch::domain::topic::Severity;
use wirewatch::store::topics::TopicRevision;

use crate::cli::scene::Scene;
use crate::store_contract::desk::{self, Desk};

/// The topic of the desk with its `n`-th rule; the first is that which its entries match. Each has a long
/// list of its own, and all have a short one.
fn revision(n: u8) -> TopicRevision {
    let list = |text: String| ListText {
        digest: Digest::of("list", &[text.as_bytes()]),
        text: text.into(),
    };
    let long = format!("firms = {}\n", format!("firm{n} ").repeat(12_000));
    let lists = vec![list(long), list("ports = Oslo\n".to_owned())];
    TopicRevision {
        id: "news".parse().unwrap(),
        name: "News".to_owned(),
        severity: Severity::High,
        revision: Digest::of("rule", &[n.to_string().as_bytes()]),
        source: TopicText { own: format!("match = 'rule {n}'\n").into(), lists },
        file: "news.toml".to_owned(),
        shadow: false,
    }
}

#[tokio::test]
async fn rules_that_nothing_needs_go_with_their_lists_and_those_of_matches_stay() {
    let desk = Desk::open(&["wire"]).await;
    desk.store.sync_topics(vec![revision(1)], desk::now()).await.unwrap();
    desk.ingest(0, desk.stories(0, 2)).await.unwrap();
    for n in 2..=6 {
        desk.store.sync_topics(vec![revision(n)], desk::now()).await.unwrap();
    }
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        desk.connect().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("topic_revisions"), count("list_texts")), (6, 7));
    let limits = desk.store.limits(&Retention::standard(), desk::now()).unwrap();
    desk.store.finish_prune(limits.into(), desk::now()).await.unwrap();
    assert_eq!((count("topic_revisions"), count("list_texts")), (2, 3));
    for n in [1, 6] {
        let kept = revision(n);
        let stored = desk.store.topic_source(&kept.id, kept.revision).unwrap().unwrap();
        assert_eq!(stored.source, kept.source.to_string(), "what matched, and what runs");
    }
    // One that comes back is there with its lists.
    desk.store.sync_topics(vec![revision(3)], desk::now()).await.unwrap();
    let again = revision(3);
    let stored = desk.store.topic_source(&again.id, again.revision).unwrap().unwrap();
    assert_eq!(stored.source, again.source.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn until_the_clock_has_proven_itself_it_is_said_that_nothing_goes_and_why() {
    let scene = Scene::with_alert().await;
    let info = scene.run("db info").ended(0);
    assert!(info.out.contains("retention") && info.out.contains("waits until"), "{}", info.out);
    let until = scene.run("db info -o json").ended(0).json()["prune_waits_until"].clone();
    let until: jiff::Timestamp = until.as_str().unwrap().parse().unwrap();
    assert!(until.duration_since(jiff::Timestamp::now()).as_hours() > 6 * 24, "a week");

    let path = scene.world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
    let week = Duration::from_secs(8 * 24 * 3_600).as_millis() as i64;
    let conn = rusqlite::Connection::open(path).unwrap();
    let sql = "UPDATE meta SET value = value - ?1 WHERE name = 'stories_steady_since'";
    assert_eq!(conn.execute(sql, [week]).unwrap(), 1);
    drop(conn);
    let info = scene.run("db info -o json").ended(0).json();
    assert_eq!(info["prune_waits_until"], serde_json::Value::Null);
    assert!(!scene.run("db info").ended(0).out.contains("waits until"));
}
