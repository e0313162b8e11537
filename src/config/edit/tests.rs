//! A test is added, and nothing else of the file changes.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use proptest::prelude::*;

use super::super::restore;
use super::{EditError, TestDraft, append_test};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::TestKind;

const FILE: &str = "\
# Topics of the desk.

[[topic]]
id = \"nato\"   # the alliance
match = 'NATO'

[[topic.test]]
expect = \"match\"
title = \"NATO meets\"
  # A note on the weights.
[topic.weights]
'NATO' = 1.0 # one

# ---- The second ----
[[topic]]
id = 'oil'
match = 'oil'
";

fn id(text: &str) -> TopicId {
    text.parse().expect("an id")
}

fn draft(title: &str) -> TestDraft {
    TestDraft {
        title: title.to_owned(),
        note: "noise, 2026-06-03, ada".to_owned(),
        ..TestDraft::default()
    }
}

/// The file after a test was added, and the line of the test.
fn added(before: &str, topic: &str, test: &TestDraft) -> (String, Result<u32, EditError>) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("t.toml");
    fs::write(&file, before).expect("a file");
    let line = append_test(&file, &id(topic), test);
    let left: Vec<_> = fs::read_dir(dir.path()).expect("a directory").collect();
    assert_eq!(left.len(), 1, "nothing else is left behind: {left:?}");
    (fs::read_to_string(&file).expect("a file"), line)
}

#[test]
fn a_test_is_added_behind_all_that_is_its_topics_and_nothing_else_changes() {
    let (first, line) = added(FILE, "nato", &draft("NATO strap \"sale\""));
    let test = "\n\n# noise, 2026-06-03, ada\n[[topic.test]]\nexpect = \"reject\"\n\
                title = 'NATO strap \"sale\"'";
    assert_eq!(first, FILE.replace("# one\n", &format!("# one{test}\n")));
    let line = line.expect("written") as usize;
    assert_eq!(first.lines().nth(line - 1), Some("[[topic.test]]"));
    let (second, _) = added(&first, "oil", &draft("Oil paintings"));
    assert!(
        second.starts_with(&first) && second.ends_with("title = \"Oil paintings\"\n"),
        "{second}"
    );
}

#[test]
fn a_file_without_a_last_line_end_and_one_with_carriage_returns_are_continued_as_they_are() {
    let (bare, _) = added(FILE.trim_end(), "oil", &draft("Oil paintings"));
    assert!(bare.contains("match = 'oil'\n\n# noise"), "{bare}");
    let (windows, _) = added(&FILE.replace('\n', "\r\n"), "nato", &draft("NATO strap"));
    assert_eq!(windows.matches('\n').count(), windows.matches("\r\n").count(), "{windows:?}");
}

#[test]
fn a_file_that_is_not_what_it_was_stays_untouched() {
    let inline = "topic = [{ id = 'nato', match = 'NATO' }]\n";
    let inline_tests = "[[topic]]\nid = 'nato'\nmatch = 'NATO'\ntest = []\n";
    for (text, code) in [
        ("[[topic]\n", "toml_syntax"),
        ("[[topic]]\nid = 'other'\nmatch = 'x'\n", "unknown_topic"),
        ("", "unknown_topic"),
        (inline, "inline_topic"),
        (inline_tests, "inline_topic"),
        ("[[topic]]\nid = 'nato'\n", "not_read_back"),
    ] {
        let (after, refused) = added(text, "nato", &draft("NATO strap"));
        assert_eq!((after.as_str(), refused.map_err(|error| error.code())), (text, Err(code)));
    }
    let (_, refused) = added(FILE, "nato", &TestDraft::default());
    assert_eq!(refused.map_err(|error| error.code()), Err("empty_test"));
    let mut large = draft("x");
    large.body = "long ".repeat(300_000);
    let (after, refused) = added(FILE, "nato", &large);
    assert_eq!(
        (after.as_str(), refused.map_err(|error| error.code())),
        (FILE, Err("file_too_large"))
    );
}

#[test]
fn a_link_stays_a_link_and_a_file_keeps_its_rights() {
    let dir = tempfile::tempdir().expect("a directory");
    let real = dir.path().join("real.toml");
    let link = dir.path().join("link.toml");
    fs::write(&real, FILE).expect("a file");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("rights");
    symlink(&real, &link).expect("a link");
    append_test(&link, &id("nato"), &draft("NATO strap")).expect("written");
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).expect("a file").contains("NATO strap"));
}

#[test]
fn a_file_stays_with_its_owner() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("t.toml");
    fs::write(&file, FILE).expect("a file");
    // Only root can give a file away; whoever else runs this keeps an own one.
    let _ = std::os::unix::fs::chown(&file, Some(12_345), Some(12_345));
    let owner = |data: fs::Metadata| (data.uid(), data.gid());
    let before = owner(fs::metadata(&file).expect("a file"));
    append_test(&file, &id("nato"), &draft("NATO strap")).expect("written");
    assert_eq!(owner(fs::metadata(&file).expect("a file")), before);
}

proptest! {
    /// Whatever a feed said, the test that is made of it says the same.
    #[test]
    fn a_test_says_what_the_entry_said(
        title in "[ -~äЖ北\"'\\\\#\u{1b}]{1,30}",
        body in "([ -~é\"'\\\\\u{7f}]{0,20}\n){0,3}",
        note in "[ -~\n\r\u{1b}]{0,40}",
        publisher in proptest::option::of("[a-z\"' ]{1,10}"),
    ) {
        let entry = Document { title, body, language: Some("en".to_owned()), ..Document::default() };
        prop_assume!(!entry.title.trim().is_empty());
        let test = TestDraft { publisher, ..TestDraft::of(&entry, true, note) };
        let (after, line) = added(FILE, "nato", &test);
        if test.publisher.as_ref().is_some_and(|publisher| publisher.trim().is_empty()) {
            return Ok(());
        }
        prop_assert!(line.is_ok(), "{line:?}");
        let set = restore(&after, "t").map_err(|problems| TestCaseError::fail(problems.to_string()))?.set;
        let topic = set.get(&id("nato")).expect("the topic");
        let TestKind::Entry(read) = &topic.tests[1].kind else { panic!("{topic:?}") };
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(&read.subject.document.title, &words(&entry.title));
        prop_assert_eq!(words(&read.subject.document.body), words(&entry.body));
        prop_assert_eq!(topic.tests[1].line, line.expect("written"));
    }
}
