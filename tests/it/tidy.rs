//! The house rules that a machine can check: who may import whom, what the pure part may name,
//! how long a file may be, and that the map in ARCHITECTURE.md is true. A rule nobody checks
//! rots; each check here names the file, the line and the way out.
//!
//! [`source`] reads Rust files without their comments and strings; [`pages`] checks the pages
//! that people read.

mod pages;
mod source;

use source::{Source, all_sources, root};

/// Who may import whom, in reading order: a room, and the rooms it may name. The rooms from
/// `fetch` to `deliver` never name one another; `daemon` puts them together.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("telemetry", &["domain", "clock"]),
    ("config", &["domain", "clock"]),
    ("egress", &["domain", "clock", "config"]),
    ("fetch", &["domain", "clock", "config", "egress"]),
    ("parse", &["domain", "clock", "config", "egress"]),
    ("store", &["domain", "clock", "config", "egress"]),
    ("deliver", &["domain", "clock", "config", "egress"]),
    (
        "daemon",
        &["domain", "clock", "telemetry", "config", "egress", "fetch", "parse", "store", "deliver"],
    ),
    ("record", &["domain", "clock", "config", "store"]),
    (
        "web",
        &[
            "domain",
            "clock",
            "telemetry",
            "config",
            "egress",
            "fetch",
            "parse",
            "store",
            "deliver",
            "daemon",
            "record",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "clock",
            "telemetry",
            "config",
            "egress",
            "fetch",
            "parse",
            "store",
            "deliver",
            "daemon",
            "record",
            "web",
        ],
    ),
];

/// What the pure part may not name, since it acts on the world or asks it something.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "rusqlite",
    "feed_rs",
    "axum",
    "tracing",
    "rand",
    "fastrand",
    "getrandom",
    "thread_rng",
    "SystemTime",
    "Instant",
];
const IMPURE_STD: &[&str] = &["fs", "net", "env", "process", "thread", "io"];

/// Names that only some places may use, each with those places.
const CONFINED: &[(&str, &[&str])] = &[
    ("feed_rs", &["src/parse/convert.rs"]),
    ("rusqlite", &["src/store"]),
    ("reqwest", &["src/egress", "src/fetch", "src/deliver"]),
    ("anyhow", &["src/cli", "src/main.rs"]),
];

/// Longest file, in lines.
const MAX_LINES: usize = 400;

/// Files that are longer, with their length. This list may only shrink.
const LONG_FILES: &[(&str, usize)] = &[];

/// Module names that say nothing: a helper lives with its only noun.
const DRAWERS: &[&str] =
    &["util", "utils", "common", "types", "helpers", "misc", "manager", "shared", "core"];

#[test]
fn every_room_imports_only_the_rooms_before_it() {
    let mut wrong = Vec::new();
    for source in all_sources("src") {
        let room = source.room();
        if matches!(room, "main" | "lib") {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the room `{room}` is not in the table of layers", source.path));
            continue;
        };
        for (line, name) in source.crate_paths() {
            let known = LAYERS.iter().any(|(room, _)| *room == name);
            if known && name != room && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}:{line}: `{room}` may not import `{name}`", source.path));
            }
        }
    }
    assert_none(&wrong, "imports go one way, see ARCHITECTURE.md");
}

#[test]
fn the_domain_names_nothing_that_acts_on_the_world() {
    let mut wrong = Vec::new();
    for source in all_sources("src/domain").filter(|source| !source.is_test()) {
        for (line, name) in source.words() {
            if IMPURE.contains(&name) {
                wrong.push(format!("{}:{line}: names `{name}`", source.path));
            }
        }
        for (line, name) in source.paths_below("std") {
            if IMPURE_STD.contains(&name.as_str()) {
                wrong.push(format!("{}:{line}: names `std::{name}`", source.path));
            }
        }
        for (line, text) in source.code_lines() {
            if text.contains("::now()") || text.contains(".now()") {
                wrong.push(format!(
                    "{}:{line}: asks for the time; take `now` as an argument",
                    source.path
                ));
            }
        }
    }
    assert_none(&wrong, "the domain is pure");
}

