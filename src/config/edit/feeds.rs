//! Adds, removes, pauses and resumes feeds in the files of a configuration. Nothing of a file
//! changes but for the lines in question; comments and layout stay as they are. What would come out
//! is read and checked as a whole before a byte is written.
//!
//! [`draft`] writes a feed as a table, [`blocks`] finds the lines of each feed, [`name`] makes ids
//! from titles, `write` puts new texts in the place of files.

mod blocks;
mod draft;
mod error;
mod name;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::super::environment::{self, Environment};
use super::super::problem::Report;
use super::super::{Config, feed_files, load, settings};
use super::{EditError, quoted};
use crate::domain::feed_address;
use crate::domain::ids::FeedKey;

use blocks::Block;
use draft::tables;

pub use draft::FeedDraft;
pub use error::FeedEditError;
pub use name::Names;

/// The files of a configuration that hold feeds, as they are now.
pub struct Layout {
    /// The main file first.
    files: Vec<FeedFile>,
    /// What `feed_files` says.
    patterns: Vec<String>,
}

#[derive(Clone)]
struct FeedFile {
    path: PathBuf,
    text: String,
    blocks: Vec<Block>,
}

/// A feed as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    pub url: String,
    pub file: PathBuf,
}

impl Layout {
    /// Reads where the feeds of the configuration at `path` stand, whatever else is wrong with it.
    ///
    /// # Errors
    /// A file cannot be read, or is not TOML.
    pub fn read(path: &Path) -> Result<Self, FeedEditError> {
        let main = environment::main_file(path);
        let main = FeedFile::read(main)?;
        let beside = main.path.parent().unwrap_or(Path::new("")).to_owned();
        let (table, _errors) = DeTable::parse_recoverable(&main.text);
        let patterns = settings::feed_files_only(table.get_ref(), 0);
        let paths = feed_files::paths(&patterns, &beside, &mut Report::default());
        drop(table);
        let mut files = vec![main];
        for path in paths {
            files.push(FeedFile::read(path)?);
        }
        Ok(Self { files, patterns: patterns.into_iter().map(|text| text.value).collect() })
    }

