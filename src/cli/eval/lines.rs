//! Labelled entries as JSON lines: one object per line, read within limits. A line that cannot be
//! used is left out and told with its number; the others count.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cli::exit::{Exit, Failure};

/// Longest line, in bytes: a whole article with its markup is far below.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Most lines of all files, and most bytes: what is read is held in memory.
const MAX_LINES: usize = 1_000_000;
const MAX_BYTES: usize = 2 * 1024 * 1024 * 1024;

/// Most problems that are kept; the rest is counted.
const MAX_PROBLEMS: usize = 100;

/// Where a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Position of the file among those that were named.
    pub file: usize,
    /// Counted from 1.
    pub line: usize,
}

/// What is wrong with lines.
#[derive(Debug, Default)]
pub struct Problems {
    files: Vec<PathBuf>,
    kept: Vec<(Place, String)>,
    count: usize,
}

impl Problems {
    pub fn add(&mut self, place: &Place, what: impl Into<String>) {
        self.count += 1;
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push((place.clone(), what.into()));
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// `FILE:LINE: what is wrong`, in the order of the lines.
    pub fn first(&self, max: usize) -> impl Iterator<Item = String> + '_ {
        let mut kept: Vec<_> = self.kept.iter().collect();
        kept.sort_by_key(|(place, _)| (place.file, place.line));
        kept.into_iter().take(max).map(|(place, what)| format!("{}: {what}", self.name(place)))
    }

    /// `FILE:LINE`.
    pub fn name(&self, place: &Place) -> String {
        let file = self.files.get(place.file).map(|file| shown(file)).unwrap_or_default();
        format!("{file}:{}", place.line)
    }
}

/// A name or number, which files write either way.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Name {
    Text(String),
    Number(serde_json::Number),
}

impl Name {
    /// As a text; `None` where it is empty.
    pub fn text(self) -> Option<String> {
        let text = match self {
            Name::Text(text) => text.trim().to_owned(),
            Name::Number(number) => number.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }
}

/// Reads the lines of all files.
pub fn read<T: DeserializeOwned>(
    files: &[PathBuf],
) -> Result<(Vec<(Place, T)>, Problems), Failure> {
    let mut reading =
        Reading { lines: Vec::new(), bytes: 0, seen: 0, problems: Problems::default() };
    reading.problems.files = files.to_vec();
    for (file, path) in files.iter().enumerate() {
        let cannot = |error: io::Error| {
            let sentence = format!("cannot read {}", shown(path));
            Failure::new(Exit::Failed, anyhow::Error::new(error).context(sentence))
        };
        match path.as_os_str() == "-" {
            true => reading.file(file, io::stdin().lock(), cannot)?,
            false => {
                let open = File::open(path).map_err(cannot)?;
                reading.file(file, BufReader::new(open), cannot)?;
            }
        }
    }
    Ok((reading.lines, reading.problems))
}

struct Reading<T> {
    lines: Vec<(Place, T)>,
    bytes: usize,
    seen: usize,
    problems: Problems,
}

impl<T: DeserializeOwned> Reading<T> {
    fn file(
        &mut self,
        file: usize,
        mut from: impl BufRead,
        cannot: impl Fn(io::Error) -> Failure,
    ) -> Result<(), Failure> {
        let mut buffer = Vec::new();
        for line in 1.. {
            buffer.clear();
            let limit = MAX_LINE_BYTES as u64 + 1;
            let read = from.by_ref().take(limit).read_until(b'\n', &mut buffer).map_err(&cannot)?;
            if read == 0 {
                break;
            }
            let place = Place { file, line };
            if buffer.len() > MAX_LINE_BYTES {
                self.problems.add(&place, "longer than 1 MiB");
                from.skip_until(b'\n').map_err(&cannot)?;
                continue;
            }
            self.line(place, &buffer)?;
        }
        Ok(())
    }

    fn line(&mut self, place: Place, line: &[u8]) -> Result<(), Failure> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        self.seen += 1;
        self.bytes = self.bytes.saturating_add(line.len());
        if self.seen > MAX_LINES || self.bytes > MAX_BYTES {
            let sentence = "more than 1,000,000 lines or 2 GiB: too much to be measured at once";
            return Err(Failure::said(Exit::Failed, sentence).hint("measure the files one by one"));
        }
        match serde_json::from_slice(line) {
            Ok(read) => self.lines.push((place, read)),
            Err(error) => self.problems.add(&place, error.to_string()),
        }
        Ok(())
    }
}

/// The ids of lines, each of which stands for one.
#[derive(Debug, Default)]
pub struct Ids(HashMap<String, Place>);

impl Ids {
    /// Where the id stands already, if it does; else it is taken.
    pub fn take(&mut self, id: &str, place: &Place) -> Option<&Place> {
        if !self.0.contains_key(id) {
            self.0.insert(id.to_owned(), place.clone());
            return None;
        }
        self.0.get(id)
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }
}

fn shown(path: &Path) -> String {
    match path.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}
