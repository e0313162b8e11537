//! The topics and lists that come of an input: their ids and names, and which list a long
//! alternative becomes.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::ledger::Ledger;
use super::piece::{Piece, node};
use super::{DraftList, DraftTopic, Imported, MAX_DRAFTS, MAX_LIST_ITEMS, Naming, Remains};
use crate::domain::ids::{MAX_KEY_BYTES, TopicId};
use crate::domain::topic::syntax::ast::{Expr, Node, Term};
use crate::domain::untrusted;

/// From so many terms on an alternative becomes a list: a rule must fit on a screen.
const LIST_FROM: usize = 12;

/// Longest id that is made of a name, in bytes: a number must fit behind it.
const MAX_SLUG_BYTES: usize = 40;

/// Longest name of a topic, in characters.
const MAX_NAME_CHARS: usize = 80;

/// What a dialect says of one topic.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    /// What the original calls it.
    pub name: Option<String>,
    /// What the original knows it by, where that is not its name: makes the better id.
    pub key: Option<String>,
    pub rule: Piece,
    pub exclude: Vec<Piece>,
    pub weights: Vec<(Piece, f64)>,
    pub threshold: Option<f64>,
    pub notes: Vec<String>,
    pub span: Range<usize>,
}

impl Sketch {
    /// The id that what it is known by, or called, makes; empty where it makes none.
    fn own_id(&self) -> String {
        let key = self.key.as_deref().map(slug).unwrap_or_default();
        if key.is_empty() { self.name.as_deref().map(slug).unwrap_or_default() } else { key }
    }
}

pub struct Drafts<'n> {
    naming: &'n Naming,
    sketches: Vec<Sketch>,
    /// Hold for every topic.
    exclude: Vec<Piece>,
    lists: Vec<DraftList>,
    remains: Vec<Remains>,
    list_names: Names,
}

impl<'n> Drafts<'n> {
    pub fn new(naming: &'n Naming) -> Self {
        Self {
            naming,
            sketches: Vec::new(),
            exclude: Vec::new(),
            lists: Vec::new(),
            list_names: Names::default(),
            remains: Vec::new(),
        }
    }

    pub fn add(&mut self, sketch: Sketch) {
        self.sketches.push(sketch);
    }

    pub fn count(&self) -> usize {
        self.sketches.len()
    }

    /// What no topic of the input may hold.
    pub fn exclude_everywhere(&mut self, piece: Piece) {
        self.exclude.push(piece);
    }