#[test]
fn each_outside_library_is_named_only_where_it_belongs() {
    let mut wrong = Vec::new();
    for source in all_sources("src").filter(|source| !source.is_test()) {
        for (line, name) in source.words() {
            for (library, places) in CONFINED {
                if name == *library && !places.iter().any(|place| source.path.starts_with(place)) {
                    wrong.push(format!(
                        "{}:{line}: names `{name}`, which belongs in {places:?}",
                        source.path
                    ));
                }
            }
        }
    }
    assert_none(&wrong, "one place per library, so that it can be replaced there");
}

#[test]
fn source_files_stay_short() {
    let mut wrong = Vec::new();
    for source in every_source() {
        let lines = source.text.lines().count();
        match LONG_FILES.iter().find(|(path, _)| *path == source.path) {
            None if lines > MAX_LINES => {
                wrong.push(format!(
                    "{}: {lines} lines, at most {MAX_LINES}: split it by noun",
                    source.path
                ));
            }
            Some((_, listed)) if lines > *listed => {
                wrong.push(format!("{}: grew from {listed} to {lines} lines", source.path));
            }
            Some((_, listed)) if lines < *listed => {
                wrong.push(format!(
                    "{}: {lines} lines now: tighten its entry in LONG_FILES",
                    source.path
                ));
            }
            _ => {}
        }
    }
    for (path, _) in LONG_FILES {
        if !root().join(path).exists() {
            wrong.push(format!("{path}: gone: remove it from LONG_FILES"));
        }
    }
    assert_none(&wrong, "short files");
}

#[test]
fn every_file_opens_with_its_purpose() {
    let wrong: Vec<String> = every_source()
        .filter(|source| {
            source
                .text
                .lines()
                .next()
                .is_none_or(|line| line.len() < 12 || !line.starts_with("//! "))
        })
        .map(|source| format!("{}: does not open with `//!` and a sentence", source.path))
        .collect();
    assert_none(&wrong, "a reader learns from the first line what a file is for");
}

#[test]
fn production_code_neither_unwraps_nor_leaves_notes_to_self() {
    let unfinished = ["todo!", "unimplemented!", "dbg!"];
    let notes = ["TO", "FIX", "XX"].map(|half| {
        format!(
            "{half}{}",
            if half == "TO" {
                "DO"
            } else if half == "FIX" {
                "ME"
            } else {
                "X"
            }
        )
    });
    let mut wrong = Vec::new();
    for source in every_source() {
        for (number, line) in source.text.lines().enumerate() {
            let has_note = line
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| notes.iter().any(|note| note == word));
            if has_note {
                wrong.push(format!("{}:{}: a note to self", source.path, number + 1));
            }
        }
        for (line, text) in source.code_lines() {
            if let Some(found) = unfinished.iter().find(|word| text.contains(**word)) {
                wrong.push(format!("{}:{line}: {found}", source.path));
            }
            let unwraps = text.contains(".unwrap()")
                || (text.contains(".expect(") && !text.contains("self.expect("));
            if source.path.starts_with("src/")
                && !source.is_test()
                && unwraps
                && !source.is_in_test_module(line)
            {
                wrong.push(format!("{}:{line}: unwraps: return a typed error", source.path));
            }
        }
    }
    assert_none(&wrong, "finished code that cannot panic on bad input");
}

#[test]
fn no_module_is_a_drawer() {
    let wrong: Vec<String> = every_source()
        .flat_map(|source| {
            let stems = source
                .path
                .trim_end_matches(".rs")
                .split('/')
                .map(str::to_owned)
                .collect::<Vec<_>>();
            stems
                .into_iter()
                .filter(|stem| DRAWERS.contains(&stem.as_str()))
                .map(move |stem| format!("{}: `{stem}` says nothing", source.path))
        })
        .collect();
    assert_none(&wrong, "a helper lives with its only noun");
}

fn every_source() -> impl Iterator<Item = Source> {
    ["src", "tests", "benches"].into_iter().flat_map(all_sources)
}

fn assert_none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}\n", wrong.join("\n  "));
}
