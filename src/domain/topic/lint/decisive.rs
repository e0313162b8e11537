//! Clauses that can never decide: alternatives that another makes needless, conditions that
//! another fulfils, proximity of a term to itself, exclusions that say again what is said.

use super::super::syntax::ast::{Expr, Node, ProximityOp, Term};
use super::super::{RulePart, RulePlace, Topic};
use super::book::{Analysis, Book, Role, Text, Uses, lint_at, operands, spot};
use super::implies::implies;
use super::lists::redundant;
use super::{Level, Lint, quoted};

/// Most operands of one clause that are compared with one another, beyond plain terms.
const MAX_COMPARED: usize = 48;

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for text in &book.texts {
        if let Some(role) = strictest(&text.uses) {
            let uses = text.uses.iter().filter(|one| one.1 == role).copied().collect();
            Walk { book, text, uses }.clause(text.expr, role, found);
        }
    }
    for (index, topic) in book.rules.topics.iter().enumerate() {
        exclusions(book, index, topic, found);
    }
}

/// The strictest role a text is used in: what holds there holds in the others.
fn strictest(uses: &Uses) -> Option<Role> {
    let has = |role: Role| uses.iter().any(|one| one.1 == role).then_some(role);
    has(Role::Counts).or(has(Role::Takes)).or(has(Role::Places)).or(has(Role::Holds))
}

struct Walk<'a, 'b> {
    book: &'b Book<'a>,
    text: &'b Text<'a>,
    uses: Uses,
}

impl Walk<'_, '_> {
    fn clause(&self, expr: &Expr, role: Role, found: &mut Vec<Lint>) {
        match &expr.node {
            Node::Or(all) => {
                let told = self.terms(all, role, found);
                self.alternatives(all, role, &told, found);
            }
            Node::And(all) => {
                self.contradictions(expr, all, found);
                self.conditions(all, role, found);
            }
            Node::AtLeast { operands: all, .. } => {
                self.terms(all, Role::Counts, found);
            }
            Node::Proximity { op, left, right } => self.proximity(expr, *op, left, right, found),
            _ => {}
        }
        for (operand, role) in operands(expr, role) {
            self.clause(operand, role, found);
        }
    }

    fn analyses(&self) -> Vec<Analysis> {
        self.text.uses.iter().map(|one| one.0).collect()
    }

    fn implies(&self, narrow: &Expr, wide: &Expr) -> bool {
        implies(self.book, &self.analyses(), narrow, wide)
    }

    /// Terms beside one another, one of which finds all that the other finds. Returns which
    /// operands were told of.
    fn terms(&self, all: &[Expr], role: Role, found: &mut Vec<Lint>) -> Vec<usize> {
        let placed: Vec<(usize, &Term)> = all
            .iter()
            .enumerate()
            .filter_map(|(at, operand)| match &operand.node {
                Node::Term(term) => Some((at, term)),
                _ => None,
            })
            .collect();
        let terms: Vec<&Term> = placed.iter().map(|one| one.1).collect();
        let uses: Uses = self.uses.iter().map(|one| (one.0, role)).collect();
        let mut told = Vec::new();
        for redundant in redundant(self.book, &uses, &terms) {
            let at = placed[redundant.at].0;
            found.push(redundant.lint(spot(&self.text.place, &all[at]), &terms));
            told.push(at);
        }
        told
    }

    /// `A OR (A AND B)`: the second never decides. Where positions are asked for, only equals
    /// are needless.
    fn alternatives(&self, all: &[Expr], role: Role, told: &[usize], found: &mut Vec<Lint>) {
        for (at, narrow) in all.iter().enumerate().take(MAX_COMPARED) {
            let other = all.iter().enumerate().take(MAX_COMPARED).find(|(other, wide)| {
                *other != at
                    && !told.contains(&at)
                    && !both_terms(narrow, wide)
                    && match role {
                        Role::Holds => {
                            self.implies(narrow, wide)
                                && (*other < at || !self.implies(wide, narrow))
                        }
                        _ => narrow == *wide && *other < at,
                    }
            });
            if let Some((_, wide)) = other {
                let message = format!(
                    "{} can never decide: wherever it holds, {} does",
                    quoted(&narrow.to_string()),
                    quoted(&wide.to_string()),
                );
                found.push(self.needless(narrow, message));
            }
        }
    }

