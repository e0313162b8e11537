//! A main file and a topic file, with a NUL between them: read whole, or refused with problems that can
//! be shown, each at a place.

use std::fs;
use std::sync::OnceLock;

use wirewatch::config::{Environment, load};

pub fn run(bytes: &[u8]) {
    static DIR: OnceLock<tempfile::TempDir> = OnceLock::new();
    let dir = DIR.get_or_init(|| tempfile::tempdir().unwrap()).path();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (main, topics) = bytes.split_at(end);
    fs::create_dir_all(dir.join("topics")).unwrap();
    fs::write(dir.join("wirewatch.toml"), main).unwrap();
    fs::write(dir.join("topics/t.toml"), topics.get(1..).unwrap_or_default()).unwrap();
    let env = Environment::fixed([("HOME", "/home/ada")]);
    let Err(problems) = load(dir, &env) else { return };
    assert!(problems.count() > 0);
    let shown = problems.to_string();
    assert!(!shown.is_empty());
    let bad = shown.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
    assert_eq!(bad, None, "{shown:?}");
}
