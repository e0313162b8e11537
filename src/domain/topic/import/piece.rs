//! What was understood of a part of a rule: an expression, and what it asks of where an entry
//! comes from. The latter can only be asked of a whole topic: [`Piece`]s carry it up through
//! `AND` to the top, and say so where another operator is in the way.

use std::ops::Range;

use super::ledger::Ledger;
use super::term;
use crate::domain::topic::filter::Filters;
use crate::domain::topic::syntax::ast::{Expr, Node, ProximityOp, Scope, Term};

/// Highest tree that is built; the language itself allows a little more.
const MAX_HEIGHT: usize = 48;

/// What a filter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Tag,
    Publisher,
    Language,
    /// The only value is a number of days.
    MaxAge,
}

/// Something asked of where an entry comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub about: About,
    pub values: Vec<String>,
    /// None of the values is wanted.
    pub not: bool,
    pub span: Range<usize>,
}

/// A part of a rule. With neither expression nor asks it says nothing: what it said is in the
/// report, or was always true.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    pub expr: Option<Expr>,
    pub asks: Vec<Ask>,
    /// Says nothing because it is always true.
    always: bool,
    height: usize,
}

/// An expression with no place in any text: it is printed and read again before it is used.
pub fn node(node: Node) -> Expr {
    Expr { node, span: 0..0 }
}

impl Piece {
    pub fn nothing() -> Self {
        Self::default()
    }

    /// True of every entry.
    pub fn always() -> Self {
        Self { always: true, ..Self::default() }
    }

    pub fn term(term: Term) -> Self {
        Self::of(Node::Term(term), 1)
    }

    pub fn list(name: &str) -> Self {
        Self::of(Node::Reference(name.to_owned()), 1)
    }

    pub fn ask(about: About, value: impl Into<String>, span: Range<usize>) -> Self {
        let ask = Ask { about, values: vec![value.into()], not: false, span };
        Self { asks: vec![ask], ..Self::default() }
    }

    fn of(inner: Node, height: usize) -> Self {
        Self { expr: Some(node(inner)), height, ..Self::default() }
    }

    /// Terms that follow one another, each at most so many words behind the one before.
    pub fn chain(terms: Vec<Term>, distance: u32) -> Self {
        let height = terms.len();
        let mut terms = terms.into_iter().map(|term| node(Node::Term(term)));
        let Some(first) = terms.next() else {
            return Self::nothing();
        };
        let op = ProximityOp::Before(distance);
        let expr = terms.fold(first, |left, right| {
            node(Node::Proximity { op, left: Box::new(left), right: Box::new(right) })
        });
        Self { expr: Some(expr), height, ..Self::default() }
    }

    /// Whether it says nothing.
    pub fn is_nothing(&self) -> bool {
        self.expr.is_none() && self.asks.is_empty()
    }

    /// All of them.
    pub fn and(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut all = Vec::new();
        let mut asks = Vec::new();
        let mut height = 0;
        let mut always = true;
        for piece in pieces {
            always &= piece.always;
            asks.extend(piece.asks);
            match piece.expr {
                Some(Expr { node: Node::And(inner), .. }) => {
                    height = height.max(piece.height - 1);
                    all.extend(inner);
                }
                other => {
                    height = height.max(piece.height);
                    all.extend(other);
                }
            }
        }
        let mut piece = join(all, height, Node::And);
        piece.always = always && piece.expr.is_none() && asks.is_empty();
        piece.asks = asks;
        piece
    }

