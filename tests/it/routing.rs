//! Routes, groups and repeats, from real HTTP to real receivers, over a manual clock.

mod failing;
mod groups;
mod repeats;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use wirewatch::domain::alert::circuit::CircuitState;
use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};

use crate::support::channel::Receiver;
use crate::support::world::{World, item};

const HOUR: Duration = Duration::from_secs(3_600);

/// Three topics, of which the last two differ in severity.
const TOPICS: &str = r#"
[[topic]]
id = "nato"
severity = "critical"
match = 'NATO'
[[topic]]
id = "oil"
severity = "medium"
tags = ["energy"]
match = 'oil'
[[topic]]
id = "ferry"
severity = "low"
channels = ["mail"]
match = 'ferry'
"#;

/// A word that no other number makes.
fn word(n: usize) -> String {
    const PARTS: [&str; 12] =
        ["bar", "kel", "mon", "tiv", "dra", "sul", "pek", "lom", "nar", "gis", "vod", "zet"];
    let part = |n: usize| PARTS[n % PARTS.len()];
    format!("{}{}{}", part(n), part(n / 12), part(n / 144))
}

/// A title about `what` that tells the `n`th story.
fn title(what: &str, n: usize) -> String {
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| word(4 * n + at));
    format!("{a} {b} {c} {what} {d}")
}

/// A world with three receivers and the alert log, past its baseline, and these routes.
struct Office {
    world: World,
    chat: Receiver,
    phone: Receiver,
    mail: Receiver,
    stories: usize,
}

impl Office {
    async fn new(routes: &str, of_phone: &str) -> Self {
        let (chat, phone, mail) =
            (Receiver::start().await, Receiver::start().await, Receiver::start().await);
        let mut world = World::new(&["wire"]).await;
        world.topics = TOPICS.to_owned();
        let mut extra = String::from("[[channel]]\nid = \"log\"\ntype = \"log\"\n");
        for (id, receiver, keys) in
            [("chat", &chat, ""), ("phone", &phone, of_phone), ("mail", &mail, "")]
        {
            let url = receiver.url();
            extra += &format!(
                "[[channel]]\nid = \"{id}\"\ntype = \"webhook\"\nurl = \"{url}\"\n{keys}\n"
            );
            world.allow(&receiver.host());
        }
        world.extra = extra + routes;
        world.round().await;
        Self { world, chat, phone, mail, stories: 0 }
    }

    /// Publishes a story about this, which is not read yet.
    fn publish(&mut self, what: &str) {
        self.world.publish("wire", item(&title(what, self.stories)));
        self.stories += 1;
    }

    /// A story about this, read and sent at this time.
    async fn at(&mut self, at: &str, what: &str) {
        self.world.clock.set_wall(at.parse().unwrap());
        self.publish(what);
        self.world.round().await;
    }

    /// How many requests each receiver had.
    fn told(&self) -> [usize; 3] {
        [&self.chat, &self.phone, &self.mail].map(|receiver| receiver.received().len())
    }

    fn deliveries(&self) -> Vec<DeliveryView> {
        let filter = DeliveryFilter { limit: 10_000, ..DeliveryFilter::default() };
        self.world.store().deliveries(&filter).unwrap()
    }
}

const NIGHTS: &str = r#"
[[route]]
name = "office"
days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
hours = "08:00-18:00"
zone = "Europe/Copenhagen"
channels = ["chat"]
[[route]]
name = "nights"
severity = "critical"
channels = ["phone"]
[[route]]
tag = "energy"
channels = ["mail"]
continue = true
[[route]]
topic = "oil"
event = "updated"
channels = ["chat"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_route_that_catches_decides_and_says_so() {
    let mut office = Office::new(NIGHTS, "").await;
    // A Thursday: noon, then midnight in Copenhagen.
    office.at("2026-06-04T10:30:00Z", "NATO").await;
    assert_eq!(office.told(), [1, 0, 0]);
    office.at("2026-06-04T22:00:00Z", "NATO").await;
    assert_eq!(office.told(), [1, 1, 0]);
    office.at("2026-06-04T22:10:00Z", "oil").await;
    assert_eq!(office.told(), [1, 1, 1]);
    // A topic that names its channels asks no route.
    office.at("2026-06-04T22:20:00Z", "ferry").await;
    assert_eq!(office.told(), [1, 1, 2]);
    let routes: Vec<(String, Option<String>)> = office
        .deliveries()
        .into_iter()
        .filter(|view| view.channel.as_str() != "log")
        .map(|view| (view.channel.to_string(), view.route))
        .collect();
    let office_hours = "route 1 (office): 08:00-18:00 on monday, tuesday, wednesday, thursday, \
                        friday in Europe/Copenhagen";
    assert_eq!(
        routes,
        [
            ("mail", "the topic names it"),
            ("mail", "route 3: tag energy"),
            ("phone", "route 2 (nights): severity critical"),
            ("chat", office_hours),
        ]
        .map(|(channel, why)| (channel.to_owned(), Some(why.to_owned())))
    );
    assert_eq!(office.world.alert_log().len(), 3, "a log that no route names gets what is routed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_route_catches_is_logged_and_says_why() {
    let routes = "[[route]]\ntopic = \"nato\"\nchannels = [\"phone\"]\n";
    let mut office = Office::new(routes, "").await;
    office.at("2026-06-04T22:00:00Z", "oil").await;
    assert_eq!(office.told(), [0, 0, 0]);
    let logged = office.world.alert_log();
    let text = logged[0]["reason"]["text"].as_str().unwrap();
    assert!(text.ends_with("no route catches it: recorded, and only logged"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_routes_every_channel_is_told_what_it_takes() {
    let mut office = Office::new("", "min_severity = \"high\"").await;
    office.at("2026-06-04T22:00:00Z", "oil").await;
    assert_eq!(office.told(), [1, 0, 1]);
    office.at("2026-06-04T22:10:00Z", "NATO").await;
    assert_eq!(office.told(), [2, 1, 2]);
    assert!(office.deliveries().iter().all(|view| view.route.is_none()));
}

/// What [`NIGHTS`] means, said otherwise.
fn expected(at: Timestamp, what: &str) -> &'static str {
    let local = at.to_zoned(TimeZone::get("Europe/Copenhagen").unwrap());
    let weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
    match (weekend, local.hour()) {
        (false, 8..18) => "chat",
        _ if what == "NATO" => "phone",
        _ => "mail",
    }
}

/// October 2026: the clocks are put back on the 25th.
#[tokio::test(flavor = "multi_thread")]
async fn over_a_month_every_alert_goes_to_one_channel_by_the_clock_on_the_wall() {
    let mut office = Office::new(NIGHTS, "").await;
    let start: Timestamp = "2026-10-01T00:30:00Z".parse().unwrap();
    let mut wanted = [0, 0, 0];
    for n in 0..90u32 {
        let at = start + 8 * HOUR * n;
        let what = if n % 2 == 0 { "NATO" } else { "oil" };
        let place = ["chat", "phone", "mail"].iter().position(|one| *one == expected(at, what));
        wanted[place.unwrap()] += 1;
        office.at(&at.to_string(), what).await;
    }
    assert_eq!(office.world.alerts().len(), 90, "each story raised an alert");
    assert_eq!(office.told(), wanted);
    assert!(office.deliveries().iter().all(|view| view.state == DeliveryState::Delivered));
    assert_eq!(office.world.alert_log().len(), 90);
}
