//! The line of the log that tells of lines which could not be written. The thread that [writes](super::queue)
//! makes it itself, in the form of all others: through the queue it might be lost as they were, and
//! no filter is to keep it back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing::Dispatch;
use tracing_subscriber::EnvFilter;

/// How such a line is made.
pub(super) struct Note {
    for_people: bool,
    coloured: bool,
    /// Made when it is needed first, with what it writes on.
    form: OnceLock<(Dispatch, Paper)>,
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Note {
    pub fn new(for_people: bool, coloured: bool) -> Self {
        Self { for_people, coloured, form: OnceLock::new() }
    }

    /// The line that says that so many were lost.
    pub fn line(&self, lines: usize) -> Vec<u8> {
        let (form, paper) = self.form.get_or_init(|| {
            let paper = Paper::default();
            let (made, filter) = (paper.clone(), EnvFilter::new("warn"));
            let writer = move || made.clone();
            let form = match self.for_people {
                true => Dispatch::new(super::for_people(filter, writer, self.coloured)),
                false => Dispatch::new(super::for_machines(filter, writer)),
            };
            (form, paper)
        });
        tracing::dispatcher::with_default(form, || {
            tracing::warn!(
                code = "log_lines_lost",
                lines,
                "lines of the log could not be written: its reader was too slow, or its disk full"
            );
        });
        std::mem::take(&mut *paper.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
