//! A few newsrooms that tell a story within a day, for the tests of what is told about stories.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};
use regex::{Captures, Regex};
use wirewatch::clock::Clock;

use super::scene::Scene;
use crate::support::world::item;

/// What an agency writes, and others print.
pub const COPIED: &str = "Ministers of the alliance signed a pact in Copenhagen on Tuesday that puts \
    the harbour defences of nine countries under one command. The pact, which took two years to \
    negotiate, gives NATO the right to inspect cargo terminals and to station divers in the Danish \
    straits. Denmark will lead the new command from Korsoer for the first four years. Critics in \
    Oslo and Gdansk say that ports will lose trade to Hamburg. The ministers also agreed to spend \
    two billion euros on sonar buoys, patrol boats and a shared radar picture of the Baltic Sea.";

const OWN: &str = "One command is to guard the harbour defences of nine countries around the Baltic, \
    under a pact that ministers of the alliance signed in Copenhagen. NATO may inspect cargo \
    terminals, and divers will be stationed in the Danish straits. Port operators told this \
    newspaper that inspections could cost a ship half a day. Denmark leads the command from \
    Korsoer for four years; sonar buoys and patrol boats are paid from a common fund of two billion \
    euros, the ministers said after the talks, which lasted until the early morning hours of Tuesday.";

const OTHER: &str = "The wind park off Esbjerg has lost a third of its turbines to a manufacturing \
    fault in the gearbox, its operator said. Repairs need a special ship that is booked until \
    autumn. Power from the park had supplied four hundred thousand households. The maker of the \
    gearboxes promised to replace all of them without charge, and to check six other parks in which \
    the same type runs. Shares of both companies fell by a tenth at the opening of trade.";

/// Nine hours of news, until now: a pact that the wire tells first, the ledger copies and the courier
/// tells in its own words hours later; and a fault in a wind park.
pub async fn press() -> Scene {
    let mut scene = Scene::new(&["wire", "ledger", "courier"]).await;
    let now = Timestamp::now().round(Unit::Minute).unwrap();
    let begun = now - SignedDuration::from_hours(9);
    scene.world.clock = Clock::manual(begun);
    scene.world.round().await;
    let minutes = |n: i64| SignedDuration::from_mins(n);
    let title = "NATO ministers sign harbour defence pact in Copenhagen";
    // Published after so many minutes, and seen so many minutes later.
    let told = [
        ("wire", item(title).text(COPIED), 60, 7),
        ("wire", item("Wind park off Esbjerg loses a third of its turbines").text(OTHER), 70, 9),
        ("ledger", item(title).at("ledger.example").text(COPIED), 85, 13),
        (
            "courier",
            item("Nine countries put their harbour defences under one NATO command")
                .at("courier.example")
                .text(OWN),
            510,
            8,
        ),
    ];
    for (feed, item, published, late) in told {
        let at = begun + minutes(published);
        scene.world.publish(feed, item.published(at));
        until(&scene, at + minutes(late));
        scene.world.round().await;
    }
    scene
}

/// The id of the only story of a topic.
pub fn named(scene: &Scene, topic: &str) -> String {
    let rows = scene.run(&format!("stories list --topic {topic} -o json")).ended(0).list();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows[0]["id"].as_str().unwrap().to_owned()
}

/// A page with steady ids and times. Only in a table, where a column follows, they stay as wide.
pub fn tidy(page: &str) -> String {
    let times = Regex::new(r"\d{4}-\d\d-\d\d(?:[ T]|\n +)\d\d:\d\d(:\d\dZ)?(  )?").unwrap();
    let ids = Regex::new(r"\b([SAE])[0-9a-z]{11,13}\b(  )?").unwrap();
    let padded = |name: String, found: &Captures<'_>, column: usize| match found.get(column) {
        Some(_) => format!("{name:<width$}", width = found[0].len()),
        None => name,
    };
    let page = times.replace_all(page, |found: &Captures<'_>| padded("TIME".to_owned(), found, 2));
    let mut known: HashMap<String, String> = HashMap::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let page = ids.replace_all(&page, |found: &Captures<'_>| {
        let name = known.entry(found[0].trim_end().to_owned()).or_insert_with(|| {
            let n = counts.entry(found[1].to_owned()).or_default();
            *n += 1;
            format!("{}{n}", &found[1])
        });
        padded(name.clone(), found, 2)
    });
    page.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Moves the clock to a time.
pub fn until(scene: &Scene, at: Timestamp) {
    let wait = at.duration_since(scene.world.now());
    scene.world.clock.advance(Duration::try_from(wait).unwrap());
}
