//! A rule as the matcher reads it: names resolved, terms numbered. A [`Plan`] has the shape of the
//! [`Expr`](crate::domain::topic::syntax::ast::Expr) it was made from, node for node, so that
//! evidence and explanations walk both together.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::Topic;
use super::super::syntax::ast::{Definition, ProximityOp, Scope};
use crate::domain::ids::{Digest, TopicId};

/// One way a single token (or run of unsegmented script, or regular expression) is found.
pub type TermId = u32;

/// A term as written: index into the set's leaves.
pub type LeafId = u32;

#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    Or(Box<[Plan]>),
    And(Box<[Plan]>),
    Not(Box<Plan>),
    Proximity {
        op: ProximityOp,
        sides: Box<[Plan; 2]>,
    },
    Scoped {
        scope: Scope,
        inner: Box<Plan>,
    },
    AtLeast {
        n: u32,
        operands: Box<[Plan]>,
    },
    Mentions {
        n: u32,
        inner: Box<Plan>,
    },
    Leaf(LeafId),
    /// A list or macro: index into the set's definitions.
    Reference(u32),
}

impl Plan {
    /// How many clauses evidence may name below this.
    pub fn clause_count(&self) -> usize {
        match self {
            Plan::Or(operands) | Plan::And(operands) => {
                operands.iter().map(Plan::clause_count).sum()
            }
            _ => 1,
        }
    }
}

/// Whether `plan` names a list, by way of macros too: `ATLEAST` counts each of its members.
pub fn is_list(definitions: &[CompiledDefinition], plan: &Plan) -> bool {
    matches!(plan, Plan::Reference(_)) && kind(definitions, plan) == Kind::List
}

/// What an operand is, as far as `ATLEAST` asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Term,
    Other,
}

/// A macro that does nothing but name a list, or join lists (and terms) with `OR`, is a list. Each
/// part is looked at once.
fn kind(definitions: &[CompiledDefinition], plan: &Plan) -> Kind {
    match plan {
        Plan::Leaf(_) => Kind::Term,
        Plan::Reference(index) => match definitions.get(*index as usize) {
            Some(CompiledDefinition { definition: Definition::List(_), .. }) => Kind::List,
            Some(CompiledDefinition { plan: Plan::Or(operands), .. }) => {
                joined(definitions, operands)
            }
            Some(CompiledDefinition { plan: only @ Plan::Reference(_), .. }) => {
                kind(definitions, only)
            }
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

/// What operands of an `OR` come to: a list, if all are terms or lists and one is a list.
fn joined(definitions: &[CompiledDefinition], operands: &[Plan]) -> Kind {
    let mut all = Kind::Other;
    for operand in operands {
        match kind(definitions, operand) {
            Kind::List => all = Kind::List,
            Kind::Term => {}
            Kind::Other => return Kind::Other,
        }
    }
    all
}

/// Visits each member of what [`is_list`], until `visit` breaks.
pub fn members<'d>(
    definitions: &'d [CompiledDefinition],
    plan: &'d Plan,
    visit: &mut impl FnMut(&'d Plan) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match plan {
        Plan::Reference(index) => match definitions.get(*index as usize) {
            Some(definition) => members(definitions, &definition.plan, visit),
            None => ControlFlow::Continue(()),
        },
        Plan::Or(operands) => {
            operands.iter().try_for_each(|operand| members(definitions, operand, visit))
        }
        member => visit(member),
    }
}

/// How one written term is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// By a single token.
    Term(TermId),
    /// By any of these: a compound's joined form or its parts.
    Word(Box<[Sequence]>),
    /// By words in order, with `slop` others between them in all.
    Phrase { slots: Box<[Box<[Sequence]>]>, slop: u32 },
}

/// Tokens side by side.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence {
    pub terms: Box<[TermId]>,
    /// What the text between and around must literally be ("AT&T", "C++").
    pub literal: Option<Box<Literal>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Literal {
    pub before: Box<str>,
    /// Between each token and the next.
    pub between: Box<[Box<str>]>,
    pub after: Box<str>,
}

/// A list or macro, compiled once for all who name it.
#[derive(Debug)]
pub struct CompiledDefinition {
    /// Without the `@`.
    pub name: String,
    pub definition: Definition,
    /// A list is an `Or` of its items.
    pub plan: Plan,
}

/// A topic, compiled.
#[derive(Debug)]
pub struct CompiledTopic {
    pub topic: Arc<Topic>,
    pub revision: Digest,
    /// What every decision asks of the topic, put beside its plan: the topic itself lies elsewhere
    /// in memory.
    pub id: TopicId,
    pub threshold: Option<f64>,
    pub is_filtered: bool,
    pub matching: Option<Plan>,
    pub exclude: Box<[Plan]>,
    pub weights: Box<[Plan]>,
    /// Names of the clauses of `matching` from left to right, then of the weights: written once,
    /// since evidence needs them for every match.
    pub names: Box<[ClauseName]>,
    /// The exclusions as written.
    pub vetoes: Box<[Arc<str>]>,
}

/// A clause as it is written, once for all topics that have it.
#[derive(Debug, Clone)]
pub struct ClauseName {
    pub text: Arc<str>,
    /// The same for clauses that are written the same and stemmed the same: they find the same.
    pub number: u32,
}
