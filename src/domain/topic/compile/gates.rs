//! What a topic cannot do without. From each rule come a few *gates*: sets of terms of which one
//! must be in the document. A topic is filed under its rarest gate and looked at only when that
//! and all its other gates are open, so that the cost of matching follows what a document says
//! and not the number of topics.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::plan::LeafId;
use super::{CompiledDefinition, Leaf, Plan, Sequence, TermId, plan};

/// Most gates kept for a rule; more would cost more than they keep out.
const MAX_GATES: usize = 4;

pub type GateId = u32;

/// No second gate.
pub const NO_GATE: GateId = u32::MAX;

/// A set of terms, one of which must be there. Sorted.
type Terms = Rc<[TermId]>;

/// A necessary condition: all of these sets, the rarest first.
pub type Needs = Vec<(f32, Terms)>;

/// Works out needs of plans.
pub struct Deriver<'a> {
    pub leaves: &'a [Leaf],
    pub frequency: &'a [f32],
    pub definitions: &'a [CompiledDefinition],
    /// Needs of the first of them.
    pub known: &'a [Needs],
}

impl Deriver<'_> {
    /// What must be in a document for `plan` to hold; empty where nothing must.
    pub fn needs(&self, plan: &Plan) -> Needs {
        match plan {
            Plan::Leaf(leaf) => self.leaf(*leaf),
            Plan::Reference(index) => self.known.get(*index as usize).cloned().unwrap_or_default(),
            Plan::Or(operands) => any(operands.iter().map(|operand| self.needs(operand))),
            Plan::And(operands) => all(operands.iter().map(|operand| self.needs(operand))),
            Plan::Not(_) => Needs::new(),
            Plan::Proximity { op, sides } => {
                use super::super::syntax::ast::ProximityOp::{Except, NotNear};
                let [left, right] = &**sides;
                match op {
                    Except | NotNear(_) => self.needs(left),
                    _ => all([self.needs(left), self.needs(right)].into_iter()),
                }
            }
            Plan::Scoped { inner, .. } | Plan::Mentions { inner, .. } => self.needs(inner),
            Plan::AtLeast { n, operands } => self.at_least(*n as usize, operands),
        }
    }

    /// Of m operands n must hold: among any m-n+1 of them there is one that does. Each member of
    /// a list is an operand. One that is there twice counts once, which only asks for more.
    fn at_least(&self, n: usize, operands: &[Plan]) -> Needs {
        let mut each = Vec::with_capacity(operands.len());
        for operand in operands {
            // As the matcher counts: a field says where, whatever fields stand around it.
            let mut inner = operand;
            while let Plan::Scoped { inner: below, .. } = inner {
                inner = below;
            }
            if plan::is_list(self.definitions, inner) {
                let _ = plan::members(self.definitions, inner, &mut |member| {
                    each.push(self.needs(member));
                    ControlFlow::Continue(())
                });
            } else {
                each.push(self.needs(operand));
            }
        }
        each.sort_by(|a, b| rarity(a).total_cmp(&rarity(b)));
        let asked = each.len().saturating_sub(n.max(1)) + 1;
        each.truncate(asked);
        any(each.into_iter())
    }

    fn leaf(&self, leaf: LeafId) -> Needs {
        match self.leaves.get(leaf as usize) {
            Some(Leaf::Term(term)) => vec![self.one(*term)],
            Some(Leaf::Word(ways)) => self.ways(ways),
            Some(Leaf::Phrase { slots, .. }) => all(slots.iter().map(|ways| self.ways(ways))),
            None => Needs::new(),
        }
    }

    fn ways(&self, ways: &[Sequence]) -> Needs {
        any(ways.iter().map(|way| all(way.terms.iter().map(|term| vec![self.one(*term)]))))
    }

    fn one(&self, term: TermId) -> (f32, Terms) {
        let frequency = self.frequency.get(term as usize).copied().unwrap_or(1.0);
        (frequency, Rc::new([term]))
    }
}

fn rarity(needs: &Needs) -> f32 {
    needs.first().map_or(f32::INFINITY, |&(frequency, _)| frequency)
}

/// Needs of a conjunction: those of all operands.
pub fn all(each: impl Iterator<Item = Needs>) -> Needs {
    let mut needs: Needs = each.flatten().collect();
    needs.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    needs.dedup_by(|a, b| a.1 == b.1);
    needs.truncate(MAX_GATES);
    needs
}

/// Needs of a disjunction: one set of each operand, put together.
pub fn any(each: impl Iterator<Item = Needs>) -> Needs {
    let each: Vec<Needs> = each.collect();
    if each.iter().any(Vec::is_empty) {
        return Needs::new();
    }
    if let [only] = &each[..] {
        return only.clone();
    }
    let most = each.iter().map(Vec::len).max().unwrap_or(0);
    all((0..most.min(2)).map(|rank| {
        let mut terms = Vec::new();
        let mut frequency = 0.0;
        for needs in &each {
            if let Some((share, set)) = needs.get(rank).or_else(|| needs.last()) {
                terms.extend_from_slice(set);
                frequency += share;
            }
        }
        terms.sort_unstable();
        terms.dedup();
        vec![(frequency, terms.into())]
    }))
}