    /// One of them.
    pub fn or(pieces: impl IntoIterator<Item = Piece>, ledger: &mut Ledger<'_>) -> Self {
        let pieces: Vec<Piece> = pieces.into_iter().collect();
        if let Some(ask) = one_ask(&pieces) {
            return Self { asks: vec![ask], ..Self::default() };
        }
        if pieces.iter().any(|piece| piece.always) {
            return Self::always();
        }
        let mut any = Vec::new();
        let mut height = 0;
        for mut piece in pieces {
            piece.drop_asks("OR", ledger);
            match piece.expr {
                Some(Expr { node: Node::Or(inner), .. }) => {
                    height = height.max(piece.height - 1);
                    any.extend(inner);
                }
                other => {
                    height = height.max(piece.height);
                    any.extend(other);
                }
            }
        }
        join(any, height, Node::Or)
    }

    pub fn not(mut self, ledger: &mut Ledger<'_>) -> Self {
        if self.expr.is_none()
            && let [ask] = &mut self.asks[..]
            && ask.about != About::MaxAge
        {
            ask.not = !ask.not;
            return self;
        }
        self.drop_asks("NOT", ledger);
        match self.expr {
            Some(Expr { node: Node::Not(inner), .. }) => {
                Self { expr: Some(*inner), height: self.height, ..Self::default() }
            }
            Some(expr) => Self::of(Node::Not(Box::new(expr)), self.height + 1),
            None => Self::nothing(),
        }
    }

    /// Two pieces near one another. Where one says nothing, the other stands alone.
    pub fn proximity(
        mut self,
        op: ProximityOp,
        mut other: Piece,
        span: Range<usize>,
        ledger: &mut Ledger<'_>,
    ) -> Self {
        self.drop_asks("a proximity operator", ledger);
        other.drop_asks("a proximity operator", ledger);
        let height = self.height.max(other.height) + 1;
        if height > MAX_HEIGHT {
            ledger.untranslated(span, "too_deep", "this nests too deep to be translated");
            return self;
        }
        match (self.expr, other.expr) {
            (Some(left), Some(right)) => {
                if [&left, &right].into_iter().any(is_vague) {
                    let message = "AND and NOT within a proximity are asked of the whole text";
                    ledger.approximated(span, "vague_proximity", message);
                }
                let (left, right) = (Box::new(left), Box::new(right));
                Self::of(Node::Proximity { op, left, right }, height)
            }
            (expr, None) | (None, expr) => {
                Self { expr, height: height.saturating_sub(1), ..Self::default() }
            }
        }
    }

    /// The piece within one of these fields.
    pub fn scoped(mut self, scopes: &[Scope], ledger: &mut Ledger<'_>) -> Self {
        self.drop_asks("a field", ledger);
        let height = self.height + 2;
        let Some(expr) = self.expr else {
            return Self::nothing();
        };
        let each =
            scopes.iter().map(|&scope| node(Node::Scoped { scope, inner: Box::new(expr.clone()) }));
        join(each.collect(), height, Node::Or)
    }

    pub fn mentions(mut self, n: u32, ledger: &mut Ledger<'_>) -> Self {
        self.drop_asks("a count", ledger);
        let height = self.height + 1;
        match self.expr {
            Some(expr) => Self::of(Node::Mentions { n, inner: Box::new(expr) }, height),
            None => Self::nothing(),
        }
    }

    /// Keeps the tree within the limit.
    pub fn within_limits(self, span: Range<usize>, ledger: &mut Ledger<'_>) -> Self {
        if self.height <= MAX_HEIGHT {
            return self;
        }
        ledger.untranslated(span, "too_deep", "this nests too deep to be translated");
        Self::nothing()
    }

    /// With something to be found: a topic that only filters, or only asks for words not to be
    /// there, looks for any title.
    pub fn grounded(mut self, span: &Range<usize>, ledger: &mut Ledger<'_>) -> Self {
        let is_groundless = match &self.expr {
            None => self.asks.iter().any(|ask| ask.about != About::MaxAge),
            Some(expr) => is_negative(expr),
        };
        let Some(any) = is_groundless.then(any_title).flatten() else {
            return self;
        };
        let message = "this asks for nothing that could be found: any entry with a title will do";
        ledger.approximated(span.start..span.start, "any_entry", message);
        let asks = std::mem::take(&mut self.asks);
        let mut grounded = Self::and([any, self]);
        grounded.asks = asks;
        grounded
    }

