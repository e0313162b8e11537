//! What is known of publishers, by the names they go by now. An old entry may stand under a domain, or
//! under a name that the user has said since to be another newsroom's: neither counts twice.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::ids::{StoryId, TopicId};
use crate::domain::ingest::{AlertSoFar, View};
use crate::domain::publisher::Directory;
use crate::domain::story::Story;

/// Publishers that matched, by topic and story, with when.
type Matched = HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>;

pub(super) fn gathered_stories(view: &View, newsrooms: &Directory) -> HashMap<StoryId, Story> {
    let mut stories = view.stories.clone();
    stories.values_mut().for_each(|story| story.gather(newsrooms));
    stories
}

pub(super) fn gathered_alerts(
    view: &View,
    newsrooms: &Directory,
) -> HashMap<(TopicId, StoryId), AlertSoFar> {
    let mut alerts = view.alerts.clone();
    for alert in alerts.values_mut() {
        alert.publishers = newsrooms.gathered(&alert.publishers);
    }
    alerts
}

pub(super) fn gathered_matches(view: &View, newsrooms: &Directory) -> Matched {
    let called =
        |(publisher, at): &(String, Timestamp)| (newsrooms.canonical(publisher).to_owned(), *at);
    let gathered = |(key, matched): (&(TopicId, StoryId), &Vec<(String, Timestamp)>)| {
        (key.clone(), matched.iter().map(called).collect())
    };
    view.matched.iter().map(gathered).collect()
}
