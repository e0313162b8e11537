//! Terms that a text does not have, but nearly: in other capitals, another form or spelling, or
//! with the words of a phrase apart. What is offered was tried: it finds something.

mod alike;
mod phrase;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::super::compile::{Library, TopicSet, term_label};
use super::super::super::evidence::Span;
use super::super::super::evidence::prove::span;
use super::super::super::filter::Origin;
use super::super::super::matcher::decide::in_scope;
use super::super::super::matcher::occurrence::Occurrence;
use super::super::super::matcher::reading::field_text;
use super::super::super::syntax::ast::{Expr, Node, Scope, Term, Word};
use super::super::super::{Rule, Topic};
use crate::domain::document::{Document, Field};
use crate::domain::text::scan::{Token, TokenKind, tokens};
use crate::domain::text::spelling::{Stem, normal};

/// Most places of a near hit that are quoted.
const MAX_SPANS: usize = 3;

/// Most entries of a list that are looked at.
const MAX_ITEMS: usize = 300;

/// Most different words of a text that a term is compared with.
const MAX_FORMS: usize = 5_000;

/// A term that would have been found.
pub(super) struct NearHit {
    pub code: &'static str,
    /// The term that was not found, as written.
    pub asked: String,
    /// What the text has.
    pub found: String,
    /// What to write.
    pub change: String,
    pub term: Term,
    /// Whether it goes beside the old term and not in its place.
    pub is_added: bool,
    pub spans: Vec<Span>,
    /// Where an expression and not a term goes beside it.
    expr: Option<Expr>,
}

impl NearHit {
    /// What to add, as a rule.
    pub fn expr(&self) -> Expr {
        let term = || Expr { node: Node::Term(self.term.clone()), span: 0..0 };
        self.expr.clone().unwrap_or_else(term)
    }
}

/// The words of one document, to look for terms in.
pub(super) struct NearHits<'a> {
    document: &'a Document,
    /// The topic without its rule, to try terms with.
    base: Topic,
    /// Each folded form with the places where it stands.
    forms: BTreeMap<String, Vec<(Field, Token)>>,
    /// Each form with what is the same for its plurals and spellings: worked out once, since
    /// every term of a long list asks.
    normals: Vec<(String, String)>,
}

impl<'a> NearHits<'a> {
    pub fn new(document: &'a Document, topic: &Topic) -> Self {
        let rule = Rule { stem: topic.rule.stem, ..Rule::default() };
        let mut forms: BTreeMap<String, Vec<(Field, Token)>> = BTreeMap::new();
        for field in Field::ALL {
            for token in tokens(field_text(document, field)) {
                if token.kind == TokenKind::Unsegmented {
                    continue;
                }
                if forms.len() >= MAX_FORMS && !forms.contains_key(&token.form) {
                    continue;
                }
                forms.entry(token.form.clone()).or_default().push((field, token));
            }
        }
        let normals = forms.keys().map(|form| (form.clone(), normal(form, Stem::Plural))).collect();
        let base = Topic {
            id: topic.id.clone(),
            name: String::new(),
            severity: topic.severity,
            tags: Vec::new(),
            channels: Vec::new(),
            rule,
            mode: topic.mode,
            expect: None,
            alert: topic.alert.clone(),
            tests: Vec::new(),
            file: String::new(),
        };
        Self { document, base, forms, normals }
    }

    /// The nearest thing to a term that is not in `scope`.
    pub fn of(&self, term: &Term, scope: Scope) -> Option<NearHit> {
        match term {
            Term::Word(word) => self.word(word, scope).or_else(|| self.elsewhere(term, scope)),
            Term::Phrase { exact, words, slop } => self.phrase(*exact, words, *slop, scope),
            Term::Regex { .. } => self.elsewhere(term, scope),
        }
    }

    /// The first `most` near hits of a list's entries.
    pub fn of_list(&self, items: &[Term], scope: Scope, most: usize) -> Vec<NearHit> {
        let mut hits = Vec::new();
        for item in items.iter().take(MAX_ITEMS) {
            let Some(hit) = self.of(item, scope).filter(|hit| hit.expr.is_none()) else {
                continue;
            };
            hits.push(hit);
            if hits.len() == most {
                break;
            }
        }
        hits
    }

