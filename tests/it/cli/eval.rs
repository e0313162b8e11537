//! `eval stories` and `eval topics`: figures as worked out by hand, floors under the labelled
//! fixture, and files that are not as they should be.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::scene::{HOSTILE, Ran, Scene, command, run, run_in, run_with_input};
use crate::support::world::NATO;

/// The labelled fixture; its README tells what is in it.
const LABELLED: &str = "tests/fixtures/stories/labelled.jsonl";

/// What must be reached on the fixture: with these fields, B-cubed F1 and precision of at least so
/// much, and at most so many of the unlabelled entries in a labelled story. Each is a little
/// below what is reached, and is raised when that rises.
const FLOORS: [(&str, f64, f64, u64); 3] =
    [("full", 0.76, 0.95, 2), ("lead", 0.76, 0.95, 2), ("title", 0.65, 0.94, 2)];

const PACT: &str = "Ministers of seven nations sign harbour defence pact in Copenhagen";

/// Two tellings of one story, one of it that nobody would know, a stranger, and noise.
fn small() -> String {
    let line = |id: u32, label: &str, title: &str| {
        let label = if label.is_empty() { String::new() } else { format!(r#","label":"{label}""#) };
        let date = format!("2026-03-02T0{id}:00:00Z");
        format!(
            r#"{{"id":{id},"published":"{date}","publisher":"P{id}","title":"{title}"{label}}}"#
        )
    };
    [
        line(1, "pact", PACT),
        line(2, "pact", PACT),
        line(3, "pact", "Seven governments agree to guard ports"),
        line(4, "other", PACT),
        line(5, "", "Seven ways to cook a marrow"),
    ]
    .join("\n")
}

/// Runs `eval` with these lines on standard input.
fn eval(line: &str, input: &str) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    run_with_input(command(dir.path()).arg("eval").args(line.split_whitespace()), input)
}

#[test]
fn the_clustering_reaches_its_floor_on_the_labelled_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (fields, f1, precision, joined) in FLOORS {
        let line = format!("eval stories {LABELLED} --fields {fields} --min-f1 {f1} -o json");
        let report = run_in(root, &line).ended(0).json();
        assert_eq!((&report["labelled"], &report["labels"]), (&419.into(), &70.into()));
        let figure = |of: &str| report["bcubed"][of].as_f64().unwrap();
        let seen = format!("{fields}: {:#}", report["bcubed"]);
        assert!(figure("f1") >= f1 && figure("precision") >= precision, "{seen}");
        assert!(report["unlabelled_joined"].as_u64().unwrap() <= joined, "{fields}: {report:#}");
        let marks = &report["copies"]["marks"];
        assert_eq!(marks["wanted"], 43);
        if fields != "title" {
            // A title alone cannot tell a copy.
            assert_eq!(marks["precision"], 1.0, "{fields}: {:#}", report["copies"]);
            assert!(marks["recall"].as_f64().unwrap() >= 0.9, "{fields}: {marks:#}");
        }
    }
}

#[test]
fn figures_are_as_worked_out_by_hand_in_every_format() {
    let report = eval("stories - -o json", &small()).ended(0).json();
    // Found: {1, 2, 4}, {3}; of the labelled 2/3, 2/3, 1/1, 1/3 are right where they are.
    let figures = &report["bcubed"];
    assert_eq!((&figures["precision"], &figures["recall"]), (&0.6667.into(), &0.6667.into()));
    let pairs = &report["pairwise"];
    assert_eq!(
        (&pairs["right"], &pairs["found"], &pairs["wanted"]),
        (&1.into(), &3.into(), &3.into())
    );
    assert_eq!((&report["unlabelled"], &report["unlabelled_joined"]), (&1.into(), &0.into()));
    let split = report["split"].as_array().unwrap();
    assert_eq!((split.len(), &split[0]["label"]), (1, &Value::from("pact")));
    assert_eq!(report["mixed"][0]["parts"][1]["label"], "other");
    assert_eq!(report["copies"], Value::Null);
    let table = eval("stories -", &small()).ended(0).out;
    assert!(table.contains("4 entries of 2 labelled stories, 1 unlabelled"), "{table}");
    assert!(table.contains("B-cubed         0.666   0.666  0.666"), "{table}");
    assert!(
        table.contains("most split, 1 of 1") && table.contains("most mixed, 1 of 1"),
        "{table}"
    );
    let bare = eval("stories - --show-errors 0", &small()).ended(0).out;
    assert!(!bare.contains("most split"), "{bare}");
    let csv = eval("stories - -o csv", &small()).ended(0).out;
    assert!(csv.starts_with("label,entries,stories,largest,precision,"), "{csv}");
    assert!(csv.contains("pact,3,2,2,0.7778,0.5556,"), "{csv}");
}

#[test]
fn a_measurement_below_the_floor_fails() {
    eval("stories - --min-f1 0.66", &small()).ended(0);
    let failed = eval("stories - --min-f1 0.67", &small()).ended(1);
    assert!(failed.out.contains("B-cubed"), "the figures are shown all the same");
    assert!(failed.err.contains("F1 is 0.666, below the 0.67 of --min-f1"), "{}", failed.err);
    eval("stories - --min-f1 1.5", &small()).ended(2);
}

