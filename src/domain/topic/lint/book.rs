//! All rules, read once: which text stands where, how each list and macro is used, and what
//! covers what. The lints next door read this and nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term};
use super::super::{RulePart, RulePlace, Topic};
use super::covers::Covers;
use super::words::WordBook;
use super::{Lint, Rules, Spot, WHOLE, probe};
use crate::domain::text::snowball::Snowball;

/// How words of a rule are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Analysis {
    /// In a match or weight, with the topic's stemming.
    Match(Option<Snowball>),
    /// In an exclusion: not stemmed.
    Exclude,
}

/// What is asked of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Whether it holds.
    Holds,
    /// Where it stands: an operator on positions or a count is around it.
    Places,
    /// What it overlaps: it is the right side of EXCEPT or NOT NEAR.
    Takes,
    /// How many of its parts are there: each counts, also one that is always there with another.
    Counts,
}

/// How a text is used: each pair at most once.
pub type Uses = Vec<(Analysis, Role)>;

/// A rule, or a macro, with its place.
pub struct Text<'a> {
    pub place: RulePlace,
    pub expr: &'a Expr,
    pub uses: Uses,
}

/// A term with its place.
pub struct Placed<'a> {
    pub term: &'a Term,
    pub spot: Spot,
    /// Whether it is looked for in titles and bodies, and nowhere else.
    pub in_text: bool,
}

/// All rules of a configuration, and what is known about them.
pub struct Book<'a> {
    pub rules: Rules<'a>,
    /// Every rule of every topic and every macro.
    pub texts: Vec<Text<'a>>,
    /// How lists and macros are used; those that no topic names are not among them.
    pub uses: BTreeMap<&'a str, Uses>,
    /// Topics that name a list or macro, directly or not.
    users: BTreeMap<&'a str, Arc<[usize]>>,
    /// Lists and macros that are looked for in authors, categories or links.
    outside: HashSet<&'a str>,
    covers: HashMap<Analysis, Covers>,
    pub words: WordBook<'a>,
    /// What probes are made of.
    pub bare: Topic,
}

impl<'a> Book<'a> {
    /// Reads rules that compile. `None`: there is no topic.
    pub fn read(rules: Rules<'a>) -> Option<Self> {
        let bare = probe::bare(rules.topics.first()?);
        let mut reader = Reader {
            rules,
            uses: BTreeMap::new(),
            users: BTreeMap::new(),
            outside: HashSet::new(),
        };
        let mut texts = Vec::new();
        for (index, topic) in rules.topics.iter().enumerate() {
            let mut seen = HashSet::new();
            for (part, expr, analysis, role) in parts(topic) {
                let found = Found { analysis, role, topic: index, in_text: true };
                reader.follow(expr, found, &mut seen);
                let place = RulePlace::Topic(index, part);
                texts.push(Text { place, expr, uses: vec![(analysis, role)] });
            }
        }
        for (name, definition) in &rules.library.definitions {
            if let Definition::Macro(expr) = definition {
                let place = RulePlace::Definition { name: name.clone(), item: None };
                let uses = reader.uses.get(name.as_str()).cloned();
                texts.push(Text { place, expr, uses: uses.unwrap_or_else(default_uses) });
            }
        }
        let Reader { uses, users, outside, .. } = reader;
        let users = users.into_iter().map(|(name, users)| (name, users.into())).collect();
        let covers = covers(rules, &texts, &uses, &bare);
        Some(Self { rules, texts, uses, users, outside, covers, words: WordBook::new(rules), bare })
    }

    /// How a list is used; as a match would use it, where nothing does.
    pub fn uses_of(&self, name: &str) -> Uses {
        self.uses.get(name).cloned().unwrap_or_else(default_uses)
    }

    /// What covers what under an analysis.
    pub fn covers(&self, analysis: Analysis) -> Option<&Covers> {
        self.covers.get(&analysis)
    }

    /// Every term of every rule and list with its place, once where it is written.
    pub fn terms(&self) -> Vec<Placed<'a>> {
        let mut all = Vec::new();
        for text in &self.texts {
            let in_text = match &text.place {
                RulePlace::Definition { name, .. } => !self.outside.contains(name.as_str()),
                RulePlace::Topic(..) => true,
            };
            written_terms(text.expr, &text.place, in_text, &mut all);
        }
        for (name, definition) in &self.rules.library.definitions {
            if let Definition::List(items) = definition {
                let in_text = !self.outside.contains(name.as_str());
                all.extend(items.iter().enumerate().map(|(index, term)| Placed {
                    term,
                    spot: item_spot(name, index),
                    in_text,
                }));
            }
        }
        all
    }

    /// The topics that a lint concerns.
    pub fn concerned(&self, spot: &Spot) -> Arc<[usize]> {
        match spot {
            Spot::Topic(index) => Arc::new([*index]),
            Spot::Text { place: RulePlace::Topic(index, _), .. } => Arc::new([*index]),
            Spot::Text { place: RulePlace::Definition { name, .. }, .. }
            | Spot::Definition(name) => self.users.get(name.as_str()).cloned().unwrap_or_default(),
        }
    }
}

/// The place of a list's item.
pub fn item_spot(name: &str, index: usize) -> Spot {
    let place = RulePlace::Definition { name: name.to_owned(), item: Some(index) };
    Spot::Text { place, span: WHOLE }
}

/// The place of a clause in its text.
pub fn spot(place: &RulePlace, expr: &Expr) -> Spot {
    Spot::Text { place: place.clone(), span: expr.span.clone() }
}

