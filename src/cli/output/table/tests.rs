//! Real tables with real ids, as wide as terminals are.

use serde_json::{Value, json};

use super::*;
use crate::cli::{alerts, deliver, topics};

const LONG: &str = "Ceasefire talks in the harbour city go on although both sides said that they \
                    had agreed on nothing at all in the first week of meetings";

fn alerts() -> Records {
    let mut records = Records::new(alerts::COLUMNS, "");
    for (id, state, headline) in
        [("A5e4k8a037mr", "open", LONG), ("A7c1d9b220xy", "acknowledged", "Short one")]
    {
        records.row([
            json!(id),
            json!(state),
            json!("critical"),
            json!("harbour-talks"),
            json!(headline),
            json!(3),
            json!(3),
            json!(2),
            json!("2026-06-03T09:45:12Z"),
            Value::Null,
            json!([]),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ]);
    }
    records
}

fn deliveries() -> Records {
    let mut records = Records::new(deliver::COLUMNS, "");
    let texts = [LONG, "connection refused"];
    for (id, detail) in ["D5e4k8a037mr", "D7c1d9b220xy"].into_iter().zip(texts) {
        records.row([
            json!(id),
            json!("A5e4k8a037mr"),
            Value::Null,
            Value::Null,
            json!(2),
            json!("desk-hook"),
            json!("waiting"),
            json!(4),
            json!("connect"),
            json!(detail),
            json!("2026-06-03T09:45:12Z"),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ]);
    }
    records
}

fn topics() -> Records {
    let mut records = Records::new(topics::COLUMNS, "");
    records.row([
        json!("harbour-talks"),
        json!("Talks in the harbour city"),
        json!("critical"),
        json!("live"),
        json!(["peace", "sea"]),
        json!(["desk-hook", "log"]),
        json!(14),
        json!("2026-06-03T09:45:12Z"),
        Value::Null,
        json!("/etc/wirewatch/topics/harbour-talks.toml"),
        Value::Null,
        Value::Null,
    ]);
    records
}

#[test]
fn in_80_columns_ids_times_and_headers_stay_whole_and_texts_take_the_rest() {
    insta::assert_snapshot!(render(&alerts(), Some(80)), @r"
    id            state         severity  topic          headline
    A5e4k8a037mr  open          critical  harbour-talks  Ceasefire talks in the
                                                         harbour city go on althoug…
    A7c1d9b220xy  acknowledged  critical  harbour-talks  Short one
    ");
    insta::assert_snapshot!(render(&deliveries(), Some(80)), @r"
    id            alert         channel    state    last_code  last_detail
    D5e4k8a037mr  A5e4k8a037mr  desk-hook  waiting  connect    Ceasefire talks in
                                                               the harbour city go…
    D7c1d9b220xy  A5e4k8a037mr  desk-hook  waiting  connect    connection refused
    ");
    insta::assert_snapshot!(render(&topics(), Some(80)), @r"
    topic          name                  severity  mode  tests  last_match
    harbour-talks  Talks in the harbour  critical  live  14     2026-06-03T09:45:12Z
                   city
    ");
}

#[test]
fn in_100_columns_there_is_more() {
    insta::assert_snapshot!(render(&alerts(), Some(100)), @r"
    id            state         severity  topic          headline                   updated
    A5e4k8a037mr  open          critical  harbour-talks  Ceasefire talks in the     2026-06-03T09:45:12Z
                                                         harbour city go on altho…
    A7c1d9b220xy  acknowledged  critical  harbour-talks  Short one                  2026-06-03T09:45:12Z
    ");
    insta::assert_snapshot!(render(&deliveries(), Some(100)), @r"
    id            alert         channel    state    last_code  last_detail
    D5e4k8a037mr  A5e4k8a037mr  desk-hook  waiting  connect    Ceasefire talks in the harbour city go on
                                                               although both sides said that they had a…
    D7c1d9b220xy  A5e4k8a037mr  desk-hook  waiting  connect    connection refused
    ");
    insta::assert_snapshot!(render(&topics(), Some(100)), @r"
    topic          name                  severity  mode  channels        tests  last_match
    harbour-talks  Talks in the harbour  critical  live  desk-hook, log  14     2026-06-03T09:45:12Z
                   city
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_id_is_broken_at_any_width() {
    for width in 64..180 {
        for records in [alerts(), deliveries(), topics()] {
            let text = render(&records, Some(width));
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default();
            assert!(widest <= width.into(), "{widest} of {width}:\n{text}");
            for row in &records.rows {
                assert!(text.contains(row[0].as_str().unwrap()), "{width}:\n{text}");
            }
        }
    }
}

#[test]
fn off_a_terminal_nothing_is_dropped_and_no_row_is_as_long_as_the_longest_text() {
    let text = render(&alerts(), None);
    let header: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    let shown = alerts::COLUMNS.iter().filter(|column| column.shown).map(|column| column.name);
    assert_eq!(header, shown.collect::<Vec<_>>());
    assert_eq!(text.lines().count(), 3, "one line for each record:\n{text}");
    let cut = text.lines().nth(1).unwrap();
    assert!(cut.contains("Ceasefire talks") && cut.contains('…') && !cut.contains("meetings"));
    assert!(text.lines().all(|line| line.width() < 190), "{text}");
}

#[test]
fn a_text_is_cut_by_the_columns_it_takes_and_between_characters() {
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abcd", 3), "ab…");
    assert_eq!(cut("港の会談が続く", 7), "港の会…");
    assert_eq!(cell("one two three four", 9, 2), "one two\nthree fo…");
    assert_eq!(cell("onetwothreefour", 6, 2), "onetw…");
}
