//! What lands on standard error, in both forms, with a feed that tries to write lines of its own.

use std::sync::{Arc, Mutex, OnceLock};

use tracing::{Dispatch, Subscriber};
use tracing_subscriber::Registry;

use super::*;

/// What a test hears of the log.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    /// Does something with its log going to a subscriber.
    ///
    /// With one subscriber in the whole program, tracing asks only the thread that comes by a line
    /// first whether anyone wants it, and keeps the answer: another test would decide what is heard
    /// here. So there is a second one, which is kept.
    pub fn hear<T>(log: impl Subscriber + Send + Sync + 'static, doing: impl FnOnce() -> T) -> T {
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(Registry::default()));
        tracing::subscriber::with_default(log, doing)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

const HOSTILE: &str = "Nice\n00:00:00Z ERROR forged\u{1b}[2J\u{9b}31m\u{202e}";

#[test]
fn a_line_for_people_is_one_line_and_shows_what_was_hidden() {
    let sink = Sink::default();
    let made = sink.clone();
    let subscriber = for_people(EnvFilter::new("info"), move || made.clone(), false);
    Sink::hear(subscriber, || {
        let span = tracing::info_span!("feed", feed = HOSTILE);
        let _entered = span.enter();
        tracing::warn!(title = HOSTILE, entries = 3, "fetched {}", "well");
        tracing::debug!("not at this level");
    });
    let text = sink.text();
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(
        text.contains(" WARN fetched well  title=\"Nice\\n00:00:00Z ERROR forged\\u{1b}[2J"),
        "{text}"
    );
    assert!(text.contains("  entries=3  feed="), "{text}");
    assert!(!text.trim_end().contains(untrusted::is_hazard), "{text:?}");
}

#[test]
fn a_list_of_problems_keeps_its_lines_and_none_passes_for_a_line_of_the_log() {
    let sink = Sink::default();
    let made = sink.clone();
    let subscriber = for_people(EnvFilter::new("info"), move || made.clone(), false);
    Sink::hear(subscriber, || {
        tracing::error!(hint = "", "refused:\n{HOSTILE}");
    });
    let text = sink.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].ends_with("ERROR refused:"), "no empty field is shown: {text}");
    assert!(lines[1..].iter().all(|line| line.starts_with("    ")), "{text}");
    assert!(!text.contains(|c| c != '\n' && untrusted::is_hazard(c)), "{text:?}");
}

#[test]
fn a_line_for_machines_is_one_json_object_that_keeps_the_text() {
    let sink = Sink::default();
    let made = sink.clone();
    let subscriber = for_machines(EnvFilter::new("info"), move || made.clone());
    Sink::hear(subscriber, || {
        tracing::info!(title = HOSTILE, "fetched");
    });
    let text = sink.text();
    assert!(!text.trim_end().contains(untrusted::is_hazard), "{text:?}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["title"], HOSTILE);
    assert_eq!(line["message"], "fetched");
    assert_eq!(line["level"], "INFO");
}
