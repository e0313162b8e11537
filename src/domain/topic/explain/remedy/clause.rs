//! Walks the clauses that do not hold and says of each what the text has in its place, and which
//! change to try. [`super::near_hit`] looks for terms.

use super::super::super::Topic;
use super::super::super::compile::{Library, expr_label};
use super::super::super::syntax::MAX_DISTANCE;
use super::super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope};
use super::super::tree::times;
use super::super::{ExplainedNode, Nearest};
use super::edit::{Change, Edit, Site, Source};
use super::near_hit::NearHits;
use super::{Candidate, Remedy, Span};
use crate::domain::document::Document;

/// Most near hits taken of one list.
const MAX_OF_LIST: usize = 3;

/// Most macros within macros that are followed.
const MAX_MACROS: usize = 32;

/// Looks through the clauses of one topic.
pub(super) struct Search<'a> {
    library: &'a Library,
    near: NearHits<'a>,
    pub found: Vec<Candidate>,
    macros: usize,
}

impl<'a> Search<'a> {
    pub fn new(document: &'a Document, library: &'a Library, topic: &Topic) -> Self {
        Self { library, near: NearHits::new(document, topic), found: Vec::new(), macros: 0 }
    }

    /// Everything about a clause that does not hold.
    pub fn look(&mut self, source: Source, expr: &Expr, node: &ExplainedNode) {
        self.clause(expr, node, Site { source, path: Vec::new() }, Scope::Text);
    }

    /// As [`Self::look`], but only what nearly held: not finding it is no news.
    pub fn look_for_near(&mut self, source: Source, expr: &Expr, node: &ExplainedNode) {
        let before = self.found.len();
        self.look(source, expr, node);
        self.drop_missing(before);
    }

    fn drop_missing(&mut self, from: usize) {
        let later = self.found.split_off(from);
        self.found.extend(later.into_iter().filter(|candidate| candidate.edit.is_some()));
    }

    fn clause(&mut self, expr: &Expr, node: &ExplainedNode, site: Site, scope: Scope) {
        if node.held || self.found.len() > super::MAX_TRIED {
            return;
        }
        let children = &node.children;
        match (&expr.node, &children[..]) {
            (Node::And(operands), _) => self.every(operands, children, &site, scope),
            (Node::Or(operands), _) => self.any(operands, node, &site, scope),
            (Node::Not(inner), [child]) => {
                let found = format!("{} must not be there, and is", expr_label(inner));
                self.told("negated", node, found, &child.spans);
            }
            (Node::Scoped { scope: within, inner }, [child]) if node.note.is_none() => {
                self.clause(inner, child, site.below(0), *within);
            }
            (Node::Scoped { scope: within, .. }, [child]) => {
                let found = format!("{} is there, but not in the {}", child.label, within.as_str());
                let words = format!("{} anywhere", child.label);
                self.told("other_field", node, found, &child.spans).offers(
                    words,
                    &site,
                    Change::Anywhere,
                );
            }
            (Node::Proximity { op, left, right }, [_, _]) => {
                self.proximity(*op, [left, right], node, &site, scope);
            }
            (Node::AtLeast { operands, .. }, _) => self.at_least(operands, node, &site, scope),
            (Node::Mentions { inner, .. }, [child]) if child.count == 0 => {
                self.clause(inner, child, site.below(0), scope);
            }
            (Node::Mentions { n, .. }, [child]) => {
                let found = format!("{} is there {}, {n} asked", child.label, times(child.count));
                let words = format!("MENTIONS/{}", child.count);
                let count = Change::Count(child.count);
                self.told("count", node, found, &child.spans).offers(words, &site, count);
            }
            (Node::Term(term), _) => match self.near.of(term, scope) {
                Some(hit) => {
                    let change = match hit.is_added {
                        true => Change::Or(hit.expr()),
                        false => Change::Term(hit.term),
                    };
                    self.told(hit.code, node, hit.found, &hit.spans)
                        .offers(hit.change, &site, change);
                }
                None => self.missing(node),
            },
            (Node::Reference(name), _) => self.reference(name, node, scope),
            _ => self.missing(node),
        }
    }

    /// The sides that are not there; where both are, how they stand.
    fn proximity(
        &mut self,
        op: ProximityOp,
        sides: [&Expr; 2],
        node: &ExplainedNode,
        site: &Site,
        scope: Scope,
    ) {
        let is_filter = matches!(op, ProximityOp::Except | ProximityOp::NotNear(_));
        for (at, (side, child)) in sides.into_iter().zip(&node.children).enumerate() {
            let is_asked = at == 0 || !is_filter;
            if is_asked && (!child.held || child.count == 0) {
                self.clause(side, child, site.below(at), scope);
            }
        }
        if let Some(nearest) = &node.nearest {
            self.apart(op, nearest, node, site);
        }
    }

    fn at_least(&mut self, operands: &[Expr], node: &ExplainedNode, site: &Site, scope: Scope) {
        let count: usize = node.children.iter().map(members).sum();
        if count == 0 {
            return self.any(operands, node, site, scope);
        }
        let found = node.note.clone().unwrap_or_default();
        let spans = node.children.iter().flat_map(|child| child.spans.iter().cloned());
        let spans: Vec<Span> = spans.collect();
        let fewer = Change::Count(u32::try_from(count).unwrap_or(u32::MAX));
        self.told("count", node, found, &spans).offers(format!("ATLEAST/{count}"), site, fewer);
    }

