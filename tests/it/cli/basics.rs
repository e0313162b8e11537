//! What every command line program should do: help, version, usage errors, streams, colours.

use std::fs;
use std::process::Stdio;

use super::scene::{Scene, command, rest, run, run_in};

#[test]
fn help_and_version_are_answers_on_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let help = run_in(dir.path(), "--help").ended(0);
    assert!(help.out.contains("Exit codes: 0 ok; 1 failed"), "{}", help.out);
    assert!(help.err.is_empty());
    let version = run_in(dir.path(), "version").ended(0);
    assert_eq!(version.out, format!("wirewatch {}\n", env!("CARGO_PKG_VERSION")));
    let json = run_in(dir.path(), "version -o json").ended(0).json();
    assert_eq!(json["alert_schema"], "wirewatch.alert.v1");
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_code_2() {
    let dir = tempfile::tempdir().unwrap();
    for line in [
        "",
        "frobnicate",
        "alerts",
        "alerts list --limit many",
        "run -q -v",
        "-o xml version",
        "demo -o json",
    ] {
        let ran = run_in(dir.path(), line).ended(2);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
        assert!(!ran.err.is_empty(), "{line}");
    }
    let typo = run_in(dir.path(), "alrets list").ended(2);
    assert!(typo.err.contains("'alerts'"), "a typo is met with the right word: {}", typo.err);
}

#[test]
fn every_command_of_the_readme_is_there_and_has_help() {
    let readme = include_str!("../../../README.md");
    let table = readme.split("| command | what it does |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let dir = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for row in rows {
        let cell = row.replace("\\|", "/");
        let cell = cell.split('|').nth(1).unwrap().to_owned();
        for part in cell.split(';') {
            let mut group = String::new();
            for (at, span) in part.split('`').skip(1).step_by(2).enumerate() {
                let mut words = span
                    .split_whitespace()
                    .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
                let first = words.next().unwrap().to_owned();
                let line = match words.next() {
                    Some(second) => {
                        group = first.clone();
                        format!("{first} {second}")
                    }
                    None if at > 0 && !group.is_empty() => format!("{group} {first}"),
                    None => first,
                };
                run_in(dir.path(), &format!("{line} --help")).ended(0);
                commands += 1;
            }
        }
    }
    assert!(commands >= 20, "only {commands} commands were read from the table");
}

#[test]
fn completions_and_the_manual_name_the_commands() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = run_in(dir.path(), &format!("completions {shell}")).ended(0).out;
        assert!(script.contains("explain"), "{shell}");
    }
    let page = run_in(dir.path(), "man").ended(0).out;
    assert!(page.contains(".TH wirewatch") && page.contains("WIREWATCH ALERTS TAIL"), "{page}");
}

#[test]
fn the_manual_is_written_as_a_page_per_command() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "man --into share/man1").ended(0);
    let share = dir.path().join("share/man1");
    let page = |name: &str| std::fs::read_to_string(share.join(name)).unwrap();
    let main = page("wirewatch.1");
    assert!(main.contains(r"wirewatch\-alerts(1)") && main.contains("Exit codes: 0 ok"), "{main}");
    let tail = page("wirewatch-alerts-tail.1");
    assert!(tail.contains(r"\-\-follow"), "{tail}");
    std::fs::write(dir.path().join("file"), "").unwrap();
    let refused = run_in(dir.path(), "man --into file/man1").ended(1);
    assert!(refused.err.contains("cannot write manual pages into file/man1"), "{}", refused.err);
}

#[test]
fn a_reader_that_goes_away_ends_a_command_without_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command(dir.path())
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let said = rest(child.stderr.take().unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert!(said.is_empty(), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_is_used_where_it_is_asked_for_and_nowhere_else() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let plain = scene.run(&format!("alerts show {id}")).ended(0);
    assert!(!plain.out.contains('\u{1b}'), "no terminal, no colour: {:?}", plain.out);
    let coloured = scene.run(&format!("alerts show {id} --color always")).ended(0);
    assert!(coloured.out.contains("\u{1b}["), "{:?}", coloured.out);
    let error = scene.run("alerts show A0 --color never").ended(1);
    assert!(error.err.starts_with("error: there is no alert A0"), "{:?}", error.err);
}

#[test]
fn a_bad_log_filter_is_told_and_not_obeyed() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run(command(dir.path()).arg("version").env("WIREWATCH_LOG", "wirewatch=loud"));
    assert!(ran.ended(0).err.contains("WIREWATCH_LOG is not a log filter"));
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_that_a_state_directory_cannot_be_one() {
    let scene = Scene::new(&["wire"]).await;
    let main = fs::read_to_string(&scene.config).unwrap();
    for (named, code, ended) in [
        ("wirewatch.toml", "unusable_state_dir", 1),
        ("wirewatch.toml/below", "unusable_state_dir", 1),
        ("/proc/nope", "closed_state_dir", 3),
    ] {
        let named = format!("state_dir = \"{named}\"");
        fs::write(&scene.config, main.replace("state_dir = \"state\"", &named)).unwrap();
        let found = scene.run("check --deny-warnings -o json").ended(ended).list();
        assert!(found.iter().any(|one| one["code"] == code), "{named}: {found:#?}");
        assert!(scene.run("check").err.contains("name a"), "{named}");
    }
}
