//! Channels that do not keep their part of the contract: the dispatcher lives on, and takes
//! nothing for delivered that nobody took.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use wirewatch::daemon::dispatcher::Dispatcher;
use wirewatch::deliver::{Capacity, Channel, ChannelError, Receipt};
use wirewatch::domain::alert::delivery::{Claimed, DeliveryState};

use super::desk::Desk;

enum Odd {
    Panics,
    AnswersNothing,
    NeverAnswers,
}

impl Channel for Odd {
    fn capacity(&self) -> Capacity {
        Capacity { batch: 10, concurrent: 1, patience: Duration::from_secs(3600) }
    }

    fn send<'a>(
        &'a self,
        _batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        match self {
            Odd::Panics => async { panic!("a defect in a channel") }.boxed(),
            Odd::AnswersNothing => async { Vec::new() }.boxed(),
            Odd::NeverAnswers => std::future::pending().boxed(),
        }
    }
}

fn dispatcher(desk: &Desk, channel: Odd) -> Dispatcher {
    Dispatcher { channel: Box::new(channel), ..desk.dispatcher("log") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_panics_or_forgets_to_answer_has_not_delivered() {
    for (channel, code) in [(Odd::Panics, "panic"), (Odd::AnswersNothing, "no_answer")] {
        let mut desk = Desk::new().log("log", 1 << 20);
        desk.alert(1, 1).await;
        desk.alert(2, 1).await;
        let tally = dispatcher(&desk, channel).drain(&CancellationToken::new()).await;
        assert_eq!((tally.delivered, tally.failed), (0, 2));
        for delivery in desk.deliveries(None) {
            assert_eq!(delivery.state, DeliveryState::Pending);
            assert_eq!(delivery.attempts[0].code, code);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_never_answers_holds_up_no_stop() {
    let mut desk = Desk::new().log("log", 1 << 20);
    desk.alert(1, 1).await;
    let (odd, stop) = (dispatcher(&desk, Odd::NeverAnswers), CancellationToken::new());
    let stopped = stop.clone();
    let task = tokio::spawn(async move { odd.drain(&stopped).await });
    desk.until("claimed", |desk| desk.delivery("D1").state == DeliveryState::Sending).await;
    let asked = Instant::now();
    stop.cancel();
    task.await.expect("stopped");
    assert!(asked.elapsed() < Duration::from_secs(60), "{:?}", asked.elapsed());
    assert_eq!(desk.delivery("D1").state, DeliveryState::Sending);
}
