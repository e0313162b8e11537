//! Random rules and texts for the properties of the language.

use proptest::collection::vec;
use proptest::prelude::*;

use super::ast::{Expr, Node, ProximityOp, Scope, Term, Word};
use super::{MAX_COUNT, MAX_DISTANCE, MAX_SLOP};

fn expr(node: Node) -> Expr {
    Expr { node, span: 0..0 }
}

fn word(exact: bool) -> impl Strategy<Value = Word> {
    let texts = prop_oneof![
        4 => "[A-Za-z]{3,8}",
        1 => "[а-я]{3,6}",
        1 => "[0-9]{4}",
        2 => proptest::sample::select(vec![
            "C++", "AT&T", "U.S.", "N.A.T.O.", "defence-led", "O’Brien", "Łódź", "北约", "AND",
            "sentence", "near", "title", "re", "Atleast", "not",
        ]).prop_map(str::to_owned),
    ];
    (texts, any::<bool>(), any::<bool>()).prop_map(move |(text, start, end)| {
        let wild = super::word::carries_wildcard(&text);
        Word { text, exact, open_start: start && wild, open_end: end && wild }
    })
}

pub fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        4 => any::<bool>().prop_flat_map(word).prop_map(Term::Word),
        2 => (any::<bool>(), 0..=MAX_SLOP).prop_flat_map(|(exact, slop)| {
            vec(word(exact), 2..5).prop_map(move |words| Term::Phrase { exact, words, slop })
        }),
        1 => ("[a-z]{1,4}(/|\\\\d|\\[a-z/\\]|\\\\\\\\)?[a-z]{1,3}\\+?", any::<bool>()).prop_map(
            |(pattern, ignore_case)| Term::Regex { pattern, ignore_case }
        ),
    ]
}

fn position() -> impl Strategy<Value = ProximityOp> {
    prop_oneof![
        (1..=MAX_DISTANCE).prop_map(ProximityOp::Near),
        (1..=MAX_DISTANCE).prop_map(ProximityOp::Before),
        (1..=MAX_DISTANCE).prop_map(ProximityOp::NotNear),
        Just(ProximityOp::Sentence),
        Just(ProximityOp::Paragraph),
        Just(ProximityOp::Except),
    ]
}

/// Any rule the parser could have read.
pub fn rule() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => term().prop_map(Node::Term),
        1 => "[a-z][a-z0-9_-]{0,8}".prop_map(Node::Reference),
    ]
    .prop_map(expr);
    leaf.prop_recursive(6, 40, 4, |inner| {
        let some = vec(inner.clone(), 2..4);
        let one = inner.clone().prop_map(Box::new);
        let node = prop_oneof![
            some.clone().prop_map(Node::Or),
            some.clone().prop_map(Node::And),
            one.clone().prop_map(Node::Not),
            (position(), one.clone(), one.clone())
                .prop_map(|(op, left, right)| { Node::Proximity { op, left, right } }),
            (proptest::sample::select(Scope::ALL.to_vec()), one.clone())
                .prop_map(|(scope, inner)| Node::Scoped { scope, inner }),
            some.prop_map(|operands| Node::AtLeast { n: operands.len() as u32, operands }),
            "[a-z]{1,6}".prop_map(|name| Node::AtLeast {
                n: 3,
                operands: vec![expr(Node::Reference(name))],
            }),
            (1..=MAX_COUNT, one).prop_map(|(n, inner)| Node::Mentions { n, inner }),
        ];
        node.prop_map(expr)
    })
}

/// Texts made of the language's own pieces: far more likely to reach odd corners than noise.
pub fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "NATO",
        "\"",
        "“",
        "(",
        ")",
        ",",
        "AND",
        "OR",
        "NOT",
        "NEAR/5",
        "NEAR",
        "near",
        "BEFORE/0",
        "EXCEPT",
        "SENTENCE",
        "ATLEAST/2(",
        "MENTIONS/3",
        "title:",
        "titel:",
        "@x",
        "@",
        "=",
        "*",
        "abc*",
        "re/a/",
        "re/",
        "/",
        "~2",
        "é",
        "北约",
        " ",
        "\n",
        "-",
        "'",
        "not",
        "W/5",
        "\\",
        ".",
    ]);
    vec(piece, 0..30).prop_map(|pieces| pieces.join(" "))
}
