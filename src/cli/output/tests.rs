//! The same records in every format, with text from outside that means harm.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printed(format: Format, print: impl FnOnce(&mut Printer) -> io::Result<()>) -> String {
    let sink = Sink::default();
    print(&mut Printer::to(format, Box::new(sink.clone()))).unwrap();
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("headline"),
    Column::hidden("count"),
    Column::shown("publishers"),
];

fn records() -> Records {
    let mut records = Records::new(COLUMNS, "no alerts yet");
    records.row([json!("A1"), json!("Plain, with comma"), json!(-3), json!(["One", "Two"])]);
    records.row([
        json!("A2"),
        json!("=HYPERLINK(\"x\")\u{1b}[2J\u{202e}\u{9b}31m"),
        Value::Null,
        json!([]),
    ]);
    records
}

#[test]
fn a_table_shows_people_the_shown_columns_and_no_control_character() {
    let text = printed(Format::Table, |printer| printer.records(&records()));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["id", "headline", "publishers"]);
    assert!(lines[1].contains("Plain, with comma") && lines[1].ends_with("One, Two"), "{text}");
    assert!(!text.contains(|c: char| c != '\n' && untrusted::is_hazard(c)), "{text:?}");
}

#[test]
fn json_keeps_every_character_of_a_text_but_shows_none_that_acts() {
    for format in [Format::Json, Format::Jsonl] {
        let text = printed(format, |printer| printer.records(&records()));
        assert!(!text.contains(|c: char| c != '\n' && untrusted::is_hazard(c)), "{text:?}");
    }
    let array: Vec<Value> =
        serde_json::from_str(&printed(Format::Json, |printer| printer.records(&records())))
            .unwrap();
    assert_eq!(array[1]["headline"], "=HYPERLINK(\"x\")\u{1b}[2J\u{202e}\u{9b}31m");
    assert_eq!(array[0]["count"], -3);
    assert_eq!(array[1]["count"], Value::Null);
    let lines = printed(Format::Jsonl, |printer| printer.records(&records()));
    let again: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(again, array);
}

#[test]
fn csv_has_the_same_fields_and_no_formula() {
    let text = printed(Format::Csv, |printer| printer.records(&records()));
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "id,headline,count,publishers");
    assert_eq!(lines[1], "A1,\"Plain, with comma\",-3,\"One, Two\"");
    assert!(lines[2].starts_with("A2,\"'=HYPERLINK"), "{text}");
}

#[test]
fn nothing_found_is_a_sentence_for_people_and_an_empty_list_for_programs() {
    let none = Records::new(COLUMNS, "no alerts yet");
    assert_eq!(printed(Format::Table, |printer| printer.records(&none)), "no alerts yet\n");
    assert_eq!(printed(Format::Json, |printer| printer.records(&none)), "[]\n");
    assert_eq!(printed(Format::Jsonl, |printer| printer.records(&none)), "");
    assert_eq!(
        printed(Format::Csv, |printer| printer.records(&none)),
        "id,headline,count,publishers\r\n"
    );
}

#[test]
fn one_thing_is_one_object() {
    let thing = json!({"id": "A1", "tags": ["a", "b"], "note": "\u{9b}x"});
    let text = printed(Format::Json, |printer| printer.object(&thing, "for people"));
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), thing);
    assert_eq!(
        printed(Format::Table, |printer| printer.object(&thing, "for people")),
        "for people\n"
    );
    assert_eq!(printed(Format::Csv, |printer| printer.object(&thing, "")).lines().count(), 2);
}

#[test]
fn a_thing_with_parts_is_rows_in_csv() {
    let thing = json!({"id": "A1", "tags": ["a", "b"], "none": [], "hub": {"state": "=x"},
        "fetches": [{"code": "ok"}, {"code": "http_404"}]});
    let rows = Records::of_fields(&thing);
    let text = printed(Format::Csv, |printer| printer.report(&thing, "for people", &rows));
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "field,value");
    for line in ["id,A1", "tags,\"a, b\"", "none,", "fetches.1.code,http_404"] {
        assert!(lines.contains(&line), "{line}: {text}");
    }
    assert!(!text.contains("hub.state,=x"), "a formula: {text}");
    let text = printed(Format::Json, |printer| printer.report(&thing, "for people", &rows));
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), thing);
}

#[test]
fn nouns_are_counted_as_people_write_them() {
    let counted = ["feed", "entry", "match", "address", "box"].map(|noun| count(2, noun));
    assert_eq!(counted, ["2 feeds", "2 entries", "2 matches", "2 addresses", "2 boxes"]);
    assert_eq!((count(1, "match"), count(0, "match")), ("1 match".into(), "0 matches".into()));
}
