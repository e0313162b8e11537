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
        let source = &config.topic_sources[&topic.id];
        let restored = restore(source, "stored").unwrap_or_else(|problems| panic!("{problems}"));
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
    let source = &config.topic_sources[&"one".parse().expect("an id")];
    assert!(
        source.contains("threshold = 1 # a note") && source.contains("quiet = '2h'"),
        "{source}"
    );
    assert!(!source.contains("unused") && !source.contains("Of the second"), "{source}");
    let two = &config.topic_sources[&"two".parse().expect("an id")];
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
