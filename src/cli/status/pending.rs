//! Where what the files say is not what the daemon runs with: it has not taken them up yet, was not
//! asked to, or could not store what it was told.

use serde_json::{Value, json};

use super::recent::some;
use crate::config::Config;
use crate::domain::ids::{FeedKey, TopicId};
use crate::domain::topic::Mode;
use crate::store::feeds::FeedView;
use crate::store::topics::TopicView;

/// What is not as it runs, by key.
pub struct Pending {
    topics: Vec<TopicId>,
    feeds: Vec<FeedKey>,
}

/// Compares topics, and looks whether each feed is known; `None`: nothing is to be taken up.
pub fn pending(config: &Config, running: &[TopicView], known: &[FeedView]) -> Option<Pending> {
    let running = || running.iter().filter(|view| view.retired_at.is_none());
    let runs = |id: &TopicId| running().find(|view| view.id == *id);
    let differs = config.topics.topics().filter(|(topic, revision)| {
        !runs(&topic.id).is_some_and(|view| {
            let shadow = topic.mode == Mode::Shadow;
            (view.revision, view.severity, view.shadow) == (*revision, topic.severity, shadow)
        })
    });
    let gone = running().filter(|view| config.topics.get(&view.id).is_none());
    let topics = differs.map(|(topic, _)| &topic.id).chain(gone.map(|view| &view.id));
    let topics: Vec<TopicId> = topics.cloned().collect();
    let is_known = |key: &FeedKey| known.iter().any(|view| view.state.key == *key);
    let feeds = config.feeds.iter().filter(|feed| !is_known(&feed.key));
    let feeds: Vec<FeedKey> = feeds.map(|feed| feed.key.clone()).collect();
    (!topics.is_empty() || !feeds.is_empty()).then_some(Pending { topics, feeds })
}

impl Pending {
    pub fn line(&self) -> String {
        let topics = (!self.topics.is_empty())
            .then(|| format!("topics {}", some(&self.topics, ", ", |id| id.as_str().to_owned())));
        let feeds = (!self.feeds.is_empty())
            .then(|| format!("feeds {}", some(&self.feeds, ", ", |key| key.as_str().to_owned())));
        let named: Vec<String> = topics.into_iter().chain(feeds).collect();
        format!("the daemon does not run these as they stand in the files: {}", named.join("; "))
    }

    pub fn object(&self) -> Value {
        json!({
            "topics": self.topics.iter().map(TopicId::as_str).collect::<Vec<_>>(),
            "feeds": self.feeds.iter().map(FeedKey::as_str).collect::<Vec<_>>(),
        })
    }
}
