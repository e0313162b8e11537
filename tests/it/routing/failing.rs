//! A channel that fails is told of on another one, once, and once when it works again.

use super::*;
use crate::support::channel::Answer;

const BOTH: &str = "[[route]]\nchannels = [\"phone\"]\n";

fn headlines(receiver: &Receiver, event: &str) -> Vec<String> {
    let notices = receiver.received().into_iter().map(|request| request.json());
    let notices = notices.filter(|json| json["event"] == event);
    notices.map(|json| json["headline"].as_str().unwrap().to_owned()).collect()
}

impl Office {
    /// Lets time pass in small steps, with the daemon running.
    pub(super) async fn wait(&self, minutes: u32) {
        for _ in 0..minutes * 2 {
            self.world.clock.advance(Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(4)).await;
            // What is under way on a busy machine would seem to take an hour, and be begun again.
            let begun = Instant::now();
            while self.is_sending() && begun.elapsed() < Duration::from_secs(2) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    fn is_sending(&self) -> bool {
        let state = Some(DeliveryState::Sending);
        let filter = DeliveryFilter { state, limit: 1, ..DeliveryFilter::default() };
        !self.world.store().deliveries(&filter).unwrap().is_empty()
    }

    pub(super) async fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        // A machine that is busy may take its time over each commit.
        for _ in 0..4_000 {
            if holds(self) {
                return;
            }
            self.wait(1).await;
        }
        panic!("{what}: {:#?}", self.deliveries());
    }

    /// One whose phone is gone for so long that the chat was told.
    async fn with_dead_phone() -> Self {
        let mut office = Self::new(BOTH, "").await;
        office.phone.vanish().await;
        office.world.start().await;
        office.publish("NATO");
        office.read().await;
        office.hears("channel_down").await;
        office
    }

    /// Waits until the phone was tried, while the clock stands still.
    async fn is_tried(&self) {
        let tried = async {
            let is_tried =
                |view: &DeliveryView| view.channel.as_str() == "phone" && !view.attempts.is_empty();
            while !self.deliveries().iter().any(is_tried) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), tried).await.expect("a try in time");
    }

    /// Waits until the chat hears of something.
    async fn hears(&self, event: &str) {
        self.wait_until(event, |office| !headlines(&office.chat, event).is_empty()).await;
    }