    fn drop_asks(&mut self, within: &str, ledger: &mut Ledger<'_>) {
        for ask in self.asks.drain(..) {
            let message =
                format!("a filter holds for a whole topic and cannot stand within {within}");
            ledger.untranslated(ask.span, "filter_within", message);
        }
    }

    /// What the asks come to, as filters of a topic, and the greatest age in days.
    pub fn filters(asks: Vec<Ask>, ledger: &mut Ledger<'_>) -> (Filters, Option<u32>) {
        let mut filters = Filters::default();
        let mut max_age_d = None;
        for ask in asks {
            let choice = match ask.about {
                About::Tag => {
                    let message = "a topic may only filter by tags that feeds have: tag your \
                                   feeds and take the `#` from this filter";
                    ledger.untranslated(ask.span.clone(), "tag_filter", message);
                    &mut filters.tags
                }
                About::Publisher => &mut filters.publishers,
                About::Language => &mut filters.languages,
                About::MaxAge => {
                    let days = ask.values.first().and_then(|days| days.parse::<u32>().ok());
                    max_age_d = [max_age_d, days].into_iter().flatten().min();
                    continue;
                }
            };
            let both = |value: &String| {
                if ask.not { choice.only.contains(value) } else { choice.not.contains(value) }
            };
            if ask.values.iter().any(both) {
                let message = "this is both wanted and not wanted; the second is left out";
                ledger.untranslated(ask.span, "conflict", message);
            } else if ask.not {
                choice.not.extend(ask.values);
            } else if choice.only.is_empty() {
                choice.only = ask.values;
            } else {
                let message = "a topic has one list of these; this second one must hold as well";
                ledger.untranslated(ask.span, "second_filter", message);
            }
        }
        (filters, max_age_d)
    }
}

/// One node of several; the only one alone.
fn join(mut all: Vec<Expr>, height: usize, make: fn(Vec<Expr>) -> Node) -> Piece {
    match all.len() {
        0 => Piece::nothing(),
        1 => Piece { expr: all.pop(), height, ..Piece::default() },
        _ => Piece::of(make(all), height + 1),
    }
}

/// The one filter that a disjunction of filters of one kind comes to.
fn one_ask(pieces: &[Piece]) -> Option<Ask> {
    let mut asks = pieces.iter().map(|piece| match (&piece.expr, &piece.asks[..]) {
        (None, [ask]) if !ask.not && ask.about != About::MaxAge => Some(ask),
        _ => None,
    });
    let mut merged = asks.next()??.clone();
    for ask in asks {
        let ask = ask?;
        if ask.about != merged.about {
            return None;
        }
        merged.values.extend(ask.values.iter().cloned());
        merged.span.end = merged.span.end.max(ask.span.end);
    }
    Some(merged)
}

/// Every title that has a letter or digit.
fn any_title() -> Option<Piece> {
    let term = term::regex("\\w", false).ok()?;
    let inner = Box::new(node(Node::Term(term)));
    Some(Piece::of(Node::Scoped { scope: Scope::Title, inner }, 2))
}

/// Whether it may hold where nothing of it is found.
fn is_negative(expr: &Expr) -> bool {
    match &expr.node {
        Node::Not(_) => true,
        Node::And(all) => all.iter().all(is_negative),
        Node::Or(all) => all.iter().any(is_negative),
        Node::Scoped { inner, .. } => is_negative(inner),
        _ => false,
    }
}

/// Whether an operand of a proximity holds at no place of its own.
fn is_vague(expr: &Expr) -> bool {
    match &expr.node {
        Node::And(_) | Node::Not(_) => true,
        Node::Or(all) => all.iter().any(is_vague),
        Node::Scoped { inner, .. } => is_vague(inner),
        _ => false,
    }
}