    /// All feeds, in the order of the files.
    pub fn feeds(&self) -> impl Iterator<Item = Listed> + '_ {
        self.files.iter().flat_map(|file| {
            let listed = |block: &Block| Listed {
                key: block.key.clone(),
                url: block.url.clone(),
                file: file.path.clone(),
            };
            file.blocks.iter().map(listed)
        })
    }

    /// The feeds by their [`feed_address::comparable`] URLs.
    pub fn by_address(&self) -> BTreeMap<String, Listed> {
        let keyed = |feed: Listed| Some((feed_address::comparable(&feed.url)?, feed));
        self.feeds().filter_map(keyed).collect()
    }

    /// Makes ids that none of the feeds has.
    pub fn names(&self) -> Names {
        Names::beside(self.feeds().map(|feed| feed.key))
    }

    /// The directory of the main file.
    pub fn home(&self) -> PathBuf {
        self.files[0].path.parent().unwrap_or(Path::new("")).to_owned()
    }

    /// Where a single feed goes: into the main file if that holds feeds, else behind the last one.
    pub fn usual_file(&self) -> PathBuf {
        let filled = |file: &&FeedFile| !file.blocks.is_empty();
        let main = &self.files[0];
        let found = self.files.iter().rev().find(filled).filter(|_| main.blocks.is_empty());
        found.unwrap_or(main).path.clone()
    }

    /// A file that is not there yet for many feeds: `feeds/STEM.toml`, or a number behind it.
    pub fn fresh_file(&self, stem: &str) -> PathBuf {
        let dir = self.home().join("feeds");
        let stem = name::slug(stem).unwrap_or_else(|| "imported".to_owned());
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let names = std::iter::once(stem.clone()).chain(numbered);
        let mut paths = names.map(|name| dir.join(name + ".toml"));
        paths.find(|path| !path.exists()).unwrap_or(dir)
    }

    /// Adds feeds to a file, which is made where it is not there; and names that file in the main
    /// file if no `feed_files` does.
    ///
    /// # Errors
    /// The file cannot take them.
    pub fn add(&self, feeds: &[FeedDraft], into: &Path) -> Result<Edit, FeedEditError> {
        let mut edit = Edit::of(self);
        edit.wanted
            .extend(feeds.iter().map(|feed| (feed.key.clone(), Wanted::Url(feed.url.clone()))));
        let known = self.files.iter().find(|file| file.path == into);
        if let Some(file) = known {
            let (text, line) = blocks::added(&file.text, &file.blocks, &tables(feeds))
                .ok_or_else(|| FeedEditError::InlineFile { path: file.path.clone() })?;
            edit.change(file, text, line);
            return Ok(edit);
        }
        if into.exists() {
            return Err(FeedEditError::Exists { path: into.to_owned() });
        }
        let home = self.home();
        if !self.patterns.iter().any(|pattern| feed_files::covers(pattern, &home, into)) {
            let main = &self.files[0];
            let (text, line) = if self.patterns.is_empty() && !blocks::has_files(&main.text) {
                let key = format!("feed_files = [{}]", quoted(&pattern_for(&home, into)));
                blocks::with_key(&main.text, &key)
            } else {
                // No other file of its directory is meant.
                let seen = into.strip_prefix(&home).unwrap_or(into);
                blocks::with_file(&main.text, &quoted(&seen.display().to_string()))
                    .ok_or(FeedEditError::NoList)?
            };
            edit.change(main, text, line);
        }
        edit.make(into, tables(feeds));
        Ok(edit)
    }

    /// Takes feeds out, each with the comment that stands right above it.
    ///
    /// # Errors
    /// There is no such feed, or one is not written as a table of its own.
    pub fn remove(&self, keys: &[String]) -> Result<(Edit, Vec<Done>), FeedEditError> {
        let (mut edit, done) = self.each(keys, |text, block| Some(blocks::removed(text, block)))?;
        edit.gone.extend(keys.iter().cloned());
        Ok((edit, done))
    }

    /// Writes `paused = true` into feeds, or takes it out.
    ///
    /// # Errors
    /// There is no such feed, or one is not written as a table of its own.
    pub fn pause(&self, keys: &[String], pause: bool) -> Result<(Edit, Vec<Done>), FeedEditError> {
        let (mut edit, done) = self.each(keys, |text, block| blocks::paused(text, block, pause))?;
        let keys = keys.iter().filter_map(|key| key.parse().ok());
        edit.wanted.extend(keys.map(|key| (key, Wanted::Paused(pause))));
        Ok((edit, done))
    }

    /// Changes feeds one after the other, each in what the one before has left of its file.
    fn each(
        &self,
        keys: &[String],
        change: impl Fn(&str, &Block) -> Option<(String, usize)>,
    ) -> Result<(Edit, Vec<Done>), FeedEditError> {
        let mut files = self.files.clone();
        let mut done = Vec::with_capacity(keys.len());
        for key in keys {
            let (at, block) = find(&files, key)?;
            // Whoever looks has the file as it was: the feeds before this one still stand in it.
            let (was, was_block) = find(&self.files, key)?;
            let line = change(&self.files[was].text, &was_block).map(|(_, line)| line);
            let file = &mut files[at];
            if let Some((text, _)) = change(&file.text, &block) {
                file.set(text)?;
            }
            done.push(Done { key: key.clone(), file: file.path.clone(), line });
        }
        let mut edit = Edit::of(self);
        for (old, new) in self.files.iter().zip(files).filter(|(old, new)| old.text != new.text) {
            let first = done.iter().find(|done| done.file == old.path && done.line.is_some());
            edit.change(old, new.text, first.and_then(|done| done.line).unwrap_or(1));
        }
        Ok((edit, done))
    }
}

/// What becomes of one feed in an [`Edit`] of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub key: String,
    pub file: PathBuf,
    /// The line that changes, counted from 1; `None`: it is so already.
    pub line: Option<usize>,
}

/// The feed of this key, and which of the files it stands in.
fn find(files: &[FeedFile], key: &str) -> Result<(usize, Block), FeedEditError> {
    let mut all = files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| file.blocks.iter().map(move |block| (at, block)));
    let Some((at, block)) = all.find(|(_, block)| block.key == key) else {
        let known = files.iter().flat_map(|file| &file.blocks).map(|block| block.key.clone());
        return Err(FeedEditError::NoFeed { key: key.to_owned(), known: known.collect() });
    };
    if block.inline {
        let (path, key) = (files[at].path.clone(), key.to_owned());
        return Err(FeedEditError::Inline { path, key });
    }
    Ok((at, block.clone()))
}

