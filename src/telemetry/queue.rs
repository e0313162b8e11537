//! A queue before standard error: a log that nobody reads, or that lies on a full disk, must not hold up
//! what is logged about. What finds no room is counted, and [told](super::lost) once there is room again.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait for a slow reader.
const LINES: usize = 4_096;

/// Longest wait for what is queued, when the process ends: so many looks, each of so long. On a
/// machine that stands still for a moment only one look goes by, and the lines are not lost.
const FLUSH_LOOKS: u32 = 10;
const FLUSH_LOOK: Duration = Duration::from_millis(100);

/// How soon a full queue is looked at again then.
const ROOM_AGAIN: Duration = Duration::from_millis(5);

/// How often it is told that lines were lost: between two of such times of a slow reader the log has
/// something else to say.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// What the thread that writes is given.
enum Piece {
    Line(Vec<u8>),
    /// Answered once all before it was written.
    Mark(SyncSender<()>),
}

/// Where lines of the log are left. Clones lead to the same output.
#[derive(Clone)]
pub(super) struct LogQueue {
    pieces: SyncSender<Piece>,
    lost: Arc<AtomicUsize>,
}

impl LogQueue {
    /// Starts the thread that writes. An output that fails stops nothing: the next line may go through.
    /// `note` makes the line that tells of so many that were lost.
    pub fn start(
        output: impl Write + Send + 'static,
        note: impl Fn(usize) -> Vec<u8> + Send + 'static,
    ) -> io::Result<Self> {
        let (pieces, queued) = mpsc::sync_channel(LINES);
        let lost = Arc::new(AtomicUsize::new(0));
        let pen = Pen { output, note, lost: Arc::clone(&lost), is_torn: false, told: None };
        thread::Builder::new().name("log".to_owned()).spawn(move || pen.write_all(&queued))?;
        Ok(Self { pieces, lost })
    }

    /// Waits a moment until what is queued is written.
    pub fn flush(&self) {
        let (marked, written) = mpsc::sync_channel(1);
        let mut is_marked = false;
        for _ in 0..FLUSH_LOOKS {
            let begun = Instant::now();
            while !is_marked && begun.elapsed() < FLUSH_LOOK {
                is_marked = self.pieces.try_send(Piece::Mark(marked.clone())).is_ok();
                if !is_marked {
                    thread::sleep(ROOM_AGAIN);
                }
            }
            let left = FLUSH_LOOK.saturating_sub(begun.elapsed());
            if is_marked && written.recv_timeout(left) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    fn push(&self, line: Vec<u8>) {
        if self.pieces.try_send(Piece::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What writes.
struct Pen<W, N> {
    output: W,
    note: N,
    lost: Arc<AtomicUsize>,
    /// The last line was written in part.
    is_torn: bool,
    /// When it was last tried to tell of lines that were lost.
    told: Option<Instant>,
}

impl<W: Write, N: Fn(usize) -> Vec<u8>> Pen<W, N> {
    /// Writes until nobody is left who could log.
    fn write_all(mut self, queued: &Receiver<Piece>) {
        loop {
            let is_owed = self.lost.load(Ordering::Relaxed) > 0;
            let piece = match is_owed {
                true => queued.recv_timeout(TOLD_EVERY),
                false => queued.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match piece {
                Ok(Piece::Line(line)) => match self.write(&line) {
                    Ok(()) if self.told.is_none_or(|at| at.elapsed() >= TOLD_EVERY) => self.tell(),
                    Ok(()) => {}
                    Err(_) => {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                    }
                },
                Ok(Piece::Mark(marked)) => {
                    self.tell();
                    let _ = marked.send(());
                }
                Err(RecvTimeoutError::Timeout) => self.tell(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Tells how many lines were lost, if any were. They are told again until that can be written.
    fn tell(&mut self) {
        let lines = self.lost.load(Ordering::Relaxed);
        if lines == 0 {
            return;
        }
        self.told = Some(Instant::now());
        let note = (self.note)(lines);
        if self.write(&note).is_ok() {
            self.lost.fetch_sub(lines, Ordering::Relaxed);
        }
    }

    /// Writes a line whole, on a line of its own.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.output.write_all(b"\n")?;
            self.is_torn = false;
        }
        let mut rest = line;
        while !rest.is_empty() {
            match self.output.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.is_torn = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.flush()
    }
}

impl<'w> MakeWriter<'w> for LogQueue {
    type Writer = Line<'w>;

    fn make_writer(&'w self) -> Line<'w> {
        Line(self)
    }
}

/// One line: the formatter writes each event whole, in one call.
pub(super) struct Line<'q>(&'q LogQueue);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
