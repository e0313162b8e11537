//! Newsrooms of the user's own, from a real file.

use std::fs;

use crate::config::{Config, Environment, load};
use crate::domain::publisher::{Family, Place};

fn loaded(main: &str) -> Config {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("topics")).expect("a directory");
    let feed = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
    fs::write(dir.path().join("wirewatch.toml"), format!("{feed}{main}")).expect("a file");
    let topic =
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.filter]\npublishers = ['two.example']\n";
    fs::write(dir.path().join("topics/t.toml"), topic).expect("a file");
    let env = Environment::fixed([("HOME", "/home/ada")]);
    load(dir.path(), &env).unwrap_or_else(|problems| panic!("{problems}"))
}

const LEDGER: &str = "[[publishers]]\nname = 'The Ledger'\naliases = ['Ledger Online']\n\
                      domains = ['Ledger.example', 'www.two.example', 'youtube.com/@Ledger']\n";

#[test]
fn they_are_looked_up_listed_and_used_by_filters() {
    let config = loaded(LEDGER);
    let domains = ["ledger.example", "two.example", "youtube.com/@ledger"].map(str::to_owned);
    let family = Family {
        name: "The Ledger".to_owned(),
        aliases: vec!["Ledger Online".to_owned()],
        domains: domains.to_vec(),
    };
    assert_eq!(config.publishers, [family]);
    let directory = config.topics.publishers();
    let ledger = Place::Newsroom("The Ledger".to_owned());
    assert_eq!(directory.place("https://news.two.example/1"), ledger);
    assert_eq!(directory.canonical("ledger online"), "The Ledger");
    let (topic, _) = config.topics.topics().next().expect("a topic");
    assert!(topic.rule.filters.publishers.admits_publisher("The Ledger", directory));
    assert!(!topic.rule.filters.publishers.admits_publisher("BBC", directory));
}

#[test]
fn a_change_of_them_is_a_change_of_the_configuration() {
    let part = |main: &str| loaded(main).outline().into_iter().find(|part| part.id == "publishers");
    assert_eq!(part(""), None);
    let listed = part(LEDGER).expect("a part");
    assert_eq!(
        listed.fields["The Ledger"],
        "ledger.example, two.example, youtube.com/@ledger; also Ledger Online"
    );
    let other = part(&LEDGER.replace("two.", "three.")).expect("a part");
    assert_ne!(listed.digest(), other.digest());
}