    /// Each operand that does not hold; where the text has nothing to go by, the rule without it.
    fn every(&mut self, operands: &[Expr], children: &[ExplainedNode], site: &Site, scope: Scope) {
        for (at, (operand, child)) in operands.iter().zip(children).enumerate() {
            let before = self.found.len();
            self.clause(operand, child, site.below(at), scope);
            let told = self.found.get_mut(before..).unwrap_or_default();
            if told.iter().all(|candidate| candidate.edit.is_none())
                && let Some(first) = told.first_mut()
            {
                first.remedy.change = Some(format!("without {}", child.label));
                first.edit = Some(Edit::Clause(site.clone(), Change::Without(at)));
            }
        }
    }

    /// Of alternatives none of which holds, those that nearly did.
    fn any(&mut self, operands: &[Expr], node: &ExplainedNode, site: &Site, scope: Scope) {
        let before = self.found.len();
        for (at, (operand, child)) in operands.iter().zip(&node.children).enumerate() {
            self.clause(operand, child, site.below(at), scope);
        }
        self.drop_missing(before);
        if self.found.len() == before {
            self.missing(node);
        }
    }

    /// Both sides are there, but not as the operator asks.
    fn apart(&mut self, op: ProximityOp, nearest: &Nearest, node: &ExplainedNode, site: &Site) {
        let found = node.note.clone().unwrap_or_default();
        let firsts = || node.children.iter().filter_map(|child| child.spans.first().cloned());
        let spans = match nearest.spans.is_empty() {
            true => firsts().collect(),
            false => nearest.spans.clone(),
        };
        let (code, change) = match (op, nearest.apart, nearest.in_order) {
            (ProximityOp::Except | ProximityOp::NotNear(_), ..) => ("excepted", Change::Left),
            (_, None, _) => ("distance", Change::Both),
            (ProximityOp::Near(n), Some(apart), _) if apart > n && apart <= MAX_DISTANCE => {
                ("distance", Change::Operator(ProximityOp::Near(apart)))
            }
            (ProximityOp::Before(n), _, Some(apart)) if apart > n && apart <= MAX_DISTANCE => {
                ("distance", Change::Operator(ProximityOp::Before(apart)))
            }
            (ProximityOp::Before(_), Some(apart), None) if apart <= MAX_DISTANCE => {
                ("order", Change::Operator(ProximityOp::Near(apart)))
            }
            (ProximityOp::Sentence | ProximityOp::Paragraph, Some(apart), _)
                if apart <= MAX_DISTANCE =>
            {
                ("sentence", Change::Operator(ProximityOp::Near(apart)))
            }
            _ => ("distance", Change::Both),
        };
        let words = match (&change, &node.children[..]) {
            (Change::Operator(wider), _) => format!("{op} would have to be {wider}"),
            (Change::Left, [a, b]) => format!("{} without {op} {}", a.label, b.label),
            _ => format!("AND in place of {op}"),
        };
        self.told(code, node, found, &spans).offers(words, site, change);
    }

    /// A list none of whose entries is there, or a macro whose rule does not hold.
    fn reference(&mut self, name: &str, node: &ExplainedNode, scope: Scope) {
        let library = self.library;
        let source = Site { source: Source::Definition(name.to_owned()), path: Vec::new() };
        match (library.definitions.get(name), &node.children[..]) {
            (Some(Definition::Macro(expr)), [rule]) if self.macros < MAX_MACROS => {
                self.macros += 1;
                self.clause(expr, rule, source, scope);
                self.macros -= 1;
            }
            (Some(Definition::List(items)), _) => {
                let hits = self.near.of_list(items, scope, MAX_OF_LIST);
                if hits.is_empty() {
                    self.missing(node);
                }
                for hit in hits {
                    let found = format!("{} of @{name}: {}", hit.asked, hit.found);
                    let change = format!("{} in [lists] {name}", hit.term);
                    let item = Change::Item(hit.term.clone());
                    self.told(hit.code, node, found, &hit.spans).offers(change, &source, item);
                }
            }
            _ => self.missing(node),
        }
    }

    fn missing(&mut self, node: &ExplainedNode) {
        self.told("missing", node, format!("{} is not in the text", node.label), &[]);
    }

    /// Something that stands in the way; what to try about it is said of what comes back.
    fn told(
        &mut self,
        code: &'static str,
        node: &ExplainedNode,
        found: String,
        spans: &[Span],
    ) -> &mut Candidate {
        let remedy = Remedy {
            code,
            clause: node.label.clone(),
            found,
            change: None,
            spans: spans.to_vec(),
            enough: false,
        };
        let at = self.found.len();
        self.found.push(Candidate { remedy, edit: None });
        &mut self.found[at]
    }
}

impl Candidate {
    /// What would have to change, and how to try that.
    fn offers(&mut self, words: String, site: &Site, change: Change) {
        self.remedy.change = Some(words);
        self.edit = Some(Edit::Clause(site.clone(), change));
    }
}

/// How many operands a held one counts for in `ATLEAST`: a list each of its members.
fn members(child: &ExplainedNode) -> usize {
    match child.label.strip_prefix('@') {
        Some(_) if child.held => child.children.len().max(1),
        _ => usize::from(child.held),
    }
}
