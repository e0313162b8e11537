//! Finds everything that is wrong with rules before anything is built: unknown names, circles,
//! empty lists, terms that can find nothing, patterns that do not compile, nesting too deep.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::syntax::ast::{Definition, Expr, Node, Term, Word};
use super::super::syntax::nearest::nearest;
use super::super::{RuleError, RulePart, RulePlace, Topic};
use super::{Library, lexicon, regex, term_label};

/// Deepest nesting of a rule with everything it names, in nodes: the matcher recurses.
const MAX_DEPTH: usize = 200;

/// All faults of `topics` and `library`.
pub fn check(topics: &[Arc<Topic>], library: &Library) -> Vec<RuleError> {
    let mut checker = Checker { library, depths: BTreeMap::new(), errors: Vec::new() };
    for (name, definition) in &library.definitions {
        checker.definition(name, definition);
    }
    for (name, definition) in &library.definitions {
        if let Definition::Macro(expr) = definition {
            let place = RulePlace::Definition { name: name.clone(), item: None };
            checker.circles(name, expr, &place);
        }
    }
    if checker.errors.iter().any(|error| error.code == "circular_reference") {
        return checker.errors;
    }
    for (index, topic) in topics.iter().enumerate() {
        for (part, expr) in parts(topic) {
            checker.rule(expr, &RulePlace::Topic(index, part));
        }
    }
    checker.errors
}

/// Every rule of a topic with its place.
fn parts(topic: &Topic) -> impl Iterator<Item = (RulePart, &Expr)> {
    let rule = &topic.rule;
    let matching = rule.matching.iter().map(|expr| (RulePart::Match, expr));
    let exclude = rule.exclude.iter().enumerate();
    let weights = rule.weights.iter().enumerate();
    matching
        .chain(exclude.map(|(index, expr)| (RulePart::Exclude(index), expr)))
        .chain(weights.map(|(index, weight)| (RulePart::Weight(index), &weight.expr)))
}

struct Checker<'a> {
    library: &'a Library,
    /// Depth of each macro that has been measured.
    depths: BTreeMap<&'a str, usize>,
    errors: Vec<RuleError>,
}

impl<'a> Checker<'a> {
    fn definition(&mut self, name: &str, definition: &'a Definition) {
        match definition {
            Definition::Macro(expr) => {
                let place = RulePlace::Definition { name: name.to_owned(), item: None };
                self.nodes(expr, &place);
            }
            Definition::List(items) => {
                let at = |item| RulePlace::Definition { name: name.to_owned(), item };
                if items.is_empty() {
                    self.errors.push(RuleError {
                        place: at(None),
                        span: 0..0,
                        code: "empty_list",
                        message: format!("the list `{name}` has no entries, so it finds nothing"),
                        hint: Some("add an entry or remove the list".to_owned()),
                    });
                }
                for (index, item) in items.iter().enumerate() {
                    let span = 0..term_label(item).len();
                    self.term(item, &span, &at(Some(index)));
                }
            }
        }
    }

    fn rule(&mut self, expr: &'a Expr, place: &RulePlace) {
        self.nodes(expr, place);
        if self.depth(expr) > MAX_DEPTH {
            self.errors.push(RuleError {
                place: place.clone(),
                span: expr.span.clone(),
                code: "too_deep",
                message: format!("the rule nests more than {MAX_DEPTH} levels deep"),
                hint: Some("split it into macros with flat lists".to_owned()),
            });
        }
    }

    /// Checks the names and terms of a rule.
    fn nodes(&mut self, expr: &Expr, place: &RulePlace) {
        match &expr.node {
            Node::Term(term) => self.term(term, &expr.span, place),
            Node::Reference(name) if !self.library.definitions.contains_key(name) => {
                let known = self.library.definitions.keys().map(String::as_str);
                let hint = match nearest(name, known) {
                    Some(meant) => format!("did you mean `@{meant}`?"),
                    None => format!("define `{name}` under [lists]"),
                };
                self.errors.push(RuleError {
                    place: place.clone(),
                    span: expr.span.clone(),
                    code: "unknown_list",
                    message: format!("there is no list or macro named `{name}`"),
                    hint: Some(hint),
                });
            }
            _ => {
                for child in children(expr) {
                    self.nodes(child, place);
                }
            }
        }
    }

