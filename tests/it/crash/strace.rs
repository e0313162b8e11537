//! Kills a process at its n-th call of a kind, by strace: before each write, sync, rename or removal
//! that it makes, the same way each time. Where strace is not there or may not trace, tests are
//! skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::counterpart;

/// Longest wait for the tracer.
const LIMIT: Duration = Duration::from_secs(120);

/// Calls that change what a disk holds, or make it last.
const CALLS: [&str; 10] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
];

/// A moment of a process: before its n-th call of a kind, of those to one file or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    call: String,
    path: Option<PathBuf>,
    n: usize,
}

impl Point {
    /// Whether it is a renaming, of whatever file.
    pub fn renames(&self) -> bool {
        self.call.starts_with("rename")
    }

    /// Whether it is of a file whose name begins so.
    pub fn is_of(&self, start: &str) -> bool {
        let name = self.path.as_ref().and_then(|path| path.file_name()?.to_str());
        name.is_some_and(|name| name.starts_with(start))
    }
}

/// The tracer.
pub struct Strace(PathBuf);

impl Strace {
    /// `None`, after saying that the test is skipped, where it is not there or may not trace.
    pub fn find() -> Option<Self> {
        let strace = Self(counterpart::find("strace", "COUNTERPART_STRACE")?);
        let mut probe = Command::new(&strace.0);
        probe.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "inject=write:signal=KILL:when=1"]);
        probe.args(["sh", "-c", "echo"]).stdout(Stdio::null()).stderr(Stdio::null());
        // Killed, or else it does not do what is asked of it.
        let status = probe.status().ok()?;
        if status.code().is_some() {
            counterpart::skipped(&format!("strace may not trace here: {status}"));
            return None;
        }
        Some(strace)
    }

    /// `command`, which writes all its calls into `log`.
    pub fn watch(&self, command: &Command, log: &Path) -> Command {
        let calls = format!("trace={}", CALLS.join(","));
        let mut traced = Command::new(&self.0);
        traced.args(["-D", "-f", "-y", "-q", "-s", "0", "-e", &calls, "-e", "signal=none", "-o"]);
        wrap(traced.arg(log), command);
        traced
    }

    /// `command`, which is killed when it comes to the point.
    pub fn kill_at(&self, command: &Command, point: &Point) -> Command {
        let mut traced = Command::new(&self.0);
        // Its child is the tracer: the process that is started is the one that is traced.
        traced.args(["-D", "-f", "-qq", "-o", "/dev/null"]);
        if let Some(path) = &point.path {
            traced.arg("-P").arg(path);
        }
        let inject = format!("inject={}:signal=KILL:when={}", point.call, point.n);
        traced.args(["-e", &format!("trace={}", point.call), "-e", &inject]);
        wrap(&mut traced, command);
        traced
    }
}

/// The same program, arguments, directory and environment.
fn wrap(traced: &mut Command, command: &Command) {
    traced.arg(command.get_program()).args(command.get_args());
    if let Some(dir) = command.get_current_dir() {
        traced.current_dir(dir);
    }
    traced.env_clear();
    traced.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
}

/// The log of a process that has ended, once the tracer has written all of it.
pub fn finished(log: &Path, process: u32) -> String {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let mut ends = text.lines().filter(|line| line.contains("+++ exited with"));
        if ends.any(|line| line.split(' ').next() == Some(&process.to_string())) {
            return text;
        }
        assert!(begun.elapsed() < LIMIT, "the tracer does not end: {text}");
        std::thread::yield_now();
    }
}

/// The points that a log of calls has in it: for each file below `dir`, and for each call that names
/// files by path. Where several threads make the same calls, the longest row of them counts.
pub fn points(log: &str, dir: &Path) -> Vec<Point> {
    let mut rows: BTreeMap<(String, Option<PathBuf>), BTreeMap<&str, usize>> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !CALLS.contains(&call) {
            continue;
        }
        let file = match call.starts_with("rename") || call.starts_with("unlink") {
            true => None,
            false => match file_of(arguments) {
                // One under a passing name has another the next time. Its renaming is a point.
                Some(file) if file.starts_with(dir) && !is_passing(&file) => Some(file),
                _ => continue,
            },
        };
        *rows.entry((call.to_owned(), file)).or_default().entry(thread).or_default() += 1;
    }
    let mut points = Vec::new();
    for ((call, path), threads) in rows {
        let most = threads.into_values().max().unwrap_or(0);
        points.extend((1..=most).map(|n| Point { call: call.clone(), path: path.clone(), n }));
    }
    points
}

/// The file behind the first argument: `12</tmp/x/wirewatch.db>`.
fn file_of(arguments: &str) -> Option<PathBuf> {
    let (_, rest) = arguments.split_once('<')?;
    Some(PathBuf::from(rest.split_once('>')?.0))
}

fn is_passing(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "part")
}

/// So many of them, spread evenly; each of them again where more are asked for than there are.
pub fn spread(points: &[Point], count: usize) -> Vec<Point> {
    assert!(!points.is_empty(), "nothing was traced");
    let place = |n: usize| match count <= points.len() {
        true => n * points.len() / count,
        false => n % points.len(),
    };
    (0..count).map(|n| points[place(n)].clone()).collect()
}
