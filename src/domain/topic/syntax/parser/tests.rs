//! Rules as users write them, and what they are told when one is wrong.

use proptest::prelude::*;

use crate::domain::topic::syntax::ast::{Node, ProximityOp};
use crate::domain::topic::syntax::{MAX_RULE_BYTES, generate, parse};

/// Each mistake as `code at "text": hint`, one to a line.
fn mistakes(rule: &str) -> String {
    let errors = parse(rule).expect_err(rule);
    let lines = errors.iter().map(|error| {
        let place = &rule[error.span.clone()];
        let hint = error.hint.as_deref().unwrap_or("-");
        format!("{} at {:?}: {}\n  hint: {hint}", error.code, place, error.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn codes(rule: &str) -> Vec<(&'static str, &str)> {
    let errors = parse(rule).expect_err(rule);
    let pairs = errors.iter().map(|error| (error.code, &rule[error.span.clone()]));
    pairs.collect()
}

#[test]
fn the_whole_language_parses() {
    for rule in [
        "(@alliances EXCEPT @nato_false) NEAR/40 (@def OR @ally) OR (@def NEAR/6 @ally) SENTENCE \
         @states OR title:(@def NEAR/4 @ally)",
        "@defence EXCEPT (@legal OR \"Environmental Defense Fund\")",
        "ATLEAST/2(@sport)",
        "@def NEAR/6 ((alliance OR pact OR treaty) EXCEPT @corp)",
        "MENTIONS/3(NATO OR OTAN) AND NOT title:(quiz OR \"crossword clue\")",
        "=oil BEFORE/3 price* AND url:re/\\/world\\//",
        "C++ OR C# OR AT&T OR U.S. OR N.A.T.O. OR defence-led OR O'Brien OR l’OTAN",
        "author:\"Jane Doe\" PARAGRAPH category:politics",
        "„Nordatlantikpakt Organisation“ OR «alliance atlantique»~1",
        "NATO NOT NEAR/3 alphabet",
        "*bündnis OR альянс* OR 北约 OR 나토 OR ناتو OR हिन्दी",
    ] {
        assert!(parse(rule).is_ok(), "{rule}: {:?}", parse(rule));
    }
}

#[test]
fn proximity_chains_from_left_to_right() {
    let rule = parse("a NEAR/6 b SENTENCE c").expect("a chain");
    let Node::Proximity { op, left, .. } = rule.node else {
        panic!("{rule:?}");
    };
    assert_eq!(op, ProximityOp::Sentence);
    assert_eq!(left.to_string(), "a NEAR/6 b");
    assert_eq!(left.span, 0..10);
}

#[test]
fn spans_point_at_the_text_of_each_node() {
    let source = "title:(NATO NEAR/4 \"mutual aid\")  OR @list";
    let Node::Or(operands) = parse(source).expect("a rule").node else {
        panic!("not an OR");
    };
    let texts: Vec<_> = operands.iter().map(|o| &source[o.span.clone()]).collect();
    assert_eq!(texts, ["title:(NATO NEAR/4 \"mutual aid\")", "@list"]);
}

#[test]
fn words_side_by_side_are_shown_both_ways_out() {
    insta::assert_snapshot!(mistakes("mutual defence pact OR NATO"), @r#"
    side_by_side at "mutual defence pact": these stand side by side without an operator
      hint: write `"mutual defence pact"` or `mutual AND defence AND pact`
    "#);
    insta::assert_snapshot!(mistakes("NATO \"armed forces\""), @r#"
    side_by_side at "NATO \"armed forces\"": these stand side by side without an operator
      hint: write `NATO AND "armed forces"` or `NATO OR "armed forces"`
    "#);
}

#[test]
fn mixed_and_or_is_shown_with_both_parentheses() {
    insta::assert_snapshot!(mistakes("NATO AND pact OR title:treaty"), @r#"
    mixed_operators at "OR": `AND` and `OR` are mixed without parentheses
      hint: write `(NATO AND pact) OR title:treaty` or `NATO AND (pact OR title:treaty)`
    "#);
    insta::assert_snapshot!(mistakes("a NEAR/5 b EXCEPT c"), @r#"
    mixed_proximity at "EXCEPT": what `EXCEPT` takes away from cannot be told
      hint: write `(a NEAR/5 b) EXCEPT c` or `a NEAR/5 (b EXCEPT c)`
    "#);
}

#[test]
fn an_operator_in_lower_case_is_recognised() {
    insta::assert_snapshot!(mistakes("NATO and pact"), @r#"
    operator_case at "and": `and`: operators are written in capitals
      hint: write `AND`; if the word itself is meant, put the phrase in double quotes
    "#);
    assert_eq!(codes("a near/5 b"), [("operator_case", "near/5")]);
    assert_eq!(codes("a near b"), [("operator_case", "near")]);
    assert_eq!(codes("a AND not b"), [("operator_case", "not")]);
    assert_eq!(codes("life sentence"), [("side_by_side", "life sentence")]);
}

#[test]
fn operators_that_do_not_exist_are_explained() {
    insta::assert_snapshot!(mistakes("a NEAR b OR a NEAR/0 b OR a NEAR/9999 b OR a W/5 b OR a NAER/5 b"), @r#"
    missing_number at "NEAR": `NEAR` needs a number
      hint: `a NEAR/10 b`: at most ten words apart; `"NEAR"` looks for the word
    number_out_of_range at "NEAR/0": `NEAR/0` is not between `NEAR/1` and `NEAR/500`
      hint: for words side by side write a phrase: `"a b"`
    number_out_of_range at "NEAR/9999": `NEAR/9999` is not between `NEAR/1` and `NEAR/500`
      hint: `PARAGRAPH` asks for the same paragraph, `AND` for the same entry
    unknown_operator at "W/5": `W/5` is not an operator
      hint: did you mean `NEAR/5`?
    unknown_operator at "NAER/5": `NAER/5` is not an operator
      hint: did you mean `NEAR/5`?
    "#);
    assert_eq!(codes("a && b"), [("foreign_operator", "&&")]);
    assert_eq!(codes("a NOT b"), [("missing_operator", "NOT")]);
    assert_eq!(codes("a NOT SENTENCE b"), [("unknown_operator", "NOT SENTENCE")]);
    assert_eq!(codes("a SENTENCE/3 b"), [("unexpected_number", "SENTENCE/3")]);
}

#[test]
fn what_is_not_closed_is_shown_where_it_was_opened() {
    assert_eq!(codes("(a OR (b AND c)"), [("unclosed_parenthesis", "(")]);
    assert_eq!(parse("(a OR (b AND c)").expect_err("open")[0].span, 0..1);
    assert_eq!(codes("a OR b)"), [("unopened_parenthesis", ")")]);
    assert_eq!(codes("a OR \"mutual defence"), [("unclosed_quote", "\"")]);
    assert_eq!(codes("a OR re/b"), [("unclosed_regex", "re/")]);
    assert_eq!(codes("a OR ()"), [("empty_parentheses", "()")]);
    assert_eq!(codes("a OR \"\""), [("empty_phrase", "\"\"")]);
}

#[test]
fn each_smaller_slip_has_its_own_word() {
    for (rule, code, place) in [
        ("", "empty_rule", ""),
        ("titel:NATO", "unknown_field", "titel:"),
        ("title:lead:NATO", "double_field", "lead:"),
        ("NATO AND", "missing_operand", "AND"),
        ("OR NATO", "missing_operand", "OR"),
        ("NOT NOT a", "double_not", "NOT"),
        ("ab*", "short_wildcard", "ab*"),
        ("def*ce", "wildcard_inside", "def*ce"),
        ("a OR *", "lone_wildcard", "*"),
        ("a, b", "stray_comma", ","),
        ("@ OR a", "bad_reference", "@"),
        ("= OR a", "stray_exact", "="),
        ("defence~2", "stray_character", "~"),
        ("\"a\"~2", "bad_slop", "~2"),
        ("\"a b\"~99", "bad_slop", "~99"),
        ("ATLEAST/2(NATO)", "too_few_operands", "ATLEAST/2(NATO)"),
        ("ATLEAST/3(a, b)", "too_few_operands", "ATLEAST/3(a, b)"),
        ("MENTIONS/3 a", "missing_parentheses", "MENTIONS/3"),
        ("MENTIONS/3(a, b)", "too_many_operands", "MENTIONS/3(a, b)"),
        ("re/(/", "bad_regex", "("),
        ("re/a*/", "empty_regex", "a*"),
        ("re/\\b/", "empty_regex", "\\b"),
        ("re/foo|x*\\b/", "empty_regex", "foo|x*\\b"),
        ("re/a/x", "unknown_regex_flag", "x"),
        ("re/(\\w{90}){90}/", "regex_too_large", "(\\w{90}){90}"),
    ] {
        assert_eq!(codes(rule).first(), Some(&(code, place)), "{rule}");
    }
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let found = codes("titel:a OR (b near/5 c) OR mutual defence OR \"open\nOR d NEAR e");
    let codes: Vec<_> = found.into_iter().map(|(code, _)| code).collect();
    assert_eq!(
        codes,
        ["unknown_field", "operator_case", "side_by_side", "unclosed_quote", "missing_number"]
    );
}

#[test]
fn an_equals_sign_within_quotes_asks_for_exact_words_as_before_them() {
    for (written, canonical) in [
        ("\"=Oil field\"", "=\"Oil field\""),
        ("\" =Oil field\"~2 OR gas", "=\"Oil field\"~2 OR gas"),
        ("=\"=Oil field\"", "=\"Oil field\""),
        ("“=oil”", "=oil"),
        ("\"= oil field\"", "\"oil field\""),
        ("\"oil =field\"", "\"oil field\""),
    ] {
        let rule = parse(written).unwrap_or_else(|errors| panic!("{written}: {errors:?}"));
        assert_eq!(rule.to_string(), canonical, "{written}");
        assert_eq!(rule.span, 0..written.len(), "{written}");
    }
}

#[test]
fn a_regular_expression_in_quotes_is_refused() {
    insta::assert_snapshot!(mistakes("NATO OR \"re/fo+ bar/i\""), @r#"
    quoted_regex at "re/fo+ bar/i": a regular expression in quotes is not one
      hint: write it without quotes: `re/fo+ bar/i`
    "#);
    assert_eq!(codes("\" re/foo/\""), [("quoted_regex", "re/foo/")]);
    for rule in ["\"re/max\"", "\"RE/MAX\"", "\"re/\"", "\"ire/land/\""] {
        assert!(parse(rule).is_ok(), "{rule}");
    }
}

#[test]
fn limits_hold_without_deep_recursion() {
    let deep = format!("{}a{}", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(codes(&deep), [("too_deep", "(")]);
    let chain = vec!["a"; 5_000].join(" NEAR/1 ");
    assert_eq!(codes(&chain)[0].0, "chain_too_long");
    let wide = vec!["a"; 10_000].join(" OR ");
    assert_eq!(codes(&wide)[0].0, "too_many_terms");
    let nested = "ATLEAST/2 ".repeat(6_000);
    assert!(parse(&nested).is_err());
    assert!(parse(&"NOT ".repeat(16_000)).is_err());
    assert!(parse(&"title:".repeat(10_000)).is_err());
    let long = "a".repeat(MAX_RULE_BYTES + 1);
    assert_eq!(parse(&long).expect_err("long")[0].code, "rule_too_long");
}

proptest! {
    #[test]
    fn no_text_panics_and_every_span_lies_in_it(text in "\\PC{0,80}") {
        holds(&text)?;
    }

    #[test]
    fn no_mixture_of_pieces_panics(text in generate::pieces()) {
        holds(&text)?;
    }
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(rule) => prop_assert_eq!(parse(&rule.to_string()), Ok(rule)),
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
            }
        }
    }
    Ok(())
}
