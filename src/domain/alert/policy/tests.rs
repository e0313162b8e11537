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
        follow_up: FollowUp {
            publishers: vec![2, 5],
            quiet: 24 * HOUR,
            new_facts: false,
            repeat_every: 6 * HOUR,
        },
        escalate: Vec::new(),
        max_age: 7 * 24 * HOUR,
        budget: None,
        burst: false,
    }
}

fn first(matched: &[(String, Timestamp)]) -> Situation<'_> {
    Situation {
        now: now(),
        published: Some(now() - HOUR),
        published_by: None,
        seen: now(),
        score: None,
        baseline: None,
        silence: None,
        matched,
        publishers: matched.len() as u32,
        alert: None,
        new_facts: None,
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
        severity: Severity::Medium,
        last_activity: at,
        shadow: false,
        corrected: None,
        closed: false,
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
    // A month ends later than it begins.
    let month = Situation { published_by: Some(now() - HOUR * 24 * 6), ..old.clone() };
    check(&policy(), &month, (Verdict::Raise, "first"));
    let silence = Silence {
        id: 1,
        scope: SilenceScope::Topic("nato".to_owned()),
        also: None,
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

fn tier(severity: Severity, publishers: Option<u32>, score: Option<f64>) -> Tier {
    Tier { severity, publishers, score }
}

fn with_tiers() -> AlertPolicy {
    AlertPolicy {
        escalate: vec![
            tier(Severity::High, Some(4), Some(8.0)),
            tier(Severity::Critical, None, Some(12.0)),
        ],
        ..policy()
    }
}

#[test]
fn a_tier_that_is_reached_raises_the_severity_and_comes_before_other_news() {
    let policy = with_tiers();
    let alert = raised(1, 1, 1);
    let fourth = Situation { publishers: 4, alert, ..first(&[]) };
    check(&policy, &fourth, (Verdict::Amend, "severity"));
    let (_, reason) = decide(&policy, &fourth);
    assert_eq!(reason.text, "from medium to high: 4 publishers tell the story, 4 are enough");
    let strong = Situation { publishers: 1, score: Some(12.5), alert, ..first(&[]) };
    let (_, reason) = decide(&policy, &strong);
    assert_eq!(reason.text, "from medium to critical: the score is 12.50, 12.00 is enough");
    let high = Raised { severity: Severity::High, ..alert.unwrap() };
    let again = Situation { publishers: 4, alert: Some(high), ..first(&[]) };
    check(&policy, &again, (Verdict::Amend, "publishers>=2"));
}

#[test]
fn of_an_alert_that_somebody_closed_nothing_more_is_told() {
    let closed = raised(2, 30, 1).map(|alert| Raised { closed: true, ..alert });
    let rise = Situation { publishers: 6, alert: closed, ..first(&[]) };
    check(&with_tiers(), &rise, (Verdict::Record, CLOSED));
    assert!(!may_correct(&policy(), &rise));
    let held = Reason::of("publishers>=5", "5 publishers tell the story".to_owned());
    assert_eq!(decide_held(&policy(), &rise, &held, now()).1.code, CLOSED);
    let on_trial = closed.map(|alert| Raised { shadow: true, ..alert });
    let one = [("Wire".to_owned(), now())];
    let real = Situation { alert: on_trial, ..first(&one) };
    check(&policy(), &real, (Verdict::Raise, "left_shadow"));
}

#[test]
fn a_rise_waits_for_no_time_to_be_over_and_all_else_does() {
    let rise = Situation { publishers: 4, alert: raised(2, 1, 3), ..first(&[]) };
    check(&with_tiers(), &rise, (Verdict::Amend, SEVERITY));
    let high = rise.alert.map(|alert| Raised { severity: Severity::High, ..alert });
    let fifth = Situation { publishers: 5, alert: high, ..first(&[]) };
    check(&with_tiers(), &fifth, (Verdict::Record, REPEAT_EVERY));
    assert_eq!(due(&policy().follow_up, now() - HOUR, now()), now() + 5 * HOUR);
}

#[test]
fn a_severity_that_was_reached_stays_unless_the_tiers_change() {
    let with = with_tiers();
    let medium = Severity::Medium;
    assert_eq!(with.severity(medium, 1, None, None), medium);
    assert_eq!(with.severity(medium, 4, None, None), Severity::High);
    assert_eq!(with.severity(medium, 1, Some(1.0), Some(Severity::Critical)), Severity::Critical);
    assert_eq!(policy().severity(medium, 1, None, Some(Severity::Critical)), medium);
}

#[test]
fn an_alert_that_opens_within_a_tier_says_so() {
    let one = [("Wire".to_owned(), now())];
    let strong = Situation { score: Some(9.0), ..first(&one) };
    let (verdict, reason) = decide(&with_tiers(), &strong);
    assert_eq!((verdict, reason.code.as_str()), (Verdict::Raise, "first"));
    assert!(reason.text.ends_with("; high: the score is 9.00, 8.00 is enough"), "{}", reason.text);
}

#[test]
fn new_facts_are_worth_a_revision_after_publishers_and_before_quiet() {
    let told = Some("new: Mette Frederiksen, told by 2 publishers".to_owned());
    let facts = Situation { publishers: 1, alert: raised(1, 30, 1), new_facts: told, ..first(&[]) };
    check(&policy(), &facts, (Verdict::Amend, "new_terms"));
    let second = Situation { publishers: 2, ..facts };
    check(&policy(), &second, (Verdict::Amend, "publishers>=2"));
}

#[test]
fn an_undated_entry_is_as_old_as_its_first_sight() {
    let one = [("Wire".to_owned(), now())];
    let seen = now() - 8 * 24 * HOUR;
    let resurfaced = Situation { published: None, seen, ..first(&one) };
    check(&policy(), &resurfaced, (Verdict::Suppress, "stale"));
    let dated_anew = Situation { seen, ..first(&one) };
    check(&policy(), &dated_anew, (Verdict::Raise, "first"));
}

#[test]
fn what_was_held_back_is_told_by_what_is_true_when_it_is_due() {
    let held = Reason::of("resumed", "active again after 25 h of quiet".to_owned());
    let due = Situation { publishers: 2, alert: raised(3, 6, 2), ..first(&[]) };
    let (verdict, reason) = decide_held(&policy(), &due, &held, now());
    assert_eq!((verdict, reason.code.as_str()), (Verdict::Amend, "resumed"));
    let joined = Situation { publishers: 5, ..due.clone() };
    let (verdict, reason) = decide_held(&policy(), &joined, &held, now());
    assert_eq!((verdict, reason.code.as_str()), (Verdict::Amend, "publishers>=5"));
    let longer = AlertPolicy {
        follow_up: FollowUp { repeat_every: 7 * HOUR, ..policy().follow_up },
        ..policy()
    };
    assert_eq!(decide_held(&longer, &due, &held, now()).0, Verdict::Record);
}

#[test]
fn time_alone_never_raises_and_tells_nothing_old_or_no_longer_true() {
    let held = Reason::of("publishers>=5", "5 publishers tell the story".to_owned());
    let told = Situation { publishers: 5, alert: raised(3, 6, 5), ..first(&[]) };
    let verdict = |situation: &Situation<'_>, held: &Reason, due: Timestamp| {
        let (verdict, reason) = decide_held(&policy(), situation, held, due);
        (verdict, reason.code)
    };
    let amends = (Verdict::Amend, "publishers>=5".to_owned());
    assert_eq!(verdict(&told, &held, now()), amends);
    assert_eq!(verdict(&told, &held, now() - 7 * 24 * HOUR), amends);
    let long_ago = verdict(&told, &held, now() - 8 * 24 * HOUR);
    assert_eq!(long_ago, (Verdict::Suppress, STALE.to_owned()), "after a long outage");
    let split = Situation { publishers: 4, ..told.clone() };
    assert_eq!(verdict(&split, &held, now()), (Verdict::Record, "repeats".to_owned()));
    let rise = Reason::of(SEVERITY, "from medium to high: 5 publishers tell".to_owned());
    assert_eq!(verdict(&split, &rise, now()), (Verdict::Record, "repeats".to_owned()));
    let unheard = raised(3, 6, 5).map(|alert| Raised { shadow: true, ..alert });
    let left_shadow = Situation { alert: unheard, ..told };
    assert_eq!(verdict(&left_shadow, &held, now()), (Verdict::Record, NOT_TOLD.to_owned()));
}

#[test]
fn a_revision_made_by_a_clock_that_was_ahead_holds_no_other_back() {
    let made = |at: Timestamp| Raised { revised: at, ..raised(2, 1, 2).unwrap() };
    let fifth = |at| Situation { publishers: 5, alert: Some(made(at)), ..first(&[]) };
    let years = fifth(now() + 1_000 * 24 * HOUR);
    check(&policy(), &years, (Verdict::Amend, "publishers>=5"));
    let held = Reason::of("resumed", "active again".to_owned());
    assert_eq!(decide_held(&policy(), &years, &held, now()).0, Verdict::Amend);
    // One that is over by itself soon is waited for.
    check(&policy(), &fifth(now() + HOUR), (Verdict::Record, "repeat_every"));
}