    fn word(&self, word: &Word, scope: Scope) -> Option<NearHit> {
        let form = form_of(&word.text)?;
        self.same_letters(word, &form, scope)
            .or_else(|| self.other_form(word, &form, scope))
            .or_else(|| self.other_spelling(word, &form, scope))
    }

    /// The very word, but its capitals or its `=` do not let it count.
    fn same_letters(&self, word: &Word, form: &str, scope: Scope) -> Option<NearHit> {
        let (text, spans) = self.quote(form, scope)?;
        let bare = Word { exact: false, ..word.clone() };
        let small = Word { text: word.text.to_lowercase(), ..bare.clone() };
        let (term, why) = if word.exact && self.catches(&Term::Word(bare.clone()), scope) {
            (Term::Word(bare), "`=` asks for exactly these letters")
        } else if self.catches(&Term::Word(small.clone()), scope) {
            (Term::Word(small), "its capitals bind")
        } else {
            return None;
        };
        let asked = word_label(word);
        let change = term_label(&term);
        Some(NearHit {
            code: "other_case",
            found: format!("the text has \"{text}\", and {asked} does not take that: {why}"),
            change: format!("{change} would"),
            asked,
            term,
            is_added: false,
            spans,
            expr: None,
        })
    }

    /// The term in a field that the clause does not read.
    fn elsewhere(&self, term: &Term, scope: Scope) -> Option<NearHit> {
        let scopes = [Scope::Text, Scope::Category, Scope::Author, Scope::Url];
        let within = scopes.into_iter().find(|other| *other != scope && self.catches(term, *other));
        let within = within?;
        let asked = term_label(term);
        let expr = Expr {
            node: Node::Scoped {
                scope: within,
                inner: Box::new(Expr { node: Node::Term(term.clone()), span: 0..0 }),
            },
            span: 0..0,
        };
        let place = match within {
            Scope::Text => "elsewhere in the text".to_owned(),
            other => format!("only in the {}", other.as_str()),
        };
        Some(NearHit {
            code: "other_field",
            found: format!("{asked} is {place}"),
            change: format!("{} OR {expr}", asked),
            asked,
            term: term.clone(),
            is_added: true,
            spans: Vec::new(),
            expr: Some(expr),
        })
    }

    /// Whether a term is found in `scope`.
    fn catches(&self, term: &Term, scope: Scope) -> bool {
        self.holds(Expr { node: Node::Term(term.clone()), span: 0..0 }, scope)
    }

    fn holds(&self, expr: Expr, scope: Scope) -> bool {
        let matching = Expr { node: Node::Scoped { scope, inner: Box::new(expr) }, span: 0..0 };
        let mut topic = self.base.clone();
        topic.rule.matching = Some(matching);
        let id = topic.id.clone();
        TopicSet::compile(vec![Arc::new(topic)], &Library::default())
            .is_ok_and(|set| set.evaluate_topic(&id, self.document, &Origin::UNKNOWN).is_some())
    }

    /// How a folded form is written in `scope`, and where.
    fn quote(&self, form: &str, scope: Scope) -> Option<(String, Vec<Span>)> {
        let places = self.forms.get(form)?.iter();
        let inside =
            |(field, token): &&(Field, Token)| in_scope(scope, *field, token.place.position);
        let spans: Vec<Span> = places
            .filter(inside)
            .take(MAX_SPANS)
            .map(|(field, token)| self.span(*field, token))
            .collect();
        Some((spans.first()?.quote.to_string(), spans))
    }

    fn span(&self, field: Field, token: &Token) -> Span {
        let place = token.place;
        let piece = Occurrence {
            field,
            start: place.position,
            end: place.position.saturating_add(place.width),
            from: u32::try_from(place.start).unwrap_or(u32::MAX),
            to: u32::try_from(place.end).unwrap_or(u32::MAX),
            pieces: (0, 0),
        };
        span(self.document, &piece)
    }
}

/// The folded form of a word: of a compound the joined one. `None`: it has none as a whole.
fn form_of(word: &str) -> Option<String> {
    let all = tokens(word);
    let joined = all.iter().find(|token| token.kind == TokenKind::Joined);
    match (joined, &all[..]) {
        (Some(joined), _) => Some(joined.form.clone()),
        (None, [only]) if only.kind != TokenKind::Unsegmented => Some(only.form.clone()),
        _ => None,
    }
}

fn word_label(word: &Word) -> String {
    term_label(&Term::Word(word.clone()))
}
