//! Faults on purpose, so that tests can see that they stay where they happen. Only in builds with
//! debug assertions: a released program has none of this.

/// Panics if a test asked for it: `WIREWATCH_FAULT=match:WORD` for every entry with the word in its
/// title, when it is matched; `plan:WORD` when it is decided on; `task:WORD` in the task of this name;
/// `write:output feeds` when these are written.
#[cfg(debug_assertions)]
pub fn strike(step: &str, title: &str) {
    use std::sync::OnceLock;
    static ASKED: OnceLock<Option<(String, String)>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let text = std::env::var("WIREWATCH_FAULT").ok()?;
        let (step, word) = text.split_once(':')?;
        Some((step.to_owned(), word.to_owned()))
    });
    if let Some((at, word)) = asked
        && at == step
        && title.contains(word.as_str())
    {
        panic!("a fault on purpose at `{step}`");
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub fn strike(_step: &str, _title: &str) {}
