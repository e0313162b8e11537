//! `feed_files = ["feeds/*.toml"]`: the files beside the main file that hold feeds as well. Whoever
//! reads a thousand feeds keeps them apart, and an import is a file of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::feeds::Feeds;
use super::load::note_syntax;
use super::problem::Report;
use super::reading::read_file_up_to;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use crate::domain::feed::{Feed, MAX_LIST_BYTES};
use crate::domain::ids::FeedKey;
use crate::domain::retention::Keep;

/// Most files of feeds.
const MAX_FILES: usize = 1_000;

/// Largest file of feeds, in bytes: an import of a whole list is one.
const MAX_FILE_BYTES: u64 = MAX_LIST_BYTES;

pub(super) const FILE: Shape = Shape { what: "a file of feeds", keys: &["defaults", "feed"] };

/// For how long the entries of each feed are kept, where it says so.
type Keeps = BTreeMap<FeedKey, Option<Keep>>;

/// The feeds of the main file, whose table is `root`, and of the files it names, seen from the
/// directory `beside`; with for how long the entries of each are kept where it says so, and the paths of these files.
pub(super) fn read(
    root: &Section<'_>,
    beside: &Path,
    report: &mut Report,
) -> (Vec<Arc<Feed>>, Keeps, Vec<PathBuf>) {
    let mut feeds = Feeds::of_main(root, report);
    let patterns = root.texts("feed_files", report);
    let before = report.count();
    let paths = paths(&patterns, beside, report);
    for path in &paths {
        read_one(path, &mut feeds, report);
    }
    if feeds.list.is_empty() && root.get("feed").is_none() && report.count() == before {
        let (place, message) = match root.get("feed_files") {
            Some(value) => (value.place, "no feed is configured: these files hold none"),
            None => (Place::whole(root.place().file), "no feed is configured"),
        };
        report.add(place, "no_feeds", message).hint(
            "add one: `wirewatch feeds add URL`, or `[[feed]]`, `id = \"bbc-world\"`, \
             `url = \"https://…\"`",
        );
    }
    (feeds.list, feeds.keep, paths)
}

fn read_one(path: &Path, feeds: &mut Feeds, report: &mut Report) {
    let Some((file, text)) = read_file_up_to(path, MAX_FILE_BYTES, report) else {
        return;
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        return note_syntax(file, &text, errors, report);
    }
    let root = Section::new(table.get_ref(), file, 0..0, &FILE, report);
    feeds.read(&root, report);
}

/// The files that the patterns name, in their order, and by name where one names several. What is
/// wrong with a pattern is noted.
pub(super) fn paths(patterns: &[Literal], beside: &Path, report: &mut Report) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut seen = BTreeSet::new();
    for pattern in patterns {
        if !super::not_empty(pattern, "feed_files", report) {
            continue;
        }
        let named = match named_by(pattern, beside, report) {
            Ok(named) => named,
            Err((code, message)) => {
                let hint = "write paths seen from the main file, such as \"feeds/*.toml\"; `*` \
                            stands for any part of a file's name";
                report.add(pattern.place(), code, message).hint(hint);
                continue;
            }
        };
        found.extend(named.into_iter().filter(|path| seen.insert(path.clone())));
        if found.len() > MAX_FILES {
            let message = format!("there are more than {MAX_FILES} files of feeds");
            report.add(pattern.place(), "too_many", message);
            found.truncate(MAX_FILES);
            break;
        }
    }
    found
}

/// Whether `path` is one of the files that a pattern names, or would be if it were there.
pub(super) fn covers(pattern: &str, beside: &Path, path: &Path) -> bool {
    let whole = beside.join(pattern);
    let (Some(own), Some(name)) = (file_name(&whole), file_name(path)) else {
        return false;
    };
    whole.parent() == path.parent() && matches(&own, &name)
}

/// The files that one pattern names, or a code and a sentence that say what is wrong with it.
fn named_by(
    pattern: &Literal,
    beside: &Path,
    report: &mut Report,
) -> Result<Vec<PathBuf>, (&'static str, String)> {
    let whole = beside.join(&pattern.value);
    let dir = whole.parent().unwrap_or(Path::new("")).to_owned();
    if in_folder(pattern) {
        let message = "`*` may stand in the name of a file only, not of a folder";
        return Err(("bad_pattern", message.to_owned()));
    }
    let Some(name) = file_name(&whole) else {
        return Err(("bad_pattern", "this names no file".to_owned()));
    };
    report.look_in(&dir, &name);
    let drafts = report.drafts.keys().filter(|path| path.parent() == Some(&dir));
    let mut names: BTreeSet<String> = drafts.filter_map(|path| file_name(path)).collect();
    if !name.contains('*') {
        return match names.contains(&name) || whole.exists() {
            true => Ok(vec![whole]),
            false => Err(("not_found", format!("there is no file {}", whole.display()))),
        };
    }
    match fs::read_dir(&dir) {
        Ok(entries) => names.extend(
            entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| !path.is_dir())
                .filter_map(|path| file_name(&path)),
        ),
        Err(_) if !names.is_empty() => {}
        Err(error) => {
            let message = format!("the directory {} cannot be read: {error}", dir.display());
            return Err(("no_feeds_dir", message));
        }
    }
    Ok(names.into_iter().filter(|own| matches(&name, own)).map(|own| dir.join(own)).collect())
}

fn in_folder(pattern: &Literal) -> bool {
    pattern.value.rsplit_once('/').is_some_and(|(folder, _)| folder.contains('*'))
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// Whether a file's name fits a pattern in which `*` stands for anything; hidden files must be
/// named as such.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        for (pattern, name, fits) in [
            ("*.toml", "a.toml", true),
            ("*.toml", ".a.toml", false),
            ("*.toml", "a.toml.bak", false),
            ("news-*.toml", "news-world.toml", true),
            ("news-*.toml", "world.toml", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "abc", true),
            ("a*bc", "ac", false),
            ("a*a", "a", false),
            ("one.toml", "one.toml", true),
            ("*", "x", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
