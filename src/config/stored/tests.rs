//! A topic that is kept is the topic that ran.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::super::{Config, Environment, examples, load};
use super::restore;
use crate::domain::topic::syntax::ast::Definition;
use crate::domain::topic::syntax::{generate, parse_list_item};

fn load_in(dir: &Path) -> Config {
    let env = Environment::fixed([("HOME", "/home/ada")]);
    load(dir, &env).unwrap_or_else(|problems| panic!("{problems}"))
}

fn loaded(topics: &[(&str, &str)]) -> Config {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("topics/lists")).expect("a directory");
    let main = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
    fs::write(dir.path().join("wirewatch.toml"), main).expect("a file");
    for (name, text) in topics {
        fs::write(dir.path().join("topics").join(name), text).expect("a file");
    }
    load_in(dir.path())
}

/// Holds every stored text against the topic it was made of.
fn assert_all_restore(config: &Config) {
    for (topic, revision) in config.topics.topics() {
        let source = config.topic_sources[&topic.id].to_string();
        let restored = restore(&source, "stored").unwrap_or_else(|problems| panic!("{problems}"));
        let again: Vec<_> = restored.set.topics().collect();
        assert_eq!(again.len(), 1, "{source}");
        let (other, other_revision) = again[0];
        assert_eq!((&topic.id, revision), (&other.id, other_revision), "{source}");
        assert_eq!((&topic.rule, &topic.alert), (&other.rule, &other.alert), "{source}");
        assert_eq!((topic.mode, topic.expect), (other.mode, other.expect), "{source}");
        assert!(!source.contains("topic.test"), "{source}");
    }
}

#[test]
fn every_example_topic_is_restored_with_its_revision() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir(dir.path().join("topics")).expect("a directory");
    for (path, content) in examples() {
        fs::write(dir.path().join(path), content).expect("a file");
    }
    let config = load_in(dir.path());
    assert!(config.topics.topics().count() >= 2);
    assert_all_restore(&config);
}

#[test]
fn a_topic_is_restored_however_it_was_written() {
    let odd = "\
# Before.
[[topic]]
id = 'one'
mode = 'shadow'
expect = '1/2 weeks'
threshold = 1 # a note
match = '''
  @both
'''
# Of the test.
[[topic.test]]
expect = 'match'
title = 'Denmark [[topic]]'

# Of the weights.
[topic.weights]
'@names' = 2.5
'title:(NATO EXCEPT @odd)' = -1

[[topic.test]]
expect = 'reject'
title = '''
[topic.weights]
'''

[lists]
both = '@names OR \"C:\\\\x\"'
unused = ['x']
odd = ['\"NATO a\"', '=Nato a', \"so it's\"]
names = { file = 'lists/names.txt' }

[topic.alert.follow_up]
quiet = '2h'

# Of the second.
[[topic]]
id = 'two'
match = 'b'
[topic.filter]
languages = ['en', 'und']
";
    let inline = "topic = [{ id = 'three', match = '@names', test = [{ expect = 'match', title = 'Łódź' }] }]\n";
    let config = loaded(&[
        ("lists/names.txt", "\u{feff}# Names\n\n  Łódź \r\nre/a\"b'c/i\nAT&T\n"),
        ("a.toml", odd),
        ("b.toml", inline),
    ]);
    assert_all_restore(&config);
    let source = config.topic_sources[&"one".parse().expect("an id")].to_string();
    assert!(
        source.contains("threshold = 1 # a note") && source.contains("quiet = '2h'"),
        "{source}"
    );
    assert!(!source.contains("unused") && !source.contains("Of the second"), "{source}");
    let two = config.topic_sources[&"two".parse().expect("an id")].to_string();
    assert_eq!(
        two,
        "[[topic]]\nid = 'two'\nmatch = 'b'\n[topic.filter]\nlanguages = ['en', 'und']\n"
    );
}

#[test]
fn a_stored_text_that_says_nothing_is_refused() {
    for text in ["", "[lists]\nx = ['a']\n", "[[topic]]\nid = 'a'\nmatch = '@gone'\n", "[["] {
        assert!(restore(text, "stored").is_err(), "{text}");
    }
    let named = "[[topic]]\nid = 'a'\nmatch = '@x'\n[lists]\nx = { file = '/etc/hostname' }\n";
    let refused = restore(named, "stored").expect_err("no file is read");
    assert!(refused.render(false).contains("write the list out"), "{refused}");
}

#[test]
fn a_list_of_a_file_is_restored_with_all_that_a_file_may_hold() {
    let names: String = (0..10_001).map(|number| format!("name{number}\n")).collect();
    let topics = "[[topic]]\nid = 'a'\nmatch = '@names'\n[lists]\nnames = { file = 'n.txt' }\n";
    assert_all_restore(&loaded(&[("n.txt", &names), ("a.toml", topics)]));
}

#[test]
fn names_of_other_scripts_are_restored() {
    let topics = "[[topic]]\nid = 'a'\nmatch = '@оборона OR @北约'\n\
                  [lists]\n'оборона' = ['Минобороны']\n'北约' = '@оборона OR NATO'\n";
    assert_all_restore(&loaded(&[("a.toml", topics)]));
}

#[test]
fn a_text_whose_last_line_looks_like_a_comment_is_kept_whole() {
    let topics = "[[topic]]\nid = 'a'\nmatch = 'NATO' # said\n# Next.\n[[topic]]\nid = 'b'\n\
                  match = 'b'\nalert.budget = 3\nname = \"\"\"\n# one\"\"\"\n# End.\n";
    let config = loaded(&[("a.toml", topics)]);
    assert_all_restore(&config);
    let source = |id: &str| config.topic_sources[&id.parse().expect("an id")].to_string();
    assert!(source("a").ends_with("# said\n"), "{}", source("a"));
    assert!(source("b").ends_with("# one\"\"\"\n"), "{}", source("b"));
}

#[test]
fn topics_share_the_lists_they_name() {
    let topics = "[[topic]]\nid = 'a'\nmatch = '@x'\n[[topic]]\nid = 'b'\nmatch = '@x'\n\
                  [lists]\nx = ['NATO']\n";
    let config = loaded(&[("a.toml", topics)]);
    let list = |id: &str| config.topic_sources[&id.parse().expect("an id")].lists[0].clone();
    assert!(std::sync::Arc::ptr_eq(&list("a").text, &list("b").text));
}

proptest! {
    /// What a list prints is what it reads.
    #[test]
    fn a_list_entry_is_read_back_as_it_is_printed(term in generate::term()) {
        let line = super::line_of("x", &Definition::List(vec![term.clone()]));
        let table: toml::Table = line.parse().expect("TOML");
        let item = table["x"][0].as_str().expect("text").to_owned();
        prop_assert_eq!(parse_list_item(&item), Ok(term));
    }
}
