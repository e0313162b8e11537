//! Lists that stand in files of their own: what is read of them, and where mistakes are shown.

use std::fs;
use std::path::Path;

use wirewatch::config::{Config, load};
use wirewatch::domain::document::Document;
use wirewatch::domain::topic::filter::Origin;

use super::{FEED, env, write};

/// A configuration with one topic that watches `@names`, and these files beside it.
fn set_up(list: &str, files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let topics = format!("[lists]\nnames = {list}\n[[topic]]\nid = 't'\nmatch = '@names'\n");
    write(dir.path(), FEED, &topics);
    fs::create_dir_all(dir.path().join("topics/lists")).expect("a directory");
    for (name, content) in files {
        fs::write(dir.path().join("topics").join(name), content).expect("a file");
    }
    dir
}

fn good(dir: &Path) -> Config {
    load(dir, &env()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Which of these titles the topic finds.
fn found<'t>(config: &Config, titles: &[&'t str]) -> Vec<&'t str> {
    let matches = |title: &&&str| {
        let document = Document { title: (**title).to_owned(), ..Document::default() };
        !config.topics.evaluate(&document, &Origin::UNKNOWN).is_empty()
    };
    titles.iter().filter(matches).copied().collect()
}

/// What a user sees of a wrong list file.
fn shown(list: &str, files: &[(&str, &[u8])]) -> String {
    let dir = set_up(list, files);
    let problems = load(dir.path(), &env()).expect_err("a wrong list");
    problems.render(false).replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn a_list_is_read_line_by_line_from_a_file_beside_the_topics() {
    let text = "\u{feff}# Makers of arms\nSaab AB\r\n\n  Rheinmetall*\nAT&T # not a comment here\n";
    let text = text.replace(" # not a comment here", "");
    let files: [(&str, &[u8]); 1] = [("lists/makers.txt", text.as_bytes())];
    let dir = set_up("{ file = 'lists/makers.txt' }", &files);
    let config = good(dir.path());
    let titles = ["Saab AB wins order", "Rheinmetalls Werk", "AT&T calls", "Makers of arms meet"];
    assert_eq!(found(&config, &titles), titles[..3]);
    assert!(config.files.contains(&dir.path().join("topics/lists/makers.txt")));
}

#[test]
fn a_list_is_read_from_a_column_of_a_table() {
    let table = "country;name\nSE;\"Saab; \"\"AB\"\"\"\nDE;Rheinmetall\nFR;\n";
    let files: [(&str, &[u8]); 1] = [("makers.csv", table.as_bytes())];
    let dir = set_up("{ file = 'makers.csv', column = 'name' }", &files);
    let titles = ["Rheinmetall grows", "SE for sure"];
    assert_eq!(found(&good(dir.path()), &titles), titles[..1]);
    let dir = set_up("{ file = 'makers.csv' }", &files);
    assert_eq!(found(&good(dir.path()), &titles), titles[1..]);
}

#[test]
fn a_mistake_in_a_list_file_is_shown_where_it_stands() {
    let files: [(&str, &[u8]); 1] = [("makers.txt", b"# x\nSaab\n  ab*\nA NEAR/5 B\n")];
    insta::assert_snapshot!(shown("{ file = 'makers.txt' }", &files), @r#"
    error[short_wildcard]: `*` needs at least 3 letters beside it
     --> topics/makers.txt:3:3
      |
    3 |   ab*
      |   ^^^
      |
      = hint: write more of the word, or list the forms you mean

    error[rule_in_list]: `NEAR/5` in a list entry: lists hold terms, not rules
     --> topics/makers.txt:4:1
      |
    4 | A NEAR/5 B
      | ^^^^^^^^^^
      |
      = hint: write a rule as a macro, a string: `name = 'a NEAR/5 b'`; to look for these very words put them in double quotes within the entry

    2 problems in the configuration
    "#);
}

#[test]
fn a_mistake_in_a_table_is_shown_in_its_cell() {
    let files: [(&str, &[u8]); 1] =
        [("t.csv", "id,name\n1,\"\"\"é\"\" NEAR/5 x\"\n2,é ab*\n".as_bytes())];
    insta::assert_snapshot!(shown("{ file = 't.csv', column = 'name' }", &files), @r#"
    error[rule_in_list]: a list entry is one term, and it ends before this
     --> topics/t.csv:2:4
      |
    2 | 1,"""é"" NEAR/5 x"
      |    ^^^^^^^^^^^^^^
      |
      = hint: write a rule as a macro, a string: `name = 'a NEAR/5 b'`

    error[short_wildcard]: `*` needs at least 3 letters beside it
     --> topics/t.csv:3:5
      |
    3 | 2,é ab*
      |     ^^^
      |
      = hint: write more of the word, or list the forms you mean

    2 problems in the configuration
    "#);
}

#[test]
fn a_list_file_that_cannot_be_used_is_shown_where_it_is_named() {
    insta::assert_snapshot!(shown("{ file = 'gone.txt' }", &[]), @r#"
    error[unreadable_list]: the list topics/gone.txt cannot be used: there is no such file
     --> topics/t.toml:2:18
      |
    2 | names = { file = 'gone.txt' }
      |                  ^^^^^^^^^^
      |
      = hint: its path is seen from the folder of this topic file

    1 problem in the configuration
    "#);
    let files: [(&str, &[u8]); 1] = [("t.csv", b"name,country\nx,y\n")];
    insta::assert_snapshot!(shown("{ file = 't.csv', column = 'nmae' }", &files), @r#"
    error[unknown_column]: `nmae` is not a column of this list
     --> topics/t.toml:2:36
      |
    2 | names = { file = 't.csv', column = 'nmae' }
      |                                    ^^^^^^
      |
      = hint: did you mean "name"?

    1 problem in the configuration
    "#);
    insta::assert_snapshot!(shown("{ file = 't.txt' }", &[("t.txt", b"# only\n")]), @r#"
    error[empty_list]: the list topics/t.txt has no entries
     --> topics/t.toml:2:18
      |
    2 | names = { file = 't.txt' }
      |                  ^^^^^^^

    1 problem in the configuration
    "#);
    insta::assert_snapshot!(shown("{ file = 't.txt' }", &[("t.txt", b"good\nb\xff")]), @r#"
    error[not_utf8]: this file is not UTF-8 text from here on
     --> topics/t.txt:2:2
      |
    2 | b�
      |  ^

    1 problem in the configuration
    "#);
    let large = vec![b'a'; 4 * 1024 * 1024 + 1];
    insta::assert_snapshot!(shown("{ file = 't.txt' }", &[("t.txt", &large)]), @r#"
    error[unreadable_list]: the list topics/t.txt cannot be used: this file is larger than 4194304 bytes
     --> topics/t.toml:2:18
      |
    2 | names = { file = 't.txt' }
      |                  ^^^^^^^
      |
      = hint: its path is seen from the folder of this topic file

    1 problem in the configuration
    "#);
}
