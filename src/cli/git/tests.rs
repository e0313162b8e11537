//! A configuration is taken out of a revision whole, and alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::config_at;
use crate::config::Environment;

fn git(dir: &Path, line: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(dir).args(["-c", "user.name=t", "-c", "user.email=t@t.example"]);
    let ran = git.args(line).output().expect("git runs");
    assert!(ran.status.success(), "{line:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A repository with a configuration in `home/`, and its main file.
fn repository(main: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let home = dir.path().join("home");
    fs::create_dir_all(home.join("topics")).expect("a directory");
    let feed = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
    fs::write(home.join("watch.conf"), format!("{main}{feed}")).expect("a file");
    let topic = "[[topic]]\nid = 't'\nmatch = '@x'\n[lists]\nx = { file = 'names.TSV' }\n";
    fs::write(home.join("topics/t.toml"), topic).expect("a file");
    fs::write(home.join("topics/names.TSV"), "name\tland\nSaab\tSE\n").expect("a file");
    git(dir.path(), &["init", "-q"]);
    let main = home.join("watch.conf");
    (dir, main)
}

fn commit(dir: &Path) {
    git(dir, &["add", "."]);
    git(dir, &["commit", "-qm", "first"]);
}

#[test]
fn files_of_any_name_are_taken_out() {
    let (dir, main) = repository("");
    commit(dir.path());
    fs::remove_file(dir.path().join("home/topics/names.TSV")).expect("removed");
    let env = Environment::fixed([("HOME", "/home/ada")]);
    let then = config_at("HEAD", &main, &env).unwrap_or_else(|failure| panic!("{failure:?}"));
    let source = then.topic_sources.values().next().expect("a topic").to_string();
    assert!(source.contains("Saab"), "{source}");
}

#[test]
fn nothing_outside_the_copy_is_read_as_the_revision() {
    let (dir, main) = repository("topics = '../../../../../../../../..");
    let text = fs::read_to_string(&main).expect("a file");
    let beside = tempfile::tempdir().expect("a directory");
    let topic = "[[topic]]\nid = 't'\nmatch = 'x'\n";
    fs::write(beside.path().join("t.toml"), topic).expect("a file");
    let out = beside.path().display();
    fs::write(&main, text.replacen("[[feed]]", &format!("{out}'\n[[feed]]"), 1)).expect("a file");
    symlink(beside.path(), dir.path().join("home/link")).expect("a link");
    commit(dir.path());
    let env = Environment::fixed([("HOME", "/home/ada")]);
    let refused = format!("{:?}", config_at("HEAD", &main, &env).expect_err("it leads out"));
    assert!(refused.contains("lie outside"), "{refused}");
}