    fn term(&mut self, term: &Term, span: &std::ops::Range<usize>, place: &RulePlace) {
        let fault = match term {
            Term::Word(word) => word_fault(std::slice::from_ref(word)),
            Term::Phrase { words, .. } => word_fault(words),
            Term::Regex { pattern, ignore_case } => regex::compile(pattern, *ignore_case)
                .err()
                .map(|why| ("invalid_regex", format!("this pattern cannot be used: {why}"))),
        };
        if let Some((code, message)) = fault {
            let (place, span) = (place.clone(), span.clone());
            self.errors.push(RuleError { place, span, code, message, hint: None });
        }
    }

    /// Reports the circle that goes through the macro `name`, once per macro on it.
    fn circles(&mut self, name: &str, expr: &Expr, place: &RulePlace) {
        for (target, span) in references(expr) {
            let mut path = vec![target.clone()];
            let mut seen = BTreeSet::new();
            if target == *name || self.leads_to(&target, name, &mut path, &mut seen) {
                let names: Vec<String> = path.iter().map(|step| format!("@{step}")).collect();
                let circle = names.join(" → ");
                self.errors.push(RuleError {
                    place: place.clone(),
                    span,
                    code: "circular_reference",
                    message: format!("`@{name}` is defined by itself: @{name} → {circle}"),
                    hint: Some("take one of these names out of the circle".to_owned()),
                });
                return;
            }
        }
    }

    fn leads_to(
        &self,
        from: &str,
        to: &str,
        path: &mut Vec<String>,
        seen: &mut BTreeSet<String>,
    ) -> bool {
        if !seen.insert(from.to_owned()) || seen.len() > MAX_DEPTH {
            return false;
        }
        let Some(Definition::Macro(expr)) = self.library.definitions.get(from) else {
            return false;
        };
        for (target, _) in references(expr) {
            path.push(target.clone());
            if target == to || self.leads_to(&target, to, path, seen) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Depth of a rule with the macros it names; there are no circles here.
    fn depth(&mut self, expr: &'a Expr) -> usize {
        let below = match &expr.node {
            Node::Reference(name) => {
                let library = self.library;
                match library.definitions.get_key_value(name) {
                    Some((name, Definition::Macro(inner))) => {
                        match self.depths.get(name.as_str()) {
                            Some(&known) => known,
                            None => {
                                let depth = self.depth(inner);
                                self.depths.insert(name, depth);
                                depth
                            }
                        }
                    }
                    _ => 1,
                }
            }
            _ => {
                let mut deepest = 0;
                for child in children(expr) {
                    deepest = deepest.max(self.depth(child));
                }
                deepest
            }
        };
        below + 1
    }
}

fn word_fault(words: &[Word]) -> Option<(&'static str, String)> {
    if words.iter().all(|word| lexicon::is_wordless(&word.text)) {
        return Some((
            "empty_term",
            "this term has no letter or digit, so it finds nothing".to_owned(),
        ));
    }
    let short = words
        .iter()
        .find(|word| (word.open_start || word.open_end) && lexicon::is_too_open(word))?;
    Some(("short_wildcard", format!("`{}` has too few letters beside its wildcard", short.text)))
}

/// The operands of a node.
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

/// Every name in a rule, with its place.
pub fn references(expr: &Expr) -> Vec<(String, std::ops::Range<usize>)> {
    match &expr.node {
        Node::Reference(name) => vec![(name.clone(), expr.span.clone())],
        _ => children(expr).into_iter().flat_map(references).collect(),
    }
}
