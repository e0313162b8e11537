//! Where readable renderings are printed, and how. The alert log is the record: a terminal that
//! was halted (Ctrl-S, a pipe nobody reads) stops printing, and nothing else.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::digest::DigestV1;
use super::notice::NoticeV1;
use super::object::AlertV1;
use super::terminal::{self, Style};

/// Alerts that wait for a slow terminal. What comes beyond is not shown, only counted.
const QUEUE: usize = 64;

/// Longest wait for what is queued, when printing ends: so many looks, each of so long. On a machine
/// that stands still for a moment only one look goes by, and nothing is lost.
const FLUSH_LOOKS: u32 = 10;
const FLUSH_LOOK: Duration = Duration::from_millis(100);

/// Prints alerts as people read them. Clones print to the same place.
#[derive(Clone)]
pub struct Printer {
    print: Arc<dyn Fn(&str) + Send + Sync>,
    style: Style,
}

impl Printer {
    /// Prints by calling `print`, which must not block: the delivery waits for it. Tests and the
    /// demo collect alerts with it.
    pub fn new(style: Style, print: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { print: Arc::new(print), style }
    }

    /// Prints to standard output, in colour where that is a terminal that wants it, from a
    /// thread of its own. The last clone to be dropped waits a moment for what is queued. An
    /// output that went away stops nothing.
    pub fn stdout() -> Self {
        let style = Style { colour: true, width: terminal::DEFAULT_WIDTH };
        Self::queued(style, |text| {
            // In one piece: a log line on the same terminal must not come between its lines.
            let choice = anstream::AutoStream::choice(&std::io::stdout());
            let mut whole = anstream::AutoStream::new(Vec::new(), choice);
            let _ = whole.write_all(text.as_bytes());
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(&whole.into_inner()).and_then(|()| out.flush());
        })
    }

    /// Prints by calling `print`, which may block, on a thread of its own.
    fn queued(style: Style, print: impl Fn(&str) + Send + 'static) -> Self {
        let queue = Queue::start(print);
        Self::new(style, move |text| queue.push(text))
    }

    pub(super) fn print(&self, alert: &AlertV1) {
        (self.print)(&terminal::render(alert, self.style));
    }

    pub(super) fn print_notice(&self, notice: &NoticeV1) {
        (self.print)(&terminal::notice::render(notice, self.style));
    }

    pub(super) fn print_digest(&self, digest: &DigestV1) {
        (self.print)(&terminal::digest::render(digest, self.style));
    }
}

/// Texts on their way to the thread that prints them.
struct Queue {
    /// `None` only while dropping.
    texts: Mutex<Option<SyncSender<String>>>,
    /// How many found no room since the last one that was printed.
    skipped: Arc<AtomicUsize>,
    /// Closed when the thread has printed all it will.
    ended: Mutex<Receiver<()>>,
}

impl Queue {
    fn start(print: impl Fn(&str) + Send + 'static) -> Self {
        let (texts, queued) = mpsc::sync_channel::<String>(QUEUE);
        let (ending, ended) = mpsc::channel();
        let skipped = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&skipped);
        let work = move || {
            // Dropped with the thread's other belongings, and that says that it has ended.
            let _ending: mpsc::Sender<()> = ending;
            for text in queued {
                print(&text);
                match counted.swap(0, Ordering::Relaxed) {
                    0 => {}
                    n => print(&format!("({n} more not shown here; all are in the alert log)\n")),
                }
            }
        };
        // Without a thread nothing is printed: every text finds the queue closed.
        let _ = thread::Builder::new().name("printer".to_owned()).spawn(work);
        Self { texts: Mutex::new(Some(texts)), skipped, ended: Mutex::new(ended) }
    }

    /// Never blocks: a text that finds no room is counted.
    fn push(&self, text: &str) {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = texts.as_ref().is_some_and(|texts| texts.try_send(text.to_owned()).is_ok());
        if !taken {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // Without a sender the thread ends once it has printed what is queued.
        self.texts.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..FLUSH_LOOKS {
            if ended.recv_timeout(FLUSH_LOOK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const PLAIN: Style = Style { colour: false, width: 100 };

    /// A printer whose every text waits for one permission, and what it has printed.
    fn slow() -> (Printer, SyncSender<()>, Arc<Mutex<Vec<String>>>) {
        let (permit, permitted) = mpsc::sync_channel(1_000);
        let printed = Arc::new(Mutex::new(Vec::new()));
        let paper = Arc::clone(&printed);
        let printer = Printer::queued(PLAIN, move |text| {
            let _ = permitted.recv();
            paper.lock().unwrap().push(text.to_owned());
        });
        (printer, permit, printed)
    }

    #[test]
    fn a_halted_terminal_blocks_nobody_and_says_later_what_it_missed() {
        let (printer, permit, printed) = slow();
        let many = QUEUE + 10;
        for n in 0..many {
            (printer.print)(&format!("alert {n}\n"));
        }
        assert!(printed.lock().unwrap().is_empty());
        for _ in 0..=many {
            permit.send(()).unwrap();
        }
        drop(printer);
        let printed = printed.lock().unwrap();
        assert_eq!(printed[0], "alert 0\n");
        // The thread may have taken one from the queue before it was full.
        let missed = many - (printed.len() - 1);
        assert!((9..=10).contains(&missed), "{missed}");
        let note = format!("({missed} more not shown here; all are in the alert log)\n");
        assert!(printed.contains(&note), "{printed:?}");
    }

    #[test]
    fn the_end_waits_for_what_is_queued_but_not_for_ever() {
        let (printer, permit, printed) = slow();
        for n in 0..20 {
            (printer.clone().print)(&n.to_string());
            permit.send(()).unwrap();
        }
        drop(printer);
        assert_eq!(printed.lock().unwrap().len(), 20);

        let (printer, _never, printed) = slow();
        (printer.print)("stuck");
        let started = Instant::now();
        drop(printer);
        let shortest = FLUSH_LOOK * FLUSH_LOOKS;
        assert!(started.elapsed() >= shortest && started.elapsed() < 60 * shortest);
        assert!(printed.lock().unwrap().is_empty());
    }
}
