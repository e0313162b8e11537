//! Programs and libraries of others that tests speak to. They are looked for on the `PATH`, where
//! `.ci/run` puts them; a test whose counterpart is missing says so loudly and does nothing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program by its name; `None`, with a word about it: it is not installed.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|place| place.join(name)).find(|p| p.is_file());
    if found.is_none() {
        skipped(name);
    }
    found
}

/// A Python that has this module.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let pythons = std::env::split_paths(&path).map(|place| place.join("python3"));
    let found = pythons.filter(|p| p.is_file()).find(|python| has_module(python, module));
    if found.is_none() {
        skipped(&format!("Python's {module}"));
    }
    found
}

fn has_module(python: &Path, module: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", &format!("import {module}")]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Says that a test did not happen. Not through `eprintln!`, which the harness keeps to itself.
pub fn skipped(what: &str) {
    let line = format!("SKIPPED: {what} is not installed\n");
    let _told = std::io::stderr().write_all(line.as_bytes());
}
