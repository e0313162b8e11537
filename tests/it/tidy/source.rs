//! Reads source files for [`super`]: their code without comments, strings and character
//! literals, and the paths that code names.

use std::path::{Path, PathBuf};

/// A Rust file.
pub struct Source {
    /// From the root of the checkout, with `/` between folders.
    pub path: String,
    pub text: String,
    /// `text` with comments and literals blanked; same lines.
    code: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder, in order of their paths.
pub fn all_sources(folder: &str) -> impl Iterator<Item = Source> {
    files(folder, "rs").into_iter().map(|path| {
        let text = std::fs::read_to_string(root().join(&path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let code = code_of(&text);
        Source { path, text, code }
    })
}

/// All folders below one, which is itself left out.
pub fn folders(folder: &str) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut |path| {
        if path.is_dir() {
            found.push(relative(path));
        }
    });
    found.sort();
    found.into_iter()
}

/// All files with this extension that belong to the project.
pub fn text_files(extension: &str) -> Vec<String> {
    files("", extension)
}

fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut |path| {
        if path.is_file() && path.extension().is_some_and(|ext| ext == extension) {
            found.push(relative(path));
        }
    });
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).unwrap_or(path).to_owned();
    path.to_string_lossy().replace('\\', "/")
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let Ok(children) = std::fs::read_dir(folder) else {
        return;
    };
    for child in children.flatten().map(|child| child.path()) {
        let name = child.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if matches!(name.as_str(), "target" | ".git") {
            continue;
        }
        visit(&child);
        if child.is_dir() {
            walk(&child, visit);
        }
    }
}

impl Source {
    /// The first part of the path below `src/`: `fetch` for `src/fetch/body.rs`.
    pub fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// Whether the whole file is a test.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
            || self.path.contains("/tests/")
    }

    /// Whether a line stands in a `#[cfg(test)]` module at the end of the file.
    pub fn is_in_test_module(&self, line: usize) -> bool {
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        let starts =
            lines.windows(2).position(|two| two[0] == "#[cfg(test)]" && two[1].starts_with("mod "));
        starts.is_some_and(|start| line > start)
    }

    /// Lines of code, counted from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Every identifier with its line.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code_lines().flat_map(|(number, line)| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|word| !word.is_empty())
                .map(move |word| (number, word))
        })
    }

    /// The first segments of all paths that begin with `crate::`, and of those that climb to the
    /// crate's root by `super::`.
    pub fn crate_paths(&self) -> Vec<(usize, String)> {
        let mut found = self.paths_below("crate");
        let climb = vec!["super"; self.depth()].join("::");
        if self.depth() > 0 {
            found.extend(self.paths_below(&climb));
        }
        found
    }

    /// How many `super::` lead from this file's module to the crate's root.
    fn depth(&self) -> usize {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        below.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).count()
    }

    /// The segments that follow `head::`, in a group as well.
    pub fn paths_below(&self, head: &str) -> Vec<(usize, String)> {
        let needle = format!("{head}::");
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices(&needle) {
            let before = self.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            let line = self.code[..at].matches('\n').count() + 1;
            found.extend(
                first_segments(&self.code[at + needle.len()..])
                    .into_iter()
                    .map(|name| (line, name)),
            );
        }
        found
    }
}

/// `a::b` gives `a`; `{a, b::{c, d}}` gives `a` and `b`.
fn first_segments(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut depth = 0;
    let mut names = vec![word(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Source text with comments, strings and character literals blanked; lines stay where they are.
fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            code.push(chars[at]);
            at += 1;
        }
    }
    code
}

/// Where the comment or literal that begins at `at` ends; `at` itself if none begins there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match (chars[at], next(1)) {
        ('/', '/') => {
            chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
        }
        ('/', '*') => block_end(chars, at),
        ('"', _) => string_end(chars, at + 1),
        ('r', '"' | '#') if !in_word => raw_end(chars, at, at + 1),
        ('b', 'r') if !in_word && matches!(next(2), '"' | '#') => raw_end(chars, at, at + 2),
        ('\'', '\\') => chars[at + 3..]
            .iter()
            .position(|c| *c == '\'')
            .map_or(chars.len(), |length| at + length + 4),
        ('\'', _) if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn block_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// End of a raw string whose hashes begin at `hashes`; `start` if it is a raw identifier.
fn raw_end(chars: &[char], start: usize, hashes: usize) -> usize {
    let count = chars[hashes..].iter().take_while(|c| **c == '#').count();
    if chars.get(hashes + count) != Some(&'"') {
        return start;
    }
    let mut at = hashes + count + 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= count {
            return at + 1 + count;
        }
        at += 1;
    }
    chars.len()
}

#[test]
fn comments_and_literals_are_not_code() {
    let code = code_of(
        "use crate::a; // crate::b\n/* /* crate::c */ */ let s = \"crate::d\"; let c = '\"'; r#\"crate::e\"# 'x",
    );
    assert_eq!(code.matches("crate::").count(), 1, "{code}");
    assert!(code.ends_with("'x"), "a lifetime is code: {code}");
    assert_eq!(first_segments("{a, b::{c, d}, e}::x"), ["a", "b", "e"]);
    assert_eq!(first_segments("store::Store;"), ["store"]);
}
