//! Where each value of a configuration was set: the file and line of its key, or nowhere. It goes by
//! the names that [`super::outline`] gives to values, and reads the files once more.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::outline::Kind;
use super::source::SourceFile;
use super::{Config, reading};

/// Largest file that is read again, in bytes: those of feeds may be large.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The key that set it, with its 1-based line.
    File { file: String, line: u32 },
    /// A variable of the machine, or what holds without one.
    Environment,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line } => write!(f, "{file}:{line}"),
            Origin::Environment => f.write_str("environment"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// Stands for all fields of a part that its file sets as one.
const ANY: &str = "*";

/// Keys with dots between tables, and where each was set.
type Keys = BTreeMap<String, Origin>;

/// The keys of all files.
#[derive(Debug, Default)]
pub struct Origins {
    parts: BTreeMap<(Kind, String), Keys>,
    /// `[defaults]` of the main file.
    defaults: Keys,
}

impl Origins {
    /// Reads the files of a configuration again. What changed since is shown as it is now.
    pub fn of(config: &Config) -> Self {
        let mut origins = Self::default();
        for path in &config.files {
            origins.read(path, *path == config.file);
        }
        origins
    }

    /// Where a value was set.
    pub fn find(&self, kind: Kind, id: &str, field: &str) -> Origin {
        let keys = self.parts.get(&(kind, id.to_owned()));
        let names = written(kind, field);
        let own = names.iter().find_map(|name| keys?.get(*name));
        let own = own.or_else(|| keys?.get(ANY));
        let shared = || names.iter().find_map(|name| self.defaults.get(*name));
        match own.or_else(|| shared().filter(|_| kind == Kind::Feed)) {
            Some(origin) => origin.clone(),
            None if (kind, id) == (Kind::Settings, "state_dir") => Origin::Environment,
            None => Origin::Default,
        }
    }

    fn read(&mut self, path: &Path, is_main: bool) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            return;
        }
        let Ok(bytes) = reading::bytes(path, MAX_FILE_BYTES) else {
            return;
        };
        let text = String::from_utf8_lossy(&bytes);
        let (table, _errors) = DeTable::parse_recoverable(&text);
        let file = File(SourceFile::new(path.display().to_string(), text.as_ref().into()));
        let table = table.get_ref();
        let mut defaults = Keys::new();
        if let Some(DeValue::Table(own)) = table.get("defaults").map(|value| value.get_ref()) {
            file.add(own, "", &mut defaults);
        }
        for (name, kind) in
            [("feed", Kind::Feed), ("channel", Kind::Channel), ("topic", Kind::Topic)]
        {
            for item in tables(table, name) {
                // What the file says for all its feeds comes before what the main file says.
                let mut keys = if kind == Kind::Feed { defaults.clone() } else { Keys::new() };
                file.add(item, "", &mut keys);
                let id = item.get("id").and_then(|id| id.get_ref().as_str());
                self.parts.insert((kind, id.unwrap_or_default().to_owned()), keys);
            }
        }
        if is_main {
            self.defaults = defaults;
            self.settings(table, &file);
        }
    }

    /// The sections of the main file, each a part of its own.
    fn settings(&mut self, table: &DeTable<'_>, file: &File) {
        for name in
            ["egress", "fetch", "operations", "http", "feeds_out", "retention", "storage", "backup"]
        {
            if let Some(DeValue::Table(own)) = table.get(name).map(|value| value.get_ref()) {
                let mut keys = Keys::new();
                file.add(own, "", &mut keys);
                self.parts.insert((Kind::Settings, name.to_owned()), keys);
            }
        }
        let mut all = Keys::new();
        file.add(table, "", &mut all);
        for (name, field) in [("state_dir", "path"), ("auto_reload", "on")] {
            if let Some(at) = all.remove(name) {
                let keys = Keys::from([(field.to_owned(), at)]);
                self.parts.insert((Kind::Settings, name.to_owned()), keys);
            }
        }
        for (name, part) in [("silence", "silences"), ("route", "routes")] {
            if let Some(at) = all.remove(name) {
                let keys = Keys::from([(ANY.to_owned(), at)]);
                self.parts.insert((Kind::Settings, part.to_owned()), keys);
            }
        }
        let named = tables(table, "publishers").filter_map(|own| {
            let name = own.get("name")?;
            Some((name.get_ref().as_str()?.to_owned(), file.at(name.span().start)))
        });
        self.parts.insert((Kind::Settings, "publishers".to_owned()), named.collect());
    }
}

/// The keys that set a value, the nearest first.
fn written(kind: Kind, field: &str) -> Vec<&str> {
    match (kind, field) {
        (Kind::Feed, "interval.floor") => vec!["floor", "interval"],
        (Kind::Feed, "interval.ceiling") => vec!["ceiling", "interval"],
        (Kind::Topic, "rule") => vec!["match", "threshold", "exclude"],
        (Kind::Topic, "tests" | "tests.text") => vec!["test"],
        (Kind::Topic, "filter.feeds") => vec!["filter.feeds", "filter.not_feeds"],
        (Kind::Topic, "filter.tags") => vec!["filter.tags", "filter.not_tags"],
        (Kind::Topic, "filter.publishers") => vec!["filter.publishers", "filter.not_publishers"],
        (Kind::Topic, "filter.languages") => vec!["filter.languages", "filter.not_languages"],
        (Kind::Channel, "login") => vec!["username"],
        (Kind::Channel, "server") => vec!["server", "url", "url_file", "url_env", "api"],
        (Kind::Channel, "place") => vec!["topic", "channel", "chat", "room"],
        (Kind::Channel, "secret") => {
            vec!["token_file", "token_env", "url_file", "url_env", "password_file", "password_env"]
        }
        (Kind::Settings, "tokens") => vec!["token"],
        (Kind::Channel, "signed") => vec!["secret_file", "secret_env"],
        _ => vec![field],
    }
}

/// The tables of an array of them.
fn tables<'t>(
    table: &'t DeTable<'t>,
    name: &str,
) -> impl Iterator<Item = &'t DeTable<'t>> + use<'t> {
    let items = match table.get(name).map(|value| value.get_ref()) {
        Some(DeValue::Array(items)) => items.iter().collect(),
        _ => Vec::new(),
    };
    items.into_iter().filter_map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}

/// A file, to tell lines by.
struct File(SourceFile);

impl File {
    fn at(&self, offset: usize) -> Origin {
        Origin::File { file: self.0.name.clone(), line: self.0.position(offset).0 }
    }

    /// Adds the keys of a table and of the tables in it.
    fn add(&self, table: &DeTable<'_>, before: &str, keys: &mut Keys) {
        for (key, value) in table.iter() {
            let name = format!("{before}{}", key.get_ref());
            if let DeValue::Table(inner) = value.get_ref() {
                self.add(inner, &format!("{name}."), keys);
            }
            keys.insert(name, self.at(key.span().start));
        }
    }
}