    pub(super) async fn read(&mut self) {
        self.world.app().visit_now(&"wire".parse().unwrap());
        self.world.next_visit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_fails_is_told_of_once_and_drains_in_order_when_it_is_back() {
    let mut office = Office::new(BOTH, "").await;
    office.phone.vanish().await;
    office.world.start().await;
    for _ in 0..14 {
        office.publish("NATO");
    }
    office.read().await;
    office.is_tried().await;
    office.hears("channel_down").await;
    office.wait(120).await;
    let down = headlines(&office.chat, "channel_down");
    assert_eq!(down.len(), 1, "{down:?}");
    assert!(down[0].starts_with("channel phone has failed since 2026-06-03 12:"), "{down:?}");
    assert!(down[0].ends_with("(connect): 14 deliveries wait"), "{down:?}");
    assert!(headlines(&office.phone, "channel_down").is_empty());
    let untried = |view: &&DeliveryView| view.attempts.is_empty();
    let waiting: Vec<DeliveryView> =
        office.deliveries().into_iter().filter(|view| view.channel.as_str() == "phone").collect();
    // One of them may be under way.
    let waits = [DeliveryState::Pending, DeliveryState::Sending];
    assert!(waiting.iter().all(|view| waits.contains(&view.state)));
    let probes: usize = waiting.iter().map(|view| view.attempts.len()).sum();
    assert!(probes < 40, "{probes} attempts in two hours");
    assert!(waiting.iter().filter(untried).count() < 14);

    office.phone.reappear().await;
    office.wait_until("delivered", |office| office.told()[1] >= 14).await;
    office.hears("channel_back").await;
    let mut ids: Vec<String> =
        office.phone.received().iter().map(|request| request.id().to_owned()).collect();
    assert_eq!(ids.len(), 14, "each once");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 14);
    let back = headlines(&office.chat, "channel_back");
    assert!(back[0].starts_with("channel phone works again after "), "{back:?}");
    office.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_channel_that_is_corrected_fails_no_longer_and_is_told_to_work_again() {
    let mut office = Office::with_dead_phone().await;
    let (old, new) = (office.phone.url(), format!("{}?v=2", office.phone.url()));
    office.world.extra = office.world.extra.replace(&old, &new);
    let config = office.world.load();
    office.world.app().reload(config).await.unwrap();
    office.phone.reappear().await;
    // A try that was under way may arrive by the old address, which says nothing of the new one.
    office.publish("NATO");
    office.read().await;
    office.hears("channel_back").await;
    assert!(office.world.store().circuits().unwrap().is_empty(), "nothing is left of it");
    assert_eq!(headlines(&office.chat, "channel_down").len(), 1);
    office.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_with_the_old_configuration_after_a_reload_says_nothing_of_the_new_one() {
    let mut office = Office::with_dead_phone().await;
    office.phone.reappear().await;
    // One try is under way, with the old address, and is not answered until the new one is there.
    office.phone.script([Answer::Hang]);
    office.wait_until("a try is under way", |office| office.told()[1] == 1).await;
    let (old, new) = (office.phone.url(), format!("{}?v=2", office.phone.url()));
    office.world.extra = office.world.extra.replace(&old, &new);
    let config = office.world.load();
    office.world.app().reload(config).await.unwrap();
    office.hears("channel_back").await;
    office
        .wait_until("nothing is left of it", |office| {
            office.world.store().circuits().unwrap().is_empty()
        })
        .await;
    office.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_channel_refuses_for_good_is_told_of_on_another_once_a_day() {
    let mut office = Office::new(BOTH, "").await;
    office.phone.script([Answer::Status(400), Answer::Status(422), Answer::Status(400)]);
    for told in [1, 1] {
        office.publish("NATO");
        office.world.round().await;
        // The chat may have been served already when the phone refused.
        office.world.round().await;
        let given_up = headlines(&office.chat, "given_up");
        assert_eq!(given_up.len(), told, "{given_up:?}");
        assert!(given_up[0].contains("channel phone does not take D"), "{given_up:?}");
        assert!(
            given_up[0].contains("(http_400): `wirewatch deliver log --failed`"),
            "{given_up:?}"
        );
    }
    office.world.clock.advance(25 * HOUR);
    office.publish("NATO");
    office.world.round().await;
    office.world.round().await;
    assert_eq!(headlines(&office.chat, "given_up").len(), 2, "a day later");
    assert!(headlines(&office.phone, "given_up").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_gone_stays_so_over_a_restart_until_its_url_changes() {
    let mut office = Office::new(BOTH, "").await;
    office.phone.script([Answer::Status(410)]);
    office.publish("NATO");
    office.world.round().await;
    assert_eq!(office.told()[1], 1);
    office.publish("NATO");
    office.world.round().await;
    office.world.clock.advance(24 * HOUR);
    office.world.round().await;
    assert_eq!(office.told()[1], 1, "left alone");
    let (old, new) = (office.phone.url(), format!("{}?v=2", office.phone.url()));
    office.world.extra = office.world.extra.replace(&old, &new);
    office.world.round().await;
    assert_eq!(office.told()[1], 3, "another URL is another try, also of what met the old one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_gone_is_tried_again_once_its_secret_is_another() {
    let mut office = Office::new(BOTH, "").await;
    let secret = office.world.dir().join("phone.secret");
    std::fs::write(&secret, "the one that was withdrawn").unwrap();
    let url = format!("url = \"{}\"", office.phone.url());
    let signed = format!("{url}\nsecret_file = \"phone.secret\"");
    office.world.extra = office.world.extra.replace(&url, &signed);
    office.phone.script([Answer::Status(410)]);
    for _ in 0..2 {
        office.publish("NATO");
        office.world.round().await;
    }
    assert_eq!(office.told()[1], 1, "left alone");
    std::fs::write(&secret, "the one that was given out since").unwrap();
    office.world.round().await;
    assert_eq!(office.told()[1], 3, "another secret is another try");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_channel_that_was_gone_retried_is_told_that_it_works_again() {
    let mut office = Office::new(BOTH, "").await;
    office.phone.script([Answer::Status(410)]);
    office.world.start().await;
    office.publish("NATO");
    office.read().await;
    office.hears("channel_down").await;
    office.publish("NATO");
    office.read().await;
    let waits = |office: &Office| {
        let waits = |view: &DeliveryView| {
            view.waits_for == Some(CircuitState::Gone) && view.attempts.is_empty()
        };
        office.deliveries().into_iter().find(waits)
    };
    office.wait_until("the second waits", |office| waits(office).is_some()).await;
    let waiting = waits(&office).unwrap();
    assert_eq!(waiting.next_attempt, None, "it is not said to be tried");
    let phone = DeliveryFilter { channel: Some("phone".parse().unwrap()), ..Default::default() };
    let retried = office.world.store().retry_deliveries(phone, office.world.now()).await.unwrap();
    assert_eq!(retried, 2, "what it refused, and what waited");
    office.hears("channel_back").await;
    office.wait_until("sent", |office| office.told()[1] == 3).await;
    assert!(office.world.store().circuits().unwrap().is_empty(), "nothing is left of it");
    office.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_channel_for_notices_fails_itself_the_others_are_told() {
    let routes = format!("{BOTH}[operations]\nchannels = [\"phone\"]\n");
    let mut office = Office::new(&routes, "").await;
    office.phone.vanish().await;
    office.world.start().await;
    office.publish("NATO");
    office.read().await;
    for receiver in ["chat", "mail"] {
        let told = |office: &Office| match receiver {
            "chat" => headlines(&office.chat, "channel_down").len(),
            _ => headlines(&office.mail, "channel_down").len(),
        };
        office.wait_until(receiver, |office| told(office) == 1).await;
    }
    office.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_go_where_routes_for_notices_lead_and_alerts_do_not() {
    let routes = "[[route]]\nevent = \"notice\"\nchannels = [\"mail\"]\n\
                  [[route]]\nchannels = [\"phone\"]\n";
    let mut office = Office::new(routes, "").await;
    office.phone.vanish().await;
    office.world.start().await;
    office.publish("NATO");
    office.publish("oil");
    office.read().await;
    office
        .wait_until("a notice", |office| !headlines(&office.mail, "channel_down").is_empty())
        .await;
    assert_eq!(office.told(), [0, 0, 1]);
    office.world.stop().await;
}