    /// `A AND (A OR B)`: the second is always fulfilled.
    fn conditions(&self, all: &[Expr], role: Role, found: &mut Vec<Lint>) {
        for (at, wide) in all.iter().enumerate().take(MAX_COMPARED) {
            let other = all.iter().enumerate().take(MAX_COMPARED).find(|(other, narrow)| {
                *other != at
                    && match role {
                        Role::Holds => {
                            self.implies(narrow, wide)
                                && (*other < at || !self.implies(wide, narrow))
                        }
                        _ => wide == *narrow && *other < at,
                    }
            });
            if let Some((_, narrow)) = other {
                let message = format!(
                    "{} asks for nothing: it holds wherever {} does, which is asked for anyway",
                    quoted(&wide.to_string()),
                    quoted(&narrow.to_string()),
                );
                found.push(self.needless(wide, message));
            }
        }
    }

    /// `A AND NOT A`: it can never hold.
    fn contradictions(&self, expr: &Expr, all: &[Expr], found: &mut Vec<Lint>) {
        let compared = || all.iter().take(MAX_COMPARED);
        let refused = compared().filter_map(|one| match &one.node {
            Node::Not(inner) => Some(&**inner),
            _ => None,
        });
        for inner in refused {
            let Some(asked) = compared().find(|asked| self.implies(asked, inner)) else {
                continue;
            };
            let (clause, asked) = (quoted(&expr.to_string()), quoted(&asked.to_string()));
            let inner = quoted(&inner.to_string());
            let message = format!(
                "{clause} can never hold: it asks for {asked} and refuses {inner}, which is found \
                 wherever {asked} is"
            );
            let lint = lint_at("never_holds", Level::Warning, &self.text.place, expr, message);
            let hint = "take it out, or narrow what stands behind NOT";
            found.push(lint.about(&expr.to_string()).hint(hint));
            return;
        }
    }

    fn needless(&self, expr: &Expr, message: String) -> Lint {
        lint_at("never_decisive", Level::Warning, &self.text.place, expr, message)
            .about(&expr.to_string())
            .hint("take it out, or say what it was meant to add")
    }

    /// `NATO NEAR/5 NATO`: two mentions, said in a roundabout way.
    fn proximity(
        &self,
        expr: &Expr,
        op: ProximityOp,
        left: &Expr,
        right: &Expr,
        found: &mut Vec<Lint>,
    ) {
        let is_pair = !matches!(op, ProximityOp::Except | ProximityOp::NotNear(_));
        let same = self.implies(left, right) && self.implies(right, left);
        if !same {
            return;
        }
        let label = quoted(&left.to_string());
        let (message, hint) = if is_pair {
            let message = format!("both sides are {label}: this asks for two mentions of it");
            (message, format!("say `MENTIONS/2({left})`, or name the other side"))
        } else {
            let message = format!("both sides are {label}: what is left of it is nothing");
            (message, "name on the right what is to be left out".to_owned())
        };
        let lint = lint_at("never_decisive", Level::Warning, &self.text.place, expr, message);
        found.push(lint.about(&expr.to_string()).hint(hint));
    }
}

fn both_terms(a: &Expr, b: &Expr) -> bool {
    matches!((&a.node, &b.node), (Node::Term(_), Node::Term(_)))
}

/// Exclusions that others, or the match itself, make needless.
fn exclusions(book: &Book<'_>, index: usize, topic: &Topic, found: &mut Vec<Lint>) {
    let rule = &topic.rule;
    let analyses = [Analysis::Exclude];
    let compared = || rule.exclude.iter().enumerate().take(MAX_COMPARED);
    for (at, narrow) in compared() {
        let other = compared().find(|(other, wide)| {
            *other != at
                && implies(book, &analyses, narrow, wide)
                && (*other < at || !implies(book, &analyses, wide, narrow))
        });
        let refused = rule.matching.as_ref().and_then(|matching| {
            refused_by(matching).into_iter().find(|wide| implies(book, &analyses, narrow, wide))
        });
        let by = match (other, refused) {
            (Some((_, wide)), _) => format!("the exclusion {}", quoted(&wide.to_string())),
            (None, Some(wide)) => format!("`NOT {wide}` in the match"),
            (None, None) => continue,
        };
        let label = quoted(&narrow.to_string());
        let message = format!("the exclusion {label} can never decide: {by} does as much");
        let place = RulePlace::Topic(index, RulePart::Exclude(at));
        let lint = lint_at("never_decisive", Level::Warning, &place, narrow, message);
        found.push(lint.about(&narrow.to_string()).hint("take it out"));
    }
}

/// What a match refuses in any case: operands of NOT in its outermost AND.
fn refused_by(matching: &Expr) -> Vec<&Expr> {
    match &matching.node {
        Node::And(all) => all.iter().flat_map(refused_by).collect(),
        Node::Not(inner) => vec![&**inner],
        _ => Vec::new(),
    }
}
