//! A terminal of 100 columns with a shell in it: what is typed there shows what users see, the words
//! for people and not those for programs. Killed with all it started when it is dropped.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::support::terminal;

/// Stands around an exit code in the output; no program prints it.
const MARK: char = '\u{1}';

/// Width of the terminal: what `docs/` has room for.
const COLUMNS: u16 = 100;

/// A shell that waits for commands.
pub struct Terminal {
    shell: Child,
    typed: ChildStdin,
    output: Arc<Output>,
    /// How much of the output belongs to commands that have ended.
    read: usize,
}

#[derive(Default)]
struct Output {
    text: Mutex<Vec<u8>>,
    grew: Condvar,
}

impl Terminal {
    /// A shell in `dir` with these variables and no others.
    pub fn open(dir: &Path, variables: &[(String, String)]) -> Self {
        let (outer, inner) = terminal::open(COLUMNS, 50);
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc"]).current_dir(dir).env_clear();
        command.envs(variables.iter().cloned()).env("TERM", "dumb").process_group(0);
        command.stdin(Stdio::piped()).stdout(inner.try_clone().unwrap()).stderr(inner);
        let mut shell = command.spawn().unwrap();
        let typed = shell.stdin.take().unwrap();
        let output = Arc::<Output>::default();
        let kept = Arc::clone(&output);
        std::thread::spawn(move || keep(outer, &kept));
        Self { shell, typed, output, read: 0 }
    }

    /// Types a command and waits for its end: its output and exit code, or its output so far.
    pub fn run(&mut self, command: &str, limit: Duration) -> Result<(String, i32), String> {
        let quoted = command.replace('\'', r"'\''");
        let mark = r#"__code=$?; printf '\n\001%s\001\n' "$__code"; (exit "$__code")"#;
        writeln!(self.typed, "eval '{quoted}' </dev/null; {mark}").unwrap();
        let ended = |text: &str| text.matches(MARK).count() >= 2;
        if !self.wait(limit, ended) {
            return Err(self.shown());
        }
        let shown = self.shown();
        let mut parts = shown.splitn(3, MARK);
        let output = parts.next().unwrap_or_default().to_owned();
        let code = parts.next().and_then(|code| code.parse().ok()).unwrap_or(-1);
        self.read = self.output.text.lock().unwrap().len();
        Ok((output, code))
    }

    /// Types a command that goes on.
    pub fn begin(&mut self, command: &str) {
        writeln!(self.typed, "exec 0</dev/null; {command}").unwrap();
    }

    /// Waits until what is shown is as asked; whether it came to that in time.
    pub fn wait(&self, limit: Duration, mut is_so: impl FnMut(&str) -> bool) -> bool {
        let until = Instant::now() + limit;
        loop {
            let before = self.output.text.lock().unwrap().len();
            if is_so(&self.shown()) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let text = self.output.text.lock().unwrap();
            if text.len() == before {
                drop(self.output.grew.wait_timeout(text, left).unwrap());
            }
        }
    }

    /// What was shown since the last command ended.
    pub fn shown(&self) -> String {
        let text = self.output.text.lock().unwrap();
        String::from_utf8_lossy(&text[self.read..]).replace("\r\n", "\n")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let group = i32::try_from(self.shell.id()).unwrap();
        // SAFETY: kill(2) with the process group of a child that was not waited for yet.
        unsafe { libc::kill(-group, libc::SIGKILL) };
        let _ = self.shell.wait();
    }
}

/// Keeps what comes out of the terminal until its last user is gone, which is an error for it.
fn keep(mut outer: File, output: &Output) {
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = outer.read(&mut piece) {
        output.text.lock().unwrap().extend_from_slice(&piece[..n]);
        output.grew.notify_all();
    }
}
