//! What becomes of a delivery after each answer, up to the last attempt.

use super::*;

const ID: DeliveryId = DeliveryId(7_000_123);

fn now() -> Timestamp {
    "2026-05-04T10:00:00Z".parse().expect("a time")
}

fn wait_after(id: DeliveryId, attempt: u32, retry_after: Option<Duration>) -> Option<Duration> {
    match settlement(id, attempt, Answer::Later { retry_after }, now()) {
        Settlement::Retry { at } => Some(at.duration_since(now()).unsigned_abs()),
        Settlement::Park => None,
        other => panic!("{other:?} of a failure that counts"),
    }
}

#[test]
fn what_was_taken_is_delivered_and_what_never_will_be_is_parked() {
    assert_eq!(settlement(ID, 1, Answer::Taken, now()), Settlement::Delivered);
    assert_eq!(settlement(ID, 99, Answer::Taken, now()), Settlement::Delivered);
    assert_eq!(settlement(ID, 1, Answer::Never, now()), Settlement::Park);
}

#[test]
fn waits_follow_the_schedule_within_a_tenth_and_end_in_parking() {
    for (tried, scheduled) in RETRY_AFTER.into_iter().enumerate() {
        let wait = wait_after(ID, tried as u32 + 1, None).expect("another attempt");
        assert!(wait >= scheduled * 9 / 10 && wait <= scheduled * 11 / 10, "{wait:?}");
    }
    assert_eq!(wait_after(ID, MAX_ATTEMPTS, None), None);
    assert_eq!(wait_after(ID, u32::MAX, None), None);
}

#[test]
fn deliveries_that_failed_together_do_not_come_back_together() {
    let waits: std::collections::BTreeSet<_> =
        (0..100).map(|n| wait_after(DeliveryId(n), 4, None)).collect();
    assert!(waits.len() > 50, "{} different waits", waits.len());
    assert_eq!(wait_after(ID, 4, None), wait_after(ID, 4, None));
}

#[test]
fn a_channel_can_ask_for_more_time_but_not_for_less_nor_for_ever() {
    let minute = Duration::from_secs(60);
    let asked = wait_after(ID, 1, Some(minute)).expect("another attempt");
    assert!(asked >= minute && asked <= minute * 11 / 10, "{asked:?}");
    assert_eq!(wait_after(ID, 3, Some(minute)), wait_after(ID, 3, None));
    let clamped = wait_after(ID, 1, Some(Duration::MAX)).expect("another attempt");
    assert!(clamped <= MAX_RETRY_AFTER * 11 / 10, "{clamped:?}");
}

#[test]
fn the_end_of_time_is_not_passed() {
    let answer = Answer::Later { retry_after: None };
    let settled = settlement(ID, 5, answer, Timestamp::MAX);
    assert_eq!(settled, Settlement::Retry { at: Timestamp::MAX });
}

#[test]
fn that_nothing_is_taken_at_present_is_waited_for_and_not_paid_for_a_day() {
    let wait_of = |attempt: u32, hours: i64, asked: u64| {
        let delivery = Claimed {
            id: ID,
            carried: Carried::Notice(NoticeId(1)),
            channel: "desk".parse().expect("a channel"),
            body: Vec::new(),
            attempt,
            created: now() - jiff::SignedDuration::from_hours(hours),
            thread: Thread::default(),
        };
        let asked = (asked > 0).then(|| Duration::from_secs(asked));
        not_now(&delivery, asked, now()).map(|settled| match settled {
            Settlement::Wait { at } => at.duration_since(now()).as_secs(),
            other => panic!("{other:?}"),
        })
    };
    for attempt in [1, 3, 10, 500, u32::MAX] {
        let (young, old) = (wait_of(attempt, 0, 0), wait_of(attempt, 23, 0));
        assert!((4..=6).contains(&young.expect("a wait")), "{attempt}: {young:?}");
        assert!((13 * 60..=17 * 60).contains(&old.expect("a wait")), "{attempt}: {old:?}");
    }
    assert!(wait_of(1, 0, 3_600).expect("a wait") >= 3_600, "as long as the channel asks");
    assert_eq!(wait_of(3, 24, 0), None, "may be what it cannot digest");
    assert_eq!(wait_of(3, -1, 0), None, "of a clock that was put back nothing is known");
}
