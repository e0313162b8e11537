//! Turns the rules of all topics into one matcher.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::syntax::ast::Definition;
use super::{RuleError, Topic};
use crate::domain::ids::{Digest, TopicId};

/// The lists and macros that rules may name.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub definitions: BTreeMap<String, Definition>,
}

/// All topics, compiled: immutable, shared by every worker, swapped whole on reload.
#[derive(Debug)]
pub struct TopicSet {
    topics: Vec<(Arc<Topic>, Digest)>,
}

impl TopicSet {
    pub fn compile(topics: Vec<Arc<Topic>>, _: &Library) -> Result<TopicSet, Vec<RuleError>> {
        let revision = |topic: &Topic| Digest::of("rule", &[topic.id.as_str().as_bytes()]);
        let topics = topics.into_iter().map(|topic| {
            let digest = revision(&topic);
            (topic, digest)
        });
        Ok(TopicSet {
            topics: topics.collect(),
        })
    }

    pub fn empty() -> TopicSet {
        TopicSet { topics: Vec::new() }
    }

    pub fn topics(&self) -> impl Iterator<Item = (&Arc<Topic>, Digest)> {
        self.topics.iter().map(|(topic, digest)| (topic, *digest))
    }

    pub fn get(&self, id: &TopicId) -> Option<&Arc<Topic>> {
        self.topics()
            .map(|(topic, _)| topic)
            .find(|topic| topic.id == *id)
    }
}
