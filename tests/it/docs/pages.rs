//! The page of commands, which is made from the program itself and written anew with
//! `INSTA_UPDATE=always cargo test --test it docs`; and the page of codes, which people write, and which
//! has to have every code there is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::root;
use crate::cli::scene::run_in;

/// Options that every command has: told once, at the top.
const EVERYWHERE: [&str; 7] =
    ["--config", "--output", "--quiet", "--verbose", "--color", "--help", "--version"];

/// Where words stand that users meet as codes, and between which lines.
const CODES: &[(&str, &str)] = &[
    ("src/fetch/failure.rs", "fn code("),
    ("src/fetch/stand_in.rs", "fn code("),
    ("src/egress.rs", "fn code("),
    ("src/parse/failure.rs", "fn code("),
    ("src/store/error.rs", "fn code("),
    ("src/deliver/mod.rs", "fn code("),
    ("src/domain/alert/baseline.rs", "fn code("),
    ("src/domain/alert/policy.rs", "fn as_str("),
    ("src/domain/story/placement.rs", "fn code("),
];

#[test]
fn the_page_of_commands_is_what_the_program_says() {
    let mut page = String::from(
        "# Commands\n\nMade from what `wirewatch COMMAND --help` says. `wirewatch man` prints it as \
         a manual page.\n\nEvery command takes these:\n\n",
    );
    let dir = tempfile::tempdir().unwrap();
    let global = run_in(dir.path(), "-h").ended(0).out;
    let options = section(&global, "Options:");
    writeln!(page, "```text\n{}\n```", options.join("\n")).unwrap();
    describe(dir.path(), "", &mut page);
    published("docs/commands.md", &page);
}

/// Writes of a command, or of those in it.
fn describe(dir: &Path, command: &str, page: &mut String) {
    let help = run_in(dir, &format!("{command} -h")).ended(0).out;
    let commands = section(&help, "Commands:");
    if !command.is_empty() && (commands.is_empty() || !section(&help, "Arguments:").is_empty()) {
        let level = if command.contains(' ') { "###" } else { "##" };
        write!(page, "\n{level} wirewatch {command}\n\n{}\n", own(&help)).unwrap();
    } else if !command.is_empty() {
        let about = help.lines().next().unwrap_or_default();
        write!(page, "\n## wirewatch {command}\n\n{about}.\n").unwrap();
    }
    for line in commands {
        let name = line.trim_start().split(' ').next().unwrap_or_default();
        // What goes on in the next line is indented further.
        if !line.starts_with("   ") && name != "help" && !name.is_empty() {
            describe(dir, format!("{command} {name}").trim(), page);
        }
    }
}

/// What a help says beyond the options of all commands.
fn own(help: &str) -> String {
    let (about, rest) = help.split_once("\n\n").unwrap_or((help, ""));
    let mut kept: Vec<&str> = Vec::new();
    let mut left_out = false;
    for line in rest.lines() {
        let option = line.trim_start().starts_with('-');
        if option {
            left_out = EVERYWHERE.iter().any(|name| {
                let words = line.split([' ', ',', '.']);
                words.clone().any(|word| word == *name)
            });
        } else if line.trim().is_empty() {
            left_out = false;
        }
        if !left_out && !line.starts_with("Exit codes:") {
            kept.push(line);
        }
    }
    let text = kept.join("\n").replace("Options:\n\n", "");
    let text = text.trim().trim_end_matches("Options:").trim_end();
    format!("{}.\n\n```text\n{text}\n```", about.trim_end_matches('.'))
}

/// The lines below a heading of a help.
fn section<'a>(help: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.trim().is_empty()).collect()
}

#[test]
fn the_page_of_codes_has_every_code() {
    let page = std::fs::read_to_string(root().join("docs/codes.md")).unwrap();
    let told: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    let mut missing = Vec::new();
    for (file, function) in CODES {
        let source = std::fs::read_to_string(root().join(file)).unwrap();
        let bodies = source.split(function).skip(1).filter_map(|rest| rest.split("\n    }").next());
        let arms = bodies.flat_map(str::lines).filter_map(|line| line.split("=> \"").nth(1));
        let codes: Vec<&str> = arms.filter_map(|arm| arm.split('"').next()).collect();
        assert!(!codes.is_empty(), "{file} has no codes any more: look where they went");
        let unsaid = codes.into_iter().filter(|code| !told.contains(code));
        missing.extend(unsaid.map(|code| format!("{code} ({file})")));
    }
    assert!(missing.is_empty(), "docs/codes.md does not have: {missing:#?}");
}

/// Checks a page, or writes it where that is asked for.
fn published(page: &str, text: &str) {
    let path = root().join(page);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{page} is old: INSTA_UPDATE=always cargo test --test it docs");
}
