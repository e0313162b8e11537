//! How late entries are seen and alerted, and which feed trails which: over a day of stories that two
//! feeds tell.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use wirewatch::clock::Clock;

use super::scene::Scene;
use super::story_scene::{tidy, until};
use crate::support::world::item;

const TITLES: [&str; 6] = [
    "Glacier collapse closes the Aletsch railway",
    "Chess champion leaves federation after scandal",
    "Volcano ash grounds flights over Sicily",
    "NATO ministers sign harbour defence pact in Copenhagen",
    "Astronomers find water on a distant moon",
    "Dockers in Antwerp begin an open strike",
];

/// Six stories, an hour apart. The ledger prints them twelve minutes after the wire, and the last one
/// twelve minutes before it. Both are read twenty minutes after whoever was first.
async fn two_feeds() -> Scene {
    let mut scene = Scene::new(&["wire", "ledger", "courier"]).await;
    let begun = Timestamp::now() - SignedDuration::from_hours(8);
    scene.world.clock = Clock::manual(begun);
    // Of the past, and dated: none of it says how late anything is seen.
    let old = item("Harbour festival opens with fireworks");
    scene.world.publish("wire", old.published(begun - SignedDuration::from_hours(30)));
    scene.world.round().await;
    let minutes = SignedDuration::from_mins;
    for (title, n) in TITLES.iter().zip(1..) {
        let at = begun + SignedDuration::from_hours(n);
        let lags = if n < 6 { [0, 12] } else { [12, 0] };
        for (feed, lag) in ["wire", "ledger"].into_iter().zip(lags) {
            let told = item(title).at(&format!("{feed}.example")).published(at + minutes(lag));
            scene.world.publish(feed, told);
            // One after the other: who opens the alert is not left to chance.
            until(&scene, at + minutes(20));
            scene.world.round().await;
        }
    }
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_say_how_late_they_are_seen_and_whom_they_trail() {
    let scene = two_feeds().await;
    let lines = |feed: &str| -> String {
        let page = scene.on_terminal(&format!("feeds show {feed}"), 80);
        let from = page.lines().skip_while(|line| !line.starts_with("latency"));
        let lines: Vec<&str> = from.take_while(|line| !line.starts_with("baseline")).collect();
        tidy(&lines.join("\n"))
    };
    insta::assert_snapshot!(lines("wire"), @r"
    latency     published to seen: half within 20 min, 95 % within 20 min (of 6
                entries)
                seen to alert: half within 0 s, 95 % within 0 s (of 1 alert)
    ");
    insta::assert_snapshot!(lines("ledger"), @r"
    latency     published to seen: half within 8 min, 95 % within 20 min (of 6
                entries)
    trails      wire by 12 min in 5 of 6 common stories
    ");
    assert_eq!(lines("courier"), "", "of a feed without entries nothing is known");

    let rows = scene.run("feeds status -o json").ended(0).list();
    let times = |row: usize| {
        ["latency_p50_s", "latency_p95_s", "latency_entries", "alert_p50_s", "alert_p95_s"]
            .map(|name| rows[row][name].clone())
    };
    assert_eq!(times(0), [json!(1_200), json!(1_200), json!(6), json!(0), json!(0)]);
    assert_eq!(times(1), [json!(480), json!(1_200), json!(6), json!(null), json!(null)]);
    assert_eq!(times(2), [json!(null), json!(null), json!(0), json!(null), json!(null)]);
    assert_eq!(
        rows[1]["behind"],
        json!([{ "feed": "wire", "common_stories": 6, "later_in": 5, "median_s": 720 }])
    );
    assert_eq!(rows[0]["behind"], json!([]));
    let object = scene.run("feeds show ledger -o json").ended(0).json();
    assert_eq!(object["behind"], rows[1]["behind"]);
    let table = scene.on_terminal("feeds status", 180);
    assert!(table.contains("8 min/20 min"), "{table}");
    assert!(table.contains("wire by 12 min in 5 of"), "{table}");
}
