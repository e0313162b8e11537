//! What is searched for: never an error, whatever is typed.

use std::sync::OnceLock;

use wirewatch::domain::ids::EntryId;
use wirewatch::store::{Access, DATABASE_FILE, Store};

pub fn run(bytes: &[u8]) {
    static STORE: OnceLock<(tempfile::TempDir, Store)> = OnceLock::new();
    let (_, store) = STORE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join(DATABASE_FILE), Access::Create).unwrap();
        (dir, store)
    });
    let query = String::from_utf8_lossy(bytes);
    let found = store.search(&query, 10);
    assert!(found.is_ok_and(|found| found.is_empty()), "{query:?}");
    let before = store.search_before(&query, Some(EntryId(7)), 10);
    assert!(before.is_ok(), "{query:?}");
}
