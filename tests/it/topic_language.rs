//! The topic language as users meet it: through the library's door, on the shipped rules.

use wirewatch::config::{Environment, examples, load};
use wirewatch::domain::topic::syntax::ast::{Definition, Node};
use wirewatch::domain::topic::syntax::{parse, parse_list_item};

#[test]
fn every_rule_of_the_examples_reads_back_equal() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("topics")).expect("a directory");
    for (path, content) in examples() {
        std::fs::write(dir.path().join(path), content).expect("a file");
    }
    let env = Environment::fixed([("HOME", "/home/ada")]);
    let config = load(dir.path(), &env).unwrap_or_else(|problems| panic!("{problems}"));
    let mut rules = 0;
    for (topic, _) in config.topics.topics() {
        let rule = &topic.rule;
        let weights = rule.weights.iter().map(|weight| &weight.expr);
        for expr in rule.matching.iter().chain(&rule.exclude).chain(weights) {
            assert_eq!(parse(&expr.to_string()).as_ref(), Ok(expr));
            rules += 1;
        }
    }
    assert!(rules >= 8, "{rules}");
}

#[test]
fn a_rule_is_written_back_as_it_reads() {
    let written = "(@alliances EXCEPT @nato_false)  NEAR/40 (@def OR @ally)
        OR (@def NEAR/6 @ally) SENTENCE @states  OR title:(@def NEAR/4 @ally)";
    let rule = parse(written).expect("a rule");
    insta::assert_snapshot!(rule, @"(@alliances EXCEPT @nato_false) NEAR/40 (@def OR @ally) OR @def NEAR/6 @ally SENTENCE @states OR title:(@def NEAR/4 @ally)");
    let Node::Or(clauses) = rule.node else {
        panic!("not an OR");
    };
    assert_eq!(clauses.len(), 3);
}

#[test]
fn a_list_is_made_of_terms() {
    let items = ["NATO", "armed forces", "Verteidigung*", "=oil", "re/T-?72/"];
    let terms: Vec<_> = items.iter().map(|item| parse_list_item(item).expect(item)).collect();
    let printed: Vec<_> = terms.iter().map(ToString::to_string).collect();
    assert_eq!(printed, ["NATO", "\"armed forces\"", "Verteidigung*", "=oil", "re/T-?72/"]);
    assert_eq!(Definition::List(terms.clone()), Definition::List(terms));
}

#[test]
fn a_mistake_says_where_it_is_and_what_to_write() {
    let errors = parse("NATO AND summit OR treaty").expect_err("mixed");
    let error = &errors[0];
    assert_eq!((error.code, error.span.clone()), ("mixed_operators", 16..18));
    assert_eq!(
        error.hint.as_deref(),
        Some("write `(NATO AND summit) OR treaty` or `NATO AND (summit OR treaty)`")
    );
}
