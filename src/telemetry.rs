//! Logs on standard error: lines for people on a terminal, JSON otherwise. What is logged is
//! decided by `WIREWATCH_LOG` (the syntax of `tracing_subscriber`'s `EnvFilter`, for example
//! `wirewatch::daemon=debug,warn`), else by `-v` and `-q`.
//!
//! Texts in fields may be from outside: both forms show what would act on a terminal escaped. So is
//! what [panics] say, which the daemon logs like anything else.

mod lost;
mod panics;
mod queue;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FmtSpan, FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::Clock;
use crate::domain::untrusted;

use self::queue::LogQueue;

/// The queue before standard error, of a process that must not wait for it.
static QUEUE: OnceLock<LogQueue> = OnceLock::new();

/// Environment variable that holds a filter.
pub const FILTER_VARIABLE: &str = "WIREWATCH_LOG";

/// How much is logged when no filter says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    Errors,
    /// For commands that print their own result.
    Warnings,
    /// For the daemon: starts, stops, baselines, alerts, feeds that begin to fail or recover.
    Normal,
    /// One line per fetch and more.
    Debug,
    Trace,
}

impl Verbosity {
    /// The directives for this much: other people's crates stay quiet except for warnings.
    fn directives(self) -> &'static str {
        match self {
            Verbosity::Errors => "error",
            Verbosity::Warnings => "warn",
            Verbosity::Normal => "wirewatch=info,warn",
            Verbosity::Debug => "wirewatch=debug,warn",
            Verbosity::Trace => "trace",
        }
    }
}

/// Whether logging may hold up who logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Each line is written when it is logged, in order with what else goes to standard error: for
    /// commands that end.
    AtOnce,
    /// Lines are queued, and written by a thread of their own: for the daemon. See [`flush`].
    Queued,
}

/// Starts logging for this process; a second call changes nothing. Gives back what was wrong
/// with the filter in [`FILTER_VARIABLE`], in which case `verbosity` decides. An output that fails is
/// no reason to fail: it is tried again with the next line.
pub fn init(verbosity: Verbosity, coloured: bool, pace: Pace) -> Result<(), FilterError> {
    let wanted = std::env::var(FILTER_VARIABLE).ok().filter(|filter| !filter.is_empty());
    let parsed =
        wanted.map(|filter| EnvFilter::try_new(&filter).map_err(|_| FilterError { filter }));
    let (filter, result) = match parsed {
        Some(Ok(filter)) => (filter, Ok(())),
        Some(Err(error)) => (EnvFilter::new(verbosity.directives()), Err(error)),
        None => (EnvFilter::new(verbosity.directives()), Ok(())),
    };
    // Without a thread for it, lines are written at once.
    let is_queued = pace == Pace::Queued;
    let note = lost::Note::new(io::stderr().is_terminal(), coloured);
    let start_queue = || LogQueue::start(io::stderr(), move |lines| note.line(lines)).ok();
    let queue = is_queued.then(start_queue).flatten();
    let queue = queue.map(|queue| QUEUE.get_or_init(|| queue).clone());
    match queue {
        Some(queue) => start(filter, queue, coloured),
        None => start(filter, io::stderr, coloured),
    }
    if is_queued {
        panics::log_them();
    }
    result
}

fn start<W>(filter: EnvFilter, writer: W, coloured: bool)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // Already set: a test has its own subscriber.
    let _ = if io::stderr().is_terminal() {
        tracing::subscriber::set_global_default(for_people(filter, writer, coloured))
    } else {
        tracing::subscriber::set_global_default(for_machines(filter, writer))
    };
}

/// Waits a moment for what is queued: before the process ends, or says something else on standard
/// error.
pub fn flush() {
    if let Some(queue) = QUEUE.get() {
        queue.flush();
    }
}

/// Has [`flush`] called when it goes, on a panic too.
pub struct Flushed;

impl Drop for Flushed {
    fn drop(&mut self) {
        flush();
    }
}

/// The filter in the environment could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{FILTER_VARIABLE} is not a log filter: `{filter}`")]
pub struct FilterError {
    filter: String,
}

fn for_people<W>(filter: EnvFilter, writer: W, coloured: bool) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(writer)
        // It would tell on standard error, and panic if that fails.
        .log_internal_errors(false)
        .fmt_fields(CleanFields)
        .event_format(ForPeople { coloured, clock: Clock::system() })
        .finish()
}

fn for_machines<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(EscapingWriter(writer))
        .log_internal_errors(false)
        .finish()
}

/// `13:20:28Z  WARN message  key=value`, in UTC.
struct ForPeople {
    coloured: bool,
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for ForPeople
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(writer, "{} ", self.clock.now().strftime("%H:%M:%SZ"))?;
        let level = *event.metadata().level();
        match (self.coloured, colour_of(level)) {
            (true, Some(colour)) => {
                let style = anstyle::Style::new().fg_color(Some(colour.into()));
                write!(writer, "{style}{level:>5}{style:#} ")?;
            }
            _ => write!(writer, "{level:>5} ")?,
        }
        context.field_format().format_fields(writer.by_ref(), event)?;
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            if let Some(fields) =
                extensions.get::<FormattedFields<N>>().filter(|fields| !fields.is_empty())
            {
                write!(writer, "  {fields}")?;
            }
        }
        writeln!(writer)
    }
}

fn colour_of(level: Level) -> Option<anstyle::AnsiColor> {
    match level {
        Level::ERROR => Some(anstyle::AnsiColor::Red),
        Level::WARN => Some(anstyle::AnsiColor::Yellow),
        Level::INFO => Some(anstyle::AnsiColor::Green),
        _ => None,
    }
}

/// The message, then `key=value` pairs, cleaned.
struct CleanFields;

impl<'w> FormatFields<'w> for CleanFields {
    fn format_fields<R: tracing_subscriber::field::RecordFields>(
        &self,
        writer: Writer<'w>,
        fields: R,
    ) -> fmt::Result {
        let mut visitor = CleanVisitor { writer, empty: true, result: Ok(()) };
        fields.record(&mut visitor);
        visitor.result
    }
}

struct CleanVisitor<'w> {
    writer: Writer<'w>,
    empty: bool,
    result: fmt::Result,
}

impl CleanVisitor<'_> {
    fn put(&mut self, name: &str, value: &str) {
        // A field without a value (no hint, no detail) says nothing to people.
        if value.is_empty() {
            return;
        }
        let gap = if std::mem::take(&mut self.empty) { "" } else { "  " };
        if name == "message" {
            // A message of several lines shows a list of problems. Its lines are indented: none
            // can pass for a line of the log.
            let lines: Vec<_> = value.lines().map(untrusted::log_line).collect();
            let written = write!(self.writer, "{gap}{}", lines.join("\n    "));
            self.result = self.result.and(written);
            return;
        }
        let value = untrusted::log_line(value);
        let written = if value.contains([' ', '"', '=']) {
            write!(self.writer, "{gap}{name}=\"{}\"", value.replace('"', "'"))
        } else {
            write!(self.writer, "{gap}{name}={value}")
        };
        self.result = self.result.and(written);
    }
}

impl Visit for CleanVisitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), &format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.put(field.name(), &text);
    }
}

/// Escapes in JSON what could act on a terminal; such characters stand in its strings only.
struct EscapingWriter<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for EscapingWriter<W> {
    type Writer = Escaping<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Escaping(self.0.make_writer())
    }
}

/// The formatter writes each event whole, in one call.
struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(untrusted::json(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
pub(crate) mod tests;
