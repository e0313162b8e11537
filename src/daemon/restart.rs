//! The keys of a configuration that are read at the start only: where the database lies, and where
//! HTTP is served. A reload that would change one is refused as a whole, and names them all.

use super::app::StartError;
use crate::config::Config;

/// A key that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub key: &'static str,
    pub from: String,
    pub to: String,
}

/// Refuses what only a restart can bring.
pub(super) fn check(from: &Config, to: &Config) -> Result<(), StartError> {
    let state_dir = |config: &Config| config.state_dir.display().to_string();
    let keys = [
        ("`state_dir`", state_dir(from), state_dir(to)),
        ("`listen` under `[http]`", listens(from), listens(to)),
    ];
    let changes = keys.into_iter().map(|(key, from, to)| Change { key, from, to });
    let changes: Vec<Change> = changes.filter(|change| change.from != change.to).collect();
    if changes.is_empty() { Ok(()) } else { Err(StartError::NeedsRestart { changes }) }
}

/// Where a configuration has wirewatch listen, in words.
fn listens(config: &Config) -> String {
    config.http.as_ref().map_or("none".to_owned(), |http| http.listen.to_string())
}

/// `x changed from a to b; y changed from c to d`.
pub(super) fn in_words(changes: &[Change]) -> String {
    let told = |Change { key, from, to }: &Change| format!("{key} changed from {from} to {to}");
    changes.iter().map(told).collect::<Vec<_>>().join("; ")
}
