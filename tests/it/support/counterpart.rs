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

/// A Python that can import `module`: the one that the variable `COUNTERPART_PYTHON` names, or any on
/// the path; `None` after saying that the test is skipped.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let named = std::env::var_os("COUNTERPART_PYTHON").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join("python3"));
    let can_import = |python: &PathBuf| {
        is_there(python) && succeeds(Command::new(python).args(["-c", &format!("import {module}")]))
    };
    let found = named.into_iter().chain(on_path).find(can_import);
    if found.is_none() {
        skipped(&format!("no python3 on the path has the module {module}"));
    }
    found
}

/// A Node that can require `package`, found by its own rules and `NODE_PATH`; `None` after saying that
/// the test is skipped.
pub fn node_with(package: &str) -> Option<PathBuf> {
    let node = find("node", "COUNTERPART_NODE")?;
    if succeeds(Command::new(&node).args(["-e", &format!("require({package:?})")])) {
        return Some(node);
    }
    skipped(&format!("node finds no package {package}"));
    None
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
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
