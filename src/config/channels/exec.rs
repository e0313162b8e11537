//! `type = "exec"`: a program of the user's that is run for each delivery. It is named by the main
//! file and by nothing else: no list of feeds, pack or feed can bring one in.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::environment::Environment;
use crate::config::problem::Report;
use crate::config::section::Section;
use crate::config::source::Literal;

pub(in crate::config) const KEYS: [&str; 2] = ["command", "timeout"];

/// Most arguments, the program included, and longest of them, in bytes.
const MAX_ARGUMENTS: usize = 100;
const MAX_ARGUMENT_BYTES: usize = 4_096;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where programs are looked for if the daemon has no `PATH`.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// All that a program inherits: where programs are, and how its user writes and lives.
const INHERITED: [&str; 4] = ["HOME", "LANG", "PATH", "TZ"];

#[derive(Debug, Clone, PartialEq)]
pub struct ExecChannel {
    pub command: Command,
    /// It is killed after this, with all that it started.
    pub timeout: Duration,
}

/// A program and how it is run: never by a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Absolute, wherever secrets were looked up.
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Its whole environment, but for what tells it of the delivery.
    pub environment: Vec<(String, String)>,
    /// It is run in the state directory.
    pub directory: PathBuf,
}

/// Reads it.
pub(super) fn read(
    section: &Section<'_>,
    state_dir: &Path,
    env: &Environment,
    report: &mut Report,
) -> Option<ExecChannel> {
    section.require("command", "[\"/usr/local/bin/tell-desk\", \"--quiet\"]", report);
    let timeout = Duration::from_secs(1)..=Duration::from_secs(600);
    let timeout = section.duration("timeout", timeout, report);
    let words = section.texts("command", report);
    if let Some(first) = words.first().filter(|_| words.len() == 1)
        && first.value.contains(' ')
    {
        report
            .add(first.place(), "bad_command", "no shell reads this: it is taken as one word")
            .hint("write `command = [\"program\", \"argument\"]`");
        return None;
    }
    let command = command(&words, state_dir, env, report)?;
    Some(ExecChannel { command, timeout: timeout.unwrap_or(DEFAULT_TIMEOUT) })
}

/// A program with its arguments, looked up; `None`: something is wrong with it, which is noted.
pub(super) fn command(
    words: &[Literal],
    state_dir: &Path,
    env: &Environment,
    report: &mut Report,
) -> Option<Command> {
    let (first, rest) = words.split_first()?;
    if words.len() > MAX_ARGUMENTS {
        let message = format!("a command has at most {MAX_ARGUMENTS} words");
        report.add(first.place(), "too_many", message);
    }
    let is_bad = |word: &&Literal| {
        word.value.len() > MAX_ARGUMENT_BYTES || word.value.chars().any(char::is_control)
    };
    if let Some(bad) = words.iter().find(is_bad) {
        let message =
            format!("an argument is at most {MAX_ARGUMENT_BYTES} bytes without control characters");
        report.add(bad.place(), "bad_command", message);
        return None;
    }
    let inherited = INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), env.var(name)?)));
    let mut environment: Vec<(String, String)> = inherited.collect();
    if env.var("PATH").is_none() {
        environment.push(("PATH".to_owned(), USUAL_PATH.to_owned()));
    }
    Some(Command {
        program: program(first, env, report)?,
        arguments: rest.iter().map(|word| word.value.clone()).collect(),
        environment,
        directory: state_dir.to_owned(),
    })
}

/// The program's file. Only who sends needs it: it may be on another machine.
fn program(word: &Literal, env: &Environment, report: &mut Report) -> Option<PathBuf> {
    let name = Path::new(&word.value);
    if !env.has_secrets() {
        return Some(name.to_owned());
    }
    let found = match name.is_absolute() {
        true => Some(name.to_owned()).filter(|path| is_program(path)),
        false if word.value.contains('/') => {
            let message = format!("`{}` is neither absolute nor a plain name", word.value);
            report
                .add(word.place(), "bad_command", message)
                .hint("write where the program lies from the root on, or its name alone");
            return None;
        }
        false => lookup(&word.value, env),
    };
    if found.is_none() {
        let message = format!("there is no program `{}`", word.value);
        report
            .add(word.place(), "no_program", message)
            .hint("a name is looked for in $PATH; the file must be executable");
    }
    found
}

/// The first program of this name in `PATH`.
fn lookup(name: &str, env: &Environment) -> Option<PathBuf> {
    let path = env.var("PATH").unwrap_or(USUAL_PATH.to_owned());
    let places = path.split(':').filter(|place| place.starts_with('/'));
    places.map(|place| Path::new(place).join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    let data = std::fs::metadata(path);
    data.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
