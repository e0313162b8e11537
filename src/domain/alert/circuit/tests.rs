//! When a circuit opens and closes, when it is probed, who is told, and what is given up.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn failed(delivery: i64, code: &'static str) -> Heard {
    let (delivery, code) = (DeliveryId(delivery), code.into());
    Heard::Failed { delivery, code, detail: None, retry_after: None }
}

fn after_all(heard: &[Heard]) -> Option<Circuit> {
    (0..)
        .zip(heard)
        .fold(None, |circuit, (second, heard)| after(circuit.as_ref(), heard, at(second)))
}

#[test]
fn three_failures_in_a_row_open_it_and_one_answer_closes_it() {
    let two: Vec<Heard> = (1..3).map(|n| failed(n, "http_500")).collect();
    assert!(after_all(&two).is_some_and(|circuit| circuit.is_closed()));
    let mut three = two.clone();
    three.push(failed(3, "http_500"));
    let open = after_all(&three).unwrap();
    assert_eq!((open.state, open.since), (CircuitState::Open, at(0)));
    let mut between = two;
    between.extend([Heard::Alive, failed(3, "http_500")]);
    assert!(after_all(&between).is_some_and(|circuit| circuit.is_closed()));
    assert_eq!(after(Some(&open), &Heard::Alive, at(60)), None);
}

#[test]
fn one_delivery_that_fails_by_itself_opens_nothing_unless_there_is_no_way() {
    let poison: Vec<Heard> = (0..20).map(|_| failed(1, "http_500")).collect();
    assert!(after_all(&poison).is_some_and(|circuit| circuit.is_closed()));
    let offline: Vec<Heard> = (0..3).map(|_| failed(1, "connect")).collect();
    assert!(after_all(&offline).is_some_and(|circuit| !circuit.is_closed()));
}

#[test]
fn what_was_never_tried_need_not_wait_for_what_is_not_digested() {
    let poison: Vec<Heard> = (0..4).map(|n| failed(n % 2, "http_500")).collect();
    let open = after_all(&poison).unwrap();
    assert!(!open.is_closed() && !open.may_probe(at(4)) && open.may_try_untried(at(4)));
    let offline = after(Some(&open), &failed(3, "connect"), at(5)).unwrap();
    assert!(!offline.may_try_untried(at(5)));
    let (delivery, code) = (DeliveryId(3), ReasonCode::from("http_503"));
    let asks = |second| {
        let retry_after = Some(Duration::from_secs(second));
        Heard::Failed { delivery, code: code.clone(), detail: None, retry_after }
    };
    for (seconds, may) in [(0, true), (20, false), (120, false)] {
        let asked = after(Some(&open), &asks(seconds), at(5)).unwrap();
        assert_eq!(asked.may_try_untried(at(6)), may, "Retry-After: {seconds}");
        // Another one that was under way and fails without asking changes nothing of it.
        let other = after(Some(&asked), &failed(4, "http_503"), at(6)).unwrap();
        assert_eq!(other.may_try_untried(at(7)), may, "Retry-After: {seconds}");
        assert!(other.may_try_untried(at(5 + seconds as i64)));
    }
}

#[test]
fn a_burst_of_failures_is_probed_after_the_first_wait_unless_the_channel_asks_for_more() {
    let burst: Vec<Heard> = (0..6).map(|n| failed(n, "http_500")).collect();
    let open = after_all(&burst).unwrap();
    assert_eq!((open.failures, open.probes), (6, 0));
    assert_eq!(open.next_probe, at(2 + 5), "after the third failure, which opened it");
    let (delivery, hour) = (DeliveryId(12), Some(Duration::from_secs(3600)));
    let asks = Heard::Failed { delivery, code: "http_429".into(), detail: None, retry_after: hour };
    assert_eq!(after(Some(&open), &asks, at(6)).unwrap().next_probe, at(6 + 3600));
    let probed = after(Some(&open), &failed(0, "http_500"), at(32)).unwrap();
    assert_eq!((probed.probes, probed.next_probe), (1, at(32 + 15)));
}

