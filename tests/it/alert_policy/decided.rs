//! What does not wait, and what ends: rises in severity, and alerts that somebody closed.

use wirewatch::domain::alert::change::Wish;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_rise_to_critical_is_told_at_once_however_recent_the_last_revision_is() {
    let mut world = World::new(&["wire", "ledger", "post"]).await;
    world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\nseverity = \"medium\"\n\
                    [topic.alert]\nfollow_up = { publishers = [2, 10] }\n\
                    [topic.alert.escalate]\ncritical = { publishers = 3 }\n"
        .to_owned();
    world.extra = URGENT.to_owned();
    world.start().await;
    world.first_round().await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    let told = ["opened first", "updated publishers>=2", "escalated severity"];
    assert_eq!(revisions(&world), told);
    assert_eq!(urgent(&world), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_alert_that_somebody_closed_nothing_more_is_told_unless_it_is_opened_again() {
    let policy = "[topic.alert]\nfollow_up = { publishers = [2, 3, 4, 5], repeat_every = \"6h\" }";
    let mut world = world(&["wire", "ledger", "post", "courier", "herald"], policy).await;
    for feed in ["wire", "ledger", "post"] {
        tell(&mut world, feed, "").await;
    }
    let held = alert(&world);
    assert!(held.held.is_some());
    let close = |world: &World, wish| {
        let (store, now) = (world.store(), world.now());
        async move { store.change_alert(held.view.id, wish, "ann", None, now).await }
    };
    close(&world, Wish::Close).await.unwrap().unwrap();
    let closed = alert(&world);
    assert_eq!(closed.held, None);
    let last = &closed.decisions.last().unwrap().reason;
    assert_eq!(
        (last.code.as_str(), last.text.as_str()),
        ("closed", "ann closed the alert before it was told")
    );
    world.clock.advance(7 * HOUR);
    tell(&mut world, "courier", "").await;
    assert_eq!(revisions(&world).len(), 2);
    assert_eq!(alert(&world).decisions.last().unwrap().reason.code, "closed");
    close(&world, Wish::Reopen).await.unwrap().unwrap();
    tell(&mut world, "herald", "").await;
    assert_eq!(revisions(&world)[2], "updated publishers>=5");
    assert_eq!(world.alert_log().len(), 3);
    world.stop().await;
}
