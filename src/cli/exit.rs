//! How a command ends: its exit code, and what went wrong if anything did. The codes are a
//! contract with scripts and service managers; `--help` lists them.

use std::io;
use std::process::ExitCode;

/// How a process of wirewatch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Ok,
    /// A bad config, a failed topic test, something named that is not there, an unreadable file.
    Failed,
    /// The command line was not understood.
    Usage,
    /// Done in part (a round in which feeds or deliveries failed), or done with warnings that
    /// were asked to count.
    Partial,
    /// The config or the database is not there.
    NotFound,
    /// Another instance uses the state directory.
    Locked,
    /// Ended by Ctrl-C or SIGTERM before it was done. The daemon's work is never done: that it
    /// stops when told to is [`Exit::Ok`], unless it had to be cut short.
    Interrupted,
}

/// Shown at the end of `--help`.
pub const EXIT_CODES: &str = "Exit codes: 0 ok; 1 failed (bad config, failed topic test, nothing of \
that name, `--min-f1` not reached); 2 usage; 3 done in part (`run --once`: feeds or deliveries failed; `eval`: lines that could not be read) or with warnings \
(`check --deny-warnings`); 10 config or database not found; 11 locked by another instance; 130 \
interrupted by Ctrl-C or SIGTERM before it was done.";

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Partial => 3,
            Exit::NotFound => 10,
            Exit::Locked => 11,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// Why a command did not do what it was asked, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    /// What to say; `None` when there is nobody to say it to, or it was said already.
    pub error: Option<anyhow::Error>,
    /// What to do, as a sentence or a command.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: Some(error.into()), hint: None }
    }

    /// A failure that is a sentence.
    pub fn said(exit: Exit, sentence: impl Into<String>) -> Self {
        Self::new(exit, anyhow::Error::msg(sentence.into()))
    }

    /// A failure that the command itself has shown.
    pub fn shown(exit: Exit) -> Self {
        Self { exit, error: None, hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Failure {
    /// What went wrong, without the hint.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.as_ref().map_or(Ok(()), |error| write!(f, "{error}"))
    }
}

/// Only for writing to standard output: when the reader has gone (`wirewatch … | head`), the
/// command ends without a word, for it has done its work.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::shown(Exit::Ok);
        }
        let error = anyhow::Error::new(error).context("cannot write to standard output");
        Self::new(Exit::Failed, error)
    }
}