    /// A list of these terms, called about so; several where there are too many for one.
    /// The piece finds any of them.
    pub fn list(
        &mut self,
        name: &str,
        items: Vec<(Term, Option<String>)>,
        comment: Option<String>,
        ledger: &mut Ledger<'_>,
    ) -> Piece {
        let mut pieces = Vec::new();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let part: Vec<_> = items.by_ref().take(MAX_LIST_ITEMS).collect();
            let name = self.list_name(name);
            pieces.push(Piece::list(&name));
            self.lists.push(DraftList { name, items: part, comment: comment.clone() });
        }
        Piece::or(pieces, ledger)
    }

    fn list_name(&mut self, wish: &str) -> String {
        let prefix = self.naming.prefix.as_deref().map(slug).filter(|slug| !slug.is_empty());
        let wish = slug(wish);
        let name = match prefix {
            Some(prefix) if !wish.starts_with(&prefix) => format!("{prefix}-{wish}"),
            _ => wish,
        };
        let name = name.trim_matches('-');
        let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.to_owned()
        } else {
            format!("list-{name}").trim_end_matches('-').to_owned()
        };
        self.list_names.unique(&name)
    }

    /// Topics with ids and names, long alternatives moved to lists.
    pub fn finish(mut self, ledger: &mut Ledger<'_>) -> Imported {
        let mut sketches = std::mem::take(&mut self.sketches);
        if sketches.len() > MAX_DRAFTS {
            let start = sketches[MAX_DRAFTS].span.start;
            let message = format!("only the first {MAX_DRAFTS} topics are translated");
            let rest = start..ledger.source().len();
            ledger.failed(rest.clone(), "too_many", message);
            self.remains.push(Remains::of(rest, ledger));
            sketches.truncate(MAX_DRAFTS);
        }
        // Lists that all topics exclude are made once.
        let shared = std::mem::take(&mut self.exclude);
        let mut listed = Listed { drafts: &mut self, id: "unwanted", known: HashMap::new() };
        let shared: Vec<Piece> = shared.into_iter().map(|piece| listed.piece(piece)).collect();
        // Only what becomes a topic is counted and named.
        let sketches: Vec<Sketch> =
            sketches.into_iter().filter_map(|sketch| self.grounded(sketch, ledger)).collect();
        let mut calling = Calling::new(self.naming, &sketches);
        let mut topics = Vec::new();
        for mut sketch in sketches {
            sketch.exclude.extend(shared.iter().cloned());
            let (id, name) = calling.called(&sketch);
            if let Some(topic) = self.topic(sketch, id, name, ledger) {
                topics.push(topic);
            }
        }
        let Self { lists, mut remains, .. } = self;
        remains.sort_by_key(|part| part.line);
        Imported { topics, lists, remains, report: Vec::new() }
    }

    /// A sketch whose rule finds something; what is left of others is kept as text.
    fn grounded(&mut self, mut sketch: Sketch, ledger: &mut Ledger<'_>) -> Option<Sketch> {
        let span = sketch.span.clone();
        let rule = std::mem::take(&mut sketch.rule);
        sketch.rule = rule.within_limits(span.clone(), ledger).grounded(&span, ledger);
        if sketch.rule.expr.is_none() && sketch.threshold.is_none() {
            let message = "nothing is left of this rule to look for: no topic was made of it";
            ledger.failed(span.clone(), "empty_rule", message);
            self.remains.push(Remains::of(span, ledger));
            return None;
        }
        Some(sketch)
    }

    fn topic(
        &mut self,
        sketch: Sketch,
        id: String,
        name: String,
        ledger: &mut Ledger<'_>,
    ) -> Option<DraftTopic> {
        let span = sketch.span.clone();
        let Ok(topic_id) = id.parse::<TopicId>() else {
            ledger.failed(span, "bad_id", format!("`{id}` cannot be the id of a topic"));
            return None;
        };
        let rule = sketch.rule;
        let (filters, max_age_d) = Piece::filters(rule.asks, ledger);
        let mut listed = Listed { drafts: self, id: &id, known: HashMap::new() };
        let matching = rule.expr.map(|expr| listed.expr(expr));
        let mut exclude = Vec::new();
        for mut piece in sketch.exclude {
            if let Some(expr) = piece.expr.take() {
                match expr.node {
                    // Each exclusion by itself: lint and coverage tell them apart.
                    Node::Or(all) if all.len() < LIST_FROM => exclude.extend(all),
                    other => exclude.push(listed.expr(node(other))),
                }
            }
            for ask in piece.asks {
                let message = "an exclusion cannot ask where an entry comes from";
                ledger.untranslated(ask.span, "filter_within", message);
            }
        }
        let weights = sketch
            .weights
            .into_iter()
            .filter_map(|(piece, weight)| piece.expr.map(|expr| (listed.expr(expr), weight)));
        let weights = weights.collect();
        Some(DraftTopic {
            id: topic_id,
            name,
            matching,
            exclude,
            weights,
            threshold: sketch.threshold,
            filters,
            max_age_d,
            notes: sketch.notes,
            original: Remains::of(span.clone(), ledger),
            shadow: false,
            span,
        })
    }
}

/// Moves long alternatives of a topic to lists.
struct Listed<'a, 'n> {
    drafts: &'a mut Drafts<'n>,
    id: &'a str,
    known: HashMap<String, String>,
}

impl Listed<'_, '_> {
    fn piece(&mut self, mut piece: Piece) -> Piece {
        piece.expr = piece.expr.map(|expr| self.expr(expr));
        piece
    }

    fn expr(&mut self, expr: Expr) -> Expr {
        let inner = match expr.node {
            Node::Or(all) => self.alternative(all),
            Node::And(all) => Node::And(all.into_iter().map(|one| self.expr(one)).collect()),
            Node::Not(inner) => Node::Not(Box::new(self.expr(*inner))),
            Node::Scoped { scope, inner } => {
                Node::Scoped { scope, inner: Box::new(self.expr(*inner)) }
            }
            Node::Mentions { n, inner } => Node::Mentions { n, inner: Box::new(self.expr(*inner)) },
            Node::Proximity { op, left, right } => Node::Proximity {
                op,
                left: Box::new(self.expr(*left)),
                right: Box::new(self.expr(*right)),
            },
            other => other,
        };
        node(inner)
    }

