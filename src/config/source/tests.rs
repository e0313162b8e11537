//! A place in a value is traced back to its line and column in the file.

use super::{Literal, SourceFile};

/// Where `part` of the value of `x` stands in a file of this text.
fn check(text: &str, part: &str, expect: &str) {
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    let value = table.get_ref().get("x").expect("x");
    let literal = Literal {
        value: value.get_ref().as_str().expect("a string").to_owned(),
        file: 0,
        span: value.span(),
    };
    let start = literal.value.find(part).expect(part);
    let file = SourceFile::new("t.toml".into(), text.into());
    let place = file.locate(&literal, start..start + part.len());
    assert_eq!(&text[place], expect, "{text}");
}

#[test]
fn a_part_of_a_value_is_found_in_every_kind_of_string() {
    check("x = 'a NEAR b'", "NEAR", "NEAR");
    check("x = \"a \\\"b\\\" NEAR c\"", "NEAR", "NEAR");
    check("x = \"a \\\"b\\\" NEAR c\"", "\"b\"", "\\\"b\\\"");
    check("x = \"\\u00e9\\xe9\\U0001F600 NEAR\"", "NEAR", "NEAR");
    check("x = '''\na\n  OR NEAR'''", "NEAR", "NEAR");
    check("x = '''a\nNEAR'''", "NEAR", "NEAR");
    check("x = '''\r\na\r\nNEAR'''", "NEAR", "NEAR");
    check("x = \"\"\"\n\\\n   a \\\n\n   NEAR b\"\"\"", "NEAR", "NEAR");
    check("x = \"\"\"a\\tb NEAR\"\"\"", "\t", "\\t");
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let file = SourceFile::new("t.toml".into(), "é = 'x'\nbé = 'y'\n".into());
    assert_eq!(file.position(0), (1, 1));
    assert_eq!(file.position(2), (1, 2));
    assert_eq!(file.position("é = 'x'\nbé ".len()), (2, 4));
    assert_eq!(file.position(10_000), (3, 1));
}

#[test]
fn values_that_look_secret_are_not_shown() {
    let text = "secret = \"hunter2\"\nh = { Authorization = 'Bearer hunter2' }\nurl = 'x'\n[broken\npassword=hunter2";
    let shown = SourceFile::new("t.toml".into(), text.into()).shown();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("url = 'x'") && shown.len() == text.len());
}
