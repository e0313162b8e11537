//! What a topic says of one entry, and what it would have said with one thing changed. Needs
//! nothing but the entry: entries can be judged side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clauses::{Clause, Clauses, Held};
use super::edit::reachable;
use super::relaxed::{Relaxed, relax};
use crate::domain::document::Document;
use crate::domain::ids::{Digest, TopicId};
use crate::domain::publisher::Directory;
use crate::domain::topic::compile::{Library, TopicSet};
use crate::domain::topic::evidence::Match;
use crate::domain::topic::filter::Origin;
use crate::domain::topic::{Rule, RulePlace, Topic};

/// How closely matches and misses are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Matches only.
    Matches,
    /// Near misses and clauses too.
    Clauses,
}

/// A topic, what it is held against, and its rule with every obstacle taken away in turn.
#[derive(Debug)]
pub struct Judge {
    topic: Arc<Topic>,
    revision: Digest,
    /// The topic, then its relaxed forms.
    set: TopicSet,
    relaxed: Vec<Relaxed>,
    by_id: BTreeMap<TopicId, usize>,
    clauses: Option<Clauses>,
    base: Option<Base>,
}

/// Another form of the topic: the one that is running, say.
#[derive(Debug)]
struct Base {
    topic: Arc<Topic>,
    revision: Digest,
    set: TopicSet,
    /// The name under which it is rehearsed beside the topic.
    alias: Arc<Topic>,
}

/// What was found of an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    pub found: Option<Match>,
    /// What the base finds. `None` too where the base is the very same rule.
    pub base: Option<Match>,
    /// Of an entry that does not match: the obstacles without each of which it would.
    pub near: Vec<usize>,
    /// Of an entry that matches: the clauses that are there.
    pub held: Vec<Held>,
}

impl Judge {
    /// A judge for the topic `id` of `set`; `None` where there is no such topic.
    pub fn new(set: &TopicSet, id: &TopicId, depth: Depth) -> Option<Self> {
        let newsrooms = Arc::clone(set.publishers());
        let (topic, revision) = set.topics().find(|(topic, _)| topic.id == *id)?;
        let library = reachable(&topic.rule, &set.library());
        let alone = || TopicSet::compile(vec![Arc::clone(topic)], &library).ok();
        let (set, relaxed, by_id) = match depth {
            Depth::Matches => (alone()?, Vec::new(), BTreeMap::new()),
            Depth::Clauses => match beside_relaxed(topic, &library) {
                Some(all) => all,
                None => (alone()?, Vec::new(), BTreeMap::new()),
            },
        };
        let clauses = (depth == Depth::Clauses).then(|| Clauses::of(topic, &library));
        let topic = Arc::clone(topic);
        let set = set.with_publishers(newsrooms);
        Some(Self { topic, revision, set, relaxed, by_id, clauses, base: None })
    }

    /// Holds the topic against another form of it.
    pub fn against(mut self, set: &TopicSet) -> Self {
        let base = set.topics().find(|(topic, _)| topic.id == self.topic.id);
        self.base = base.and_then(|(topic, revision)| {
            let library = reachable(&topic.rule, &set.library());
            let compiled = TopicSet::compile(vec![Arc::clone(topic)], &library).ok()?;
            let alias = if self.topic.id.as_str() == "base" { "base-too" } else { "base" };
            Some(Base {
                topic: Arc::clone(topic),
                revision,
                set: compiled.with_publishers(Arc::clone(set.publishers())),
                alias: Arc::new(Topic { id: alias.parse().ok()?, ..(**topic).clone() }),
            })
        });
        self
    }

    pub fn topic(&self) -> &Arc<Topic> {
        &self.topic
    }

    /// Which names of publishers are one.
    pub fn newsrooms(&self) -> &Arc<Directory> {
        self.set.publishers()
    }

    pub fn revision(&self) -> Digest {
        self.revision
    }

    /// The obstacles that near misses are told by.
    pub fn relaxed(&self) -> &[Relaxed] {
        &self.relaxed
    }

    pub fn clauses(&self) -> &[Clause] {
        self.clauses.as_ref().map_or(&[], |clauses| &clauses.clauses)
    }

    /// Whether the topic has more clauses than are counted.
    pub fn clauses_truncated(&self) -> bool {
        self.clauses.as_ref().is_some_and(|clauses| clauses.truncated)
    }

