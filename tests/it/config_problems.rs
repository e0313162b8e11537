//! What a user is shown of a wrong configuration: all of it at once, each problem at its place.

use std::fs;
use std::path::Path;

use wirewatch::config::{Environment, Problems, load};

const FEED: &str = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
const TOPIC: &str = "[[topic]]\nid = 't'\nmatch = 'NATO'\n";

fn env() -> Environment {
    Environment::fixed([("HOME", "/home/ada")])
}

/// The problems of a configuration of these two files, which must be wrong.
fn problems(main: &str, topics: &str) -> Problems {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), main, topics);
    load(dir.path(), &env())
        .err()
        .unwrap_or_else(|| panic!("no problem in:\n{main}\n{topics}"))
}

fn write(dir: &Path, main: &str, topics: &str) {
    fs::create_dir_all(dir.join("topics")).expect("a directory");
    fs::write(dir.join("wirewatch.toml"), main).expect("a file");
    fs::write(dir.join("topics/t.toml"), topics).expect("a file");
}

/// As a user sees them, without the path of the temporary directory.
fn shown(main: &str, topics: &str) -> String {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), main, topics);
    let problems = load(dir.path(), &env()).expect_err("a wrong configuration");
    let prefix = format!("{}/", dir.path().display());
    problems.render(false).replace(&prefix, "")
}

/// Every problem as `code file:line:column`.
fn places(main: &str, topics: &str) -> Vec<String> {
    let problems = problems(main, topics);
    let places = problems.iter().map(|problem| {
        let file = problem.file.as_deref().unwrap_or("-");
        let file = file.rsplit('/').next().unwrap_or(file);
        format!(
            "{} {file}:{}:{}",
            problem.code, problem.line, problem.column
        )
    });
    places.collect()
}

