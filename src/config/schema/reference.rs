//! The tables of the schemas as a page for people: every key of every file, with what it holds and
//! what it is for.

use std::fmt::Write as _;

use super::{Holds, Key, Table, channel, main_file, topic};
use crate::config::channels::KINDS;

const INTRODUCTION: &str = "\
# Every key of the configuration

`wirewatch config schema --reference` prints this page, `wirewatch config schema` the same as JSON Schema, for
editors. The files that `wirewatch init` writes show the keys at work, with their reasons; `wirewatch config
show --origin` tells what yours come to, and which line said so.

Durations are written `\"30s\"`, `\"15m\"`, `\"6h\"`, `\"7 days\"`; sizes `\"512KiB\"`, `\"16MiB\"`. Where several texts
may stand, one may stand alone. A key that is not here is refused, with the nearest one that is.
";

/// The table of which each type has keys of its own.
const CHANNELS: &str = "channel";

/// The page, in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, table) in
        [("The main file: `wirewatch.toml`", &main_file::MAIN), ("Topic files", &topic::FILE)]
    {
        let _ = write!(page, "\n## {title}\n");
        section(table, "", &mut page);
    }
    page.push_str("\nA file of feeds (`feed_files`) has `[defaults]` and `[[feed]]` only.\n");
    page
}

/// The keys of a table, and then those of the tables in it.
fn section(table: &Table, path: &str, page: &mut String) {
    page.push_str("\n| key | holds | what for |\n|---|---|---|\n");
    for key in table.keys.iter().filter(|key| !matches!(key.holds, Holds::Refused)) {
        let needed = if key.is_required { ", required" } else { "" };
        let (name, holds, about) = (key.name, in_words(&key.holds), about(key));
        let _ = writeln!(page, "| `{name}` | {holds}{needed} | {about} |");
    }
    if path == CHANNELS {
        kinds(page);
    }
    for key in table.keys {
        inner(key, path, page);
    }
}

/// The section of each table that a key may hold.
fn inner(key: &Key, path: &str, page: &mut String) {
    let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
    let mut tables = Vec::new();
    tables_of(&key.holds, &path, &mut tables);
    for (heading, table, path) in tables {
        let _ = write!(page, "\n### `{heading}`\n\n{}\n", about(key));
        section(table, &path, page);
    }
}

/// The tables that may stand at `path`, each with how it is written there.
fn tables_of(holds: &Holds, path: &str, found: &mut Vec<(String, &'static Table, String)>) {
    match holds {
        Holds::Table(table) => found.push((format!("[{path}]"), table, path.to_owned())),
        Holds::Tables(table) => found.push((format!("[[{path}]]"), table, path.to_owned())),
        Holds::BySeverity(table) => {
            let path = format!("{path}.SEVERITY");
            found.push((format!("[{path}]"), table, path));
        }
        Holds::Names(inner) => tables_of(inner, &format!("{path}.NAME"), found),
        Holds::Either(all) => all.iter().for_each(|holds| tables_of(holds, path, found)),
        _ => {}
    }
}

/// Which kind of channel has which of its keys.
fn kinds(page: &mut String) {
    page.push_str("\nThese belong to some types only:\n\n| type | its own keys |\n|---|---|\n");
    for (kind, keys) in KINDS {
        let keys = keys.iter().filter(|key| !is_refused(key));
        let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
        let _ = writeln!(page, "| `{kind}` | {} |", keys.join(", "));
    }
}

/// Whether a key of channels is known only so that it can be refused.
fn is_refused(name: &str) -> bool {
    let mut keys = channel::CHANNEL.keys.iter();
    keys.any(|key| key.name == name && matches!(key.holds, Holds::Refused))
}

/// In a cell of a table a stroke would end it.
fn about(key: &Key) -> String {
    key.about.trim_end_matches(';').replace('|', "\\|")
}

/// What a key holds, in a few words.
fn in_words(holds: &Holds) -> String {
    let quoted = |words: &[&str]| {
        words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ")
    };
    match holds {
        Holds::Text | Holds::Pattern(_) => "text".to_owned(),
        Holds::Name => "a line".to_owned(),
        Holds::Id => "an id".to_owned(),
        Holds::Texts => "texts".to_owned(),
        Holds::SomeTexts => "texts, at least one".to_owned(),
        Holds::Ids => "ids".to_owned(),
        Holds::Boolean => "true or false".to_owned(),
        Holds::Integer(least, most) => format!("{least} to {most}"),
        Holds::Whole => "a whole number".to_owned(),
        Holds::Integers(least) => format!("whole numbers from {least}"),
        Holds::Number => "a number".to_owned(),
        Holds::Range => "two numbers, the lowest and the highest".to_owned(),
        Holds::Duration => "a duration".to_owned(),
        Holds::Interval => "a duration, or two: `\"15m..60m\"`".to_owned(),
        Holds::DurationOr(word) => format!("a duration or `\"{word}\"`"),
        Holds::Size => "a size".to_owned(),
        Holds::HttpUrl => "a URL, http or https".to_owned(),
        Holds::Moment => "a date, with or without a time".to_owned(),
        Holds::TimeOfDay => "a time of day: `\"07:00\"`".to_owned(),
        Holds::Days => "days of the week".to_owned(),
        Holds::Day => "a day of the week".to_owned(),
        Holds::Severity => "a severity".to_owned(),
        Holds::SeverityOr(word) => format!("a severity or `\"{word}\"`"),
        Holds::Word(words) => quoted(words),
        Holds::Table(_) => "a table".to_owned(),
        Holds::Tables(_) => "tables".to_owned(),
        Holds::BySeverity(_) => "a table for each severity".to_owned(),
        Holds::Names(inner) => format!("names, each with {}", in_words(inner)),
        Holds::Either(all) => all.iter().map(in_words).collect::<Vec<_>>().join("; or "),
        Holds::Refused => "nothing".to_owned(),
    }
}