    /// The revision of what the topic is held against.
    pub fn base_revision(&self) -> Option<Digest> {
        self.base.as_ref().map(|base| base.revision)
    }

    /// The base under the name by which it is rehearsed.
    pub fn base_alias(&self) -> Option<&Arc<Topic>> {
        self.base.as_ref().map(|base| &base.alias)
    }

    /// Looks at one entry.
    pub fn judge(&self, document: &Document, origin: &Origin<'_>) -> Judged {
        let mut judged = Judged::default();
        for (topic, found) in self.set.evaluate(document, origin) {
            if topic.id == self.topic.id {
                judged.found = Some(found);
            } else if let Some(index) = self.by_id.get(&topic.id) {
                judged.near.push(*index);
            }
        }
        if judged.found.is_some() {
            judged.near.clear();
            if let Some(clauses) = &self.clauses {
                judged.held = clauses.held(document, origin);
            }
        }
        judged.base =
            self.base.as_ref().and_then(|base| base.find(&judged, self, document, origin));
        judged
    }

    /// Why the topic does not match a document, in a sentence.
    pub fn why_not(&self, document: &Document, origin: &Origin<'_>) -> String {
        let why = self.set.explain(&self.topic.id, document, origin);
        why.map(|explanation| explanation.verdict).unwrap_or_default()
    }
}

impl Base {
    /// What the base finds; the same rule is not asked twice.
    fn find(
        &self,
        judged: &Judged,
        judge: &Judge,
        document: &Document,
        origin: &Origin<'_>,
    ) -> Option<Match> {
        let same = self.revision == judge.revision && self.topic.rule == judge.topic.rule;
        let found = if same {
            judged.found.clone()
        } else {
            self.set.evaluate_topic(&self.topic.id, document, origin)
        };
        found.map(|found| Match { topic: self.alias.id.clone(), ..found })
    }
}

/// The topic with another rule, under another name, without its tests.
pub(super) fn with_rule(topic: &Topic, id: TopicId, rule: Rule) -> Arc<Topic> {
    Arc::new(Topic { id, rule, tests: Vec::new(), ..topic.clone() })
}

/// Compiles what can be compiled: a rule from which something was taken may be none any more. Says
/// which of the topics are in the set.
pub(super) fn compile(
    mut topics: Vec<Arc<Topic>>,
    library: &Library,
) -> Option<(TopicSet, Vec<TopicId>)> {
    while !topics.is_empty() {
        let errors = match TopicSet::compile(topics.clone(), library) {
            Ok(set) => return Some((set, topics.iter().map(|topic| topic.id.clone()).collect())),
            Err(errors) => errors,
        };
        let mut bad: Vec<usize> = errors
            .iter()
            .filter_map(|error| match error.place {
                RulePlace::Topic(index, _) if error.code != "too_large" => Some(index),
                _ => None,
            })
            .collect();
        if bad.len() < errors.len() {
            return None;
        }
        bad.sort_unstable();
        let mut index = 0;
        topics.retain(|_| {
            index += 1;
            bad.binary_search(&(index - 1)).is_err()
        });
    }
    None
}

/// The topic and its relaxed forms in one set: an entry is read once for all of them. The topic is
/// first, and decided before any of the others has used up the entry's share of work.
fn beside_relaxed(
    topic: &Arc<Topic>,
    library: &Library,
) -> Option<(TopicSet, Vec<Relaxed>, BTreeMap<TopicId, usize>)> {
    let mut library = library.clone();
    let mut topics = vec![Arc::clone(topic)];
    let mut relaxed = Vec::new();
    let mut by_id = BTreeMap::new();
    let prefix = if topic.id.as_str().starts_with("near-") { "miss-" } else { "near-" };
    for (obstacle, edited) in relax(&topic.rule, &library.clone()) {
        let id: TopicId = format!("{prefix}{}", topics.len()).parse().ok()?;
        library.definitions.extend(edited.definitions);
        topics.push(with_rule(topic, id.clone(), edited.rule));
        by_id.insert(id, relaxed.len());
        relaxed.push(obstacle);
    }
    let (set, compiled) = compile(topics, &library)?;
    compiled.contains(&topic.id).then_some((set, relaxed, by_id))
}