#[test]
fn five_mistakes_in_two_files_are_all_shown_at_once() {
    let main = "\
[[feed]]
id = \"bbc\"
url = \"ftp://feeds.example/world\"
intervall = \"15m\"

[[channel]]
id = \"log\"
type = \"log\"
";
    let topics = "\
[[topic]]
id = \"nato\"
severity = \"hgih\"
channels = [\"lgo\"]
match = '''
(NATO OR OTAN) AND
  defence pact
'''
";
    insta::assert_snapshot!(shown(main, topics), @r#"
    error[bad_url]: `ftp:` URLs are not fetched
     --> wirewatch.toml:3:7
      |
    3 | url = "ftp://feeds.example/world"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: only http: and https: are

    error[unknown_key]: `intervall` is not a key of a feed
     --> wirewatch.toml:4:1
      |
    4 | intervall = "15m"
      | ^^^^^^^^^
      |
      = hint: did you mean `interval`?

    error[bad_severity]: `hgih` is not a severity
     --> topics/t.toml:3:12
      |
    3 | severity = "hgih"
      |            ^^^^^^
      |
      = hint: did you mean "high"?

    error[unknown_channel]: `lgo` is not a channel
     --> topics/t.toml:4:13
      |
    4 | channels = ["lgo"]
      |             ^^^^^
      |
      = hint: did you mean "log"?

    error[side_by_side]: these stand side by side without an operator
     --> topics/t.toml:7:3
      |
    7 |   defence pact
      |   ^^^^^^^^^^^^
      |
      = hint: write `"defence pact"` or `defence AND pact`

    5 problems in the configuration
    "#);
}

#[test]
fn a_mistake_within_a_rule_is_shown_where_it_was_written() {
    for (rule, place) in [
        ("match = 'a NEAR b'", "3:12"),
        ("match = \"\\\"é x\\\" NEAR b\"", "3:18"),
        ("match = '''\na\nOR b NEAR c'''", "5:6"),
        ("match = \"\"\"\\\n   a OR \\\n  b NEAR c\"\"\"", "5:5"),
        ("exclude = ['x', 'a NEAR b']\nmatch = 'y'", "3:20"),
        ("threshold = 1\nweights = { 'a NEAR b' = 1 }", "4:16"),
    ] {
        let topics = format!("[[topic]]\nid = 't'\n{rule}\n");
        let expect = [format!("missing_number t.toml:{place}")];
        assert_eq!(places(FEED, &topics), expect, "{rule}");
    }
    let lists = format!("[lists]\nx = ['good', 'ab*']\ny = 'a NEAR b'\n{TOPIC}");
    let expect = ["short_wildcard t.toml:2:15", "missing_number t.toml:3:8"];
    assert_eq!(places(FEED, &lists), expect);
}

#[test]
fn each_mistake_of_the_main_file_has_its_own_code_and_place() {
    let mut wrong = Vec::new();
    let channel = "[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://h.example'\n";
    for (main, place) in [
        ("".to_owned(), "no_feeds wirewatch.toml:1:1"),
        (
            format!("{FEED}[[feed]]\nid = 'a'\nurl = 'https://b.example'\n"),
            "duplicate_feed wirewatch.toml:5:6",
        ),
        (
            format!("{FEED}[[feed]]\nid = 'b'\nurl = 'https://a.example/feed'\n"),
            "duplicate_url wirewatch.toml:6:7",
        ),
        (
            "[[feed]]\nid = 'a b'\nurl = 'https://a.example'\n".to_owned(),
            "bad_id wirewatch.toml:2:6",
        ),
        (
            "[[feed]]\nid = 'a'\n".to_owned(),
            "missing_key wirewatch.toml:1:1",
        ),
        (
            "[[feed]]\nid = 'a'\nurl = 'a.example'\n".to_owned(),
            "bad_url wirewatch.toml:3:7",
        ),
        (
            format!("{FEED}interval = '15 parsecs'\n"),
            "bad_duration wirewatch.toml:4:12",
        ),
        (
            format!("{FEED}interval = '1h..15m'\n"),
            "out_of_range wirewatch.toml:4:12",
        ),
        (
            format!("{FEED}interval = '1s'\n"),
            "out_of_range wirewatch.toml:4:12",
        ),
        (
            format!("{FEED}interval = 900\n"),
            "wrong_type wirewatch.toml:4:12",
        ),
        (
            format!("{FEED}interval = '1h'\nfloor = '1h'\n"),
            "conflicting_keys wirewatch.toml:4:12",
        ),
        (
            format!("{FEED}tags = [1]\n"),
            "wrong_type wirewatch.toml:4:9",
        ),
        (
            format!("{FEED}[fetch]\nmax_body = '16 megs'\n"),
            "bad_size wirewatch.toml:5:12",
        ),
        (
            format!("{FEED}[fetch]\nmax_redirects = 99\n"),
            "out_of_range wirewatch.toml:5:17",
        ),
        (
            format!("{FEED}[egress]\nallow_net = ['10.0.0.0/99']\n"),
            "bad_network wirewatch.toml:5:14",
        ),
        (
            format!("{FEED}[egress]\ncontact = 'é'\n"),
            "bad_contact wirewatch.toml:5:11",
        ),
        (format!("{FEED}[fetsh]\n"), "unknown_key wirewatch.toml:4:2"),
        (
            format!("{FEED}[[channel]]\nid = 'x'\ntype = 'webhok'\n"),
            "unknown_channel_type wirewatch.toml:6:8",
        ),
        (
            format!("{FEED}{channel}{channel}"),
            "duplicate_channel wirewatch.toml:9:6",
        ),
        (
            format!("{FEED}{channel}secret_env = 'NONE'\n"),
            "bad_secret wirewatch.toml:8:14",
        ),
        (
            format!("{FEED}{channel}secret_file = 'none'\n"),
            "bad_secret wirewatch.toml:8:15",
        ),
        (
            format!("{FEED}{channel}keep = 3\n"),
            "unknown_key wirewatch.toml:8:8",
        ),
        (
            format!("{FEED}{channel}min_severity = 'hi'\n"),
            "bad_severity wirewatch.toml:8:16",
        ),
        (
            format!("{FEED}{channel}headers = {{ Host = 'x' }}\n"),
            "bad_header wirewatch.toml:8:13",
        ),
        (
            format!("topics = 'nowhere'\n{FEED}"),
            "no_topics_dir wirewatch.toml:1:10",
        ),
        (
            format!("state_dir = ''\n{FEED}"),
            "empty_value wirewatch.toml:1:13",
        ),
        (
            format!("{FEED}id = 'b'\n"),
            "duplicate_key wirewatch.toml:4:1",
        ),
        (format!("{FEED}broken\n"), "toml_syntax wirewatch.toml:4:7"),
    ] {
        let found = places(&main, TOPIC);
        if found != [place] {
            wrong.push((found, place));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn each_mistake_of_a_topic_file_has_its_own_code_and_place() {
    let mut wrong = Vec::new();
    let test = format!("{TOPIC}[[topic.test]]\n");
    for (topics, place) in [
        ("".to_owned(), "no_topics wirewatch.toml:1:1"),
        (format!("{TOPIC}{TOPIC}"), "duplicate_topic t.toml:5:6"),
        ("[[topic]]\nid = 't'\n".to_owned(), "missing_key t.toml:1:1"),
        (
            "[[topic]]\nmatch = 'a'\n".to_owned(),
            "missing_key t.toml:1:1",
        ),
        (
            format!("{TOPIC}severity = 'urgent'\n"),
            "bad_severity t.toml:4:12",
        ),
        (
            format!("{TOPIC}channels = ['desk']\n"),
            "unknown_channel t.toml:4:13",
        ),
        (format!("{TOPIC}macht = 'a'\n"), "unknown_key t.toml:4:1"),
        (
            format!("{TOPIC}threshold = 2\n"),
            "missing_weights t.toml:4:13",
        ),
        (
            format!("{TOPIC}threshold = nan\nweights = {{ a = 1 }}\n"),
            "out_of_range t.toml:4:13",
        ),
        (
            format!("{TOPIC}weights = {{ a = 0 }}\n"),
            "out_of_range t.toml:4:17",
        ),
        (
            format!("{TOPIC}weights = {{ a = 'x' }}\n"),
            "wrong_type t.toml:4:17",
        ),
        (
            format!("{TOPIC}[topic.alert]\nmax_age = '0s'\n"),
            "out_of_range t.toml:5:11",
        ),
        (
            format!("{TOPIC}[topic.alert]\npublishers = {{ min = 0 }}\n"),
            "out_of_range t.toml:5:22",
        ),
        (
            format!("{TOPIC}[topic.alert]\nfollow_up = {{ publishers = [3, 3] }}\n"),
            "out_of_range t.toml:5:28",
        ),
        (format!("{TOPIC}[lists]\nx = []\n"), "empty_list t.toml:5:1"),
        (
            format!("{TOPIC}[lists]\n'2 x' = ['a']\n"),
            "bad_list_name t.toml:5:1",
        ),
        (
            format!("{TOPIC}[lists]\nx = ['@y']\n"),
            "reference_in_list t.toml:5:7",
        ),
        (format!("{test}title = 'x'\n"), "missing_key t.toml:4:1"),
        (
            format!("{test}expect = 'match'\n"),
            "missing_key t.toml:4:1",
        ),
        (
            format!("{test}expect = 'mtach'\ntitle = 'x'\n"),
            "bad_expectation t.toml:5:10",
        ),
        (
            format!("{test}expect = 'match'\ntitle = 'x'\nscore = [3, 2]\n"),
            "out_of_range t.toml:7:9",
        ),
        (
            format!("{test}expect = 'reject'\ntitle = 'x'\nevidence = 'x'\n"),
            "conflicting_keys t.toml:7:12",
        ),
    ] {
        let found = places(FEED, &topics);
        if found != [place] {
            wrong.push((found, place));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn a_list_named_in_two_files_is_shown_with_its_first_place() {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), FEED, &format!("{TOPIC}[lists]\nx = ['a']\n"));
    fs::write(dir.path().join("topics/a.toml"), "[lists]\nx = ['b']\n").expect("a file");
    let problems = load(dir.path(), &env()).expect_err("a duplicate");
    let prefix = format!("{}/", dir.path().display());
    insta::assert_snapshot!(problems.render(false).replace(&prefix, ""), @r#"
    error[duplicate_list]: there is a list or macro `x` already
     --> topics/t.toml:5:1
      |
    5 | x = ['a']
      | ^
      |
     ::: topics/a.toml:2:1
      |
    2 | x = ['b']
      | - first here
      |
      = hint: lists are shared by all topic files: name each once

    1 problem in the configuration
    "#);
}

#[test]
fn an_unknown_list_is_shown_at_its_name() {
    let topics =
        "[lists]\nstates = ['Denmark']\n[[topic]]\nid = 't'\nmatch = 'NATO AND\n@sttaes'\n";
    let topics = topics.replace("'NATO AND\n@sttaes'", "'''NATO AND\n@sttaes'''");
    assert_eq!(places(FEED, &topics), ["unknown_list t.toml:6:1"]);
}

#[test]
fn a_list_that_could_not_be_read_is_not_called_unknown_too() {
    let topics = "[lists]\nx = ['ab*']\n[[topic]]\nid = 't'\nmatch = '@x'\n";
    assert_eq!(places(FEED, topics), ["short_wildcard t.toml:2:7"]);
}

#[test]
fn a_secret_in_the_file_is_refused_and_shown_nowhere() {
    let main = format!(
        "{FEED}[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://ada:hunter2@h.example/'\n\
         secret = \"hunter2\"\nheaders = {{ X-Api-Key = 'hunter2' }}\n"
    );
    let problems = problems(&main, TOPIC);
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["inline_secret"; 3]);
    assert!(!problems.render(true).contains("hunter2"), "{problems}");
    assert!(!format!("{:?}", problems.iter().collect::<Vec<_>>()).contains("hunter2"));
    assert!(!format!("{problems:?}").contains("hunter2"));
}

#[test]
fn a_broken_file_does_not_hide_the_mistakes_of_the_others() {
    let found = places(
        "[[feed]\nid = 'a'\n",
        "[[topic]]\nid = 't'\nmatch = 'a NEAR b'\n",
    );
    assert!(
        found
            .iter()
            .any(|place| place.starts_with("toml_syntax wirewatch.toml:1:")),
        "{found:?}"
    );
    assert!(
        found.contains(&"missing_number t.toml:3:12".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_missing_configuration_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let problems = load(&dir.path().join("none.toml"), &env()).expect_err("nothing there");
    assert!(problems.not_found());
    assert!(
        problems.to_string().contains("wirewatch init"),
        "{problems}"
    );
}

#[test]
fn a_file_that_is_not_text_is_shown_where_it_stops_being_so() {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), FEED, TOPIC);
    fs::write(dir.path().join("topics/t.toml"), b"# caf\xe9\n").expect("a file");
    let problems = load(dir.path(), &env()).expect_err("not text");
    let first = problems.iter().next().expect("a problem");
    assert_eq!((first.code, first.line, first.column), ("not_utf8", 1, 6));
}

#[test]
fn a_flood_of_mistakes_is_counted_but_not_all_shown() {
    let topics = (0..5_000).map(|n| format!("[[topic]]\nid = 't{n}'\nmatch = 'a b'\n"));
    let problems = problems(FEED, &topics.collect::<String>());
    assert_eq!(problems.count(), 5_000);
    assert_eq!(problems.iter().count(), 200);
}