    fn alternative(&mut self, all: Vec<Expr>) -> Node {
        let is_term = |expr: &Expr| matches!(expr.node, Node::Term(_));
        if all.iter().filter(|expr| is_term(expr)).count() < LIST_FROM {
            return Node::Or(all.into_iter().map(|one| self.expr(one)).collect());
        }
        let mut items = Vec::new();
        let mut others = Vec::new();
        for one in all {
            match one.node {
                Node::Term(term) => items.push((term, None)),
                other => others.push(self.expr(node(other))),
            }
        }
        let key: String = items.iter().map(|(term, _)| format!("{term}\n")).collect();
        let names = match self.known.get(&key) {
            Some(name) => vec![name.clone()],
            None => self.new_lists(key, items),
        };
        let mut any: Vec<Expr> =
            names.into_iter().map(|name| node(Node::Reference(name))).collect();
        any.append(&mut others);
        match any.pop() {
            Some(only) if any.is_empty() => only.node,
            Some(last) => {
                any.push(last);
                Node::Or(any)
            }
            None => Node::Or(any),
        }
    }

    fn new_lists(&mut self, key: String, items: Vec<(Term, Option<String>)>) -> Vec<String> {
        let mut names = Vec::new();
        for part in items.chunks(MAX_LIST_ITEMS) {
            let name = self.drafts.list_name(&format!("{}-any", self.id));
            names.push(name.clone());
            self.drafts.lists.push(DraftList { name, items: part.to_vec(), comment: None });
        }
        if let [only] = &names[..] {
            self.known.insert(key, only.clone());
        }
        names
    }
}

/// Gives topics their ids and names.
struct Calling<'n> {
    naming: &'n Naming,
    /// Whether there is one topic only.
    alone: bool,
    /// Topics without a name that makes an id, and how many of them were called.
    unnamed: usize,
    counted: usize,
    ids: Names,
}

impl<'n> Calling<'n> {
    fn new(naming: &'n Naming, sketches: &[Sketch]) -> Self {
        let unnamed = sketches.iter().filter(|sketch| sketch.own_id().is_empty()).count();
        let alone = sketches.len() == 1;
        Self { naming, alone, unnamed, counted: 0, ids: Names::default() }
    }

    /// The id and the name. Topics without names are numbered, unless there is one only.
    fn called(&mut self, sketch: &Sketch) -> (String, String) {
        let prefix = self.naming.prefix.as_deref().map(slug).unwrap_or_default();
        let own_id = sketch.own_id();
        let wish = if self.alone && !prefix.is_empty() {
            prefix
        } else if own_id.is_empty() {
            self.counted += 1;
            let base = if prefix.is_empty() { "imported" } else { &prefix };
            if self.unnamed > 1 { format!("{base}-{}", self.counted) } else { base.to_owned() }
        } else if prefix.is_empty() {
            own_id
        } else {
            format!("{prefix}-{own_id}")
        };
        let id = self.ids.unique(&wish);
        let own = sketch.name.as_deref().unwrap_or_default();
        let name = match &self.naming.name {
            Some(name) if self.alone || own.is_empty() => name.clone(),
            Some(name) => format!("{name}: {own}"),
            None if own.is_empty() => id.clone(),
            None => own.to_owned(),
        };
        (id, shortened(&name))
    }
}

/// A name as an id: small Latin letters and digits, joined by hyphens.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if slug.len() >= MAX_SLUG_BYTES {
            // Not within a word, if that leaves anything.
            let cut = slug.rfind('-').filter(|_| !slug.ends_with('-'));
            slug.truncate(cut.unwrap_or(slug.len()));
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Names that are taken, and the number that each was last tried with.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    tried: HashMap<String, usize>,
}

impl Names {
    /// The wish, or the wish with the first free number.
    fn unique(&mut self, wish: &str) -> String {
        let wish: String = wish.chars().take(MAX_KEY_BYTES - 8).collect();
        if self.taken.insert(wish.clone()) {
            return wish;
        }
        let number = self.tried.entry(wish.clone()).or_insert(1);
        loop {
            *number += 1;
            let name = format!("{wish}-{number}");
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// A name on one line, cut where it is long.
pub fn shortened(name: &str) -> String {
    let seen: String = name.chars().filter(|&c| c == '\n' || !untrusted::is_hazard(c)).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_NAME_CHARS) {
        Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
        None => line,
    }
}
