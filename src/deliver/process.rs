//! One run of a program of the user's: its input, its output within limits, and an end within a time
//! limit for all that it started. Shared by [`super::exec`] and [`super::apprise`].

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use super::ChannelError;
use crate::config::Command;
use crate::domain::untrusted;

/// Most bytes kept of each of the two outputs. What is beyond is read and thrown away, so that
/// nobody waits to write it.
const MAX_OUTPUT_BYTES: usize = 16 * 1024;

/// Longest detail that is kept of what it wrote, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// A program that is asked to end has this long to do so.
const TERM_GRACE: Duration = Duration::from_secs(2);

/// What it started in the background may hold its outputs open: they are read so much longer.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// How long a run may take beyond its time limit.
pub(super) const BEYOND_LIMIT: Duration = Duration::from_secs(5);

/// What a run is told beside its command.
pub(super) struct Task<'a> {
    pub arguments: Vec<String>,
    pub environment: Vec<(&'static str, String)>,
    pub input: &'a [u8],
    /// After this it is killed.
    pub limit: Duration,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Code(i32),
    Signal(i32),
    TimedOut,
}

/// A run that was begun, after its end.
pub(super) struct Run {
    pub ended: Ended,
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Run {
    /// The start of what it wrote, for a person: messages first, then data. From outside.
    pub fn detail(&self) -> Option<String> {
        let all = [self.errors.as_slice(), self.output.as_slice()].map(String::from_utf8_lossy);
        let said: Vec<&str> =
            all.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let said = untrusted::terminal(&said.join(" | ")).into_owned();
        let said = untrusted::excerpt(said.trim(), MAX_DETAIL_CHARS);
        (!said.is_empty()).then(|| said.into_owned())
    }
}

/// Runs a command to its end.
///
/// # Errors
/// It could not be begun.
pub(super) async fn run(command: &Command, task: Task<'_>) -> Result<Run, ChannelError> {
    let mut child = spawn(command, &task).map_err(|error| {
        let detail = format!("{}: {error}", command.program.display());
        ChannelError::transient("spawn", Some(detail))
    })?;
    // Dropped with this future, whoever drops it.
    let mut group = Group::of(&child);
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let ended = {
        let talk = async {
            tokio::join!(
                feed(stdin, task.input),
                drain(stdout, &mut output),
                drain(stderr, &mut errors)
            );
        };
        tokio::pin!(talk);
        let ended = wait(&mut child, talk.as_mut(), task.limit).await;
        if ended == Ended::TimedOut {
            group.signal(Signal::TERM);
            let _gone = timeout(TERM_GRACE, child.wait()).await;
        }
        ended
    };
    group.signal(Signal::KILL);
    group.0 = None;
    Ok(Run { ended, output, errors })
}

fn spawn(command: &Command, task: &Task<'_>) -> io::Result<Child> {
    tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .args(&task.arguments)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .envs(task.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&command.directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: what it starts ends with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Waits for the program's end while it is talked to.
async fn wait(
    child: &mut Child,
    mut talk: std::pin::Pin<&mut impl Future<Output = ()>>,
    limit: Duration,
) -> Ended {
    let mut talking = true;
    let end = async {
        loop {
            tokio::select! {
                status = child.wait() => break status,
                () = &mut talk, if talking => talking = false,
            }
        }
    };
    let ended = match timeout(limit, end).await {
        Ok(Ok(status)) => ended(status),
        Ok(Err(_)) => Ended::Code(-1),
        Err(_) => return Ended::TimedOut,
    };
    if !talking {
        return ended;
    }
    let _read = timeout(OUTPUT_GRACE, talk).await;
    ended
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    }
}

/// Gives the program its input. One that does not want it all is none the worse.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin
        && stdin.write_all(input).await.is_ok()
    {
        let _closed = stdin.shutdown().await;
    }
}

/// Reads to the end, and keeps the start.
async fn drain(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    let mut buffer = [0; 4_096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let room = MAX_OUTPUT_BYTES - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
    }
}

/// The processes of a run.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn signal(&mut self, signal: Signal) {
        if let Some(group) = self.0 {
            // It may be gone already.
            let _sent = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