#[test]
fn lines_that_cannot_be_used_are_named_and_the_others_count() {
    let long = format!(r#"{{"title":"{}"}}"#, "x".repeat(1024 * 1024));
    let bad = [
        "{\"title\": \"cut of",
        r#"{"label":"pact"}"#,
        r#"{"title":"A","published":"03/04/05 or so"}"#,
        r#"{"title":"A","id":"1"}"#,
        r#"{"title":"A","copy_of":"nobody"}"#,
        &long,
    ];
    let ran = eval("stories - -o json", &format!("{}\n\n{}\n", small(), bad.join("\n"))).ended(3);
    assert_eq!(ran.json()["bad_lines"], 6);
    // The copy of nobody is an entry all the same.
    assert_eq!(ran.json()["entries"], 6);
    for said in [
        "standard input:7: EOF while parsing a string",
        "standard input:8: has neither a title nor a text",
        "standard input:9: `03/04/05 or so` is not a date",
        "standard input:10: its id stands at standard input:1 already",
        "standard input:11: `copy_of` names `nobody`",
        "standard input:12: longer than 1 MiB",
        "6 problems with the lines",
    ] {
        assert!(ran.err.contains(said), "{said} in:\n{}", ran.err);
    }
    let failed = eval("stories no-such-file.jsonl", "").ended(1);
    assert!(failed.err.contains("cannot read no-such-file.jsonl"), "{}", failed.err);
    let failed = eval("stories -", r#"{"title":"A"}"#).ended(1);
    assert!(failed.err.contains("no entry has a label"), "{}", failed.err);
}

#[test]
fn nothing_from_the_lines_acts_on_the_terminal() {
    let line = |label: &str| {
        serde_json::json!({ "title": HOSTILE, "label": label, "publisher": HOSTILE }).to_string()
    };
    let input = format!("{}\n{}\n", line("one\u{1b}[2J"), line("two"));
    let ran = eval("stories -", &input).ended(0);
    assert!(!ran.out.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}']), "{:?}", ran.out);
    let csv = eval("stories - -o csv", &input).ended(0).out;
    assert!(csv.contains("'=NATO"), "{csv}");
}

#[test]
fn copies_apart_from_their_original_are_named() {
    let none = eval("stories - --copies", &small()).ended(1);
    assert!(none.err.contains("no entry says whose copy it is"), "{}", none.err);
    let copy = r#"{"id":9,"label":"pact","copy_of":1,"title":"Wholly other words","published":"2026-03-02"}"#;
    let ran = eval("stories - --copies", &format!("{}\n{copy}", small())).ended(0);
    assert!(ran.out.contains("0 of 1 (0.0 %) of the copies"), "{}", ran.out);
    assert!(ran.out.contains("  9 of 1  Wholly other words"), "{}", ran.out);
}

/// Documents with the topics that should be found in them.
const DOCUMENTS: &str = r#"
{"id":"d1","title":"NATO ministers sign harbour pact","topics":["nato"]}
{"id":"d2","title":"Learn the NATO alphabet","topics":[]}
{"id":"d3","title":"Alliance ministers meet","body":"They spoke of harbours.","topics":["nato"]}
{"id":"d4","title":"Cricket at the NATO school","topics":[]}
{"title":"NATO, not labelled"}
"#;

fn documents(scene: &Scene, lines: &str) {
    fs::write(scene.world.dir().join("documents.jsonl"), lines).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_measured_with_what_they_missed_and_found_wrongly() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = NATO.to_owned();
    scene.world.write_config();
    documents(&scene, DOCUMENTS);
    let report = scene.run("eval topics documents.jsonl -o json").ended(0).json();
    let nato = &report["topics"]["nato"];
    assert_eq!(
        (&nato["right"], &nato["found"], &nato["wanted"]),
        (&1.into(), &2.into(), &2.into())
    );
    assert_eq!((&report["micro"]["f1"], &report["macro"]["recall"]), (&0.5.into(), &0.5.into()));
    assert_eq!((&report["documents"], &report["unlabelled"]), (&4.into(), &1.into()));
    assert_eq!(
        (&nato["missed"][0]["entry"], &nato["wrong"][0]["entry"]),
        (&"d3".into(), &"d4".into())
    );
    assert!(nato["missed"][0]["why"].as_str().unwrap().contains("NATO"), "{nato:#}");
    let table = scene.run("eval topics documents.jsonl").ended(0).out;
    assert!(table.contains("nato       0.500   0.500  0.500       2      2      1"), "{table}");
    assert!(table.contains("nato missed 1") && table.contains("  d3  Alliance ministers meet"));
    scene.run("eval topics documents.jsonl --topic nato --min-f1 0.5").ended(0);
    scene.run("eval topics documents.jsonl --min-f1 0.6").ended(1);
    let unknown = scene.run("eval topics documents.jsonl --topic nata").ended(1);
    assert!(unknown.err.contains("nato"), "{}", unknown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_name_no_topic_of_the_config_are_problems() {
    let scene = Scene::new(&["wire"]).await;
    documents(&scene, "{\"title\":\"A\",\"topics\":[\"otan\"]}\n");
    let ran = scene.run("eval topics documents.jsonl").ended(1);
    assert!(ran.err.contains("documents.jsonl:1: names the topic `otan`"), "{}", ran.err);
    assert!(ran.err.contains("nothing to measure by"), "{}", ran.err);
    run(scene.command().args(["eval", "topics"])).ended(2);
}
