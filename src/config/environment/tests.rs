//! Where configuration and state are looked for, in which order.

use std::path::{Path, PathBuf};

use super::{Environment, MAIN_FILE, locate};

#[test]
fn the_state_directory_is_the_first_that_is_named() {
    let all = Environment::fixed([
        ("STATE_DIRECTORY", "/var/lib/wirewatch:/var/lib/other"),
        ("XDG_STATE_HOME", "/xdg"),
        ("HOME", "/home/ada"),
    ]);
    let given = Some(PathBuf::from("/from-file"));
    let flag = all.clone().with_state_dir(Some("/flag".into()));
    assert_eq!(flag.state_dir(given.clone()), Some("/flag".into()));
    assert_eq!(all.state_dir(given), Some("/from-file".into()));
    assert_eq!(all.state_dir(None), Some("/var/lib/wirewatch".into()));
    let xdg = Environment::fixed([("XDG_STATE_HOME", "/xdg"), ("HOME", "/home/ada")]);
    assert_eq!(xdg.state_dir(None), Some("/xdg/wirewatch".into()));
    let home = Environment::fixed([("XDG_STATE_HOME", ""), ("HOME", "/home/ada")]);
    assert_eq!(home.state_dir(None), Some("/home/ada/.local/state/wirewatch".into()));
    assert_eq!(Environment::fixed([]).state_dir(None), None);
}

#[test]
fn the_main_file_is_looked_for_in_order() {
    let dir = tempfile::tempdir().expect("a directory");
    let xdg = dir.path().join("xdg");
    let place = xdg.join("wirewatch").join(MAIN_FILE);
    std::fs::create_dir_all(xdg.join("wirewatch")).expect("a directory");
    let text = xdg.to_string_lossy().into_owned();
    let env =
        Environment::fixed([("CONFIGURATION_DIRECTORY", "/none"), ("XDG_CONFIG_HOME", &text)]);
    assert_eq!(locate(None, &env), Path::new("config").join(MAIN_FILE));
    std::fs::write(&place, "").expect("a file");
    assert_eq!(locate(None, &env), place);
    assert_eq!(locate(Some(&xdg.join("wirewatch")), &env), place);
    assert_eq!(locate(Some(Path::new("other.toml")), &env), Path::new("other.toml"));
    // A place that cannot be looked into is not passed over for another.
    let ring = dir.path().join("ring");
    std::os::unix::fs::symlink(&ring, &ring).expect("a link");
    let text = ring.to_string_lossy().into_owned();
    let env = Environment::fixed([
        ("CONFIGURATION_DIRECTORY", &*text),
        ("XDG_CONFIG_HOME", xdg.to_str().expect("text")),
    ]);
    assert_eq!(locate(None, &env), ring.join(MAIN_FILE));
}