/// A lint at a clause.
pub fn lint_at(
    code: &'static str,
    level: super::Level,
    place: &RulePlace,
    expr: &Expr,
    message: String,
) -> Lint {
    Lint::new(code, level, spot(place, expr), message)
}

fn default_uses() -> Uses {
    vec![(Analysis::Match(None), Role::Holds)]
}

/// The rules of a topic.
fn parts(topic: &Topic) -> impl Iterator<Item = (RulePart, &Expr, Analysis, Role)> {
    let rule = &topic.rule;
    let analysis = Analysis::Match(rule.stem);
    let matching =
        rule.matching.iter().map(move |expr| (RulePart::Match, expr, analysis, Role::Holds));
    let exclude = rule.exclude.iter().enumerate();
    let weights = rule.weights.iter().enumerate();
    matching
        .chain(
            exclude.map(|(at, expr)| (RulePart::Exclude(at), expr, Analysis::Exclude, Role::Holds)),
        )
        .chain(
            weights.map(move |(at, weight)| {
                (RulePart::Weight(at), &weight.expr, analysis, Role::Places)
            }),
        )
}

/// The operands of a clause, and what is asked of each.
pub fn operands(expr: &Expr, role: Role) -> Vec<(&Expr, Role)> {
    let inside = |inner: Role| match role {
        Role::Takes | Role::Counts => role,
        Role::Holds | Role::Places => inner,
    };
    match &expr.node {
        Node::Or(all) | Node::And(all) => all.iter().map(|operand| (operand, role)).collect(),
        Node::AtLeast { operands: all, .. } => {
            all.iter().map(|operand| (operand, Role::Counts)).collect()
        }
        Node::Not(inner) => vec![(&**inner, Role::Holds)],
        Node::Scoped { inner, .. } => vec![(&**inner, role)],
        Node::Mentions { inner, .. } => vec![(&**inner, Role::Counts)],
        Node::Proximity { op, left, right } => {
            let right_role = match op {
                ProximityOp::Except | ProximityOp::NotNear(_) => Role::Takes,
                _ => inside(Role::Places),
            };
            vec![(&**left, inside(Role::Places)), (&**right, right_role)]
        }
        Node::Term(_) | Node::Reference(_) => Vec::new(),
    }
}

/// Follows names into lists and macros.
struct Reader<'a> {
    rules: Rules<'a>,
    uses: BTreeMap<&'a str, Uses>,
    users: BTreeMap<&'a str, Vec<usize>>,
    outside: HashSet<&'a str>,
}

/// How a clause was come upon.
#[derive(Clone, Copy)]
struct Found {
    analysis: Analysis,
    role: Role,
    topic: usize,
    in_text: bool,
}

impl<'a> Reader<'a> {
    fn follow(
        &mut self,
        expr: &Expr,
        found: Found,
        seen: &mut HashSet<(&'a str, Analysis, Role, bool)>,
    ) {
        let Found { analysis, role, topic, in_text } = found;
        let Node::Reference(name) = &expr.node else {
            let in_text = in_text && !is_outside(expr);
            for (operand, role) in operands(expr, role) {
                self.follow(operand, Found { role, in_text, ..found }, seen);
            }
            return;
        };
        let Some((name, definition)) = self.rules.library.definitions.get_key_value(name) else {
            return;
        };
        if !seen.insert((name.as_str(), analysis, role, in_text)) {
            return;
        }
        if !in_text {
            self.outside.insert(name);
        }
        let uses = self.uses.entry(name).or_default();
        if !uses.contains(&(analysis, role)) {
            uses.push((analysis, role));
        }
        let users = self.users.entry(name).or_default();
        if users.last() != Some(&topic) {
            users.push(topic);
        }
        if let Definition::Macro(inner) = definition {
            self.follow(inner, found, seen);
        }
    }
}

fn written_terms<'a>(expr: &'a Expr, place: &RulePlace, in_text: bool, all: &mut Vec<Placed<'a>>) {
    if let Node::Term(term) = &expr.node {
        all.push(Placed { term, spot: spot(place, expr), in_text });
    }
    let in_text = in_text && !is_outside(expr);
    for (operand, _) in operands(expr, Role::Holds) {
        written_terms(operand, place, in_text, all);
    }
}

/// Whether a clause looks at authors, categories or links.
fn is_outside(expr: &Expr) -> bool {
    let Node::Scoped { scope, .. } = &expr.node else {
        return false;
    };
    matches!(scope, Scope::Author | Scope::Category | Scope::Url)
}

/// Learns, for each analysis in use, what covers what.
fn covers(
    rules: Rules<'_>,
    texts: &[Text<'_>],
    uses: &BTreeMap<&str, Uses>,
    bare: &Topic,
) -> HashMap<Analysis, Covers> {
    let mut terms: HashMap<Analysis, Vec<Term>> = HashMap::new();
    for text in texts {
        let mut written = Vec::new();
        written_terms(text.expr, &text.place, true, &mut written);
        for (analysis, _) in &text.uses {
            terms.entry(*analysis).or_default().extend(written.iter().map(|one| one.term.clone()));
        }
    }
    for (name, definition) in &rules.library.definitions {
        if let Definition::List(items) = definition {
            let uses = uses.get(name.as_str()).cloned().unwrap_or_else(default_uses);
            for (analysis, _) in uses {
                terms.entry(analysis).or_default().extend(items.iter().cloned());
            }
        }
    }
    let learn = |(analysis, terms)| Some((analysis, Covers::learn(analysis, terms, bare)?));
    terms.into_iter().filter_map(learn).collect()
}
