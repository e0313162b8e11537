//! `wirewatch digest`, and what `status` and `deliver log` tell of digests and quiet hours.

use jiff::{Timestamp, ToSpan as _};

use super::scene::Scene;
use crate::support::world::item;

/// A time of day so many hours from now, in UTC: the binary runs by the machine's clock.
fn clock(hours: i64) -> String {
    let at = Timestamp::now() + hours.hours();
    at.strftime("%H:%M").to_string()
}

/// Two alerts, and a log channel of these keys.
async fn scene(keys: &str) -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = format!("[[channel]]\nid = \"log\"\ntype = \"log\"\n{keys}\n");
    scene.world.write_config();
    scene.once().ended(0);
    for title in ["NATO ministers meet in Copenhagen", "Ferries halt as NATO drill begins"] {
        scene.world.publish("wire", item(title));
    }
    scene.once().ended(0);
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_shown_made_and_not_repeated() {
    let scene = scene(&format!("digest = {{ every = \"day\", at = \"{}\" }}", clock(3))).await;
    let preview = scene.run("digest preview -o json").ended(0).json();
    assert_eq!(preview["schema"], "wirewatch.digest.v1");
    assert_eq!(
        (preview["alerts"].as_array().unwrap().len(), &preview["delivery"]),
        (2, &().into())
    );
    let again = scene.run("digest preview log").ended(0).out;
    assert!(again.starts_with("digest  log: 2 alerts raised\n"), "{again}");
    assert!(again.contains("\n        1. medium: NATO ministers meet in Copenhagen\n"), "{again}");
    assert!(again.contains("https://news.example/nato-ministers-meet-in-copenhagen\n"), "{again}");

    let sent = scene.run("digest send log -o json").ended(0).json();
    assert_eq!((&sent["kind"], sent["alerts"].as_array().unwrap().len()), (&"asked".into(), 2));
    let after = scene.run("digest preview -o json").ended(0).json();
    assert_eq!(after["headline"], "nothing to tell");
    let since = scene.run("digest preview --since 1h -o json").ended(0).json();
    assert_eq!(since["headline"], "2 alerts raised");
    assert_eq!(scene.run("digest list -o json").ended(0).list()[0]["state"], "pending");
    let round = scene.once().ended(0).out;
    assert!(
        round.contains("digest  log: 2 alerts raised\n"),
        "printed as any channel has it: {round}"
    );
    let listed = scene.run("digest list -o json").ended(0).list();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["state"], &listed[0]["id"]), (&"delivered".into(), &sent["id"]));
    let log = scene.run("deliver log -o json").ended(0).list();
    assert_eq!(log[0]["digest"], sent["id"]);
    let typo = scene.run("digest send lgo").ended(1);
    assert!(typo.err.contains("did you mean `log`?"), "{}", typo.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_quiet_hours_hold_is_shown_with_until_when() {
    let (from, until) = (clock(-1), clock(2));
    let keys = format!(
        "quiet_hours = {{ from = \"{from}\", to = \"{until}\" }}\n\
         digest = {{ every = \"day\", at = \"{}\" }}",
        clock(5)
    );
    let scene = scene(&keys).await;
    let log = scene.run("deliver log -o json").ended(0).list();
    let held = format!("until {until} (quiet hours)");
    assert_eq!(
        (log.len(), &log[0]["state"], &log[0]["held"]),
        (2, &"pending".into(), &held.into())
    );
    let status = scene.run("status").ended(0).out;
    let status = status.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(status.contains(&format!("quiet until {until}, 2 alerts held")), "{status}");
    let status = scene.run("status -o json").ended(0).json();
    assert_eq!(
        (&status["timetables"][0]["channel"], &status["timetables"][0]["held"]),
        (&"log".into(), &2.into())
    );
    assert!(status["timetables"][0]["next_digest"].is_string());

    let sent = scene.run("digest send log").ended(0);
    assert!(sent.err.contains(&format!("it is sent at {until}")), "{}", sent.err);
    scene.once().ended(0);
    assert_eq!(scene.run("digest list -o json").ended(0).list()[0]["state"], "pending");
    scene.run("digest send log --now").ended(0);
    scene.once().ended(0);
    assert_eq!(scene.run("digest list -o json").ended(0).list()[0]["state"], "delivered");
}
