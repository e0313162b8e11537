//! What a user is shown of a wrong configuration: all of it at once, each problem at its place.

use std::fs;
use std::path::Path;

use wirewatch::config::{Environment, Problems, load};

mod lists;
mod places;
mod routes;
mod timetables;

const FEED: &str = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
const TOPIC: &str = "[[topic]]\nid = 't'\nmatch = 'NATO'\n";

fn env() -> Environment {
    Environment::fixed([("HOME", "/home/ada")])
}

/// The problems of a configuration of these two files, which must be wrong.
fn problems(main: &str, topics: &str) -> Problems {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), main, topics);
    load(dir.path(), &env()).err().unwrap_or_else(|| panic!("no problem in:\n{main}\n{topics}"))
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

#[test]
fn an_unknown_key_of_a_channel_is_met_with_the_keys_that_its_type_takes() {
    let told = |kind: &str| {
        let channel = format!("[[channel]]\nid = 'out'\ntype = '{kind}'\ncolours = true\n");
        let shown = shown(&format!("{FEED}{channel}"), TOPIC);
        let hint = shown
            .lines()
            .find_map(|line| line.split_once("its keys are "))
            .map(|(_, keys)| keys.split(", ").map(str::to_owned).collect::<Vec<String>>());
        hint.unwrap_or_else(|| panic!("{shown}"))
    };
    let log = told("log");
    for key in ["id", "type", "path", "terminal", "digest", "quiet_hours"] {
        assert!(log.iter().any(|known| known == key), "{key}: {log:?}");
    }
    for key in ["url", "server", "room", "secret", "password", "token", "urls"] {
        assert!(log.iter().all(|known| known != key), "{key}: {log:?}");
    }
    let webhook = told("webhook");
    assert!(webhook.contains(&"secret_file".to_owned()), "{webhook:?}");
    assert!(!webhook.contains(&"secret".to_owned()), "it is refused: {webhook:?}");
}

/// Every problem as `code file:line:column`.
fn places(main: &str, topics: &str) -> Vec<String> {
    let problems = problems(main, topics);
    let places = problems.iter().map(|problem| {
        let file = problem.file.as_deref().unwrap_or("-");
        let file = file.rsplit('/').next().unwrap_or(file);
        format!("{} {file}:{}:{}", problem.code, problem.line, problem.column)
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
fn what_is_quoted_from_a_file_moves_no_cursor() {
    let topics = format!("{TOPIC}\"\\u001b[2J\\u202e\" = 1\nseverity = '\u{9b}31m\u{202e}high'\n");
    let problems = problems(FEED, &topics);
    assert_eq!(problems.count(), 2);
    let shown = problems.render(false);
    let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!shown.contains(bad), "{shown:?}");
}

#[test]
fn a_broken_file_does_not_hide_the_mistakes_of_the_others() {
    let found = places("[[feed]\nid = 'a'\n", "[[topic]]\nid = 't'\nmatch = 'a NEAR b'\n");
    assert!(
        found.iter().any(|place| place.starts_with("toml_syntax wirewatch.toml:1:")),
        "{found:?}"
    );
    assert!(found.contains(&"missing_number t.toml:3:12".to_owned()), "{found:?}");
}

#[test]
fn a_missing_configuration_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let problems = load(&dir.path().join("none.toml"), &env()).expect_err("nothing there");
    assert!(problems.not_found());
    assert!(problems.to_string().contains("wirewatch init"), "{problems}");
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

#[test]
fn tiers_that_are_no_rise_or_ask_for_nothing_are_shown_at_their_place() {
    let topics = "\
[[topic]]
id = 't'
severity = 'high'
match = 'NATO'
[topic.alert.escalate]
medium = { publishers = 10 }
critical = { score = 12 }
[[topic]]
id = 'u'
match = 'NATO'
[topic.alert.escalate]
high = { publishers = 30 }
critical = { publishers = 10 }
hihg = { publishers = 40 }
low = {}
[topic.alert.follow_up]
new_facts = 'yes'
";
    assert_eq!(
        places(FEED, topics),
        [
            "out_of_range t.toml:6:1",
            "missing_weights t.toml:7:22",
            "out_of_range t.toml:13:1",
            "bad_severity t.toml:14:1",
            "missing_key t.toml:15:1",
            "out_of_range t.toml:15:1",
            "wrong_type t.toml:17:13",
        ]
    );
    let shown = shown(FEED, topics);
    for part in [
        "medium is no rise: the topic itself is high",
        "this topic has no score: it has no weights",
        "critical asks for no more than high",
        "did you mean \"high\"?",
        "it is not said from when on an alert is low",
    ] {
        assert!(shown.contains(part), "{part} is missing:\n{shown}");
    }
}

#[test]
fn a_step_that_waits_has_no_entry() {
    let topics = "\
[[topic]]
id = 't'
match = 'NATO'
[[topic.test]]
alerts = 0
[[topic.test.step]]
at = '3h'
wait = true
title = 'NATO'
";
    assert_eq!(places(FEED, topics), ["conflicting_keys t.toml:9:9"]);
}

#[test]
fn a_domain_of_two_publishers_is_shown_at_both() {
    let main = format!(
        "{FEED}[[publishers]]\nname = \"The Ledger\"\ndomains = [\"ledger.example\"]\n\n\
         [[publishers]]\nname = \"The Post\"\ndomains = [\"post.example\", \"ledger.example\"]\n"
    );
    insta::assert_snapshot!(shown(&main, TOPIC), @r#"
    error[duplicate_domain]: `ledger.example` belongs to a publisher already
      --> wirewatch.toml:10:28
       |
     6 | domains = ["ledger.example"]
       |            ---------------- first here
    ...
    10 | domains = ["post.example", "ledger.example"]
       |                            ^^^^^^^^^^^^^^^^
       |
       = hint: a domain is one newsroom's

    1 problem in the configuration
    "#);
}
