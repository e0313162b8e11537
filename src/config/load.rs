//! From files to [`Config`]: reads the main file, the files of feeds and all topic files, checks everything, and
//! either hands out a whole configuration or every problem there is.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeTable, Error};

use super::environment::{self, Environment};
use super::footprint::Footprint;
use super::known::Known;
use super::problem::{Problems, Report};
use super::reading::read_file;
use super::rule_map::RuleMap;
use super::settings::{self, Settings};
use super::source::{FileId, Place};
use super::topic_file::{TopicFile, TopicFiles};
use super::{ChannelConfig, Config, EgressConfig, FetchConfig, packs, routes, rules, silences};
use crate::domain::publisher::Directory;
use crate::domain::retention::Retention;

/// Most topic files.
const MAX_TOPIC_FILES: usize = 1_000;

/// Most syntax errors shown of one file: one slip upsets much that follows it.
const MAX_TOML_ERRORS: usize = 5;

/// Reads the configuration whose main file is at `path` (or in the directory `path`), together
/// with its topic files, and checks all of it.
///
/// # Errors
/// Every problem found, in all files, each with its place.
pub fn load(path: &Path, env: &Environment) -> Result<Config, Problems> {
    load_with_rules(path, env).map(|(config, _)| config)
}

/// As [`load`], with the rules as they were written: what lints need to point at them.
///
/// # Errors
/// Every problem found, in all files, each with its place.
pub fn load_with_rules(path: &Path, env: &Environment) -> Result<(Config, RuleMap), Problems> {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let read = read(&path, env, &mut report);
    let read = read.map(|(config, files)| (config, RuleMap::new(files, &report)));
    report.finish(read)
}

/// As [`load`], with what it was read from: also where it came to nothing.
pub fn load_traced(path: &Path, env: &Environment) -> (Result<Config, Problems>, Footprint) {
    let path = environment::main_file(path);
    let mut report = Report::traced();
    let read = read(&path, env, &mut report);
    let footprint = report.footprint.take().unwrap_or_default();
    (report.finish(read.map(|(config, _)| config)), footprint)
}

/// Where the main file at `path` (or in the directory `path`) keeps its database, whatever else is
/// wrong with the configuration: what is stored can be read without it.
///
/// # Errors
/// The main file cannot be read, is not TOML, or names no directory.
pub fn state_dir(path: &Path, env: &Environment) -> Result<PathBuf, Problems> {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let state_dir = read_state_dir(&path, env, &mut report);
    report.finish(state_dir)
}

/// Where requests may go and how feeds are fetched, by the main file at `path` (or in the directory
/// `path`), whatever else is wrong with the configuration: a look at a page needs no more.
///
/// # Errors
/// The main file cannot be read, is not TOML, or what it says of these is wrong.
pub fn network(path: &Path, env: &Environment) -> Result<(EgressConfig, FetchConfig), Problems> {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let network = read_network(&path, env, &mut report);
    report.finish(network)
}

/// As [`load`], for a look at what there is: where something is wrong, also the problems, beside
/// what can be made out all the same, which is without what is at fault. It is not for running.
///
/// # Errors
/// The main file is not there or no TOML, or names no directory for the database: then nothing that
/// it says can be relied on.
pub fn load_in_part(
    path: &Path,
    env: &Environment,
) -> Result<(Config, Option<Problems>), Problems> {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let config = read(&path, env, &mut report).map(|(config, _)| config);
    if report.count() == 0 {
        return report.finish(config).map(|config| (config, None));
    }
    let config = config.filter(|_| state_dir(&path, env).is_ok());
    let Err(problems) = report.finish::<Infallible>(None);
    config.map(|config| (config, Some(problems.clone()))).ok_or(problems)
}

