//! The pages that people read: the map is short and true, links lead somewhere, and the commands
//! given are the ones that are checked. Beside [`super`], which checks the code.

use std::collections::BTreeSet;
use std::path::Path;

use super::source::{all_sources, folders, root, text_files};
use super::{LAYERS, assert_none};

/// Longest map a newcomer is asked to read, in lines.
const MAX_MAP_LINES: usize = 150;

#[test]
fn the_map_is_short_true_and_whole() {
    let map = read("ARCHITECTURE.md");
    let mut wrong = Vec::new();
    let lines = map.lines().count();
    if lines > MAX_MAP_LINES {
        wrong.push(format!("ARCHITECTURE.md: {lines} lines, at most {MAX_MAP_LINES}"));
    }
    for path in named_paths(&map) {
        if !root().join(&path).exists() {
            wrong.push(format!("ARCHITECTURE.md: names `{path}`, which is not there"));
        }
    }
    for folder in folders("src").filter(|folder| holds_production_code(folder)) {
        // A folder beside a file of its name is the inside of that file.
        let inside = root().join(format!("{folder}.rs")).exists();
        if !inside && !map.contains(&format!("`{folder}/`")) {
            wrong.push(format!("ARCHITECTURE.md: does not name `{folder}/`"));
        }
    }
    for (room, _) in LAYERS {
        let exists = root().join(format!("src/{room}")).is_dir()
            || root().join(format!("src/{room}.rs")).exists();
        if exists && !map.contains(&format!("`src/{room}")) {
            wrong.push(format!("ARCHITECTURE.md: does not name the room `src/{room}`"));
        }
    }
    assert_none(&wrong, "a map that is not true is worse than none");
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut wrong = Vec::new();
    for page in text_files("md") {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap_or(Path::new(""));
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
            if !outside && !root().join(folder).join(file).exists() {
                wrong.push(format!("{page}: links to {target}, which is not there"));
            }
        }
    }
    assert_none(&wrong, "links");
}

#[test]
fn the_readme_gives_the_commands_that_are_checked() {
    let readme = read("README.md");
    for command in ["cargo test --locked", "cargo run --release -- demo"] {
        assert!(
            readme.lines().any(|line| line.trim() == command),
            "README.md gives `{command}` on a line of its own: .ci/run and newcomers run it"
        );
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Paths that a page names in backticks.
fn named_paths(page: &str) -> BTreeSet<String> {
    let tops = ["src/", "tests/", "docs/", "config/", "benches/", "migrations/", ".ci/", "fuzz/"];
    let spans = page.split('`').skip(1).step_by(2);
    spans
        .filter(|span| {
            tops.iter().any(|top| span.starts_with(top)) && !span.contains([' ', '*', '{', '\n'])
        })
        .map(|span| span.split("::").next().unwrap_or(span).to_owned())
        .collect()
}

/// Whether a folder holds more than tests and their snapshots.
fn holds_production_code(folder: &str) -> bool {
    all_sources(folder).any(|source| !source.is_test())
}
