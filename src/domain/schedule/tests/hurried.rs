//! A shorter interval brings a feed that waits forward, and nothing else does.

use super::*;

const SHORT: Interval =
    Interval { floor: Duration::from_secs(60), ceiling: Duration::from_secs(5 * 60) };

#[test]
fn a_shorter_interval_brings_the_next_fetch_forward_and_the_same_one_changes_nothing() {
    let waiting = after(Hints::default());
    assert_eq!(hurried(&waiting, INTERVAL), None);
    let sooner = hurried(&waiting, SHORT).unwrap();
    assert!(within(wait(&sooner), 5 * MINUTE), "{:?}", wait(&sooner));
    assert_eq!(hurried(&sooner, SHORT), None, "asked again it says the same");
    assert_eq!(hurried(&sooner, INTERVAL), None, "a longer one counts from the next fetch on");
}

#[test]
fn what_a_server_asked_for_is_not_cut_short() {
    let fresh = Freshness { fresh_for: Some(120 * MINUTE), ..Freshness::default() };
    let kept = after(Hints { freshness: fresh, ..Hints::default() });
    assert_eq!((kept.next_reason.as_ref(), hurried(&kept, SHORT)), ("max_age", None));
    let failed = record(Outcome::Failed);
    for retry_after in [None, Some(90 * MINUTE)] {
        let refused = after_failure(&after(Hints::default()), &failed, retry_after, false);
        assert_eq!(hurried(&refused, SHORT), None);
    }
    assert_eq!(hurried(&state(), SHORT), None, "it was never fetched");
}
