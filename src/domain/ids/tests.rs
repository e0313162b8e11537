//! Ids only grow, and what is printed is read back.

use super::*;

#[test]
fn ids_grow_even_when_the_clock_stands_still_or_jumps_back() {
    let mut ids = IdSource::resume(0);
    let noon = "2026-06-03T12:00:00Z".parse().unwrap();
    let first = ids.next(noon);
    let second = ids.next(noon);
    let third = ids.next("2016-06-03T12:00:00Z".parse().unwrap());
    assert!(first < second && second < third);
    let mut resumed = IdSource::resume(ids.last());
    assert!(resumed.next(Timestamp::UNIX_EPOCH) > third);
}

#[test]
fn two_instances_never_hand_out_the_same_id() {
    let noon = "2026-06-03T12:00:00Z".parse().unwrap();
    let (mut one, mut other) = (IdSource::resume(5), IdSource::resume(4_095));
    let ids = |source: &mut IdSource| (0..100).map(|_| source.next(noon)).collect::<Vec<_>>();
    let (ones, others) = (ids(&mut one), ids(&mut other));
    assert!(ones.iter().all(|id| !others.contains(id)));
    let since = noon.duration_since(IdSource::made_at(ones[99])).as_secs();
    assert_eq!(since, 0);
    assert!(IdSource::floor(noon) <= ones[0]);
}

#[test]
fn an_id_is_read_back_as_printed_in_either_case() {
    for raw in [0, 1, 31, 32, 1_234_567_890_123, 1 << 45] {
        let shown = AlertId(raw).to_string();
        assert_eq!(shown.parse(), Ok(AlertId(raw)));
        assert_eq!(shown.to_ascii_lowercase().parse(), Ok(AlertId(raw)));
    }
    for bad in ["", "A", "E0", "Alu", "A0123456789abcdef", "A-1"] {
        assert!(bad.parse::<AlertId>().is_err(), "{bad}");
    }
}

#[test]
fn keys_need_no_quoting_anywhere() {
    for good in ["nato", "bbc-world", "a.b_c-1"] {
        assert_eq!(good.parse::<TopicId>().map(|k| k.to_string()).as_deref(), Ok(good));
    }
    for bad in ["", "-c", "../x", "a b", "é", &"x".repeat(65)] {
        assert!(bad.parse::<TopicId>().is_err(), "{bad}");
    }
}

#[test]
fn a_digest_keeps_its_parts_and_kinds_apart() {
    assert_ne!(Digest::of("k", &[b"ab", b"c"]), Digest::of("k", &[b"a", b"bc"]));
    assert_ne!(Digest::of("k", &[b"ab"]), Digest::of("j", &[b"ab"]));
}
