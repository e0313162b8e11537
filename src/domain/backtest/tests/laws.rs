//! What holds for any rule and any text.

use proptest::prelude::*;

use super::{compiled, id};
use crate::domain::backtest::{Depth, Judge};
use crate::domain::document::Document;
use crate::domain::topic::Rule;
use crate::domain::topic::compile::Library;
use crate::domain::topic::filter::Origin;
use crate::domain::topic::syntax::parse;

const WORDS: [&str; 6] = ["alpha", "beta", "gamma", "delta", "omega", "sigma"];

/// A text of these words.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS.to_vec());
    prop::collection::vec(word, 0..14).prop_map(|words| words.join(" "))
}

/// A rule of these words, as it would be written.
fn source() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned);
    word.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" OR "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" AND "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND NOT {b})")),
            prop::sample::select(WORDS.to_vec())
                .prop_flat_map(move |a| prop::sample::select(WORDS.to_vec())
                    .prop_map(move |b| { format!("({a} NEAR/2 {b})") })),
            (prop::sample::select(WORDS.to_vec()), prop::sample::select(WORDS.to_vec()))
                .prop_map(|(a, b)| format!("({a} EXCEPT \"{a} {b}\")")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A backtest finds in an entry what the live matcher finds, evidence and all; and what it
    /// says of near misses and clauses contradicts neither.
    #[test]
    fn a_backtest_judges_as_the_matcher_does(
        matching in source(),
        exclude in prop::option::of(source()),
        title in text(),
        body in text(),
    ) {
        let rule = Rule {
            matching: parse(&matching).ok(),
            exclude: exclude.iter().filter_map(|text| parse(text).ok()).collect(),
            ..Rule::default()
        };
        prop_assume!(rule.matching.is_some());
        let set = compiled(rule, &Library::default());
        let judge = Judge::new(&set, &id(), Depth::Clauses).unwrap();
        let document = Document { title, body, ..Document::default() };
        let judged = judge.judge(&document, &Origin::UNKNOWN);
        let live = set.evaluate(&document, &Origin::UNKNOWN).pop().map(|(_, found)| found);
        prop_assert_eq!(&judged.found, &live);
        let explained = set.explain(&id(), &document, &Origin::UNKNOWN).unwrap();
        prop_assert_eq!(explained.matched, live.is_some());
        prop_assert!(live.is_none() || judged.near.is_empty());
        prop_assert!(live.is_some() || judged.held.is_empty());
        // Against itself nothing is gained or lost.
        let twice = judge.against(&set).judge(&document, &Origin::UNKNOWN);
        prop_assert_eq!(twice.found.is_some(), twice.base.is_some());
    }
}
