//! Runs the binary with an environment of its own: nothing of the developer's machine shows.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::terminal;
use crate::support::world::{World, item};

/// Longest wait for a line: only a failing test gets there.
pub const LIMIT: Duration = Duration::from_secs(120);

/// How a command ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Checks the exit code; shows everything where it is another.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as one JSON array.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        self.json().as_array().unwrap_or_else(|| panic!("no array: {self:?}")).clone()
    }
}

/// The binary, not yet started, in `dir`.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirewatch"));
    command.current_dir(dir).env_clear().env("HOME", dir).env("USER", "tester");
    command
}

/// Runs a command line in `dir`; words are separated by spaces.
pub fn run_in(dir: &Path, line: &str) -> Ran {
    let words: Vec<&str> = line.split_whitespace().collect();
    run(command(dir).args(words))
}

pub fn run(command: &mut Command) -> Ran {
    run_with_input(command, "")
}

pub fn run_with_input(command: &mut Command, input: &str) -> Ran {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A command whose output is read while it runs. Killed when dropped.
pub struct Running {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let (out, err) = (lines(child.stdout.take()), lines(child.stderr.take()));
        Self { child, out, err }
    }

    /// The next line of standard output, once it is there.
    #[track_caller]
    pub fn line(&self) -> String {
        self.out.recv_timeout(LIMIT).expect("another line in time")
    }

    /// The next line of standard error that has this in it, once it is there.
    #[track_caller]
    pub fn logged(&self, part: &str) -> String {
        let begun = Instant::now();
        let mut seen = Vec::new();
        while let Ok(line) = self.err.recv_timeout(LIMIT.saturating_sub(begun.elapsed())) {
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
        panic!("{part:?} was not logged in time, but:\n{}", seen.join("\n"));
    }

    /// The lines of standard error that come within a time, of those that were not looked at yet.
    pub fn said_within(&self, time: Duration) -> Vec<String> {
        let begun = Instant::now();
        let mut said = Vec::new();
        while let Ok(line) = self.err.recv_timeout(time.saturating_sub(begun.elapsed())) {
            said.push(line);
        }
        said
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    pub fn signal(&self, signal: i32) {
        let pid = self.pid();
        // SAFETY: kill(2) with the process id of a child that was not waited for yet.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Waits for it to end by itself, and gives the exit code.
    pub fn ended(&mut self) -> i32 {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end in time");
    }

    /// Sends a signal that ends it, and gives the exit code.
    pub fn end(mut self, signal: i32) -> i32 {
        self.signal(signal);
        self.ended()
    }
}

/// The lines of a stream, as they come.
fn lines(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let stream = BufReader::new(stream.unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in stream.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A world that the binary works on: its own state directory, feeds on loopback.
pub struct Scene {
    pub world: World,
    pub config: PathBuf,
}

/// A title that tries everything on a terminal, a log and a spreadsheet.
pub const HOSTILE: &str = "=NATO\u{9b}2J\u{202e}summit\u{2066} opens in the harbour city";

impl Scene {
    /// Feeds that are configured, and never fetched.
    pub async fn new(feeds: &[&str]) -> Self {
        let world = World::new(feeds).await;
        let config = world.write_config();
        Self { world, config }
    }

    /// Two feeds past their baseline, and one alert with two revisions.
    pub async fn with_alert() -> Self {
        let mut scene = Self::new(&["wire", "ledger"]).await;
        scene.once().ended(0);
        scene.world.publish("wire", item("NATO ministers sign harbour defence pact in Copenhagen"));
        scene.once().ended(0);
        let told_again = item("NATO ministers sign harbour defence pact in Copenhagen");
        scene.world.publish("ledger", told_again.at("ledger.example"));
        scene.once().ended(0);
        scene
    }

    pub fn command(&self) -> Command {
        let mut command = command(self.world.dir());
        command.arg("-c").arg(&self.config);
        command
    }

    /// Runs a command line with this config.
    pub fn run(&self, line: &str) -> Ran {
        run(self.command().args(line.split_whitespace()))
    }

    /// What a command line prints on a terminal so wide, without colour.
    pub fn on_terminal(&self, line: &str, columns: u16) -> String {
        let (outer, inner) = terminal::open(columns, 24);
        let mut command = self.command();
        command.args(line.split_whitespace()).env("TERM", "dumb").stdin(Stdio::null());
        let mut child = command.stdout(inner).spawn().unwrap();
        // The terminal ends when nobody has it open any more.
        drop(command);
        let text = terminal::rest(outer);
        assert!(child.wait().unwrap().success(), "{line}: {text}");
        text
    }

    /// One round of all feeds.
    pub fn once(&self) -> Ran {
        self.run("run --once")
    }

    /// The only alert.
    pub fn alert_id(&self) -> String {
        let alerts = self.run("alerts list -o json").ended(0).list();
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        alerts[0]["id"].as_str().unwrap().to_owned()
    }
}

/// Reads what is left of a stream, for commands started by hand.
pub fn rest(mut stream: impl Read) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The cells of a CSV text, as a spreadsheet reads them (RFC 4180).
pub fn cells(csv: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => cells.push(String::new()),
            '\r' if !quoted => {}
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}
