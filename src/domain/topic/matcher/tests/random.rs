//! Random rules and texts of few words, so that everything meets: for the law in `naive.rs`.

use proptest::prelude::*;

use super::super::super::compile::Library;
use super::super::super::filter::{Choice, Filters};
use super::super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term, Word};
use super::super::super::{Rule, Weight};
use super::library;
use crate::domain::text::snowball::Snowball;

const WORDS: [&str; 10] =
    ["alpha", "beta", "armies", "agreed", "alphas", "al-pha", "co-op", "betas", "army", "agrees"];

/// Lists and macros for rules that name them.
pub fn named(macro_rule: Expr) -> Library {
    let mut lib = library(&[
        ("list", &["alpha", "\"beta agreed\"", "army"]),
        ("again", &["= @list"]),
        ("joined", &["= @list OR beta OR @again"]),
    ]);
    lib.definitions.insert("macro".to_owned(), Definition::Macro(macro_rule));
    lib
}

/// A stemmer, or the plurals that are the default.
pub fn stem() -> impl Strategy<Value = Option<Snowball>> {
    prop::sample::select(vec![None, None, Snowball::from_name("en"), Snowball::from_name("ru")])
}

fn choice(values: [&'static str; 2]) -> impl Strategy<Value = Choice> {
    let some = || prop::sample::subsequence(values.to_vec(), 0..=1);
    (some(), some(), 0..3u8).prop_map(|(only, not, kind)| {
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        Choice {
            only: if kind == 1 { owned(only) } else { Vec::new() },
            not: if kind == 2 { owned(not) } else { Vec::new() },
        }
    })
}

pub fn filters() -> impl Strategy<Value = Filters> {
    (
        choice(["one", "two"]),
        choice(["war", "sport"]),
        choice(["Wire", "Post"]),
        choice(["en", "und"]),
    )
        .prop_map(|(feeds, tags, publishers, languages)| Filters {
            feeds,
            tags,
            publishers,
            languages,
        })
}

/// A whole rule: match or weights, exclusions, filters, stemmer.
pub fn rule() -> impl Strategy<Value = Rule> {
    let weights = prop::collection::vec((expr(true), -2.0..3.0f64), 0..14);
    let matching = prop::option::weighted(0.7, expr(true));
    (matching, weights, prop::collection::vec(expr(true), 0..2), filters(), stem(), 0.5..4.0f64)
        .prop_map(|(matching, weights, exclude, filters, stem, threshold)| {
            let weights: Vec<Weight> =
                weights.into_iter().map(|(expr, weight)| Weight { expr, weight }).collect();
            let threshold = (!weights.is_empty()).then_some(threshold);
            Rule { matching, exclude, weights, threshold, filters, stem }
        })
}

fn word() -> impl Strategy<Value = Word> {
    (0..WORDS.len(), 0..6u8).prop_map(|(index, kind)| {
        let text = WORDS[index].to_owned();
        let is_compound = text.contains('-');
        Word {
            text,
            exact: kind == 1 && !is_compound,
            open_start: kind == 2 && !is_compound,
            open_end: kind == 3 && !is_compound,
        }
    })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => word().prop_map(Term::Word),
        1 => (prop::collection::vec(word(), 2..4), 0..3u32).prop_map(|(words, slop)| Term::Phrase {
            exact: false,
            words: words.into_iter().map(|word| Word { exact: false, ..word }).collect(),
            slop,
        }),
    ]
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![Scope::Title, Scope::Lead, Scope::Body, Scope::Text])
}

fn op() -> impl Strategy<Value = ProximityOp> {
    prop_oneof![
        (1..6u32).prop_map(ProximityOp::Near),
        (1..6u32).prop_map(ProximityOp::Before),
        (1..4u32).prop_map(ProximityOp::NotNear),
        Just(ProximityOp::Sentence),
        Just(ProximityOp::Paragraph),
        Just(ProximityOp::Except),
    ]
}

pub fn expr(with_names: bool) -> impl Strategy<Value = Expr> {
    let make = |node| Expr { node, span: 0..0 };
    let leaf = prop_oneof![
        6 => term().prop_map(Node::Term),
        u32::from(with_names) => prop::sample::select(vec!["list", "macro", "again", "joined"])
            .prop_map(|name| Node::Reference(name.to_owned())),
    ]
    .prop_map(make);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let some = || prop::collection::vec(inner.clone(), 2..4);
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            some().prop_map(Node::Or),
            some().prop_map(Node::And),
            boxed().prop_map(Node::Not),
            (op(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Proximity {
                op,
                left,
                right
            }),
            (op(), boxed(), boxed()).prop_map(|(op, left, right)| Node::Proximity {
                op,
                left,
                right
            }),
            (scope(), boxed()).prop_map(|(scope, inner)| Node::Scoped { scope, inner }),
            (1..4u32, some()).prop_map(|(n, operands)| Node::AtLeast { n, operands }),
            (1..3u32, boxed()).prop_map(|(n, inner)| Node::Mentions { n, inner }),
        ]
        .prop_map(make)
    })
}

pub fn text(longest: usize) -> impl Strategy<Value = String> {
    let gap = prop::sample::select(vec![" ", " ", " ", " ", "-", ", ", ". ", "\n\n", " x ", "’s "]);
    let pieces = prop::collection::vec((0..WORDS.len(), any::<bool>(), gap), 0..longest);
    pieces.prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(index, is_title, gap)| {
                let word = WORDS[index];
                let first = if is_title { word[..1].to_uppercase() } else { word[..1].to_owned() };
                format!("{first}{}{gap}", &word[1..])
            })
            .collect()
    })
}
