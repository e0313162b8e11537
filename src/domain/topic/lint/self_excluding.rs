//! Exclusions that silence what the match looks for: `exclude = ["oil"]` where the match wants
//! "palm oil", `"oils"` where it wants "oil" and finds "oils" as well. The matcher itself is
//! asked what an exclusion makes of a text that holds the term and nothing else.

use super::super::syntax::MAX_DISTANCE;
use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term, Word};
use super::super::{RulePart, RulePlace, Topic};
use super::book::{Book, lint_at};
use super::negatives::holds_on_nothing;
use super::probe::{MARK, Probes, term_expr};
use super::sample::{other_spellings, samples};
use super::words::Words;
use super::{Level, Lint, quoted, several};
use crate::domain::document::Document;
use crate::domain::text::LEAD_WORDS;

/// Most terms of one match that are tried.
const MAX_TERMS: usize = 2_000;

/// Most required terms that are tried together.
const MAX_REQUIRED: usize = 20;

/// A word that no rule asks for.
const FILLER: &str = "qzx ";

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    let mut exclusions = Vec::new();
    for (index, topic) in book.rules.topics.iter().enumerate() {
        if topic.rule.matching.is_some() {
            let all = topic.rule.exclude.iter().enumerate();
            exclusions.extend(all.map(|(at, expr)| (index, at, expr, topic.rule.stem)));
        }
    }
    let certain: Vec<Expr> = exclusions.iter().map(|one| certain_or_never(book, one.2)).collect();
    let rules = certain.iter().zip(&exclusions).map(|(expr, one)| (expr, one.3));
    let Some(probes) = Probes::of_exclusions(&book.bare, rules, book.rules.library) else {
        return;
    };
    let mut wanted: (usize, Vec<Wanted<'_>>) = (usize::MAX, Vec::new());
    for (number, (index, at, expr, _)) in exclusions.iter().enumerate() {
        if holds_on_nothing(book, expr) {
            continue;
        }
        if wanted.0 != *index {
            wanted = (*index, wanted_by(book, &book.rules.topics[*index]));
        }
        let exclusion = Exclusion { probes: &probes, number };
        let words = book.words.of(&certain[number]);
        let met: Vec<&Wanted<'_>> =
            wanted.1.iter().filter(|one| one.words.may_meet(&words)).collect();
        if let Some((message, hint)) = exclusion.verdict(&met, expr) {
            let place = RulePlace::Topic(*index, RulePart::Exclude(*at));
            let lint = lint_at("self_excluding", Level::Warning, &place, expr, message);
            found.push(lint.about(&expr.to_string()).hint(hint));
        }
    }
}

/// A term that the match looks for.
struct Wanted<'a> {
    term: &'a Term,
    scope: Scope,
    /// Without it nothing matches; else it is one of several ways.
    required: bool,
    words: Words,
}

/// The terms that a match looks for, through lists and macros; not what it refuses.
fn wanted_by<'a>(book: &Book<'a>, topic: &'a Topic) -> Vec<Wanted<'a>> {
    let mut all = Vec::new();
    if let Some(expr) = &topic.rule.matching {
        gather(book, expr, Scope::Text, true, &mut all);
    }
    all
}

