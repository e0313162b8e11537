//! What runs when topics are kept as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::LastGood;
use crate::config::{Config, Environment, TopicText, load};
use crate::domain::document::Document;
use crate::domain::topic::filter::Origin;

fn config(dir: &Path, topics: &str) -> Config {
    fs::create_dir_all(dir.join("topics")).expect("a directory");
    let main = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n\
                [[channel]]\nid = 'log'\ntype = 'log'\n";
    fs::write(dir.join("wirewatch.toml"), main).expect("a file");
    fs::write(dir.join("topics/t.toml"), topics).expect("a file");
    let env = Environment::fixed([("HOME", "/home/ada")]);
    load(dir, &env).unwrap_or_else(|problems| panic!("{problems}"))
}

fn matched(config: &Config, title: &str) -> Vec<String> {
    let document = Document { title: title.to_owned(), ..Document::default() };
    let found = config.topics.evaluate(&document, &Origin::default());
    found.iter().map(|(topic, _)| topic.id.to_string()).collect()
}

#[test]
fn a_kept_topic_has_the_lists_of_then_and_the_others_those_of_now() {
    let dir = tempfile::tempdir().expect("a directory");
    let topics = |list: &str| {
        format!(
            "[lists]\nx = ['{list}']\ny = '@x OR gas'\n\
                 [[topic]]\nid = 'one'\nmatch = '@y'\n[[topic]]\nid = 'two'\nmatch = '@y'\n"
        )
    };
    let then = config(dir.path(), &topics("oil"));
    let mut now = config(dir.path(), &format!("{}channels = ['log']\n", topics("coal")));
    let two = "two".parse().expect("an id");
    let last = LastGood { source: then.topic_sources[&two].clone(), why: "a test".to_owned() };
    now.keep(BTreeMap::from([(two.clone(), last)])).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(matched(&now, "oil"), ["two"]);
    assert_eq!(matched(&now, "coal"), ["one"]);
    let mut both = matched(&now, "gas");
    both.sort();
    assert_eq!(both, ["one", "two"]);
    let revision = |config: &Config, id: &str| {
        config.topics.topics().find(|(topic, _)| topic.id.as_str() == id).map(|(_, r)| r)
    };
    assert_eq!(revision(&now, "two"), revision(&then, "two"));
    assert_ne!(revision(&now, "one"), revision(&then, "one"));
    assert_eq!(now.topics.get(&two).map(|topic| topic.channels.len()), Some(1), "sent as now");
    assert_eq!(now.topic_sources[&two], then.topic_sources[&two]);
    let part = now.outline().into_iter().find(|part| part.id == "two").expect("a part");
    assert_eq!(part.fields["kept"], "a test");
}

#[test]
fn a_text_that_cannot_be_read_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut now = config(dir.path(), "[[topic]]\nid = 'one'\nmatch = 'coal'\n");
    let source = TopicText::from("[[topic]]\nid = 'one'\nmatch = '@gone'\n");
    let last = LastGood { source, why: String::new() };
    let one = "one".parse().expect("an id");
    assert!(now.keep(BTreeMap::from([(one, last)])).is_err());
    assert_eq!((matched(&now, "coal").len(), now.kept.len()), (1, 0));
}
