//! Outputs that nobody reads, that fail, and that take half a line.

use std::sync::Mutex;

use serde_json::Value;

use super::super::lost::Note;
use super::*;

/// What becomes of one call to write.
#[derive(Clone, Copy)]
enum Fate {
    Taken,
    Failed,
    /// So many bytes are taken, and the rest fails.
    Cut(usize),
}

/// An output each of whose writes waits for one word: what becomes of it.
struct Gate {
    words: Receiver<Fate>,
    paper: Arc<Mutex<String>>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = match self.words.recv().unwrap_or(Fate::Taken) {
            Fate::Taken => bytes.len(),
            Fate::Cut(taken) => taken,
            Fate::Failed => return Err(io::ErrorKind::StorageFull.into()),
        };
        self.paper.lock().unwrap().push_str(std::str::from_utf8(&bytes[..taken]).unwrap());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gate() -> (LogQueue, mpsc::Sender<Fate>, Arc<Mutex<String>>) {
    let (open, words) = mpsc::channel();
    let paper = Arc::new(Mutex::new(String::new()));
    let output = Gate { words, paper: Arc::clone(&paper) };
    let note = Note::new(false, false);
    (LogQueue::start(output, move |lines| note.line(lines)).unwrap(), open, paper)
}

fn say(queue: &LogQueue, line: &str) {
    queue.make_writer().write_all(line.as_bytes()).unwrap();
}

/// So many lines were lost, by a line of the log; `None`: it is another line.
fn told(line: &str) -> Option<u64> {
    let line: Value = serde_json::from_str(line).ok()?;
    assert_eq!((&line["level"], &line["code"]), (&"WARN".into(), &"log_lines_lost".into()));
    assert!(line["timestamp"].is_string() && line["message"].is_string(), "{line}");
    Some(line["lines"].as_u64().unwrap())
}

#[test]
fn an_output_that_is_not_read_holds_up_nobody_and_tells_later_what_is_missing() {
    let (queue, open, paper) = gate();
    for n in 0..LINES + 100 {
        say(&queue, &format!("line {n}\n"));
    }
    assert_eq!(*paper.lock().unwrap(), "");
    drop(open);
    queue.flush();
    let paper = paper.lock().unwrap();
    assert!(paper.starts_with("line 0\n"), "{paper:.40}");
    let lost: u64 = paper.lines().filter_map(told).sum();
    // The thread may have taken one from the queue before it was full.
    assert!((99..=100).contains(&lost), "{lost}");
}

#[test]
fn an_output_that_fails_is_tried_again_and_what_is_lost_is_told_until_that_is_written() {
    let (queue, open, paper) = gate();
    for line in ["one\n", "two\n", "three\n", "four\n"] {
        say(&queue, line);
    }
    // Only now: an output that waits for more lines tells by itself what was lost.
    for fate in [Fate::Taken, Fate::Failed, Fate::Failed, Fate::Taken, Fate::Failed] {
        open.send(fate).unwrap();
    }
    // The line that was to tell of it failed too: it is told by the next one, with no line between.
    drop(open);
    queue.flush();
    let paper = paper.lock().unwrap();
    let lines: Vec<&str> = paper.lines().collect();
    assert_eq!(lines[..2], ["one", "four"], "{paper}");
    assert_eq!(lines[2..].iter().map(|line| told(line)).collect::<Vec<_>>(), [Some(2)], "{paper}");
}

#[test]
fn half_a_line_does_not_run_into_the_next_one() {
    let (queue, open, paper) = gate();
    for line in ["one\n", "two\n"] {
        say(&queue, line);
    }
    for fate in [Fate::Cut(2), Fate::Failed] {
        open.send(fate).unwrap();
    }
    drop(open);
    queue.flush();
    let paper = paper.lock().unwrap();
    let lines: Vec<&str> = paper.lines().collect();
    assert_eq!(lines[..2], ["on", "two"], "{paper}");
    assert_eq!(told(lines[2]), Some(1), "{paper}");
}

#[test]
fn people_are_told_in_their_form() {
    let line = String::from_utf8(Note::new(true, false).line(3)).unwrap();
    assert!(line.contains("  WARN lines of the log could not be written"), "{line}");
    assert!(line.ends_with("  code=log_lines_lost  lines=3\n"), "{line}");
}
