//! Panics as lines of the log. The standard library would write them to standard error past the
//! [queue](super::queue): as text that is no JSON, with whatever a feed put into it, and waiting for whoever reads
//! there.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

/// Longest message that is logged, in characters: it may quote what somebody sent.
const MAX_CHARS: usize = 2_000;

/// How the messages of panics begin after which the process is ended at once.
const LAST_WORDS: [&str; 2] = ["panic in a destructor", "panic in a function that cannot unwind"];

/// From now on panics of this process are logged.
pub(super) fn log_them() {
    std::panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let message = message(panic.payload());
    let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
    let thread = std::thread::current();
    // Taken where RUST_BACKTRACE asks for it.
    let trace = Backtrace::capture();
    let backtrace = (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string());
    tracing::error!(
        code = "panicked",
        place,
        thread = thread.name(),
        backtrace,
        "a thread panicked: {message}"
    );
    if LAST_WORDS.iter().any(|last| message.starts_with(last)) {
        super::flush();
    }
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without words").chars().take(MAX_CHARS).collect()
}
