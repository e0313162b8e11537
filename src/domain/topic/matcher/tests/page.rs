//! The examples of the language's page for users are true.

use super::find;

const PAGE: &str = include_str!("../../../../../docs/topics.md");

/// The first code span of a table's cell.
fn code(cell: &str) -> Option<&str> {
    cell.trim().strip_prefix('`')?.strip_suffix('`')
}

/// The quoted texts of a cell, separated by `", "`.
fn texts(cell: &str) -> Vec<&str> {
    let inner = cell.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map(|inner| inner.split("\", \"").collect()).unwrap_or_default()
}

#[test]
fn every_example_of_the_page_does_what_it_says() {
    let mut checked = 0;
    for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [rule, matches, others, ..] = cells[..] else {
            continue;
        };
        let (Some(rule), false) = (code(rule), texts(matches).is_empty()) else {
            continue;
        };
        for text in texts(matches) {
            assert!(find(rule, "", text).is_some(), "{rule} is to match {text:?}");
        }
        assert!(!texts(others).is_empty(), "{rule}");
        for text in texts(others) {
            assert!(find(rule, "", text).is_none(), "{rule} is not to match {text:?}");
        }
        checked += 1;
    }
    assert!(checked > 30, "only {checked} examples are read");
}
