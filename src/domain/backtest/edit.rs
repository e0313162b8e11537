//! A rule with one thing changed: what a backtest asks "and without this?" with. A spot is a
//! place in the rule or in a list or macro that it names; the walk finds those where something is
//! asked for, as opposed to forbidden.

use std::collections::BTreeSet;

use crate::domain::topic::Rule;
use crate::domain::topic::compile::Library;
use crate::domain::topic::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term, Word};

/// A word that no text contains: what stands in for an alternative that is taken out.
const NEVER: &str = "qzjxvkwqzjxvkwqzjxvkw";

/// Which expression of a topic a spot lies in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    Match,
    Weight(usize),
    /// The list or macro of this name.
    Definition(String),
}

/// A node of a rule: the way to it from the root of its home, as numbers of children. Of a list,
/// the number of the item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub home: Home,
    pub path: Vec<usize>,
}

/// What stands at a spot.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    Expr(&'a Expr),
    /// An item of a list.
    Item(&'a Term),
}

/// A spot on the walk.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    pub spot: Spot,
    pub part: Part<'a>,
    /// The field it is looked for in, where one is named.
    pub scope: Option<Scope>,
    /// Whether the rule leads here by nothing but AND, OR, fields and macros.
    pub plain: bool,
    /// Whether it is one of several alternatives.
    pub alternative: bool,
}

/// A rule with one change, and the lists and macros that had to be changed for it, under names of
/// their own.
#[derive(Debug, Clone)]
pub struct Edited {
    pub rule: Rule,
    pub definitions: Vec<(String, Definition)>,
}

/// Goes to every spot of the rule where something is asked for, those of the lists and macros
/// that it names among them: each once for every field in which it is looked for.
pub fn walk<'a>(rule: &'a Rule, library: &'a Library, visit: &mut dyn FnMut(Visit<'a>)) {
    let mut walker = Walker { library, visit, seen: BTreeSet::new() };
    let start = |home| Spot { home, path: Vec::new() };
    if let Some(expr) = &rule.matching {
        walker.expr(expr, start(Home::Match), None, true, false);
    }
    for (index, weight) in rule.weights.iter().enumerate() {
        walker.expr(&weight.expr, start(Home::Weight(index)), None, false, false);
    }
}

struct Walker<'a, 'v> {
    library: &'a Library,
    visit: &'v mut dyn FnMut(Visit<'a>),
    /// Definitions gone into, by field and plainness: each way is taken once.
    seen: BTreeSet<(&'a str, Option<&'static str>, bool)>,
}

impl<'a> Walker<'a, '_> {
    fn expr(
        &mut self,
        expr: &'a Expr,
        spot: Spot,
        scope: Option<Scope>,
        plain: bool,
        alternative: bool,
    ) {
        let part = Part::Expr(expr);
        (self.visit)(Visit { spot: spot.clone(), part, scope, plain, alternative });
        let below = |index: usize| {
            let mut spot = spot.clone();
            spot.path.push(index);
            spot
        };
        match &expr.node {
            Node::Or(operands) | Node::And(operands) => {
                let alternative = matches!(expr.node, Node::Or(_));
                for (index, operand) in operands.iter().enumerate() {
                    self.expr(operand, below(index), scope, plain, alternative);
                }
            }
            Node::AtLeast { operands, .. } => {
                for (index, operand) in operands.iter().enumerate() {
                    self.expr(operand, below(index), scope, false, operands.len() > 1);
                }
            }
            Node::Proximity { op, left, right } => {
                self.expr(left, below(0), scope, false, false);
                if !matches!(op, ProximityOp::Except | ProximityOp::NotNear(_)) {
                    self.expr(right, below(1), scope, false, false);
                }
            }
            Node::Scoped { scope, inner } => self.expr(inner, below(0), Some(*scope), plain, false),
            Node::Mentions { inner, .. } => self.expr(inner, below(0), scope, false, false),
            Node::Reference(name) => self.definition(name, scope, plain),
            Node::Not(_) | Node::Term(_) => {}
        }
    }

    fn definition(&mut self, name: &'a str, scope: Option<Scope>, plain: bool) {
        let Some(definition) = self.library.definitions.get(name) else {
            return;
        };
        if !self.seen.insert((name, scope.map(Scope::as_str), plain)) {
            return;
        }
        let home = Home::Definition(name.to_owned());
        match definition {
            Definition::Macro(expr) => {
                self.expr(expr, Spot { home, path: Vec::new() }, scope, plain, false);
            }
            Definition::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let spot = Spot { home: home.clone(), path: vec![index] };
                    let (part, alternative) = (Part::Item(item), items.len() > 1);
                    (self.visit)(Visit { spot, part, scope, plain: false, alternative });
                }
            }
        }
    }
}

