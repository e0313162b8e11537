//! Puts a checked set of rules together. What can still be wrong here is a rule that asks for
//! nothing to be there.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::syntax::ast::{Definition, Expr, Node, Scope};
use super::super::{RuleError, RulePart, RulePlace, Topic};
use super::gates::{self, Deriver, Needs};
use super::lexicon::Lexicon;
use super::plan::Plan;
use super::revision::Revisions;
use super::{
    ClauseName, CompiledDefinition, CompiledTopic, Gates, Group, Library, Patterns, TopicSet,
    Vocabulary, expr_label,
};
use crate::domain::ids::Digest;
use crate::domain::publisher::Directory;
use crate::domain::text::spelling::Stem;

/// Compiles rules that [`super::check`] found nothing wrong with.
pub fn build(groups: Vec<Group<'_>>) -> Result<TopicSet, Vec<RuleError>> {
    let none = Library::default();
    let mut builder = Builder {
        library: &none,
        lexicon: Lexicon::default(),
        definitions: Vec::new(),
        known: HashMap::new(),
        names: HashMap::new(),
        group: 0,
        reads_all_fields: false,
    };
    let mut compiled: Vec<CompiledTopic> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        builder.group = number;
        builder.library = group.library;
        builder.known.clear();
        let mut revisions = Revisions::new(group.library);
        let topics = group.topics.iter();
        compiled.extend(topics.map(|topic| builder.topic(topic, revisions.of(&topic.rule))));
    }
    let needs = builder.needs(&compiled);
    let places = groups.iter().flat_map(|group| group.topics.iter().enumerate());
    let errors: Vec<RuleError> = places
        .zip(&needs)
        .filter(|(_, needs)| needs.is_empty())
        .map(|((index, topic), _)| nothing_required(index, topic))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    builder.finish(compiled, needs).map_err(|message| {
        vec![RuleError {
            place: RulePlace::Topic(0, RulePart::Match),
            span: 0..0,
            code: "too_large",
            message: format!("the rules of all topics together are too large: {message}"),
            hint: Some("shorten lists or patterns".to_owned()),
        }]
    })
}

/// The set of no topics.
pub fn empty() -> TopicSet {
    TopicSet {
        topics: Vec::new(),
        by_id: HashMap::new(),
        definitions: Vec::new(),
        leaves: Vec::new(),
        vocabulary: Vocabulary::empty(),
        patterns: Patterns::empty(),
        gates: Gates::new(Vec::new(), 0),
        reads_all_fields: false,
        publishers: Directory::builtin(),
    }
}

fn nothing_required(index: usize, topic: &Topic) -> RuleError {
    let (part, span) = match (&topic.rule.matching, topic.rule.weights.first()) {
        (Some(expr), _) => (RulePart::Match, expr.span.clone()),
        (None, Some(weight)) => (RulePart::Weight(0), weight.expr.span.clone()),
        (None, None) => (RulePart::Match, 0..0),
    };
    RuleError {
        place: RulePlace::Topic(index, part),
        span,
        code: "nothing_required",
        message: "this rule matches entries in which nothing of it is found".to_owned(),
        hint: Some(
            "ask for at least one term beside the negatives, or for a threshold above 0".to_owned(),
        ),
    }
}

struct Builder<'a> {
    library: &'a Library,
    lexicon: Lexicon,
    definitions: Vec<CompiledDefinition>,
    known: HashMap<(&'a str, Stem), u32>,
    /// Numbers of clauses. What a name in them stands for is a matter of the group.
    names: HashMap<(usize, Arc<str>, Stem), u32>,
    group: usize,
    reads_all_fields: bool,
}

