//! Items of lists: each is one term.

use proptest::prelude::*;

use super::parse_list_item;

fn check(item: &str, expect: &str) {
    let shown = match parse_list_item(item) {
        Ok(term) => term.to_string(),
        Err(errors) => {
            let codes: Vec<_> = errors
                .iter()
                .map(|error| format!("{} at {:?}", error.code, &item[error.span.clone()]))
                .collect();
            codes.join("; ")
        }
    };
    assert_eq!(shown, expect, "{item}");
}

#[test]
fn an_item_is_one_term() {
    check("NATO", "NATO");
    check("  armed forces ", "\"armed forces\"");
    check("Verteidigung*", "Verteidigung*");
    check("=oil", "=oil");
    check("=Exact Phrase", "=\"Exact Phrase\"");
    check("=\"Exact Phrase\"", "=\"Exact Phrase\"");
    check("\"mutual defence\"~2", "\"mutual defence\"~2");
    check("re/T-?72/i", "re/T-?72/i");
    check("Nato in", "\"Nato in\"");
    check("and", "\"and\"");
    check("North Atlantic Treaty Organization", "\"North Atlantic Treaty Organization\"");
    check("nuclear weapon*", "\"nuclear weapon*\"");
}

#[test]
fn a_rule_in_a_list_is_refused_at_its_place() {
    check("NATO NEAR/5 OTAN", "rule_in_list at \"NATO NEAR/5 OTAN\"");
    check("a OR b", "rule_in_list at \"a OR b\"");
    check("@other", "reference_in_list at \"@other\"");
    check("\"a b\" c", "rule_in_list at \"c\"");
    check("ab*", "short_wildcard at \"ab*\"");
    check("Natо * alliance", "lone_wildcard at \"*\"");
    check("", "empty_item at \"\"");
    check("…", "empty_item at \"…\"");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = parse_list_item(&text);
    }
}
