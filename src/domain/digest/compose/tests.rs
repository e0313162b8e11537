//! What a digest names and what it counts.

use super::*;

/// A revision of an alert that so many publishers tell.
pub(crate) fn item(alert: i64, publishers: u32, score: Option<f64>) -> Item {
    Item {
        alert: AlertId(alert),
        seq: 1,
        at: Timestamp::UNIX_EPOCH,
        topic: "nato".parse().unwrap(),
        topic_name: "NATO".into(),
        severity: Severity::Medium,
        headline: format!("headline {alert}"),
        url: None,
        publishers,
        texts: publishers,
        publisher_names: Vec::new(),
        entries: publishers,
        score,
        threshold: score.map(|_| 1.0),
        terms: Vec::new(),
        raised: true,
        revisions: 1,
        held: None,
    }
}

fn frame() -> Frame {
    Frame {
        channel: "desk".parse().unwrap(),
        kind: Kind::Regular,
        at: Timestamp::UNIX_EPOCH,
        since: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        late: None,
        next: None,
        feeds: FeedCounts::default(),
    }
}

fn digest(revisions: Vec<Item>) -> Edition {
    compose(frame(), Material { revisions, ..Material::default() })
}

#[test]
fn stories_are_ranked_by_publishers_and_score_with_stable_ties() {
    let high = Item { severity: Severity::High, ..item(5, 2, None) };
    let made = [item(4, 2, None), item(2, 2, None), item(3, 1, Some(4.0)), high, item(1, 9, None)];
    let mut turned = made.to_vec();
    turned.reverse();
    let order = |made: Vec<Item>| -> Vec<i64> {
        digest(made).items.iter().map(|item| item.alert.0).collect()
    };
    assert_eq!(order(made.to_vec()), [1, 3, 5, 2, 4]);
    assert_eq!(order(turned), [1, 3, 5, 2, 4]);
}

#[test]
fn what_is_critical_or_was_not_sent_finds_room_before_what_was() {
    let critical = Item { severity: Severity::Critical, ..item(60, 1, None) };
    let held = |n| Item { held: Some(Held::Budget), ..item(n, 1, None) };
    let told = (0..50).map(|n| item(n, 9, None));
    let digest = digest(told.chain([critical]).chain((61..71).map(held)).collect());
    let named: Vec<i64> = digest.items.iter().map(|item| item.alert.0).collect();
    assert_eq!(named, (0..39).chain(60..71).collect::<Vec<_>>(), "ranked as ever");
    assert_eq!(digest.more, 11);
}

#[test]
fn an_alert_is_told_once_as_its_last_revision_has_it() {
    let held = Item { seq: 2, raised: false, held: Some(Held::Budget), ..item(1, 3, None) };
    let old = Item { seq: 7, raised: false, ..item(2, 1, None) };
    let digest = digest(vec![item(1, 1, None), held, old]);
    let [first, second] = digest.items.as_slice() else { panic!("{digest:?}") };
    assert_eq!((first.seq, first.publishers, first.raised, first.revisions), (2, 3, true, 2));
    assert_eq!((second.raised, second.revisions), (false, 1));
    let expected = Tally { raised: 1, revised: 1, over_budget: 1, ..Tally::default() };
    assert_eq!(digest.tally, expected);
}

#[test]
fn alerts_that_turned_out_to_be_one_story_are_told_as_one() {
    let item = |alert| item(alert, 1, None);
    let told = |alerts: &[i64], merged: &[(i64, i64)]| -> Vec<(i64, u32)> {
        let revisions = alerts.iter().map(|alert| item(*alert)).collect();
        let merged = merged.iter().map(|(a, b)| (AlertId(*a), AlertId(*b))).collect();
        let digest = compose(frame(), Material { revisions, merged, ..Material::default() });
        digest.items.iter().map(|item| (item.alert.0, item.revisions)).collect()
    };
    assert_eq!(told(&[1, 2, 3], &[(2, 1)]), [(1, 2), (3, 1)]);
    assert_eq!(told(&[1, 2, 3], &[(3, 2), (2, 1)]), [(1, 3)]);
    assert_eq!(told(&[4, 5], &[(4, 1), (5, 1)]), [(4, 2)], "the one that goes on is not new");
    assert_eq!(told(&[7], &[(7, 8), (8, 7)]), [(7, 1)], "whatever is stored");
}

#[test]
fn what_is_too_much_to_name_is_counted() {
    let made = (0..60).map(|n| item(n, 1, None)).collect();
    let digest = digest(made);
    assert_eq!((digest.items.len(), digest.more, digest.tally.raised), (50, 10, 60));
    assert!(!digest.is_empty());
    let material = Material { revisions: vec![item(1, 1, None)], lost: 7, ..Material::default() };
    assert_eq!(compose(frame(), material).more, 7);
}
