//! An open alert that nobody acknowledges is told again, so often and no oftener.

use wirewatch::domain::alert::change::Wish;
use wirewatch::domain::alert::silence::{Silence, SilenceScope};

use super::*;

const REPEAT: &str = "repeat = \"4h\"\nrepeat_most = 2";
const ALL: &str = "[[route]]\nchannels = [\"phone\"]\n";

async fn office() -> Office {
    let mut office = Office::new(ALL, REPEAT).await;
    office.at("2026-06-04T08:00:00Z", "NATO").await;
    assert_eq!(office.told()[1], 1);
    office
}

async fn pass(office: &mut Office, hours: u32) {
    office.world.clock.advance(HOUR * hours);
    office.world.round().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_alert_is_told_again_at_its_interval_with_an_id_of_its_own() {
    let mut office = office().await;
    for (hours, told) in [(3, 1), (1, 2), (3, 2), (2, 3), (8, 3), (48, 3)] {
        pass(&mut office, hours).await;
        assert_eq!(office.told()[1], told, "after {hours} more hours");
    }
    let received = office.phone.received();
    let json = received[1].json();
    assert_eq!((&json["repeat"], &json["seq"]), (&1.into(), &1.into()));
    assert_eq!(json["note"], "told again: nobody has acknowledged it");
    assert_ne!(received[0].id(), received[1].id());
    let repeats: Vec<u32> = office
        .deliveries()
        .iter()
        .filter(|view| view.channel.as_str() == "phone")
        .map(|view| view.repeat)
        .collect();
    assert_eq!(repeats, [2, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledging_closing_and_silencing_end_it() {
    let now = |office: &Office| office.world.now();
    for wish in [Wish::Acknowledge, Wish::Close] {
        let mut office = office().await;
        let alert = office.world.alerts()[0].id;
        let (store, at) = (office.world.store(), now(&office));
        store.change_alert(alert, wish, "ann", None, at).await.unwrap().unwrap();
        pass(&mut office, 5).await;
        assert_eq!(office.told()[1], 1, "{wish:?}");
    }
    let mut office = office().await;
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Topic("nato".to_owned()),
        also: None,
        author: "ann".to_owned(),
        reason: "planned".to_owned(),
        starts: now(&office),
        ends: now(&office) + 12 * HOUR,
    };
    office.world.store().add_silence(silence, now(&office)).await.unwrap();
    pass(&mut office, 5).await;
    assert_eq!(office.told()[1], 1, "while it is silenced");
    pass(&mut office, 8).await;
    assert_eq!(office.told()[1], 2, "and told again after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_again_is_as_severe_as_it_has_become_on_other_channels() {
    let routes = "[[route]]\nseverity = \"critical\"\nchannels = [\"chat\"]\n\
                  [[route]]\nchannels = [\"phone\"]\n";
    let mut office = Office::new(routes, REPEAT).await;
    office.at("2026-06-04T08:00:00Z", "oil").await;
    assert_eq!(office.told(), [0, 1, 0]);
    let alert = office.world.alerts()[0].id;
    let file = office.world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
    // As a later revision that only the other channel was sent.
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.execute(
        "INSERT INTO alert_revisions (alert_id, seq, event, at, entry_id, reason_code, reason_text, \
         object, reach) SELECT alert_id, 2, 'escalated', at, entry_id, 'severity', 'x', \
         json_set(object, '$.seq', 2, '$.topic.severity', 'critical'), reach \
         FROM alert_revisions WHERE alert_id = ?1",
        [alert.0],
    )
    .unwrap();
    pass(&mut office, 5).await;
    let again = office.phone.received()[1].json();
    assert_eq!((&again["repeat"], &again["topic"]["severity"]), (&1.into(), &"critical".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_gets_a_repeat_once() {
    let mut office = office().await;
    office.phone.vanish().await;
    for _ in 0..6 {
        pass(&mut office, 4).await;
    }
    office.phone.reappear().await;
    pass(&mut office, 1).await;
    pass(&mut office, 1).await;
    assert_eq!(office.told()[1], 2, "one waited; no other was made meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_told_again_is_not_once_the_channel_repeats_no_more() {
    let mut office = office().await;
    office.phone.vanish().await;
    for _ in 0..2 {
        pass(&mut office, 4).await;
    }
    let repeats = |office: &Office| -> Vec<DeliveryState> {
        let views = office.deliveries().into_iter().filter(|view| view.repeat > 0);
        views.map(|view| view.state).collect()
    };
    assert_eq!(repeats(&office), [DeliveryState::Pending]);
    office.world.extra = office.world.extra.replace(REPEAT, "");
    office.phone.reappear().await;
    pass(&mut office, 1).await;
    assert_eq!(repeats(&office), [DeliveryState::Dropped]);
    assert_eq!(office.told()[1], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_a_group_are_told_again_together_and_apart_from_what_is_new() {
    let keys = format!("{REPEAT}\ngroup = {{ by = \"all\", wait = \"10s\" }}");
    let mut office = Office::new(ALL, &keys).await;
    office.publish("NATO");
    office.publish("oil");
    office.world.round().await;
    pass(&mut office, 1).await;
    office.publish("oil");
    pass(&mut office, 4).await;
    pass(&mut office, 1).await;
    let told: Vec<String> = office
        .phone
        .received()
        .iter()
        .map(|request| request.json()["headline"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told[0], "2 alerts raised");
    let again = "2 open alerts, told again: nobody has acknowledged them";
    assert!(told[1..].iter().any(|headline| headline == again), "{told:?}");
    assert_eq!(told.len(), 3, "the new one by itself: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_told_again_is_not_once_somebody_has_seen_or_silenced_it() {
    // The channel fails, and what tries it is what waits.
    let mut office = office().await;
    office.phone.vanish().await;
    for _ in 0..6 {
        pass(&mut office, 4).await;
    }
    let (alert, at) = (office.world.alerts()[0].id, office.world.now());
    let store = office.world.store();
    store.change_alert(alert, Wish::Acknowledge, "ann", None, at).await.unwrap().unwrap();
    office.phone.reappear().await;
    pass(&mut office, 1).await;
    assert_eq!(office.told()[1], 1, "acknowledged meanwhile");

    let mut office = self::office().await;
    office.phone.vanish().await;
    pass(&mut office, 4).await;
    let at = office.world.now();
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Topic("nato".to_owned()),
        also: None,
        author: "ann".to_owned(),
        reason: "planned".to_owned(),
        starts: at,
        ends: at + 12 * HOUR,
    };
    office.world.store().add_silence(silence, at).await.unwrap();
    office.phone.reappear().await;
    pass(&mut office, 1).await;
    assert_eq!(office.told()[1], 1, "silenced meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_begins_to_repeat_is_not_flooded_with_what_was_told_before() {
    let mut office = Office::new(ALL, "").await;
    office.at("2026-06-04T08:00:00Z", "NATO").await;
    let keys = |office: &mut Office, from: &str, to: &str| {
        office.world.extra = office.world.extra.replace(from, to);
    };
    keys(&mut office, "id = \"phone\"\n", "id = \"phone\"\nrepeat = \"4h\"\nrepeat_most = 1\n");
    pass(&mut office, 5).await;
    assert_eq!(office.told()[1], 1, "told before it repeated");
    office.publish("oil");
    pass(&mut office, 0).await;
    for told in [3, 3] {
        pass(&mut office, 4).await;
        assert_eq!(office.told()[1], told, "told since: once more");
    }
    keys(&mut office, "repeat_most = 1", "repeat_most = 2");
    pass(&mut office, 4).await;
    assert_eq!(office.told()[1], 3, "as often as was configured when it was told");
    office.publish("NATO");
    pass(&mut office, 0).await;
    for told in [5, 6, 6] {
        pass(&mut office, 4).await;
        assert_eq!(office.told()[1], told, "twice by now");
    }
}
