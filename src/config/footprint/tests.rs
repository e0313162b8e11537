//! A configuration's files are as they were, or they are not.

use std::os::unix::fs::symlink;
use std::time::SystemTime;

use super::*;

const MAX_BYTES: u64 = 1 << 20;

/// A footprint of one file and of the `*.toml` in its directory.
fn footprint(dir: &Path) -> Footprint {
    let mut footprint = Footprint::default();
    footprint.file(&dir.join("main.toml"), MAX_BYTES);
    footprint.names(dir, "*.toml");
    footprint
}

#[test]
fn what_is_written_moved_added_or_taken_away_is_noticed_and_what_is_touched_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let main = dir.join("main.toml");
    fs::write(&main, "a = 1").unwrap();
    let mut seen = footprint(dir);
    let begun = seen.then();
    assert_eq!(seen.now(), begun);
    // The same text by another file, and a file that is nobody's business.
    fs::write(dir.join("new"), "a = 1").unwrap();
    fs::rename(dir.join("new"), &main).unwrap();
    fs::write(dir.join("notes.txt"), "x").unwrap();
    fs::write(dir.join(".main.toml.swp"), "x").unwrap();
    assert_eq!(seen.now(), begun);
    fs::write(&main, "a = 2").unwrap();
    let changed = seen.now();
    assert_ne!(changed, begun);
    assert_eq!(seen.now(), changed, "it stays as it is");
    fs::write(&main, "a = 1").unwrap();
    assert_eq!(seen.now(), begun, "and it can be taken back");
    fs::write(dir.join("more.toml"), "").unwrap();
    assert_ne!(seen.now(), begun);
    fs::remove_file(dir.join("more.toml")).unwrap();
    fs::remove_file(&main).unwrap();
    let gone = seen.now();
    assert_ne!(gone, begun);
    fs::write(&main, "a = 1").unwrap();
    assert_eq!(seen.now(), begun, "a file that is back is as it was");
}

/// Systems that tell times in steps tell nothing of a second change within one.
#[test]
fn a_file_that_changed_just_now_is_read_again_whatever_its_times_say() {
    let recent = |ago: u64| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let changed = i64::try_from(since.as_secs() - ago).unwrap();
        is_settled(&(1, 1, 5, changed, 0, changed, 0))
    };
    assert!(!recent(0) && recent(3));
}

/// As Kubernetes brings in a changed ConfigMap: the files never change, a link above them does.
#[test]
fn a_link_that_leads_to_another_directory_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for (version, text) in [("..1", "a = 1"), ("..2", "a = 2")] {
        fs::create_dir(dir.join(version)).unwrap();
        fs::write(dir.join(version).join("main.toml"), text).unwrap();
    }
    symlink("..1", dir.join("..data")).unwrap();
    symlink("..data/main.toml", dir.join("main.toml")).unwrap();
    let mut seen = footprint(dir);
    let begun = seen.now();
    symlink("..2", dir.join("..data_tmp")).unwrap();
    fs::rename(dir.join("..data_tmp"), dir.join("..data")).unwrap();
    assert_ne!(seen.now(), begun);
}
