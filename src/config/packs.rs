//! Packs: topic files that come with the program, are switched on by name (`packs = ["cyber"]` in
//! the main file) and lie in `packs/` beside it, where their owner may change them.
//! [`super::load()`] reads those that are on; [`survey`] says which there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::environment;
use super::examples::packs;
use super::load::{explain_main_file, note_syntax};
use super::problem::{Problems, Report};
use super::reading::read_file;
use super::settings::{self, Settings};
use super::source::Literal;
use crate::domain::topic::syntax::nearest::nearest;

/// Directory of the packs, beside the main file.
pub(super) const PACKS_DIR: &str = "packs";

/// Longest name of a pack, in characters.
const MAX_NAME_CHARS: usize = 64;

/// Largest pack that is looked into to describe it, in bytes.
const MAX_PACK_BYTES: u64 = 1024 * 1024;

/// A pack, as a list of packs shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackView {
    pub name: String,
    /// Whether the main file switches it on.
    pub on: bool,
    /// Where it lies, or would lie.
    pub file: PathBuf,
    /// Whether it lies there.
    pub present: bool,
    /// Whether the program carries a pack of this name.
    pub embedded: bool,
    /// The first comment line of the file.
    pub description: String,
    pub topics: usize,
    pub tests: usize,
    /// Languages its tests name, sorted.
    pub languages: Vec<String>,
}

/// Every pack there is, by name: those that lie beside the main file at `path` (or in the
/// directory `path`), and those that come with the program. Nothing else of the configuration
/// need be right.
///
/// # Errors
/// The main file cannot be read or is not TOML.
pub fn survey(path: &Path, env: &environment::Environment) -> Result<Vec<PackView>, Problems> {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let views = look_around(&path, env, &mut report);
    report.finish(views)
}

fn look_around(
    path: &Path,
    env: &environment::Environment,
    report: &mut Report,
) -> Option<Vec<PackView>> {
    let Some((file, text)) = read_file(path, report) else {
        explain_main_file(path, env, report);
        return None;
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        note_syntax(file, &text, errors, report);
        return None;
    }
    let on: BTreeSet<String> =
        settings::packs_only(table.get_ref(), file).into_iter().map(|text| text.value).collect();
    let dir = path.parent().unwrap_or(Path::new("")).join(PACKS_DIR);
    let embedded: BTreeMap<&str, &str> = packs().iter().copied().collect();
    let view = |name: String| {
        let file = dir.join(format!("{name}.toml"));
        let text = content(&file);
        let built_in = embedded.get(name.as_str()).copied();
        let read = text.as_deref().or(built_in).unwrap_or_default();
        let (topics, tests, languages) = tally(read);
        PackView {
            on: on.contains(&name),
            present: file.is_file(),
            embedded: built_in.is_some(),
            description: description(read),
            name,
            file,
            topics,
            tests,
            languages,
        }
    };
    Some(names(&dir).into_iter().map(view).collect())
}

/// The files of the packs that are switched on, in that order. What is not there is noted.
pub(super) fn paths(settings: &Settings, report: &mut Report) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for text in &settings.packs {
        let path = settings.packs_dir.join(format!("{}.toml", text.value));
        report.look_at(&path, MAX_PACK_BYTES);
        if paths.contains(&path) {
            let message = format!("the pack `{}` is switched on twice", text.value);
            report.add(text.place(), "duplicate_pack", message).hint("once is enough");
        } else if is_name(&text.value) && path.is_file() {
            paths.push(path);
        } else {
            note_missing(text, &settings.packs_dir, report);
        }
    }
    paths
}

fn note_missing(text: &Literal, dir: &Path, report: &mut Report) {
    let name = text.value.as_str();
    if packs().iter().any(|(embedded, _)| *embedded == name) {
        let message = format!("the pack `{name}` is not in {}", dir.display());
        let hint = format!("`wirewatch topics packs --write {name}` puts it there");
        report.add(text.place(), "missing_pack", message).hint(hint);
        return;
    }
    let known = names(dir);
    let list: Vec<&str> = known.iter().map(String::as_str).collect();
    let there = format!("there are: {}", list.join(", "));
    let hint = match nearest(name, list.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? {there}"),
        None => there,
    };
    report.add(text.place(), "unknown_pack", format!("there is no pack `{name}`")).hint(hint);
}

/// Names of the packs in `dir` and of those that come with the program.
fn names(dir: &Path) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = packs().iter().map(|(name, _)| (*name).to_owned()).collect();
    let Ok(entries) = fs::read_dir(dir) else {
        return names;
    };
    for entry in entries.filter_map(Result::ok) {
        let file = entry.file_name();
        if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".toml"))
            && is_name(name)
        {
            names.insert(name.to_owned());
        }
    }
    names
}

/// Whether this may be the name of a pack, which is a file's name and never a path.
fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && name.chars().all(good)
}

/// The text of a pack's file, if it is there and of a size that can be a pack.
fn content(file: &Path) -> Option<String> {
    let data = fs::metadata(file).ok()?;
    (data.is_file() && data.len() <= MAX_PACK_BYTES).then(|| fs::read_to_string(file).ok())?
}

/// The first comment line of a file.
fn description(text: &str) -> String {
    let first = text.lines().find_map(|line| line.trim_start().strip_prefix('#'));
    first.map_or(String::new(), |line| line.trim_start_matches('#').trim().to_owned())
}

/// Topics, tests and the languages of the tests.
fn tally(text: &str) -> (usize, usize, Vec<String>) {
    let (table, _errors) = DeTable::parse_recoverable(text);
    let (mut tests, mut languages) = (0, BTreeSet::new());
    let topics = tables(table.get_ref(), "topic");
    for test in topics.iter().flat_map(|topic| tables(topic, "test")) {
        tests += 1;
        languages.extend(test.get("lang").and_then(|lang| lang.get_ref().as_str()));
    }
    (topics.len(), tests, languages.into_iter().map(str::to_owned).collect())
}

/// The tables of an array of tables.
fn tables<'t>(table: &'t DeTable<'t>, key: &str) -> Vec<&'t DeTable<'t>> {
    let Some(DeValue::Array(items)) = table.get(key).map(|value| value.get_ref()) else {
        return Vec::new();
    };
    let tables = items.iter().filter_map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    });
    tables.collect()
}