/// Numbers the gates that topics are filed under before the others, so that one comparison tells
/// them apart. Returns how many there are.
fn anchors_first(topics: &mut [Vec<GateId>], sets: &mut Vec<Terms>) -> usize {
    let mut is_anchor = vec![false; sets.len()];
    for gates in &*topics {
        if let Some(&anchor) = gates.first() {
            is_anchor[anchor as usize] = true;
        }
    }
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.sort_by_key(|&gate| !is_anchor[gate]);
    let mut renamed = vec![0; sets.len()];
    for (new, &old) in order.iter().enumerate() {
        renamed[old] = new as GateId;
    }
    for gate in topics.iter_mut().flatten() {
        *gate = renamed[*gate as usize];
    }
    *sets = order.iter().map(|&old| Rc::clone(&sets[old])).collect();
    is_anchor.iter().filter(|&&anchor| anchor).count()
}

/// A topic filed under a gate, with the next one to ask.
#[derive(Debug, Clone, Copy)]
pub struct Filed {
    pub topic: u32,
    pub second: GateId,
}

/// All gates and the topics filed under them.
pub struct Gates {
    /// Gates that a term opens: `term_gates[starts[t]..starts[t + 1]]`.
    term_starts: Vec<u32>,
    term_gates: Vec<GateId>,
    gate_count: usize,
    /// Only gates below the length of this (less one) have topics filed under them.
    filed_starts: Vec<u32>,
    filed: Vec<Filed>,
    /// Gates of a topic beyond the first two.
    rest: Vec<Box<[GateId]>>,
}

impl Gates {
    /// Files topics: `needs[topic]` is not empty.
    pub fn new(needs: Vec<Needs>, term_count: usize) -> Self {
        let mut known: HashMap<Terms, GateId> = HashMap::new();
        let mut sets: Vec<Terms> = Vec::new();
        let mut topics: Vec<Vec<GateId>> = Vec::with_capacity(needs.len());
        for need in needs {
            let gates = need.into_iter().map(|(_, set)| {
                *known.entry(set).or_insert_with_key(|set| {
                    sets.push(Rc::clone(set));
                    (sets.len() - 1) as GateId
                })
            });
            topics.push(gates.collect());
        }
        let anchors = anchors_first(&mut topics, &mut sets);
        let by_term = sets
            .iter()
            .enumerate()
            .flat_map(|(gate, set)| set.iter().map(move |&term| (term, gate as GateId)));
        let (term_starts, term_gates) = group(by_term.collect(), term_count);
        let by_gate = topics.iter().enumerate().filter_map(|(topic, gates)| {
            let second = gates.get(1).copied().unwrap_or(NO_GATE);
            Some((*gates.first()?, Filed { topic: topic as u32, second }))
        });
        let (filed_starts, filed) = group(by_gate.collect(), anchors);
        let rest = topics.iter().map(|gates| gates.iter().skip(2).copied().collect()).collect();
        Self { gate_count: sets.len(), term_starts, term_gates, filed_starts, filed, rest }
    }

    pub fn term_count(&self) -> usize {
        self.term_starts.len() - 1
    }

    pub fn gate_count(&self) -> usize {
        self.gate_count
    }

    /// Whether topics are filed under a gate.
    #[inline]
    pub fn is_anchor(&self, gate: GateId) -> bool {
        (gate as usize) < self.filed_starts.len() - 1
    }

    /// Where the gates that a term opens stand, for [`Self::opened_by`].
    #[inline]
    pub fn stretch_of(&self, term: TermId) -> (u32, u32) {
        (self.term_starts[term as usize], self.term_starts[term as usize + 1])
    }

    /// The gates a term opens.
    #[inline]
    pub fn opened_by(&self, (start, end): (u32, u32)) -> &[GateId] {
        &self.term_gates[start as usize..end as usize]
    }

    /// The topics filed under a gate that is an anchor.
    pub fn filed_under(&self, gate: GateId) -> &[Filed] {
        slice(&self.filed_starts, &self.filed, gate)
    }

    /// The gates of a topic beyond the first two.
    pub fn rest(&self, topic: u32) -> &[GateId] {
        &self.rest[topic as usize]
    }
}

fn slice<'a, T>(starts: &[u32], items: &'a [T], index: u32) -> &'a [T] {
    let index = index as usize;
    &items[starts[index] as usize..starts[index + 1] as usize]
}

/// Sorts pairs into one array with the start of each key's stretch.
fn group<T: Copy>(mut pairs: Vec<(u32, T)>, keys: usize) -> (Vec<u32>, Vec<T>) {
    pairs.sort_by_key(|&(key, _)| key);
    let mut starts = vec![0u32; keys + 1];
    for &(key, _) in &pairs {
        starts[key as usize + 1] += 1;
    }
    for key in 0..keys {
        starts[key + 1] += starts[key];
    }
    (starts, pairs.into_iter().map(|(_, item)| item).collect())
}
