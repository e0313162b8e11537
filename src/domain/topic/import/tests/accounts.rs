//! Whatever the input: nothing panics, every draft compiles, the file is TOML, and every
//! character that is not white space was translated or is in the report.

use proptest::prelude::*;

use super::super::{Dialect, Imported, Level, Naming, import};
use super::compiled;

fn holds(dialect: Dialect, input: &[u8]) -> Imported {
    let read = import(dialect, input, &Naming::default());
    compiled(&read);
    let toml = read.to_toml(dialect);
    if let Err(error) = toml.parse::<toml::Table>() {
        panic!("{dialect:?} {:?}: {error}\n{toml}", String::from_utf8_lossy(input));
    }
    read
}

/// Pieces that mean something in one dialect or another.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "and",
            "or",
            "not",
            "and not",
            "but not",
            "w/5",
            "W/s",
            "/p",
            "pre/3",
            "not w/5",
            "w/seg",
            "near5",
            "adj3",
            "same",
            "/n10/",
            "/f50/",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "!",
            "*",
            "?",
            "$",
            "$3",
            "%",
            "_",
            "+",
            "@3",
            "#",
            "//",
            "=>",
            "hd=",
            "in=",
            "la=en",
            "sn=",
            "atleast3",
            "atleast2(",
            "caps(",
            "plural(",
            "headline(",
            "zz(",
            "date aft",
            "1/1/2020",
            "wc>500",
            "title =~",
            "tags #",
            "age <",
            "between",
            "0:10",
            "7",
            "\"query:a:b",
            "ignore-article",
            "\"*\"",
            "EntryTitle=",
            "EntryDate=max-age:3d",
            "(?i)a",
            "a|b",
            "(?!x)",
            "\\1",
            ".*",
            "[keep]",
            "[block]",
            "[GLOBAL_FILTER]",
            "[WORD_GROUPS]",
            "/a+/",
            "define alert A",
            "define patterns",
            "end patterns",
            "define combination",
            "proximity 5",
            "begin or",
            "end or",
            "begin not",
            "end not",
            "end alert",
            "words threshold 5",
            "<alert>",
            "</alert>",
            "<pattern weight=\"5\">",
            "</pattern>",
            "<or>",
            "</or>",
            "&amp;",
            "{\"version\":1,\"data\":[",
            "{\"name\":",
            "\"entries\":[",
            "]}",
            "value,category",
            "threshold 20",
            "\n",
            "\n\n",
            "\\",
            "'",
            "’",
            "北约",
            "NATO",
            "nato",
            "é",
            "\u{202e}",
            "\u{7}",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z]{1,8}",
        "[0-9]{1,4}",
        "\\PC{0,3}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec((fragment(), prop::sample::select(vec![" ", "", "\n", ", "])), 0..30)
        .prop_map(|parts| parts.into_iter().map(|(part, gap)| part + gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_bytes_are_imported_or_reported(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for dialect in Dialect::ALL {
            holds(dialect, &bytes);
        }
    }

    #[test]
    fn any_mixture_of_fragments_is_imported_or_reported(input in text()) {
        for dialect in Dialect::ALL {
            let read = holds(dialect, input.as_bytes());
            let failed = read.worst() == Some(Level::Failed);
            prop_assert!(!read.topics.is_empty() || failed, "{:?}: {:?}", dialect, input);
        }
    }

    #[test]
    fn the_words_of_a_search_are_in_its_rule(words in prop::collection::vec("[a-z]{3,7}", 1..6)) {
        let operators = ["adj", "and", "andnot", "but", "butnot", "date", "not", "or", "same"];
        prop_assume!(words.iter().all(|word| !operators.contains(&word.as_str())));
        for dialect in [Dialect::Lexis, Dialect::Factiva] {
            let read = holds(dialect, words.join(" or ").as_bytes());
            prop_assert_eq!(read.report.len(), 0);
            let rule = read.topics[0].matching.as_ref().map(ToString::to_string);
            let rule = rule.unwrap_or_default();
            prop_assert!(words.iter().all(|word| rule.contains(word.as_str())), "{}", rule);
        }
    }
}
