//! What is read of a request, and what is refused.

use super::*;

const PARAMS: &[Param] = &[
    Param { name: "q", kind: Kind::Text(20), required: true, about: "" },
    Param { name: "limit", kind: Kind::Number(1, 200), required: false, about: "" },
];

fn code(query: &str) -> &'static str {
    read_query(PARAMS, query, false).err().map_or("ok", |problem| problem.code)
}

#[test]
fn a_query_is_read_as_forms_write_it_and_nothing_in_it_is_ignored() {
    let read = read_query(PARAMS, "q=caf%C3%A9+au%20lait&limit=5", false).unwrap();
    assert_eq!(read["q"], "café au lait");
    for (query, expected) in [
        ("q=a", "ok"),
        ("", "missing_parameter"),
        ("q=", "bad_parameter"),
        ("q=%20", "bad_parameter"),
        ("q=a&q=b", "repeated_parameter"),
        ("q=a&colour=red", "unknown_parameter"),
        ("q=a&token=x", "unknown_parameter"),
        ("q=%ff", "bad_query"),
        ("q=a&limit=0", "bad_parameter"),
        ("q=a&limit=201", "bad_parameter"),
        ("q=a&limit=+5", "bad_parameter"),
        ("q=a&limit=5.0", "bad_parameter"),
        ("q=a&limit=99999999999999999999999", "bad_parameter"),
    ] {
        assert_eq!(code(query), expected, "{query}");
    }
    assert!(read_query(PARAMS, "q=a&token=x", true).is_ok());
    assert_eq!(code(&"q=a&".repeat(60)), "repeated_parameter");
}

#[test]
fn a_body_has_the_fields_that_are_known_and_no_others() {
    const FIELDS: &[Field] = &[
        Field { name: "note", kind: Kind::Text(10), required: true, about: "" },
        Field { name: "of", kind: Kind::Scopes, required: false, about: "" },
        Field { name: "for_s", kind: Kind::Number(60, 100), required: false, about: "" },
    ];
    for (body, expected) in [
        (r#"{"note": "seen"}"#, "ok"),
        (r#" {"note": "seen", "for_s": 60.0} "#, "ok"),
        (r#"{"note": "seen", "for_s": 60.5}"#, "bad_field"),
        (r#"{"note": "seen", "for_s": "60"}"#, "bad_field"),
        (r#"{"note": "seen", "of": [{"kind": "topic", "value": "nato"}]}"#, "ok"),
        (r#"{"note": "seen", "of": []}"#, "bad_field"),
        (r#"{"note": "seen", "of": [{"kind": "topic"}]}"#, "bad_field"),
        (r#"{"note": "seen", "of": [{"kind": "all", "value": "x"}]}"#, "bad_field"),
        (r#"{"note": null}"#, "bad_field"),
        (r#"{"note": "seen", "more": 1}"#, "unknown_field"),
        ("", "missing_field"),
        ("[]", "bad_json"),
        ("{", "bad_json"),
        ("\u{feff}{}", "bad_json"),
    ] {
        let read = read_fields(FIELDS, body.as_bytes());
        assert_eq!(read.err().map_or("ok", |problem| problem.code), expected, "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read_fields(FIELDS, deep.as_bytes()).unwrap_err().code, "bad_json");
}

#[test]
fn times_are_read_as_the_standard_has_them_and_no_other_way() {
    for good in [
        "2026-06-03T09:45:00Z",
        "2026-06-03t09:45:00.123z",
        "2026-06-03T09:45:00+02:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2016-12-31T23:59:60Z",
    ] {
        assert!(kind::time(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "2026-06-03",
        "2026-06-03T09:45:00",
        "now",
        "1780479900",
        "+2026-06-03T09:45:00Z",
        "2026-13-03T09:45:00Z",
    ] {
        assert!(kind::time(bad).is_none(), "{bad}");
    }
}
