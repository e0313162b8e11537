//! Makes a digest of the revisions of its time: one item per alert, the best first.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Edition, FeedCounts, Held, Item, Kind, Late, MAX_ITEMS, MAX_NAMED, Tally, Told};
use crate::domain::alert::merit::weight;
use crate::domain::ids::{AlertId, ChannelId, TopicId};
use crate::domain::topic::Severity;

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

/// Makes the digest. Alerts that turned out to tell one story are told as one. They are ranked by
/// publishers × score; among equals the more severe come first, then those raised first. Where there
/// is no room for all, it goes to what is critical and to what the channel was not sent. The same
/// material gives the same digest.
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
    items.sort_by(by_rank);
    let more = u32::try_from(items.len().saturating_sub(MAX_ITEMS)).unwrap_or(u32::MAX);
    let more = more.saturating_add(lost);
    if items.len() > MAX_ITEMS {
        items.sort_by_key(|item| Reverse((item.severity == Severity::Critical, is_news(item))));
        items.truncate(MAX_ITEMS);
        items.sort_by(by_rank);
    }
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
        let last = end_of(merged, alert);
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

/// The alert in which this one goes on, at the end of the way, by [`Material::merged`]; itself, if it goes
/// on in none. Alerts with the same end tell one story.
pub fn end_of(merged: &HashMap<AlertId, AlertId>, alert: AlertId) -> AlertId {
    let mut end = alert;
    // No longer way than there are steps: what is stored might lead in a circle.
    for _ in 0..merged.len() {
        let Some(older) = merged.get(&end) else { break };
        end = *older;
    }
    end
}

/// Whether the channel was not sent it.
fn is_news(item: &Item) -> bool {
    matches!(item.held, Some(Held::Budget | Held::QuietHours | Held::Digest))
}

fn by_rank(one: &Item, other: &Item) -> Ordering {
    let by_weight = item_weight(other).total_cmp(&item_weight(one));
    by_weight.then(other.severity.cmp(&one.severity)).then(one.alert.cmp(&other.alert))
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
pub(crate) mod tests;