fn gather<'a>(
    book: &Book<'a>,
    expr: &'a Expr,
    scope: Scope,
    required: bool,
    all: &mut Vec<Wanted<'a>>,
) {
    if all.len() >= MAX_TERMS {
        return;
    }
    match &expr.node {
        Node::Term(term) => all.push(wanted(book, term, scope, required)),
        Node::And(parts) => {
            parts.iter().for_each(|part| gather(book, part, scope, required, all));
        }
        Node::Or(parts) | Node::AtLeast { operands: parts, .. } => {
            parts.iter().for_each(|part| gather(book, part, scope, false, all));
        }
        Node::Not(_) => {}
        Node::Scoped { scope, inner } => gather(book, inner, *scope, required, all),
        Node::Mentions { inner, .. } => gather(book, inner, scope, required, all),
        Node::Proximity { op, left, right } => {
            gather(book, left, scope, required, all);
            if !matches!(op, ProximityOp::Except | ProximityOp::NotNear(_)) {
                gather(book, right, scope, required, all);
            }
        }
        Node::Reference(name) => match book.rules.library.definitions.get(name) {
            Some(Definition::Macro(inner)) => gather(book, inner, scope, required, all),
            Some(Definition::List(items)) => {
                let required = required && items.len() == 1;
                let items = items.iter().take(MAX_TERMS.saturating_sub(all.len()));
                all.extend(items.map(|term| wanted(book, term, scope, required)));
            }
            None => {}
        },
    }
}

fn wanted<'a>(book: &Book<'a>, term: &'a Term, scope: Scope, required: bool) -> Wanted<'a> {
    Wanted { term, scope, required, words: book.words.of_term(term) }
}

struct Exclusion<'p> {
    probes: &'p Probes,
    number: usize,
}

