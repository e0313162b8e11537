//! The packs that come with the program: all of them load beside the example topics, pass their
//! own tests, and the one on defence catches its story in every telling.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wirewatch::config::{Config, Environment, Level, examples, load, load_with_rules, packs};
use wirewatch::domain::document::Document;
use wirewatch::domain::topic::filter::Origin;
use wirewatch::domain::topic::{EntryTest, TestKind, Topic, selftest};

/// Fewest tests of a pack.
const MIN_TESTS: usize = 20;

/// The example configuration with every pack switched on.
fn everything() -> Config {
    load(written().path(), &env()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn env() -> Environment {
    Environment::fixed([("HOME", "/home/ada")])
}

/// Its files.
fn written() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (path, content) in examples() {
        write(dir.path(), path, content);
    }
    for (name, content) in packs() {
        write(dir.path(), &format!("packs/{name}.toml"), content);
    }
    let names: Vec<String> = packs().iter().map(|(name, _)| format!("{name:?}")).collect();
    let main = fs::read_to_string(dir.path().join("wirewatch.toml")).expect("the main file");
    let line = format!("topics = \"topics\"\npacks = [{}]\n", names.join(", "));
    write(dir.path(), "wirewatch.toml", &main.replace("topics = \"topics\"\n", &line));
    dir
}

fn write(dir: &Path, path: &str, content: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, content).expect("a file");
}

/// The topics of a pack.
fn topics<'a>(config: &'a Config, pack: &str) -> Vec<&'a Topic> {
    let file = format!("packs/{pack}.toml");
    let topics = config.topics.topics().map(|(topic, _)| &**topic);
    topics.filter(|topic| topic.file.ends_with(&file)).collect()
}

fn entry_tests<'a>(topics: &[&'a Topic]) -> Vec<&'a EntryTest> {
    let tests = topics.iter().flat_map(|topic| &topic.tests);
    let tests = tests.filter_map(|test| match &test.kind {
        TestKind::Entry(test) => Some(test),
        TestKind::Story(_) => None,
    });
    tests.collect()
}

#[test]
fn all_packs_load_together_and_pass_their_tests() {
    let config = everything();
    let failed: Vec<_> = selftest::run(&config.topics, |_| String::new())
        .into_iter()
        .filter(|test| !test.passed)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    for (pack, _) in packs() {
        let topics = topics(&config, pack);
        assert!((2..=5).contains(&topics.len()), "{pack}: {} topics", topics.len());
        let tests = entry_tests(&topics);
        let rejected = tests.iter().filter(|test| !test.expect_match).count();
        assert!(tests.len() >= MIN_TESTS, "{pack}: {} tests", tests.len());
        assert!(
            rejected * 2 >= tests.len(),
            "{pack}: {rejected} of {} are near misses",
            tests.len()
        );
        for topic in topics {
            let id = topic.id.as_str();
            assert!(id.starts_with(&format!("{pack}-")), "{id} carries the name of {pack}");
            assert!(!topic.tags.is_empty(), "{id} has tags");
            let tests = entry_tests(&[topic]);
            assert!(tests.iter().any(|test| test.expect_match), "{id} is shown to match");
            assert!(tests.iter().any(|test| !test.expect_match), "{id} is shown to stay silent");
        }
    }
}

#[test]
fn nothing_in_the_packs_is_warned_of() {
    let dir = written();
    let (_, rules) = load_with_rules(dir.path(), &env()).expect("a configuration");
    let warnings = rules.lint(None).into_iter().map(|lint| lint.problem);
    let warnings: Vec<String> = warnings
        .filter(|problem| problem.level == Level::Warning)
        .map(|problem| format!("{:?}:{}: {}", problem.file, problem.line, problem.message))
        .collect();
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn the_lists_of_a_pack_carry_its_name() {
    for (pack, content) in packs() {
        let table: toml::Table = content.parse().expect("TOML");
        let lists = table["lists"].as_table().expect("lists");
        for name in lists.keys() {
            assert!(name.starts_with(&format!("{pack}_")), "{name} of {pack}");
        }
    }
}

#[test]
fn the_defence_pack_matches_in_many_languages() {
    let config = everything();
    let topics = topics(&config, "defence");
    let matched = entry_tests(&topics).into_iter().filter(|test| test.expect_match);
    let languages: BTreeSet<_> =
        matched.filter_map(|test| test.subject.document.language.clone()).collect();
    assert!(languages.len() >= 12, "{languages:?}");
}

/// The ids of this beginning that match.
fn found(config: &Config, title: &str, body: &str, prefix: &str) -> Vec<String> {
    let document =
        Document { title: title.to_owned(), body: body.to_owned(), ..Document::default() };
    let found = config.topics.evaluate(&document, &Origin::UNKNOWN).into_iter();
    let ids = found.map(|(topic, _)| topic.id.as_str().to_owned());
    ids.filter(|id| id.starts_with(prefix)).collect()
}

#[test]
fn the_story_is_caught_in_all_its_tellings_with_and_without_text() {
    let config = everything();
    let story = include_str!("../fixtures/seed/story.txt");
    let body = story.split_once("\n\n").expect("titles, then the text").1;
    for title in [
        "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play",
        "Starmer builds defence alliance with Denmark",
        "Copenhague : Starmer et Frederiksen veulent renforcer l’OTAN",
    ] {
        for text in [body, ""] {
            assert_ne!(found(&config, title, text, "defence-"), [""; 0], "{title} / {text}");
        }
    }
}

#[test]
fn what_only_sounds_like_it_stays_silent_in_the_pack_and_in_the_examples() {
    let config = everything();
    for (title, body) in [
        ("Nato a Roma nel 1950, il regista vince a Cannes", ""),
        ("Learn the NATO phonetic alphabet in ten minutes", ""),
        ("Best NATO strap watches under $200", ""),
        ("Natosha Smith wins", "She thanked her brother Renato, a senator."),
        (
            "Arsenal's defence holds firm in alliance of old foes",
            "The goalkeeper was superb, and the coach praised the back line.",
        ),
        ("Defence lawyers form alliance against court cuts", ""),
        ("Airlines in Star Alliance expand partnership with defence of market share in mind", ""),
        ("Women's self-defence classes grow in partnership with city council", ""),
        ("Environmental Defense Fund joins climate alliance", ""),
        ("Rebel Alliance returns in new Star Wars film", "A pact with a military defector."),
        ("Chip makers form alliance to defend supply chains", ""),
        ("Danish royals visit London", ""),
        (
            "Danish dairy alliance opens its defence of the butter price",
            "Producers said the alliance would argue in Copenhagen that prices reflect costs.",
        ),
    ] {
        assert_eq!(found(&config, title, body, ""), [""; 0], "{title}");
    }
}
