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

/// Most nodes of a rule with every list and macro written out where it is named, each time it is
/// named: thirty macros that name one another twice would come to a billion.
const MAX_NODES: usize = 500_000;

/// How large a rule is, with all that it names.
#[derive(Debug, Clone, Copy)]
struct Measure {
    depth: usize,
    nodes: usize,
}

/// All faults of `topics` and `library`.
pub fn check(topics: &[Arc<Topic>], library: &Library) -> Vec<RuleError> {
    let mut checker = Checker { library, measures: BTreeMap::new(), errors: Vec::new() };
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
    /// Each macro that has been measured.
    measures: BTreeMap<&'a str, Measure>,
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
        let Measure { depth, nodes } = self.measure(expr);
        let mut refuse = |code, message: String, hint: &str| {
            self.errors.push(RuleError {
                place: place.clone(),
                span: expr.span.clone(),
                code,
                message,
                hint: Some(hint.to_owned()),
            });
        };
        if depth > MAX_DEPTH {
            let message = format!("the rule nests more than {MAX_DEPTH} levels deep");
            refuse("too_deep", message, "split it into macros with flat lists");
        }
        if nodes > MAX_NODES {
            let message = format!(
                "with all that it names written out, the rule has more than {MAX_NODES} parts"
            );
            refuse("too_large", message, "name long lists less often, or split the topic");
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

    /// Measures a rule with the lists and macros it names; there are no circles here.
    fn measure(&mut self, expr: &'a Expr) -> Measure {
        let below = match &expr.node {
            Node::Reference(name) => {
                let library = self.library;
                match library.definitions.get_key_value(name) {
                    Some((name, Definition::Macro(inner))) => {
                        match self.measures.get(name.as_str()) {
                            Some(&known) => known,
                            None => {
                                let measure = self.measure(inner);
                                self.measures.insert(name, measure);
                                measure
                            }
                        }
                    }
                    Some((_, Definition::List(items))) => Measure { depth: 1, nodes: items.len() },
                    None => Measure { depth: 1, nodes: 0 },
                }
            }
            _ => {
                let mut all = Measure { depth: 0, nodes: 0 };
                for child in children(expr) {
                    let child = self.measure(child);
                    all.depth = all.depth.max(child.depth);
                    all.nodes = all.nodes.saturating_add(child.nodes);
                }
                all
            }
        };
        Measure { depth: below.depth + 1, nodes: below.nodes.saturating_add(1) }
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