impl Builder<'_> {
    fn topic(&mut self, topic: &Arc<Topic>, revision: Digest) -> CompiledTopic {
        let rule = &topic.rule;
        let stem = rule.stem.map_or(Stem::Plural, Stem::Snowball);
        let matching = rule.matching.as_ref().map(|expr| self.plan(expr, stem));
        let exclude = rule.exclude.iter().map(|expr| self.plan(expr, Stem::None)).collect();
        let weights = rule.weights.iter().map(|weight| self.plan(&weight.expr, stem)).collect();
        let mut names = Vec::new();
        if let Some(expr) = &rule.matching {
            self.clause_names(expr, stem, &mut names);
        }
        names.extend(rule.weights.iter().map(|weight| self.name(&weight.expr, stem)));
        CompiledTopic {
            names: names.into(),
            vetoes: rule.exclude.iter().map(|expr| expr_label(expr).into()).collect(),
            topic: Arc::clone(topic),
            revision,
            id: topic.id.clone(),
            threshold: rule.threshold,
            is_filtered: !rule.filters.is_any(),
            matching,
            exclude,
            weights,
        }
    }

    /// The names of the clauses that evidence is made of: operands of `AND` and `OR`, and what
    /// stands alone, from left to right.
    fn clause_names(&mut self, expr: &Expr, stem: Stem, names: &mut Vec<ClauseName>) {
        match &expr.node {
            Node::Or(operands) | Node::And(operands) => {
                for operand in operands {
                    self.clause_names(operand, stem, names);
                }
            }
            _ => names.push(self.name(expr, stem)),
        }
    }

    fn name(&mut self, expr: &Expr, stem: Stem) -> ClauseName {
        let text: Arc<str> = expr_label(expr).into();
        let number = self.names.len() as u32;
        let key = (self.group, text, stem);
        if let Some((known, number)) = self.names.get_key_value(&key) {
            return ClauseName { text: Arc::clone(&known.1), number: *number };
        }
        let text = Arc::clone(&key.1);
        self.names.insert(key, number);
        ClauseName { text, number }
    }

    fn plan(&mut self, expr: &Expr, stem: Stem) -> Plan {
        let each = |builder: &mut Self, all: &[Expr]| -> Box<[Plan]> {
            all.iter().map(|expr| builder.plan(expr, stem)).collect()
        };
        match &expr.node {
            Node::Or(operands) => Plan::Or(each(self, operands)),
            Node::And(operands) => Plan::And(each(self, operands)),
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner, stem))),
            Node::Proximity { op, left, right } => Plan::Proximity {
                op: *op,
                sides: Box::new([self.plan(left, stem), self.plan(right, stem)]),
            },
            Node::Scoped { scope, inner } => {
                self.reads_all_fields |=
                    matches!(scope, Scope::Author | Scope::Category | Scope::Url);
                Plan::Scoped { scope: *scope, inner: Box::new(self.plan(inner, stem)) }
            }
            Node::AtLeast { n, operands } => {
                Plan::AtLeast { n: *n, operands: each(self, operands) }
            }
            Node::Mentions { n, inner } => {
                Plan::Mentions { n: *n, inner: Box::new(self.plan(inner, stem)) }
            }
            Node::Term(term) => Plan::Leaf(self.lexicon.leaf(term, stem)),
            Node::Reference(name) => Plan::Reference(self.definition(name, stem)),
        }
    }

    fn definition(&mut self, name: &str, stem: Stem) -> u32 {
        let library = self.library;
        let Some((name, definition)) = library.definitions.get_key_value(name) else {
            // Checked before; an index that names nothing finds nothing.
            return u32::MAX;
        };
        if let Some(&known) = self.known.get(&(name.as_str(), stem)) {
            return known;
        }
        let plan = match definition {
            Definition::List(items) => Plan::Or(
                items.iter().map(|item| Plan::Leaf(self.lexicon.leaf(item, stem))).collect(),
            ),
            Definition::Macro(expr) => self.plan(expr, stem),
        };
        let index = self.definitions.len() as u32;
        self.definitions.push(CompiledDefinition {
            name: name.clone(),
            definition: definition.clone(),
            plan,
        });
        self.known.insert((name, stem), index);
        index
    }

    /// What each topic cannot do without, once it is known how often each term is asked for.
    fn needs(&self, topics: &[CompiledTopic]) -> Vec<Needs> {
        let frequency = self.lexicon.frequency();
        let mut known: Vec<Needs> = Vec::with_capacity(self.definitions.len());
        // A definition only names those before it.
        for definition in &self.definitions {
            let needs = self.deriver(&frequency, &known).needs(&definition.plan);
            known.push(needs);
        }
        let deriver = self.deriver(&frequency, &known);
        topics.iter().map(|compiled| topic_needs(&deriver, compiled)).collect()
    }

    fn deriver<'d>(&'d self, frequency: &'d [f32], known: &'d [Needs]) -> Deriver<'d> {
        Deriver { leaves: &self.lexicon.leaves, frequency, definitions: &self.definitions, known }
    }

    fn finish(self, topics: Vec<CompiledTopic>, needs: Vec<Needs>) -> Result<TopicSet, String> {
        let revisions: Vec<&[u8]> = topics.iter().map(|topic| &topic.revision.0[..]).collect();
        let seed = Digest::of("vocabulary", &revisions);
        let term_count = self.lexicon.term_count();
        let by_id = topics
            .iter()
            .enumerate()
            .map(|(index, compiled)| (compiled.topic.id.clone(), index))
            .collect();
        Ok(TopicSet {
            by_id,
            topics,
            definitions: self.definitions,
            leaves: self.lexicon.leaves,
            vocabulary: Vocabulary::new(self.lexicon.entries, seed)
                .map_err(|error| error.to_string())?,
            patterns: Patterns::new(&self.lexicon.regexes)?,
            gates: Gates::new(needs, term_count),
            reads_all_fields: self.reads_all_fields,
            publishers: Directory::builtin(),
        })
    }
}

/// What must be there for the rule and, with a threshold above 0, for some weight to hold.
fn topic_needs(deriver: &Deriver<'_>, compiled: &CompiledTopic) -> Needs {
    let rule = &compiled.topic.rule;
    let matching = compiled.matching.iter().map(|plan| deriver.needs(plan));
    let scored = rule.threshold.filter(|&threshold| threshold > 0.0).map(|_| {
        let positive = rule.weights.iter().zip(&compiled.weights);
        gates::any(
            positive.filter(|(weight, _)| weight.weight > 0.0).map(|(_, plan)| deriver.needs(plan)),
        )
    });
    gates::all(matching.chain(scored))
}
