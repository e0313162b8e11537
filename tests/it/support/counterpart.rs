//! Programs of others that tests speak to: looked up by an environment variable or on the path. Where
//! one is not there its test says so, loudly, and ends. `.ci/run` installs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program `name`, or what the variable says in its place; `None` after saying that the test is
/// skipped.
pub fn find(name: &str, variable: &str) -> Option<PathBuf> {
    if let Some(set) = std::env::var_os(variable).filter(|set| !set.is_empty()) {
        return Some(PathBuf::from(set));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| is_there(file));
    if found.is_none() {
        skipped(&format!("{name} is not installed (or named by {variable})"));
    }
    found
}

/// A Python on the path that has this module; `None` after saying that the test is skipped.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let pythons = std::env::split_paths(&path).map(|dir| dir.join("python3"));
    let has_module = |python: &PathBuf| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {module}")]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = pythons.filter(|python| is_there(python)).find(has_module);
    if found.is_none() {
        skipped(&format!("no python3 on the path has {module}"));
    }
    found
}

/// Says that a test did not run, past the harness, which keeps the output of tests that pass.
pub fn skipped(why: &str) {
    use std::io::Write as _;
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {why}");
}

fn is_there(file: &Path) -> bool {
    file.is_file()
}
