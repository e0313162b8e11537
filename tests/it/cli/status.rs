//! `status`: on one screen whatever there is to tell.

use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde_json::json;
use wirewatch::domain::alert::silence::{Silence, SilenceScope};

use super::scene::Scene;
use super::story_scene::{press, tidy};
use crate::support::server::Reply;

/// A newsroom on a bad day: something of everything.
async fn bad_day() -> Scene {
    let scene = press().await;
    scene.world.server.set("/courier", Reply::status(404));
    scene.once().ended(3);
    let now = Timestamp::now();
    let store = scene.world.store();
    for n in 0..5_u32 {
        let text =
            format!("\u{1b}[31mexercise number {n} of the joint staff in the northern harbours");
        let silence = Silence {
            id: 0,
            scope: SilenceScope::Text(text),
            also: None,
            author: "desk".to_owned(),
            reason: "planned".to_owned(),
            starts: now - SignedDuration::from_hours(1),
            ends: now + SignedDuration::from_hours(24),
        };
        store.add_silence(silence, now).await.unwrap();
    }
    drop(store);
    let conn = rusqlite::Connection::open(scene.world.dir().join("state/wirewatch.db")).unwrap();
    let hour = now.as_second() / 3_600 - 2;
    for n in 0..5 {
        let row = "INSERT INTO bursts (topic, hour, window_h, entries, expected, publishers, strength, \
                   outcome) VALUES (?1, ?2, 3, 14, 1.5, 4, 6.2, 'told')";
        conn.execute(row, (format!("a-topic-with-a-long-name-{n}"), hour)).unwrap();
        let row = "INSERT INTO topics (id, name, severity, revision, file, silent_since) \
                   VALUES (?1, 'x', 1, zeroblob(16), 'x', 0)";
        conn.execute(row, [format!("a-silent-topic-with-a-long-name-{n}")]).unwrap();
    }
    let row = "INSERT OR IGNORE INTO pending_alerts (topic, story_id, entry_id, have, need, since, until) \
               SELECT 'nato', story_id, entry_id, 1, 3, 0, ?1 FROM story_members";
    conn.execute(row, [(now + SignedDuration::from_hours(5)).as_millisecond()]).unwrap();
    conn.execute("UPDATE deliveries SET state = 'parked' WHERE seq = 1", []).unwrap();
    conn.execute("UPDATE deliveries SET state = 'pending' WHERE seq = 2", []).unwrap();
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn all_there_is_to_tell_fits_one_screen() {
    let scene = bad_day().await;
    let page = scene.on_terminal("status", 80);
    assert!(page.lines().count() <= 24, "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let page = page.replace(&scene.world.dir().display().to_string(), "DIR");
    let sizes = Regex::new(r"\d+\.\d [KMGT]iB").unwrap();
    insta::assert_snapshot!(tidy(&sizes.replace_all(&page, "SIZE")), @r"
    daemon      not running: `wirewatch run` starts it
    config      DIR/wirewatch.toml: 1 topic, 1 channel
    feeds       2 ok, 1 failing
                more: wirewatch feeds status --failing
    fetches     last TIME, next fetch TIME
    last 24 h   4 entries, 2 stories, 1 alert
    alerts      1 open (1 medium), 0 acknowledged, 1 in all
    outbox      1 waiting, 1 given up: log 1 waiting, 1 given up
                more: wirewatch deliver log --failed
    silences    5 in force: text exercise number 0 of the… until TIME;
                text exercise number 1 of the… until TIME; 3 more
    pending     2 stories for publishers: S1 (nato) until TIME, S2 (nato) until TIME
    bursts      a-topic-with-a-long-name-0, 14 entries, 1.5 expected;
                a-topic-with-a-long-name-1, 14 entries, 1.5 expected; 3 more
    silent      less than is expected of a-silent-topic-with-a-long-name-0,
                a-silent-topic-with-a-long-name-1, 3 more
    database    4 entries in SIZE; SIZE free on its disk
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_same() {
    let scene = bad_day().await;
    let object = scene.run("status -o json").ended(0).json();
    assert_eq!(object["last_24h"], json!({ "entries": 4, "stories": 2, "alerts": 1 }));
    assert_eq!(object["open_by_severity"], json!({ "medium": 1 }));
    let outbox = json!([{ "channel": "log", "waiting": 1, "parked": 1 }]);
    assert_eq!(object["outbox"], outbox);
    assert_eq!(object["silences"].as_array().map(Vec::len), Some(5));
    assert_eq!(object["bursts"][0]["entries"], 14);
    assert!(object["last_fetch"].as_str().is_some(), "{object:#}");
}
