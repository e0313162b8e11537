//! Exclusions that silence what the match looks for: `exclude = ["oil"]` where the match wants
//! "palm oil", `"oils"` where it wants "oil" and finds "oils" as well. The matcher itself is
//! asked what an exclusion makes of a text that holds the term and nothing else.

use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term};
use super::super::{RulePart, RulePlace, Topic};
use super::book::{Book, lint_at};
use super::negatives::holds_on_nothing;
use super::probe::{MARK, Probes};
use super::sample::{other_spellings, samples};
use super::{Level, Lint, quoted, several};
use crate::domain::document::Document;
use crate::domain::text::LEAD_WORDS;

/// Most terms of one match that are tried.
const MAX_TERMS: usize = 2_000;

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    let mut exclusions = Vec::new();
    for (index, topic) in book.rules.topics.iter().enumerate() {
        if topic.rule.matching.is_some() {
            let all = topic.rule.exclude.iter().enumerate();
            exclusions.extend(all.map(|(at, expr)| (index, at, expr, topic.rule.stem)));
        }
    }
    let rules = exclusions.iter().map(|(_, _, expr, stem)| (*expr, *stem));
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
        if let Some((message, hint)) = exclusion.verdict(&wanted.1, expr) {
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
        Node::Term(term) => all.push(Wanted { term, scope, required }),
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
                all.extend(items.iter().map(|term| Wanted { term, scope, required }));
            }
            None => {}
        },
    }
}

struct Exclusion<'p> {
    probes: &'p Probes,
    number: usize,
}

impl Exclusion<'_> {
    /// What is wrong with the exclusion, if anything, and what to do.
    fn verdict(&self, wanted: &[Wanted<'_>], expr: &Expr) -> Option<(String, String)> {
        let own = quoted(&expr.to_string());
        let all = |one: &&Wanted<'_>| self.silences(one);
        if let Some(one) = wanted.iter().filter(|one| one.required).find(all) {
            let term = quoted(&one.term.to_string());
            let message = format!(
                "next to nothing can match: {own} is found wherever {term} is, which is required"
            );
            return Some((message, narrower(&term)));
        }
        let mut required = Document { title: MARK.to_owned(), ..Document::default() };
        let terms = wanted.iter().filter(|one| one.required);
        for one in terms {
            let text = samples(one.term).into_iter().next();
            put(&mut required, one.scope, &text.unwrap_or_default());
        }
        if self.probes.vetoes(self.number, &required) {
            let message = format!("next to nothing can match: all that {own} asks for is required");
            return Some((message, "exclude something else, or use EXCEPT".to_owned()));
        }
        let silenced: Vec<String> =
            wanted.iter().filter(all).map(|one| one.term.to_string()).collect();
        if let Some(first) = silenced.first() {
            let message =
                format!("{own} silences whatever the match finds by {}", several(&silenced));
            return Some((message, narrower(&quoted(first))));
        }
        let mut forms = Vec::new();
        for one in wanted {
            let vetoed = other_spellings(one.term)
                .into_iter()
                .find(|form| self.probes.vetoes(self.number, &document(one.scope, form)));
            forms.extend(vetoed.map(|form| (form, one.term.to_string())));
        }
        let (form, term) = forms.first()?;
        let (form, term) = (quoted(form), quoted(term));
        let message = format!("{own} silences {form}, which the match finds as {term}");
        let hint = format!("write `={}` in the match if only that form is meant", bare(&term));
        Some((message, hint))
    }

    /// Whether the exclusion holds in a text that says the term as it is written.
    fn silences(&self, wanted: &Wanted<'_>) -> bool {
        let written = samples(wanted.term).into_iter().next();
        written.is_some_and(|text| self.probes.vetoes(self.number, &document(wanted.scope, &text)))
    }
}

fn narrower(term: &str) -> String {
    format!("exclude a phrase that is narrower, or write `{} EXCEPT \"…\"`", bare(term))
}

fn bare(quoted: &str) -> &str {
    quoted.trim_matches('`')
}

/// A document that holds `text` where `scope` looks for it, and nowhere else.
fn document(scope: Scope, text: &str) -> Document {
    let mut document = Document { title: MARK.to_owned(), ..Document::default() };
    put(&mut document, scope, text);
    document
}

fn put(document: &mut Document, scope: Scope, text: &str) {
    let append = |field: &mut String| {
        field.push(' ');
        field.push_str(text);
    };
    match scope {
        Scope::Title => {
            document.title.push('.');
            append(&mut document.title);
        }
        Scope::Lead => document.body = format!("{text} {}", document.body),
        // Behind the lead: an exclusion that looks at title or lead only does not see it.
        Scope::Body | Scope::Text => {
            if document.body.is_empty() {
                document.body = "qzx ".repeat(LEAD_WORDS as usize + 1);
            }
            append(&mut document.body);
        }
        Scope::Author => append(&mut document.authors),
        Scope::Category => append(&mut document.categories),
        Scope::Url => append(document.url.get_or_insert_with(String::new)),
    }
}
