//! Each rule of the alert policy, as a user would say it.

use super::*;
use crate::domain::alert::baseline::Past;
use crate::domain::alert::silence::SilenceScope;

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn policy() -> AlertPolicy {
    AlertPolicy {
        publishers_min: 1,
        publishers_within: None,
        follow_up: FollowUp { publishers: vec![2, 5], quiet: 24 * HOUR, repeat_every: 6 * HOUR },
        max_age: 7 * 24 * HOUR,
        budget: None,
        burst: false,
    }
}

fn first(matched: &[(String, Timestamp)]) -> Situation<'_> {
    Situation {
        now: now(),
        published: Some(now() - HOUR),
        baseline: None,
        silence: None,
        matched,
        publishers: matched.len() as u32,
        alert: None,
        shadow: false,
    }
}

fn first_fetch(within: Duration) -> Option<Baseline> {
    Some(Baseline { why: Past::FirstFetch, within })
}

fn check(policy: &AlertPolicy, situation: &Situation<'_>, expect: (Verdict, &str)) {
    let (verdict, reason) = decide(policy, situation);
    assert_eq!((verdict, reason.code.as_str()), expect, "{}", reason.text);
}

fn raised(seq: u32, hours_ago: u32, publishers: u32) -> Option<Raised> {
    let at = now() - HOUR * hours_ago;
    Some(Raised {
        just_opened: seq == 1,
        revised: at,
        publishers,
        last_activity: at,
        shadow: false,
    })
}

#[test]
fn the_first_match_of_a_story_raises() {
    let one = [("Harbour Wire".to_owned(), now())];
    check(&policy(), &first(&one), (Verdict::Raise, "first"));
    let undated = Situation { published: None, ..first(&one) };
    check(&policy(), &undated, (Verdict::Raise, "first"));
}

#[test]
fn a_baseline_raises_nothing_unless_backfill_reaches_the_entry() {
    let one = [("Harbour Wire".to_owned(), now())];
    let baseline = Situation { baseline: first_fetch(Duration::ZERO), ..first(&one) };
    check(&policy(), &baseline, (Verdict::Baseline, "baseline"));
    let backfill = Situation { baseline: first_fetch(2 * HOUR), ..first(&one) };
    check(&policy(), &backfill, (Verdict::Raise, "first"));
    let undated = Situation { published: None, ..backfill };
    check(&policy(), &undated, (Verdict::Baseline, "baseline"));
}

#[test]
fn what_resurfaces_or_is_silenced_is_held_back() {
    let one = [("Harbour Wire".to_owned(), now())];
    let old = Situation { published: Some(now() - HOUR * 24 * 8), ..first(&one) };
    check(&policy(), &old, (Verdict::Suppress, "stale"));
    let silence = Silence {
        id: 1,
        scope: SilenceScope::Topic("nato".to_owned()),
        author: "ann".to_owned(),
        reason: "exercise week".to_owned(),
        starts: now(),
        ends: now() + HOUR,
    };
    let silenced = Situation { silence: Some(&silence), ..first(&one) };
    check(&policy(), &silenced, (Verdict::Suppress, "silenced"));
}

#[test]
fn a_topic_can_wait_for_a_second_publisher_within_a_time() {
    let mut policy = policy();
    policy.publishers_min = 2;
    policy.publishers_within = Some(2 * HOUR);
    let twice = [("A".to_owned(), now() - HOUR), ("A".to_owned(), now())];
    check(&policy, &first(&twice), (Verdict::Suppress, "awaiting_publishers"));
    let late = [("A".to_owned(), now() - 3 * HOUR), ("B".to_owned(), now())];
    check(&policy, &first(&late), (Verdict::Suppress, "awaiting_publishers"));
    let both = [("A".to_owned(), now() - HOUR), ("B".to_owned(), now())];
    check(&policy, &first(&both), (Verdict::Raise, "first"));
}

#[test]
fn the_second_publisher_amends_at_once_and_later_ones_wait_for_repeat_every() {
    let second = Situation { publishers: 2, alert: raised(1, 0, 1), ..first(&[]) };
    check(&policy(), &second, (Verdict::Amend, "publishers>=2"));
    let fifth_soon = Situation { publishers: 5, alert: raised(2, 1, 2), ..first(&[]) };
    check(&policy(), &fifth_soon, (Verdict::Record, "repeat_every"));
    let fifth_later = Situation { publishers: 6, alert: raised(2, 6, 2), ..first(&[]) };
    check(&policy(), &fifth_later, (Verdict::Amend, "publishers>=5"));
}

#[test]
fn an_entry_that_only_repeats_is_recorded_and_a_story_that_wakes_up_is_told() {
    let repeat = Situation { publishers: 1, alert: raised(1, 1, 1), ..first(&[]) };
    check(&policy(), &repeat, (Verdict::Record, "repeats"));
    let awake = Situation { publishers: 1, alert: raised(1, 24, 1), ..first(&[]) };
    check(&policy(), &awake, (Verdict::Amend, "resumed"));
}

#[test]
fn an_alert_that_nobody_was_told_of_is_raised_once_the_topic_has_left_shadow_mode() {
    let unheard = raised(3, 1, 2).map(|alert| Raised { shadow: true, ..alert });
    let both = [("A".to_owned(), now() - HOUR), ("B".to_owned(), now())];
    let live = Situation { alert: unheard, ..first(&both) };
    check(&policy(), &live, (Verdict::Raise, "left_shadow"));
    let on_trial = Situation { shadow: true, ..live.clone() };
    check(&policy(), &on_trial, (Verdict::Record, "repeats"));
    let mut asks_three = policy();
    asks_three.publishers_min = 3;
    check(&asks_three, &live, (Verdict::Suppress, "awaiting_publishers"));
}
