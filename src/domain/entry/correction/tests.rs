//! What announces a correction, and what only has its word.

use super::*;

#[test]
fn a_mark_needs_a_sign_behind_it() {
    for (text, expected) in [
        ("Correction: Vote was on Tuesday", Some("correction")),
        ("CORRECTED-UPDATE 1-Ferry sinks off Rhodes", Some("corrected")),
        ("[Retraction] Ferry did not sink", Some("retraction")),
        ("Withdrawn – ferry sinks", Some("withdrawn")),
        ("Berichtigung: Fähre sank nicht", Some("berichtigung")),
        ("Corrección. El ferry no se hundió", Some("corrección")),
        ("【訂正】フェリーは沈没していない", Some("訂正")),
        ("Исправление: паром не тонул", Some("исправление")),
        ("This article has been corrected to say", Some("this article has been corrected")),
        ("Correction on the stock markets deepens", None),
        ("Corrected figures show growth", None),
        ("Ferry sinks. Correction: it did not", None),
        ("", None),
    ] {
        assert_eq!(mark(text), expected, "{text}");
    }
}

#[test]
fn title_and_text_both_may_begin_with_it() {
    let document = Document {
        title: "Ferry sinks".to_owned(),
        body: "Clarification: nobody was hurt.".to_owned(),
        ..Document::default()
    };
    assert_eq!(correction(&document), Some("clarification"));
}