fn read_network(
    path: &Path,
    env: &Environment,
    report: &mut Report,
) -> Option<(EgressConfig, FetchConfig)> {
    let Some((file, text)) = read_file(path, report) else {
        explain_main_file(path, env, report);
        return None;
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if errors.is_empty() {
        return Some(settings::network_only(table.get_ref(), file, report));
    }
    note_syntax(file, &text, errors, report);
    None
}

/// As [`load`], with these texts in the place of what the files on disk say: what would be if they
/// were written. Only the main file and files of feeds can be drafts.
///
/// # Errors
/// Every problem found, in all files, each with its place.
pub fn load_drafts(
    path: &Path,
    env: &Environment,
    drafts: BTreeMap<PathBuf, Arc<str>>,
) -> Result<Config, Problems> {
    let path = environment::main_file(path);
    let mut report = Report::with_drafts(drafts);
    let read = read(&path, env, &mut report);
    report.finish(read.map(|(config, _)| config))
}

fn read_state_dir(path: &Path, env: &Environment, report: &mut Report) -> Option<PathBuf> {
    let Some((file, text)) = read_file(path, report) else {
        explain_main_file(path, env, report);
        return None;
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    if errors.is_empty() {
        return Some(settings::state_dir_only(table.get_ref(), file, path, env, report));
    }
    note_syntax(file, &text, errors, report);
    None
}

fn read(path: &Path, env: &Environment, report: &mut Report) -> Option<(Config, TopicFiles)> {
    let Some((file, text)) = read_file(path, report) else {
        explain_main_file(path, env, report);
        return None;
    };
    let mut files = vec![path.to_owned()];
    let (settings, whole) = main_file(&text, file, path, env, report);
    files.extend(settings.feed_paths.iter().cloned());
    files.extend(settings.channels.iter().filter_map(ChannelConfig::template).cloned());
    // What a broken main file says of channels is not to be trusted.
    let known = whole.then(|| Known::of(&settings, report.count() == 0));
    let topics = topic_files(path, &settings, known.as_ref(), &mut files, report);
    let topic_sources = topics.sources();
    let topic_files = topics.paths();
    let publishers = Directory::with(&settings.publishers, &settings.feeds);
    let (routing, route_lines) = routes::resolve(settings.routes, &topics, &publishers, report);
    // A topic that was left out for a mistake is not unknown.
    let ids = topics.ids();
    let ids = (report.count() == 0).then_some(ids.as_slice());
    let silences = silences::checked(settings.silences, ids, report);
    let set = match rules::compile(&topics, report) {
        Some(set) => set,
        None if report.count() == 0 => return None,
        // With what is noted, this is not handed out as a whole configuration.
        None => rules::compile_sound(&topics),
    };
    let set = set.with_publishers(publishers);
    let config = Config {
        file: path.to_owned(),
        files,
        auto_reload: settings.auto_reload,
        state_dir: settings.state_dir,
        feeds: settings.feeds,
        publishers: settings.publishers,
        topics: Arc::new(set),
        topic_sources,
        kept: BTreeMap::new(),
        topic_files,
        channels: settings.channels,
        routing: Arc::new(routing),
        route_lines,
        egress: settings.egress,
        fetch: settings.fetch,
        http: settings.http,
        feeds_out: settings.feeds_out,
        retention: Retention { topics: topics.keep_alerts(), ..settings.retention },
        storage: settings.storage,
        backup: settings.backup,
        operations: settings.operations,
        silences,
    };
    Some((config, topics))
}

/// The settings, and whether the file could be read as a whole. Of a file with syntax errors only
/// these are reported, and the settings serve only to find the topic files.
fn main_file(
    text: &str,
    file: FileId,
    path: &Path,
    env: &Environment,
    report: &mut Report,
) -> (Settings, bool) {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return (settings::read(table.get_ref(), file, path, env, report), true);
    }
    note_syntax(file, text, errors, report);
    let mut ignored = report.aside();
    let settings = settings::read(table.get_ref(), file, path, env, &mut ignored);
    report.join(ignored);
    (settings, false)
}

fn topic_files(
    main: &Path,
    settings: &Settings,
    known: Option<&Known>,
    files: &mut Vec<PathBuf>,
    report: &mut Report,
) -> TopicFiles {
    let mut topics = TopicFiles::default();
    let Some(mut paths) = topic_paths(settings, report) else {
        return topics;
    };
    paths.extend(packs::paths(settings, report));
    let before = report.count();
    let home = main.parent();
    for path in &paths {
        let Some((file, text)) = read_file(path, report) else {
            continue;
        };
        let (table, errors) = DeTable::parse_recoverable(&text);
        if errors.is_empty() {
            let table = table.get_ref();
            let file = TopicFile { table, file, text: &text, path: Some(path), home };
            topics.read(&file, known, report);
        } else {
            topics.note_broken_file();
            note_syntax(file, &text, errors, report);
        }
    }
    if topics.is_empty() && report.count() == before {
        let dir = settings.topics_dir.display();
        let message = format!("no topic is configured: the files of {dir} name none");
        report
            .add(settings.topics_place.clone(), "no_topics", message)
            .hint("add one: `[[topic]]`, `id = \"nato\"`, `match = 'NATO'`");
    }
    files.extend(paths);
    files.append(&mut topics.list_files);
    topics
}

/// The files of the topics directory.
fn topic_paths(settings: &Settings, report: &mut Report) -> Option<Vec<PathBuf>> {
    let dir = &settings.topics_dir;
    report.look_in(dir, "*.toml");
    let mut paths = match toml_files(dir) {
        Ok(paths) => paths,
        // Whoever watches by packs alone need not have a directory of topics.
        Err(_) if settings.topics_place.span.is_none() && !settings.packs.is_empty() => {
            return Some(Vec::new());
        }
        Err(error) => {
            let message = format!("the topics directory {} cannot be read: {error}", dir.display());
            report
                .add(settings.topics_place.clone(), "no_topics_dir", message)
                .hint("make it and put a topic file in it, or name another: `topics = \"…\"`");
            return None;
        }
    };
    if paths.len() > MAX_TOPIC_FILES {
        let message =
            format!("there are {} topic files; {MAX_TOPIC_FILES} are the most", paths.len());
        report.add(settings.topics_place.clone(), "too_many", message);
        paths.truncate(MAX_TOPIC_FILES);
    }
    Some(paths)
}

/// The `*.toml` files of a directory, by name; hidden ones are left out.
pub(super) fn toml_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let visible = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".toml") && !name.starts_with('.') && !path.is_dir()
    };
    let paths = fs::read_dir(dir)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths.filter(visible).collect();
    paths.sort();
    Ok(paths)
}

/// Says where else a main file would have been found.
pub(super) fn explain_main_file(path: &Path, env: &Environment, report: &mut Report) {
    let places = environment::lookup_places(env);
    let places: Vec<_> = places.iter().filter(|place| *place != path).collect();
    let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
    let hint = format!(
        "`wirewatch init` writes an annotated one; `-c` names another; also looked for: {}",
        places.join(", ")
    );
    report.hint_last("not_found", hint);
}

pub(super) fn note_syntax(file: FileId, text: &str, errors: Vec<Error>, report: &mut Report) {
    for error in errors.iter().take(MAX_TOML_ERRORS) {
        let span = error.span().unwrap_or(text.len()..text.len());
        let duplicate = error.message().starts_with("duplicate key");
        let code = if duplicate { "duplicate_key" } else { "toml_syntax" };
        let problem = report.add(Place::at(file, span), code, error.message());
        if duplicate {
            problem.hint(
                "a key stands once in its table; further tables of a kind begin with `[[…]]`",
            );
        }
    }
}
