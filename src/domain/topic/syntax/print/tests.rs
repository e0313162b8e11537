//! What is printed is read back as the same rule.

use proptest::prelude::*;

use crate::domain::topic::syntax::{generate, parse, parse_list_item};

#[test]
fn rules_are_written_in_one_form() {
    for (written, canonical) in [
        ("NATO", "NATO"),
        ("( NATO )", "NATO"),
        ("a  OR\n\tb OR c", "a OR b OR c"),
        ("(a AND b) OR c", "(a AND b) OR c"),
        ("a NEAR/5 b NEAR/3 c", "a NEAR/5 b NEAR/3 c"),
        ("(a NEAR/5 b) SENTENCE c", "a NEAR/5 b SENTENCE c"),
        ("a NEAR/5 (b SENTENCE c)", "a NEAR/5 (b SENTENCE c)"),
        ("(a EXCEPT b) NEAR/5 c", "(a EXCEPT b) NEAR/5 c"),
        ("a NOT  NEAR/5 b", "a NOT NEAR/5 b"),
        ("NOT (a AND b)", "NOT (a AND b)"),
        ("title:(a)", "title:a"),
        ("title:(lead:a)", "title:(lead:a)"),
        ("“mutual defence”~2", "\"mutual defence\"~2"),
        ("=\"Exact Phrase\"", "=\"Exact Phrase\""),
        ("\"AND\"", "\"AND\""),
        ("\"NATO\"", "NATO"),
        ("re/a\\/b[0-9]+/i", "re/a\\/b[0-9]+/i"),
        ("ATLEAST/2( a , b OR c,d )", "ATLEAST/2(a, b OR c, d)"),
    ] {
        let rule = parse(written).unwrap_or_else(|errors| panic!("{written}: {errors:?}"));
        assert_eq!(rule.to_string(), canonical);
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_equal(rule in generate::rule()) {
        let text = rule.to_string();
        prop_assert_eq!(parse(&text), Ok(rule), "{}", text);
    }

    #[test]
    fn a_term_reads_back_equal_as_a_list_item(term in generate::term()) {
        let text = term.to_string();
        prop_assert_eq!(parse_list_item(&text), Ok(term), "{}", text);
    }
}
