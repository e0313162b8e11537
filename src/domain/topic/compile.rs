//! Turns the rules of all topics into one matcher. The steps, each in its file: [`check`] finds
//! every fault, [`lexicon`] turns terms into entries of one shared vocabulary, [`plan`] is the
//! compiled form of a rule, [`gates`] files each topic under the words it cannot do without,
//! [`vocabulary`] is the table that a document's words are looked up in, [`stems`] that of topics
//! that are stemmed, [`revision`] names a rule by what it says. The matcher next door runs the result.

pub(super) mod build;
mod check;
mod gates;
mod label;
mod lexicon;
pub(super) mod plan;
mod regex;
mod revision;
mod stems;
mod vocabulary;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::syntax::ast::Definition;
use super::{RuleError, Topic};
use crate::domain::ids::{Digest, TopicId};
use crate::domain::publisher::Directory;

pub(super) use check::children;
pub use check::references;
pub(super) use gates::Gates;
pub(super) use label::{expr_label, term_label};
pub(super) use plan::{
    ClauseName, CompiledDefinition, CompiledTopic, Leaf, Plan, Sequence, TermId,
};
pub(super) use regex::Patterns;
pub(super) use stems::Stemmed;
pub(super) use vocabulary::{Condition, FormId, Vocabulary};

/// The lists and macros that rules may refer to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    pub definitions: BTreeMap<String, Definition>,
}

/// Topics, and the lists and macros that their rules may refer to.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    pub topics: Vec<Arc<Topic>>,
    pub library: &'a Library,
}

/// All topics, compiled: immutable, shared by every worker, swapped whole on reload.
pub struct TopicSet {
    pub(super) topics: Vec<CompiledTopic>,
    pub(super) by_id: HashMap<TopicId, usize>,
    pub(super) definitions: Vec<CompiledDefinition>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) vocabulary: Vocabulary,
    pub(super) patterns: Patterns,
    pub(super) gates: Gates,
    /// Whether some rule reads authors, categories or links: else they are not analysed.
    pub(super) reads_all_fields: bool,
    /// Which names of publishers are one, for filters.
    pub(super) publishers: Arc<Directory>,
}

impl fmt::Debug for TopicSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicSet")
            .field("topics", &self.topics.len())
            .field("definitions", &self.definitions.len())
            .field("terms", &self.gates.term_count())
            .finish_non_exhaustive()
    }
}

impl TopicSet {
    /// Compiles `topics` over `library`, or says everything that is wrong with them. Unused lists
    /// and macros are checked too.
    pub fn compile(topics: Vec<Arc<Topic>>, library: &Library) -> Result<TopicSet, Vec<RuleError>> {
        Self::compile_groups(vec![Group { topics, library }])
    }

    /// The same, of groups of topics whose lists of the same name may differ. The places of errors
    /// are counted within the group; ids must differ over all of them.
    pub fn compile_groups(groups: Vec<Group<'_>>) -> Result<TopicSet, Vec<RuleError>> {
        let errors = groups.iter().flat_map(|group| check::check(&group.topics, group.library));
        let errors: Vec<RuleError> = errors.collect();
        if errors.is_empty() { build::build(groups) } else { Err(errors) }
    }

    /// No topics: matches nothing.
    pub fn empty() -> TopicSet {
        build::empty()
    }

    /// The same topics, with newsrooms as this directory knows them; else the built-in one counts.
    pub fn with_publishers(mut self, publishers: Arc<Directory>) -> TopicSet {
        self.publishers = publishers;
        self
    }

    /// Which names of publishers are one.
    pub fn publishers(&self) -> &Arc<Directory> {
        &self.publishers
    }

    /// Whether some rule asks for authors, categories or links.
    pub fn reads_all_fields(&self) -> bool {
        self.reads_all_fields
    }

    /// Every topic with the revision of its rule, in the order they were given.
    pub fn topics(&self) -> impl Iterator<Item = (&Arc<Topic>, Digest)> {
        self.topics.iter().map(|compiled| (&compiled.topic, compiled.revision))
    }

    /// The lists and macros that its topics use, by way of others too.
    pub fn library(&self) -> Library {
        let used = self.definitions.iter();
        let definitions = used.map(|used| (used.name.clone(), used.definition.clone())).collect();
        Library { definitions }
    }

    /// The topic with this id.
    pub fn get(&self, id: &TopicId) -> Option<&Arc<Topic>> {
        self.by_id.get(id).and_then(|&index| self.topics.get(index)).map(|compiled| &compiled.topic)
    }
}

#[cfg(test)]
mod tests;
