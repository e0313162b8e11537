//! Topics as they last ran, in the place of what their files say now: for a start of the daemon
//! when a topic's own test says that its new rule is not what was meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::problem::Report;
use super::stored::restore;
use super::{Config, Problems, TopicText};
use crate::domain::ids::TopicId;
use crate::domain::topic::Topic;
use crate::domain::topic::compile::{Group, Library, TopicSet};

/// A topic as it last ran, and why it is to run so again.
#[derive(Debug, Clone)]
pub struct LastGood {
    /// Its text, as [`Config::topic_sources`] had it.
    pub source: TopicText,
    pub why: String,
}

impl Config {
    /// Goes on with topics as they last ran, each with the lists it named then. Where its alerts
    /// go is read from the files as they are: channels of then may be gone. Its tests, which are
    /// those of another rule, are left out.
    ///
    /// # Errors
    /// A text cannot be read any more; nothing is changed then.
    pub fn keep(&mut self, last_good: BTreeMap<TopicId, LastGood>) -> Result<(), Problems> {
        let rest = self.topics.topics().map(|(topic, _)| topic);
        let rest = rest.filter(|topic| !last_good.contains_key(&topic.id)).cloned();
        let mut all: Vec<(Vec<Arc<Topic>>, Library)> =
            vec![(rest.collect(), self.topics.library())];
        for (id, last) in &last_good {
            let set = restore(&last.source.to_string(), &format!("{id} as it last ran"))?.set;
            let topics = set.topics().map(|(topic, _)| Arc::new(self.sent_as_now(topic)));
            all.push((topics.collect(), set.library()));
        }
        let groups = all.iter();
        let groups = groups.map(|(topics, library)| Group { topics: topics.clone(), library });
        let mut report = Report::default();
        let set = TopicSet::compile_groups(groups.collect()).map_err(|errors| {
            for error in errors {
                report.add_placeless(error.code, error.message);
            }
        });
        let publishers = Arc::clone(self.topics.publishers());
        self.topics = Arc::new(report.finish(set.ok())?.with_publishers(publishers));
        for (id, last) in last_good {
            self.topic_sources.insert(id.clone(), last.source);
            self.kept.insert(id, last.why);
        }
        Ok(())
    }

    /// A topic of then, with the file and channels of now.
    fn sent_as_now(&self, topic: &Topic) -> Topic {
        let mut topic = topic.clone();
        if let Some(now) = self.topics.get(&topic.id) {
            topic.channels = now.channels.clone();
            topic.file = now.file.clone();
        }
        topic
    }
}

#[cfg(test)]
mod tests;
