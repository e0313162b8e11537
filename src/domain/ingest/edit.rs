//! What follows for alerts when somebody edits stories: the same decisions as in [`super::plan()`]
//! where an entry makes one story of two, without a feed or an entry.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::Planner;
use super::{Arrangement, Batch, Merge, Past, Plan, Render, Routes, Seen, View, topic_of};
use crate::domain::alert::{AlertEvent, Reason};
use crate::domain::feed::{Feed, FeedState, Interval};
use crate::domain::ids::{AlertId, FeedId, FeedKey, StoryId};
use crate::domain::publisher::Directory;
use crate::domain::topic::Topic;

/// What deciding over alerts takes, beside what is known: channels, topics, newsrooms and formats.
#[derive(Debug, Clone)]
pub struct Means {
    pub routes: Routes,
    pub topics: Vec<Arc<Topic>>,
    /// Which names of publishers are one.
    pub publishers: Arc<Directory>,
    pub render: Render,
}

/// A view for an edit: nothing of any feed.
pub fn view(last_id: i64, now: Timestamp) -> View {
    let seen = Seen {
        last_id,
        feed: FeedState::new(FeedId(0), FeedKey::own("stories"), String::new(), now),
        known: Default::default(),
        past: Past::default(),
        links: Default::default(),
        asleep: Default::default(),
    };
    View::of(seen, Arrangement { last_id, ..Arrangement::default() })
}

/// Two stories become one.
pub fn plan_merge(view: &View, merge: &Merge, means: &Means, now: Timestamp) -> Plan {
    let batch = batch(means, now);
    let mut planner = Planner::new(view, &batch, now, means.render);
    planner.merge(merge);
    planner.found()
}

/// A story is taken apart again: these alerts, which had been closed when it was merged, are open
/// as before, in the story that the view says.
pub fn plan_return(
    view: &View,
    alerts: &[(AlertId, StoryId)],
    why: &str,
    means: &Means,
    now: Timestamp,
) -> Plan {
    let batch = batch(means, now);
    let mut planner = Planner::new(view, &batch, now, means.render);
    for (alert, story) in alerts {
        let so_far = view.alerts.iter().find(|(_, so_far)| so_far.alert == *alert);
        let told = view.told.get(alert);
        let Some((((topic, _), so_far), told)) = so_far.zip(told) else { continue };
        let Some(topic) = topic_of(&means.topics, topic) else { continue };
        let text = format!("a story of its own again: {why}");
        let reason = Reason { code: "split".to_owned(), text };
        planner.tell_again(topic, told, so_far, *story, AlertEvent::Updated, reason);
    }
    planner.found()
}

/// A document with nothing in it, of no feed.
fn batch(means: &Means, now: Timestamp) -> Batch {
    let feed = Feed {
        key: FeedKey::own("stories"),
        url: String::new(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    };
    let routes = means.routes.clone();
    let batch = Batch::without_entries(Arc::new(feed), FeedId(0), None, now, routes);
    let (topics, publishers) = (means.topics.clone(), Arc::clone(&means.publishers));
    Batch { topics, publishers, ..batch }
}
