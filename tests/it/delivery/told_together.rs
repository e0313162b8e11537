//! Alerts that were told in one message: what follows on them waits until that has arrived.

use wirewatch::daemon::dispatcher::Manners;
use wirewatch::domain::alert::terms::{Group, GroupBy};

use super::*;

async fn drain(desk: &Desk) {
    let mut dispatcher = desk.dispatcher("hook");
    let group = Group { by: GroupBy::All, wait: Duration::ZERO, most: 20 };
    dispatcher.manners = Manners { group: Some(group), ..Manners::plain() };
    dispatcher.drain(&CancellationToken::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_does_not_overtake_the_message_that_told_its_story() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(500)]);
    desk.alert(1, 1).await;
    desk.alert(2, 1).await;
    drain(&desk).await;
    assert_eq!(receiver.received().len(), 1, "both in one message, which was refused");
    desk.alert(1, 2).await;
    drain(&desk).await;
    assert_eq!(receiver.received().len(), 1, "it waits");
    desk.clock.advance(MINUTE);
    drain(&desk).await;
    let schemas: Vec<String> =
        receiver.received().iter().map(|one| one.json()["schema"].to_string()).collect();
    let [digest, alert] = ["wirewatch.digest.v1", "wirewatch.alert.v1"].map(|s| format!("{s:?}"));
    assert_eq!(schemas, [digest.clone(), digest, alert]);
}
