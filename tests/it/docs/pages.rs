//! Pages that are made from the program itself: its commands, and the keys of its configuration. They
//! are written anew with `INSTA_UPDATE=always cargo test --test it docs`. And the page of codes, which
//! people write, has to have every code there is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;
use wirewatch::config::schema;

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
fn the_page_of_the_configuration_has_every_key() {
    let mut page = String::from(
        "# Configuration\n\nMade from the schemas that `wirewatch config schema` prints: every key, \
         what it takes, what it means. The files that `wirewatch init` writes show them in use.\n",
    );
    let files = [
        ("The main file, `wirewatch.toml`", schema::main_file()),
        ("Topic files, `topics/*.toml`", schema::topics()),
    ];
    for (title, schema) in files {
        write!(page, "\n## {title}\n").unwrap();
        table(&schema, "", &mut page);
    }
    published("docs/configuration.md", &page);
}

/// Writes a table of keys, then one for each table among them.
fn table(schema: &Value, name: &str, page: &mut String) {
    let Some(keys) = schema["properties"].as_object() else { return };
    if !name.is_empty() {
        write!(page, "\n### `{name}`\n").unwrap();
    }
    page.push_str("\n| key | takes | meaning |\n|---|---|---|\n");
    for (key, value) in keys {
        let says = value["description"].as_str().unwrap_or_default();
        if says.starts_with("Not here:") {
            continue;
        }
        let says = says.replace('|', "\\|").replace('\n', " ");
        let needed = schema["required"].as_array().is_some_and(|all| all.contains(&key[..].into()));
        let mark = if needed { ", required" } else { "" };
        writeln!(page, "| `{key}` | {}{mark} | {says}{} |", takes(value), of_types(schema, key))
            .unwrap();
    }
    for (key, value) in keys {
        let below =
            |name: &str| if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        let path = name.trim_matches(['[', ']']);
        if value["items"]["properties"].is_object() {
            table(&value["items"], &format!("[[{}]]", below(path)), page);
        } else if value["properties"].is_object() {
            table(value, &format!("[{}]", below(path)), page);
        }
    }
}

/// What a key takes, in words.
fn takes(value: &Value) -> String {
    if let Some(words) = value["enum"].as_array() {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(kinds) = value[several].as_array() {
            let mut kinds: Vec<String> = kinds.iter().map(takes).collect();
            kinds.dedup();
            return kinds.join(" or ");
        }
    }
    let bounds = match (value["minimum"].as_f64(), value["maximum"].as_f64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", from {least}"),
        (None, Some(most)) => format!(", to {most}"),
        (None, None) => String::new(),
    };
    match value["type"].as_str() {
        Some("string") => "text".to_owned(),
        Some("integer" | "number") => format!("number{bounds}"),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") if value["items"]["properties"].is_object() => "tables".to_owned(),
        Some("array") => format!("list of {}", takes(&value["items"])),
        Some("object") => "table".to_owned(),
        _ => value["const"].as_str().map_or("value".to_owned(), |word| format!("`\"{word}\"`")),
    }
}

/// Of which types of channel a key is, where not of all.
fn of_types(schema: &Value, key: &str) -> String {
    let Some(rules) = schema["allOf"].as_array() else { return String::new() };
    let kinds: Vec<(&str, bool)> = rules
        .iter()
        .filter_map(|rule| {
            let kind = rule["if"]["properties"]["type"]["const"].as_str()?;
            Some((kind, rule["then"]["properties"][key] != Value::Bool(false)))
        })
        .collect();
    if kinds.iter().all(|(_, has)| *has) {
        return String::new();
    }
    let named = |those: bool| {
        let some = kinds.iter().filter(|(_, has)| *has == those);
        some.map(|(kind, _)| format!("`{kind}`")).collect::<Vec<_>>()
    };
    let (having, lacking) = (named(true), named(false));
    if lacking.len() < having.len() {
        return format!(" Not of {}.", lacking.join(", "));
    }
    format!(" Of {}.", having.join(", "))
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