#[test]
fn a_channel_that_is_sent_too_much_waits_as_long_as_it_asks_and_longer_only_if_it_takes_nothing() {
    let too_much = |second: u64| Heard::Failed {
        delivery: DeliveryId(1),
        code: "http_429".into(),
        detail: None,
        retry_after: (second > 0).then(|| Duration::from_secs(second)),
    };
    let first = after(None, &too_much(3), at(0)).unwrap();
    assert_eq!((first.state, first.next_probe), (CircuitState::Open, at(3)), "at once");
    assert!(!first.may_try_untried(at(9)));
    assert_eq!(after(Some(&first), &Heard::Alive, at(3)), None);
    let (mut circuit, mut now, mut waits) = (None, at(0), Vec::new());
    for _ in 0..12 {
        let open = after(circuit.as_ref(), &too_much(0), now).unwrap();
        waits.push(open.next_probe.duration_since(now).as_secs());
        now = open.next_probe;
        circuit = Some(open);
    }
    assert_eq!(waits, [1, 2, 5, 10, 15, 30, 60, 60, 120, 300, 900, 900]);
}

#[test]
fn a_channel_that_says_when_to_come_back_is_not_left_alone_for_longer_at_first() {
    let busy = |second: u64| Heard::Failed {
        delivery: DeliveryId(1),
        code: "http_503".into(),
        detail: None,
        retry_after: (second > 0).then(|| Duration::from_secs(second)),
    };
    let wait = |heard: &[Heard]| {
        let circuit = heard.iter().fold(None, |circuit, one| after(circuit.as_ref(), one, at(0)));
        circuit.unwrap().next_probe.duration_since(at(0)).as_secs()
    };
    assert_eq!(wait(&[busy(2), busy(2), busy(2)]), 2);
    assert_eq!(wait(&[busy(0), busy(0), busy(0)]), 5);
}

#[test]
fn probes_come_at_growing_intervals_and_as_late_as_the_channel_asks() {
    let mut circuit = after_all(&(0..3).map(|_| failed(1, "connect")).collect::<Vec<_>>());
    let mut now = at(2);
    let mut waits = Vec::new();
    for _ in 0..10 {
        let open = circuit.unwrap();
        assert!(!open.may_probe(now));
        waits.push(open.next_probe.duration_since(now).as_secs());
        now = open.next_probe;
        assert!(open.may_probe(now));
        circuit = after(Some(&open), &failed(1, "connect"), now);
    }
    assert_eq!(waits, [5, 15, 30, 60, 120, 300, 600, 900, 900, 900]);
    let (delivery, hour) = (DeliveryId(1), Duration::from_secs(3600));
    let asks = |retry_after| {
        let code = "http_429".into();
        let heard = Heard::Failed { delivery, code, detail: None, retry_after };
        let next = after(circuit.as_ref(), &heard, now).unwrap().next_probe;
        next.duration_since(now).as_secs()
    };
    assert_eq!(asks(Some(hour)), 3600);
    assert_eq!(asks(Some(Duration::MAX)), 6 * 3600, "not for ever");
    let open = circuit.unwrap();
    for back in [Timestamp::from_second(1_000_000).unwrap(), now - 5 * hour] {
        assert!(open.may_probe(back), "a clock that was put back holds nothing up");
        let again = after(Some(&open), &failed(1, "connect"), back).unwrap();
        assert!(!again.may_probe(back) && again.since <= back, "and no more than once");
    }
}

#[test]
fn what_is_gone_stays_so_and_long_failures_are_told_once() {
    let gone = Heard::Gone { delivery: DeliveryId(1), code: "http_410".into(), detail: None };
    let circuit = after(None, &gone, at(0)).unwrap();
    assert_eq!(circuit.state, CircuitState::Gone);
    assert!(!circuit.may_probe(at(1_000_000)) && circuit.is_to_be_told(at(0), Some(at(0))));
    let open = after_all(&(0..3).map(|_| failed(1, "connect")).collect::<Vec<_>>()).unwrap();
    assert!(!open.is_to_be_told(at(599), None) && open.is_to_be_told(at(600), None));
    let lately = Some(at(-60));
    assert!(!open.is_to_be_told(at(3_599), lately) && open.is_to_be_told(at(3_600), lately));
    let told = Circuit { told: Some(at(600)), ..open };
    assert!(!told.is_to_be_told(at(6_000), None));
    assert!(!told.may_tell_again(at(6_000)) && told.may_tell_again(at(90_000)));
    let week = 7 * 24 * 3600;
    assert_eq!(told.gives_up_before(at(week)), None, "a clock that leapt ahead");
    let told = Circuit { probes: 24, ..told };
    assert_eq!(told.gives_up_before(at(week - 1)), None);
    assert_eq!(told.gives_up_before(at(week)), Some(at(0)));
}