impl Exclusion<'_> {
    /// What is wrong with the exclusion, if anything, and what to do. `wanted`: terms that it may
    /// have to do with.
    fn verdict(&self, wanted: &[&Wanted<'_>], expr: &Expr) -> Option<(String, String)> {
        let own = quoted(&expr.to_string());
        let silenced: Vec<&Wanted<'_>> =
            wanted.iter().copied().filter(|one| self.silences(one)).collect();
        if let Some(one) = silenced.iter().find(|one| one.required) {
            let term = quoted(&one.term.to_string());
            let message = format!(
                "next to nothing can match: {own} is found wherever {term} is, which is required"
            );
            return Some((message, narrower(&term)));
        }
        let required: Vec<&Wanted<'_>> =
            wanted.iter().copied().filter(|one| one.required).collect();
        if (2..=MAX_REQUIRED).contains(&required.len()) && self.holds_on_all(&required) {
            let message = format!("next to nothing can match: all that {own} asks for is required");
            return Some((message, "exclude something else, or use EXCEPT".to_owned()));
        }
        let labels: Vec<String> = silenced.iter().map(|one| one.term.to_string()).collect();
        if let Some(first) = labels.first() {
            let message =
                format!("{own} silences whatever the match finds by {}", several(&labels));
            return Some((message, narrower(&quoted(first))));
        }
        let (form, term) = wanted.iter().find_map(|one| {
            let mut forms = other_spellings(one.term).into_iter();
            let form = forms.find(|form| self.holds_wherever(one.scope, &[form]))?;
            Some((quoted(&form), quoted(&one.term.to_string())))
        })?;
        let message = format!("{own} silences {form}, which the match finds as {term}");
        let hint = format!("write `={}` in the match if only that form is meant", bare(&term));
        Some((message, hint))
    }

    /// Whether the exclusion holds in every text that says the term as it is written, in
    /// whatever capitals.
    fn silences(&self, wanted: &Wanted<'_>) -> bool {
        let samples = samples(wanted.term);
        let Some(written) = samples.first().map(|text| text.to_lowercase()) else {
            return false;
        };
        let mut cases = samples.iter().filter(|text| text.to_lowercase() == written);
        cases.all(|text| self.holds_wherever(wanted.scope, &[text]))
    }

    /// Whether the exclusion holds where all these terms are, far from one another.
    fn holds_on_all(&self, required: &[&Wanted<'_>]) -> bool {
        [Scope::Title, Scope::Body].into_iter().all(|place| {
            let mut document = Document { title: MARK.to_owned(), ..Document::default() };
            for one in required {
                let text = samples(one.term).into_iter().next().unwrap_or_default();
                let scope = if one.scope == Scope::Text { place } else { one.scope };
                put(&mut document, scope, &text);
            }
            self.probes.vetoes(self.number, &document)
        })
    }

    /// Whether the exclusion holds in a text that has this where `scope` looks for it, wherever
    /// within that it stands.
    fn holds_wherever(&self, scope: Scope, text: &[&str]) -> bool {
        let places: &[Scope] = match scope {
            Scope::Text => &[Scope::Body, Scope::Title],
            _ => std::slice::from_ref(&scope),
        };
        places.iter().all(|place| {
            let mut document = Document { title: MARK.to_owned(), ..Document::default() };
            text.iter().for_each(|text| put(&mut document, *place, text));
            self.probes.vetoes(self.number, &document)
        })
    }
}

/// The part of an exclusion that other words beside it cannot undo: without what asks that
/// something is not there. Where nothing is left, a rule that never holds.
fn certain_or_never(book: &Book<'_>, expr: &Expr) -> Expr {
    certain(book, expr).unwrap_or_else(|| {
        let text = format!("{MARK}never");
        let word = Word { text, exact: true, open_start: false, open_end: false };
        term_expr(Term::Word(word))
    })
}

fn certain(book: &Book<'_>, expr: &Expr) -> Option<Expr> {
    let with = |node: Node| Some(Expr { node, span: expr.span.clone() });
    let inner = |inner: &Expr| certain(book, inner).map(Box::new);
    match &expr.node {
        Node::Term(_) => Some(expr.clone()),
        Node::Or(all) => {
            let mut kept: Vec<Expr> = all.iter().filter_map(|one| certain(book, one)).collect();
            if kept.len() > 1 { with(Node::Or(kept)) } else { kept.pop() }
        }
        Node::And(all) => {
            with(Node::And(all.iter().map(|one| certain(book, one)).collect::<Option<_>>()?))
        }
        Node::AtLeast { n, operands } => {
            let all = operands.iter().map(|one| certain(book, one)).collect::<Option<_>>()?;
            with(Node::AtLeast { n: *n, operands: all })
        }
        Node::Not(_)
        | Node::Proximity { op: ProximityOp::Except | ProximityOp::NotNear(_), .. } => None,
        Node::Proximity { op, left, right } => {
            with(Node::Proximity { op: *op, left: inner(left)?, right: inner(right)? })
        }
        Node::Scoped { scope, inner: below } => {
            with(Node::Scoped { scope: *scope, inner: inner(below)? })
        }
        Node::Mentions { n, inner: below } => with(Node::Mentions { n: *n, inner: inner(below)? }),
        Node::Reference(name) => match book.rules.library.definitions.get(name) {
            Some(Definition::Macro(rule)) => match certain(book, rule) {
                Some(left) if left == *rule => Some(expr.clone()),
                other => other,
            },
            _ => Some(expr.clone()),
        },
    }
}

fn narrower(term: &str) -> String {
    format!("exclude a phrase that is narrower, or write `{} EXCEPT \"…\"`", bare(term))
}

fn bare(quoted: &str) -> &str {
    quoted.trim_matches('`')
}

/// Adds `text` where `scope` looks for it, far from what stands there.
fn put(document: &mut Document, scope: Scope, text: &str) {
    let append = |field: &mut String| {
        if !field.is_empty() {
            field.push_str(".\n\n");
            field.push_str(&FILLER.repeat(MAX_DISTANCE as usize + 1));
            field.push_str(".\n\n");
        }
        field.push_str(text);
    };
    match scope {
        Scope::Title => append(&mut document.title),
        Scope::Lead => document.body = format!("{text}. {}", document.body),
        // Behind the lead: an exclusion that looks at title or lead only does not see it.
        Scope::Body | Scope::Text => {
            if document.body.is_empty() {
                document.body = FILLER.repeat(LEAD_WORDS as usize + 1);
                document.body.push_str(text);
            } else {
                append(&mut document.body);
            }
        }
        Scope::Author => append(&mut document.authors),
        Scope::Category => append(&mut document.categories),
        Scope::Url => append(document.url.get_or_insert_with(String::new)),
    }
}
