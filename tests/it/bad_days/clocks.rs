//! Clocks that jump by ten years, while it runs and between two runs: each story is told once, each
//! digest has what the others have not, and no server is asked more often.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::support::channel::Receiver;
use crate::support::server::Reply;
use crate::support::world::{Item, World, item, rss};

const HOUR: Duration = Duration::from_secs(3_600);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Titles that tell different stories.
const TITLES: [&str; 12] = [
    "NATO ministers sign a harbour defence pact in Copenhagen",
    "Ferries halt as NATO drill begins",
    "Museum of NATO opens its doors in Riga",
    "Tromso hosts a NATO school for divers",
    "Rail strike stops NATO convoy near Lublin",
    "Storm sinks NATO buoys off Iceland",
    "Choir of NATO veterans tours Portugal",
    "Court clears NATO pilot of smuggling cheese",
    "Bakery near NATO base wins bread prize",
    "Volcano ash grounds NATO balloons",
    "Lighthouse keeper paints NATO star",
    "Chess club beats NATO cooks again",
];

/// A daemon with a webhook that takes alerts and daily digests.
struct Watch {
    world: World,
    sink: Receiver,
    /// When it is, whatever the wall says.
    right: Timestamp,
    published: Vec<Item>,
    told: usize,
}

impl Watch {
    async fn new() -> Self {
        let sink = Receiver::start().await;
        let mut world = World::new(&["wire"]).await;
        world.extra = format!(
            "[retention]\nkeep = \"forever\"\nalerts = \"forever\"\nhistory = \"forever\"\n\
             [[channel]]\nid = \"log\"\ntype = \"log\"\n[[channel]]\nid = \"hook\"\n\
             type = \"webhook\"\nurl = \"{}\"\ndigest = {{ every = \"day\", at = \"07:00\" }}\n",
            sink.url()
        );
        world.allow(&sink.host());
        world.start().await;
        world.first_round().await;
        let right = world.now();
        Self { world, sink, right, published: Vec::new(), told: 0 }
    }

    /// A story that nobody told yet.
    fn story(&mut self) -> Item {
        self.told += 1;
        item(TITLES[self.told - 1])
    }

    /// Has a story published, and the feed read by hand.
    async fn tell(&mut self, story: Item) {
        self.published.push(story);
        let date = httpdate::fmt_http_date(self.right.into());
        let reply = Reply::ok(rss("wire", &self.published)).header("Date", date);
        self.world.server.set("/wire", reply);
        self.world.visit("wire").await;
    }

    /// Bodies of this schema, each once.
    fn got(&self, schema: &str) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let received = self.sink.received().into_iter();
        let new = received.filter(|request| seen.insert(request.id().to_owned()));
        let bodies: Vec<Value> = new.map(|request| request.json()).collect();
        bodies.into_iter().filter(|body| body["schema"] == schema).collect()
    }

    /// Every story was told: once by the webhook, once in the log; no alert is in two digests.
    fn check(&self) {
        assert_eq!(self.world.alerts().len(), self.told, "one alert for each story");
        let headlines = |bodies: &[Value]| -> Vec<String> {
            bodies.iter().map(|body| body["headline"].as_str().unwrap().to_owned()).collect()
        };
        let mut expected: Vec<&str> = TITLES[..self.told].to_vec();
        expected.sort_unstable();
        let mut pushed = headlines(&self.got("wirewatch.alert.v1"));
        pushed.sort_unstable();
        assert_eq!(pushed, expected);
        let lines = self.world.alert_log().into_iter();
        let alerts: Vec<Value> =
            lines.filter(|line| line["schema"] == "wirewatch.alert.v1").collect();
        let mut logged = headlines(&alerts);
        logged.sort_unstable();
        assert_eq!(logged, expected);
        let mut digested = BTreeSet::new();
        for digest in self.got("wirewatch.digest.v1") {
            for alert in digest["alerts"].as_array().unwrap() {
                assert!(digested.insert(alert["id"].to_string()), "{alert} is in two digests");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ten_years_while_it_runs_loses_and_repeats_no_alert_and_asks_no_more() {
    let mut watch = Watch::new().await;
    let right = watch.right;
    let before = watch.world.server.requests("/wire").len();
    let (ahead, behind) = (right + TEN_YEARS, right - TEN_YEARS);
    for wall in [right, ahead, right, behind, ahead, right] {
        watch.world.clock.set_wall(wall);
        let undated = watch.story();
        watch.tell(undated).await;
        // By a newsroom whose clock is right, as is that of its server.
        let dated = watch.story().published(right);
        watch.tell(dated).await;
    }
    let by_hand = watch.told;
    assert_eq!(watch.world.server.requests("/wire").len(), before + by_hand, "nothing by itself");
    watch.world.clock.set_wall(right);
    watch.world.clock.advance(HOUR + HOUR / 5);
    watch.world.next_visit().await;
    watch.world.delivered().await;
    assert_eq!(watch.world.server.requests("/wire").len(), before + by_hand + 1, "as always");
    watch.check();
    watch.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_ten_years_off_at_a_start_loses_and_repeats_no_alert_and_no_digest() {
    let mut watch = Watch::new().await;
    let right = watch.right;
    watch.world.stop().await;
    for wall in [right - TEN_YEARS, right + TEN_YEARS, right, right + TEN_YEARS, right - TEN_YEARS]
    {
        watch.world.clock.set_wall(wall);
        let story = watch.story();
        watch.world.publish("wire", story);
        // A run that visits each feed once, and sends what is due.
        assert_eq!(watch.world.round().await[0].new_entries, 1);
        watch.world.clock.advance(26 * HOUR);
        watch.world.round().await;
    }
    watch.world.clock.set_wall(right + 7 * 24 * HOUR);
    for _ in 0..3 {
        watch.world.clock.advance(25 * HOUR);
        watch.world.round().await;
    }
    watch.check();
    let digests = watch.got("wirewatch.digest.v1");
    let told = digests.iter().map(|digest| digest["alerts"].as_array().unwrap().len());
    assert_eq!(told.sum::<usize>(), watch.told, "each alert is in one digest");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dates_itself_before_its_own_news_makes_no_old_news_new() {
    let mut told = Vec::new();
    for date in [None, Some("Mon, 05 Jan 2015 00:00:00 GMT"), Some("Mon, 01 Jun 2026 12:00:00 GMT")]
    {
        let mut world = World::past_baseline(&["wire"]).await;
        let dated =
            |(title, days): (&&str, u32)| item(title).published(world.now() - days * 24 * HOUR);
        let items: Vec<Item> = TITLES.iter().zip(0..).map(dated).collect();
        let reply = Reply::ok(rss("wire", &items));
        let reply = date.into_iter().fold(reply, |reply, date| reply.header("Date", date));
        world.server.set("/wire", reply);
        assert_eq!(world.visit("wire").await.new_entries as usize, TITLES.len());
        told.push(world.alerts().len());
        world.stop().await;
    }
    assert!(told[0] < TITLES.len(), "what is days old is no news: {told:?}");
    assert_eq!(told, [told[0]; 3], "whatever the server says that it is");
}
