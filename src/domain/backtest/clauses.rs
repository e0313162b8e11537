//! The clauses of a rule: its alternatives, the items of its lists, its weights. For each match a
//! backtest asks which of them were there, and which one it would not have matched without.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::edit::{self, Edited, Home, Part, Spot};
use super::judge::{compile, with_rule};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::compile::{Library, TopicSet};
use crate::domain::topic::filter::Origin;
use crate::domain::topic::syntax::ast::{Expr, Node, Scope};
use crate::domain::topic::{Rule, RulePart, Topic};

/// Most clauses that are counted, in the order of the rule.
pub const MAX_CLAUSES: usize = 400;

/// A clause that can be taken out of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// As written, for example `оборон*`.
    pub label: String,
    /// `match`, `weight`, or the `@name` of the list or macro that it stands in.
    pub place: String,
    /// The same for finding it: what of the topic it stands in (`None`: the list or macro), which
    /// item of the list it is, and the bytes it takes in that text.
    pub part: Option<RulePart>,
    pub item: Option<usize>,
    pub span: Range<usize>,
}

/// The clauses of a topic.
#[derive(Debug)]
pub(super) struct Clauses {
    pub clauses: Vec<Clause>,
    /// Whether there are more than are counted.
    pub truncated: bool,
    topic: Topic,
    library: Library,
    /// Finds each clause by itself: the n-th topic stands for the n-th of `probed`.
    probes: TopicSet,
    probed: BTreeMap<TopicId, usize>,
    spots: Vec<Spot>,
    /// The topic without each clause, compiled when first asked for. `None`: it is no rule then.
    without: Vec<OnceLock<Option<TopicSet>>>,
}

/// A clause that was there, and whether the match is owed to it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its number among the clauses.
    pub clause: usize,
    pub alone: bool,
}

/// A clause as it was met on the walk: in which fields it is looked for.
struct Met {
    clause: Clause,
    expr: Expr,
    scopes: Vec<Option<Scope>>,
}

impl Clauses {
    pub fn of(topic: &Topic, library: &Library) -> Self {
        let mut order: Vec<Spot> = Vec::new();
        let mut met: BTreeMap<Spot, Met> = BTreeMap::new();
        let mut truncated = false;
        edit::walk(&topic.rule, library, &mut |visit| {
            let is_weight = matches!(visit.spot.home, Home::Weight(_));
            let whole_weight = is_weight && visit.spot.path.is_empty();
            if !visit.alternative && !whole_weight || is_or(visit.part) {
                return;
            }
            if let Some(known) = met.get_mut(&visit.spot) {
                known.scopes.push(visit.scope);
                return;
            }
            if order.len() >= MAX_CLAUSES {
                truncated = true;
                return;
            }
            let expr = match visit.part {
                Part::Expr(expr) => expr.clone(),
                Part::Item(item) => edit::term(item.clone()),
            };
            let item = match visit.part {
                Part::Item(_) => visit.spot.path.first().copied(),
                Part::Expr(_) => None,
            };
            let clause = Clause {
                label: expr.to_string(),
                place: place(&visit.spot.home),
                part: part(&visit.spot.home),
                item,
                span: expr.span.clone(),
            };
            order.push(visit.spot.clone());
            met.insert(visit.spot, Met { clause, expr, scopes: vec![visit.scope] });
        });
        let met: Vec<Met> = order.iter().filter_map(|spot| met.remove(spot)).collect();
        let (probes, probed) = probes(topic, library, &met);
        Self {
            without: met.iter().map(|_| OnceLock::new()).collect(),
            clauses: met.into_iter().map(|met| met.clause).collect(),
            truncated,
            topic: topic.clone(),
            library: library.clone(),
            probes,
            probed,
            spots: order,
        }
    }

    /// Which clauses are there in a document that the topic matches.
    pub fn held(&self, document: &Document, origin: &Origin<'_>) -> Vec<Held> {
        if self.clauses.is_empty() {
            return Vec::new();
        }
        let found = self.probes.evaluate(document, origin);
        let held = found.iter().filter_map(|(probe, _)| self.probed.get(&probe.id));
        held.map(|&clause| Held { clause, alone: self.is_lost(clause, document, origin) }).collect()
    }

    /// Whether the topic without this clause does not match the document.
    fn is_lost(&self, clause: usize, document: &Document, origin: &Origin<'_>) -> bool {
        let (Some(cell), Some(spot)) = (self.without.get(clause), self.spots.get(clause)) else {
            return false;
        };
        let rest = cell.get_or_init(|| {
            let Edited { rule, definitions } = match (&spot.home, spot.path.is_empty()) {
                (Home::Weight(index), true) => {
                    let mut rule = self.topic.rule.clone();
                    rule.weights.remove(*index);
                    Edited { rule, definitions: Vec::new() }
                }
                _ => edit::without(&self.topic.rule, &self.library, spot, "~")?,
            };
            let mut library = self.library.clone();
            library.definitions.extend(definitions);
            let topic = with_rule(&self.topic, self.topic.id.clone(), rule);
            compile(vec![topic], &library).map(|(set, _)| set)
        });
        let matches =
            |set: &TopicSet| set.evaluate_topic(&self.topic.id, document, origin).is_some();
        !rest.as_ref().is_some_and(matches)
    }
}

/// An `OR` is its operands.
fn is_or(part: Part<'_>) -> bool {
    matches!(part, Part::Expr(Expr { node: Node::Or(_), .. }))
}

fn place(home: &Home) -> String {
    match home {
        Home::Match => "match".to_owned(),
        Home::Weight(_) => "weight".to_owned(),
        Home::Definition(name) => format!("@{name}"),
    }
}

fn part(home: &Home) -> Option<RulePart> {
    match home {
        Home::Match => Some(RulePart::Match),
        Home::Weight(index) => Some(RulePart::Weight(*index)),
        Home::Definition(_) => None,
    }
}

/// One topic per clause, that looks for it in all the fields in which the rule does.
fn probes(topic: &Topic, library: &Library, met: &[Met]) -> (TopicSet, BTreeMap<TopicId, usize>) {
    let mut topics = Vec::new();
    let mut probed = BTreeMap::new();
    for (index, met) in met.iter().enumerate() {
        let Ok(id) = format!("clause-{index}").parse::<TopicId>() else { continue };
        let mut ways: Vec<Expr> =
            met.scopes.iter().map(|scope| scoped(*scope, &met.expr)).collect();
        let matching = match (ways.pop(), ways.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                ways.extend(last);
                Expr { node: Node::Or(ways), span: 0..0 }
            }
        };
        let rule = Rule { matching: Some(matching), stem: topic.rule.stem, ..Rule::default() };
        topics.push(with_rule(topic, id.clone(), rule));
        probed.insert(id, index);
    }
    let set = compile(topics, library).map(|(set, _)| set);
    (set.unwrap_or_else(TopicSet::empty), probed)
}

fn scoped(scope: Option<Scope>, expr: &Expr) -> Expr {
    match scope {
        None => expr.clone(),
        Some(scope) => {
            let node = Node::Scoped { scope, inner: Box::new(expr.clone()) };
            Expr { node, span: 0..0 }
        }
    }
}