impl FeedFile {
    fn read(path: PathBuf) -> Result<Self, FeedEditError> {
        let bytes = super::super::reading::bytes(&path, write::MAX_FILE_BYTES).map_err(
            |(code, message)| EditError::Unreadable { path: path.clone(), code, message },
        )?;
        let text = String::from_utf8(bytes).map_err(|_| EditError::Unreadable {
            path: path.clone(),
            code: "not_utf8",
            message: "it is not UTF-8 text".to_owned(),
        })?;
        let mut file = Self { path, text: String::new(), blocks: Vec::new() };
        file.set(text)?;
        Ok(file)
    }

    fn set(&mut self, text: String) -> Result<(), FeedEditError> {
        self.blocks = blocks::read(&text)
            .map_err(|message| EditError::NotToml { path: self.path.clone(), message })?;
        self.text = text;
        Ok(())
    }
}

/// What `feed_files` has to say to name a file.
fn pattern_for(home: &Path, file: &Path) -> String {
    let seen = file.strip_prefix(home).unwrap_or(file);
    let all_of_dir = seen.parent().filter(|dir| !dir.as_os_str().is_empty() && seen != file);
    let toml = seen.extension().is_some_and(|end| end == "toml");
    match all_of_dir.filter(|_| toml) {
        Some(dir) => dir.join("*.toml").display().to_string(),
        None => seen.display().to_string(),
    }
}

/// What a feed must be once a change is read back.
enum Wanted {
    Url(String),
    Paused(bool),
}

/// A change of files that is not made yet.
pub struct Edit {
    main: PathBuf,
    changes: Vec<Change>,
    wanted: Vec<(FeedKey, Wanted)>,
    gone: Vec<String>,
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: PathBuf,
    /// `None`: the file is made.
    before: Option<String>,
    after: String,
    /// The line where the change begins, counted from 1.
    pub line: usize,
}

impl Change {
    /// Whether the file is not there yet.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }
}

impl Edit {
    fn of(layout: &Layout) -> Self {
        let main = layout.files[0].path.clone();
        Self { main, changes: Vec::new(), wanted: Vec::new(), gone: Vec::new() }
    }

    fn change(&mut self, file: &FeedFile, after: String, line: usize) {
        let (path, before) = (file.path.clone(), Some(file.text.clone()));
        self.changes.push(Change { path, before, after, line });
    }

    fn make(&mut self, path: &Path, after: String) {
        // Made before the main file names it: at no time is one named that is not there.
        self.changes.insert(0, Change { path: path.to_owned(), before: None, after, line: 1 });
    }

    /// The files that change.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The configuration as it would be.
    ///
    /// # Errors
    /// It would not be right, or not say what was asked for.
    pub fn check(&self, env: &Environment) -> Result<Config, FeedEditError> {
        let draft = |change: &Change| (change.path.clone(), Arc::from(change.after.as_str()));
        let drafts: BTreeMap<PathBuf, Arc<str>> = self.changes.iter().map(draft).collect();
        let config = load::load_drafts(&self.main, env, drafts)
            .map_err(|problems| FeedEditError::Config(Box::new(problems)))?;
        let find = |key: &str| config.feeds.iter().find(|feed| feed.key.as_str() == key);
        let said = self.wanted.iter().all(|(key, wanted)| match (find(key.as_str()), wanted) {
            (Some(feed), Wanted::Url(url)) => feed.url == *url,
            (Some(feed), Wanted::Paused(paused)) => feed.paused == *paused,
            (None, _) => false,
        });
        let gone = self.gone.iter().all(|key| find(key).is_none());
        if said && gone { Ok(config) } else { Err(FeedEditError::NotReadBack) }
    }

    /// Checks, and writes.
    ///
    /// # Errors
    /// As [`Edit::check`], or a file cannot be written or was changed meanwhile.
    pub fn apply(&self, env: &Environment) -> Result<Config, FeedEditError> {
        let config = self.check(env)?;
        write::all(&self.changes, &self.main)?;
        Ok(config)
    }
}