/// The rule with what stands at `spot` replaced by what `with` makes of it. Definitions changed on
/// the way get names that end in `mark`. `None` where it cannot be done.
pub fn replace(
    rule: &Rule,
    library: &Library,
    spot: &Spot,
    mark: &str,
    with: impl FnOnce(&Expr) -> Option<Expr>,
) -> Option<Edited> {
    let mut edited = Edited { rule: rule.clone(), definitions: Vec::new() };
    match &spot.home {
        Home::Match => replace_at(edited.rule.matching.as_mut()?, &spot.path, with)?,
        Home::Weight(index) => {
            replace_at(&mut edited.rule.weights.get_mut(*index)?.expr, &spot.path, with)?;
        }
        Home::Definition(name) => {
            let mut changed = library.definitions.get(name)?.clone();
            match &mut changed {
                Definition::Macro(expr) => replace_at(expr, &spot.path, with)?,
                Definition::List(items) => {
                    let item = items.get_mut(*spot.path.first()?)?;
                    let Node::Term(term) = with(&term(item.clone()))?.node else { return None };
                    *item = term;
                }
            }
            rename(&mut edited, library, name, changed, mark);
        }
    }
    Some(edited)
}

/// The rule with an alternative taken out that stands at `spot`.
pub fn without(rule: &Rule, library: &Library, spot: &Spot, mark: &str) -> Option<Edited> {
    let word = Word { text: NEVER.to_owned(), exact: true, open_start: false, open_end: false };
    replace(rule, library, spot, mark, |_| Some(term(Term::Word(word))))
}

/// The definitions that a rule names, directly or by way of others.
pub fn reachable(rule: &Rule, library: &Library) -> Library {
    let mut names: Vec<String> = Vec::new();
    let roots = rule.matching.iter().chain(&rule.exclude);
    roots.chain(rule.weights.iter().map(|weight| &weight.expr)).for_each(|expr| {
        references(expr, &mut |name| names.push(name.to_owned()));
    });
    let mut found = Library::default();
    while let Some(name) = names.pop() {
        let Some(definition) = library.definitions.get(&name) else { continue };
        if found.definitions.insert(name, definition.clone()).is_none()
            && let Definition::Macro(expr) = definition
        {
            references(expr, &mut |name| names.push(name.to_owned()));
        }
    }
    found
}

/// A term as an expression that stands nowhere.
pub fn term(term: Term) -> Expr {
    Expr { node: Node::Term(term), span: 0..0 }
}

/// What an operator stands over, in order.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.node {
        Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => {
            all.iter().collect()
        }
        Node::Not(inner) | Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => vec![inner],
        Node::Proximity { left, right, .. } => vec![left, right],
        Node::Term(_) | Node::Reference(_) => Vec::new(),
    }
}

fn child_mut(expr: &mut Expr, index: usize) -> Option<&mut Expr> {
    match &mut expr.node {
        Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => all.get_mut(index),
        Node::Not(inner) | Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => Some(inner),
        Node::Proximity { left, right, .. } => Some(if index == 0 { left } else { right }),
        Node::Term(_) | Node::Reference(_) => None,
    }
}

fn replace_at(
    root: &mut Expr,
    path: &[usize],
    with: impl FnOnce(&Expr) -> Option<Expr>,
) -> Option<()> {
    let mut at = root;
    for index in path {
        at = child_mut(at, *index)?;
    }
    *at = with(at)?;
    Some(())
}

/// Puts `changed` in the place of the definition `name`, under a new name, for this rule only:
/// whatever leads to it is copied under a new name as well.
fn rename(edited: &mut Edited, library: &Library, name: &str, changed: Definition, mark: &str) {
    let mut renamed: BTreeSet<&str> = BTreeSet::from([name]);
    loop {
        let more: Vec<&str> = library
            .definitions
            .iter()
            .filter(|(other, _)| !renamed.contains(other.as_str()))
            .filter(|(_, definition)| names_one_of(definition, &renamed))
            .map(|(other, _)| other.as_str())
            .collect();
        if more.is_empty() {
            break;
        }
        renamed.extend(more);
    }
    let respell = |expr: &mut Expr| {
        references_mut(expr, &mut |reference| {
            if renamed.contains(reference.as_str()) {
                reference.push_str(mark);
            }
        });
    };
    let rule = &mut edited.rule;
    rule.matching.iter_mut().chain(&mut rule.exclude).for_each(respell);
    rule.weights.iter_mut().for_each(|weight| respell(&mut weight.expr));
    for other in &renamed {
        let mut definition = match library.definitions.get(*other) {
            _ if *other == name => changed.clone(),
            Some(definition) => definition.clone(),
            None => continue,
        };
        if let Definition::Macro(expr) = &mut definition {
            respell(expr);
        }
        edited.definitions.push((format!("{other}{mark}"), definition));
    }
}

fn names_one_of(definition: &Definition, names: &BTreeSet<&str>) -> bool {
    let mut found = false;
    if let Definition::Macro(expr) = definition {
        references(expr, &mut |name| found |= names.contains(name));
    }
    found
}

fn references(expr: &Expr, each: &mut dyn FnMut(&str)) {
    if let Node::Reference(name) = &expr.node {
        each(name);
    }
    children(expr).into_iter().for_each(|child| references(child, each));
}

fn references_mut(expr: &mut Expr, each: &mut dyn FnMut(&mut String)) {
    match &mut expr.node {
        Node::Reference(name) => each(name),
        Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => {
            all.iter_mut().for_each(|child| references_mut(child, each));
        }
        Node::Not(inner) | Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => {
            references_mut(inner, each);
        }
        Node::Proximity { left, right, .. } => {
            references_mut(left, each);
            references_mut(right, each);
        }
        Node::Term(_) => {}
    }
}
