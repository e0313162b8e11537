//! Random rules and texts of few words, so that everything meets: for the law in `naive.rs`.

use proptest::prelude::*;

use super::super::super::syntax::ast::{Expr, Node, ProximityOp, Scope, Term, Word};

const WORDS: [&str; 8] = ["alpha", "beta", "gamma", "delta", "alphas", "al-pha", "co-op", "betas"];

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
        u32::from(with_names) => prop::sample::select(vec!["list", "macro", "again"])
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
