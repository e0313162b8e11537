//! Makes a digest of the revisions of its time: one item per alert, the best first.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Edition, FeedCounts, Held, Item, Kind, Late, MAX_ITEMS, MAX_NAMED, Tally, Told};
use crate::domain::alert::merit::weight;
use crate::domain::ids::{AlertId, ChannelId, TopicId};

/// What a digest is made for and as what.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub channel: ChannelId,
    pub kind: Kind,
    pub at: Timestamp,
    pub since: Timestamp,
    pub zone: TimeZone,
    pub late: Option<Late>,
    pub next: Option<Timestamp>,
    pub feeds: FeedCounts,
}

/// What was found of its time. Revisions stand in the order in which they were committed, each
/// as an item of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Material {
    pub revisions: Vec<Item>,
    pub suppressed: Vec<(String, u64)>,
    pub pending: u64,
    pub silent: Vec<TopicId>,
    pub shadow: Vec<(TopicId, u64)>,
    /// Alerts that were closed since they tell the same story as an older one, each with that one.
    pub merged: HashMap<AlertId, AlertId>,
    /// How many more alerts there are, too many to read.
    pub lost: u32,
    /// Notices that quiet hours held, oldest first.
    pub notices: Vec<Told>,
}

/// Makes the digest. Alerts that turned out to tell one story are told as one. They are ranked by publishers × score; among equals the more severe come
/// first, then those raised first. The same material gives the same digest.
pub fn compose(frame: Frame, material: Material) -> Edition {
    let Material { revisions, merged, lost, notices, pending, .. } = material;
    let (mut suppressed, mut silent, mut shadow) =
        (material.suppressed, material.silent, material.shadow);
    let mut tally = Tally::default();
    let mut alerts: HashMap<AlertId, Item> = HashMap::new();
    for revision in revisions {
        count(&mut tally, &revision);
        let before = alerts.get(&revision.alert).map(|item| (item.raised, item.revisions));
        let (raised, revisions) = before.unwrap_or_default();
        let raised = raised || revision.raised;
        let revisions = revisions.saturating_add(1);
        alerts.insert(revision.alert, Item { raised, revisions, ..revision });
    }
    let mut items = told_as_one(alerts, &merged);
    for item in &items {
        let kind = if item.raised { &mut tally.raised } else { &mut tally.revised };
        *kind = kind.saturating_add(1);
    }
    items.sort_by(|one, other| {
        let by_weight = item_weight(other).total_cmp(&item_weight(one));
        by_weight.then(other.severity.cmp(&one.severity)).then(one.alert.cmp(&other.alert))
    });
    let more = u32::try_from(items.len().saturating_sub(MAX_ITEMS)).unwrap_or(u32::MAX);
    let more = more.saturating_add(lost);
    items.truncate(MAX_ITEMS);
    items.iter_mut().for_each(|item| item.publisher_names.truncate(MAX_NAMED));
    suppressed.truncate(MAX_NAMED);
    silent.truncate(MAX_NAMED);
    shadow.truncate(MAX_NAMED);
    Edition {
        channel: frame.channel,
        kind: frame.kind,
        at: frame.at,
        since: frame.since,
        zone: frame.zone,
        late: frame.late,
        items,
        more,
        notices,
        tally,
        suppressed,
        pending,
        silent,
        feeds: frame.feeds,
        shadow,
        next: frame.next,
    }
}

/// The alerts without those that go on in another one of them: of one story the one that goes on
/// is told, or else the oldest.
fn told_as_one(alerts: HashMap<AlertId, Item>, merged: &HashMap<AlertId, AlertId>) -> Vec<Item> {
    let mut stories: HashMap<AlertId, Item> = HashMap::new();
    for (alert, item) in alerts {
        let mut last = alert;
        // No longer way than there are steps: what is stored might lead in a circle.
        for _ in 0..merged.len() {
            let Some(older) = merged.get(&last) else { break };
            last = *older;
        }
        let rank = |item: &Item| (item.alert != last, item.alert);
        let story = match stories.remove(&last) {
            None => item,
            Some(other) => {
                let revisions = item.revisions.saturating_add(other.revisions);
                let first = if rank(&item) < rank(&other) { item } else { other };
                Item { revisions, ..first }
            }
        };
        stories.insert(last, story);
    }
    stories.into_values().collect()
}

fn item_weight(item: &Item) -> f64 {
    weight(item.publishers, item.score, item.threshold)
}

fn count(tally: &mut Tally, revision: &Item) {
    let held = match revision.held {
        None | Some(Held::Again) => return,
        Some(Held::Budget) => &mut tally.over_budget,
        Some(Held::QuietHours) => &mut tally.quiet,
        Some(Held::Digest) => &mut tally.in_digest,
    };
    *held = held.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::topic::Severity;

    fn item(alert: i64, publishers: u32, score: Option<f64>) -> Item {
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
        let made =
            [item(4, 2, None), item(2, 2, None), item(3, 1, Some(4.0)), high, item(1, 9, None)];
        let mut turned = made.to_vec();
        turned.reverse();
        let order = |made: Vec<Item>| -> Vec<i64> {
            digest(made).items.iter().map(|item| item.alert.0).collect()
        };
        assert_eq!(order(made.to_vec()), [1, 3, 5, 2, 4]);
        assert_eq!(order(turned), [1, 3, 5, 2, 4]);
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
        let material =
            Material { revisions: vec![item(1, 1, None)], lost: 7, ..Material::default() };
        assert_eq!(compose(frame(), material).more, 7);
    }
}
