//! Topic files that belong to no configuration: one that is being written, or that somebody sent.
//! Their topics are compiled by themselves, with the lists of the files beside them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::load::{note_syntax, toml_files};
use super::problem::{Problems, Report};
use super::reading::read_file;
use super::rule_map::RuleMap;
use super::rules;
use super::topic_file::{TopicFile, TopicFiles};
use crate::domain::topic::compile::TopicSet;

/// Reads the topics of `paths` and the lists of all topic files in their folders.
///
/// # Errors
/// Everything that is wrong with them, as with a configuration. What feeds and channels they name
/// is not looked at.
pub fn load_files(paths: &[PathBuf]) -> Result<(TopicSet, RuleMap), Problems> {
    let mut report = Report::default();
    let mut files = TopicFiles::default();
    for path in paths {
        read(path, &mut files, true, &mut report);
    }
    let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
    for folder in folders {
        // A folder that cannot be listed has no lists to offer.
        let beside = toml_files(folder).unwrap_or_default();
        for path in beside.iter().filter(|path| !paths.contains(path)) {
            read(path, &mut files, false, &mut report);
        }
    }
    if files.is_empty() && report.count() == 0 {
        report.add_placeless("no_topics", "there is no topic in these files");
    }
    let set = rules::compile(&files, &mut report);
    let loaded = set.map(|set| (set, RuleMap::new(files, &report)));
    report.finish(loaded)
}

/// The topic files of a folder, by name.
///
/// # Errors
/// The folder cannot be listed.
pub fn topic_files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    toml_files(folder)
}

fn read(path: &Path, files: &mut TopicFiles, topics: bool, report: &mut Report) {
    let Some((file, text)) = read_file(path, report) else {
        return files.note_broken_file();
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        files.note_broken_file();
        return note_syntax(file, &text, errors, report);
    }
    let source =
        TopicFile { table: table.get_ref(), file, text: &text, path: Some(path), home: None };
    if topics {
        files.read(&source, None, report);
    } else {
        files.read_lists(&source, report);
    }
}
