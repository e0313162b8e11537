//! Whole configurations, good and bad, read from real files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use super::{ChannelKind, Config, Environment, FetchConfig, Problems, examples, load};
use crate::domain::topic::filter::Choice;
use crate::domain::topic::{Mode, Severity, StepExpectation, TestKind};

const FEED: &str = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
const TOPIC: &str = "[[topic]]\nid = 't'\nmatch = 'NATO'\n";

fn write(dir: &Path, main: &str, topics: &str) {
    fs::create_dir_all(dir.join("topics")).expect("a directory");
    fs::write(dir.join("wirewatch.toml"), main).expect("a file");
    fs::write(dir.join("topics/t.toml"), topics).expect("a file");
}

fn loaded(main: &str, topics: &str) -> (TempDir, Result<Config, Problems>) {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), main, topics);
    let env = Environment::fixed([("HOME", "/home/ada"), ("HOOK", "hunter2\n")]);
    let config = load(dir.path(), &env);
    (dir, config)
}

fn good(main: &str, topics: &str) -> (TempDir, Config) {
    let (dir, config) = loaded(main, topics);
    (dir, config.unwrap_or_else(|problems| panic!("{problems}")))
}

#[test]
fn a_small_configuration_gets_the_defaults() {
    let (dir, config) = good(FEED, TOPIC);
    assert_eq!(config.state_dir, PathBuf::from("/home/ada/.local/state/wirewatch"));
    assert_eq!(config.fetch, FetchConfig::standard());
    assert_eq!(config.feeds[0].interval.floor, Duration::from_secs(900));
    assert_eq!(config.feeds[0].interval.ceiling, Duration::from_secs(3_600));
    assert_eq!(config.feeds[0].backfill, Duration::ZERO);
    let ChannelKind::Log(log) = &config.channels[0].kind else {
        panic!("{:?}", config.channels);
    };
    assert_eq!(log.path, config.state_dir.join("alerts.jsonl"));
    let (topic, _) = config.topics.topics().next().expect("a topic");
    assert_eq!((topic.name.as_str(), topic.severity), ("t", Severity::Medium));
    assert_eq!(topic.alert.follow_up.publishers, [3, 10, 30]);
    assert_eq!(topic.alert.max_age, Duration::from_secs(7 * 86_400));
    let files = [dir.path().join("wirewatch.toml"), dir.path().join("topics/t.toml")];
    assert_eq!(config.files, files);
}

#[test]
fn what_the_files_say_is_what_counts() {
    let main = format!(
        "state_dir = 'state'\n[egress]\ncontact = 'https://me.example'\nallow_net = ['10.0.0.0/8']\n\
         [fetch]\nhost_gap = '0s'\nmax_body = '1MiB'\n[defaults]\ninterval = '30m..2h'\n{FEED}\
         interval = '5m'\nbackfill = '1 day'\ntags = ['x']\n\
         [[feed]]\nid = 'b'\nurl = 'http://127.0.0.1:9/f'\nfloor = '1s'\n\
         [[channel]]\nid = 'log'\ntype = 'log'\npath = 'x.jsonl'\nterminal = false\n\
         [[channel]]\nid = 'hook'\ntype = 'webhook'\nurl = 'https://hook.example'\n\
         secret_env = 'HOOK'\nmin_severity = 'high'\n\
         headers = {{ X-Team = 'news', Authorization = {{ env = 'HOOK' }} }}\n"
    );
    let (dir, config) = good(&main, &format!("{TOPIC}channels = ['hook']\n"));
    assert_eq!(config.state_dir, dir.path().join("state"));
    assert_eq!(config.egress.allow_net, ["10.0.0.0/8"]);
    assert_eq!(config.fetch.host_gap, Duration::ZERO);
    assert_eq!(config.feeds[0].interval.ceiling, Duration::from_secs(300));
    assert_eq!(config.feeds[1].interval.floor, Duration::from_secs(1));
    assert_eq!(config.feeds[1].interval.ceiling, Duration::from_secs(7_200));
    let ChannelKind::Webhook(hook) = &config.channels[1].kind else {
        panic!("{:?}", config.channels);
    };
    assert_eq!(hook.secret.as_ref().map(|secret| secret.reveal()), Some("hunter2"));
    assert_eq!(hook.headers["authorization"].reveal(), "hunter2");
    assert_eq!(config.channels[1].min_severity, Severity::High);
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_secret_file_is_found_among_the_credentials_first() {
    let dir = tempfile::tempdir().expect("a directory");
    let main = format!(
        "{FEED}[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://h.example'\nsecret_file = 'key'\n"
    );
    write(dir.path(), &main, TOPIC);
    let secret = |env: &Environment| {
        let config = load(dir.path(), env).unwrap_or_else(|problems| panic!("{problems}"));
        let ChannelKind::Webhook(hook) = &config.channels[0].kind else {
            panic!("{:?}", config.channels);
        };
        hook.secret.as_ref().map(|secret| secret.reveal().to_owned())
    };
    fs::write(dir.path().join("key"), "beside\n").expect("a file");
    let credentials = dir.path().join("credentials");
    let text = credentials.to_string_lossy().into_owned();
    let env = Environment::fixed([("HOME", "/h"), ("CREDENTIALS_DIRECTORY", &text)]);
    assert_eq!(secret(&env).as_deref(), Some("beside"));
    fs::create_dir(&credentials).expect("a directory");
    fs::write(credentials.join("key"), "credential").expect("a file");
    assert_eq!(secret(&env).as_deref(), Some("credential"));
}

#[test]
fn a_topic_keeps_its_own_part_of_the_file() {
    let first = "[[topic]]\nid = 'one'\nmatch = 'a'\n[topic.alert]\nmax_age = '1h'\n\n\
                 [[topic.test]]\nexpect = 'match'\ntitle = 'a # b'";
    let topics = format!(
        "{first}\n\n# The second.\n\n[[topic]]\nid = 'two'\nmatch = 'b'\n[lists]\nx = ['y']\n"
    );
    let (_dir, config) = good(FEED, &topics);
    let source = |id: &str| config.topic_sources[&id.parse().expect("an id")].to_string();
    let without_test = first.split("\n\n").next().expect("a part");
    assert_eq!(source("one"), format!("{without_test}\n"));
    assert_eq!(source("two"), "[[topic]]\nid = 'two'\nmatch = 'b'\n");
    let file = &config.topic_files[&"one".parse().expect("an id")];
    assert!(file.ends_with("topics/t.toml"), "{}", file.display());
    let topic = config.topics.get(&"one".parse().expect("an id")).expect("a topic");
    assert_eq!(topic.tests[0].line, 7);
}

#[test]
fn weights_keep_the_order_of_the_file() {
    let topics = "[[topic]]\nid = 't'\nthreshold = 2\n[topic.weights]\n'b NEAR/2 c' = 2.5\na = 1\n";
    let (_dir, config) = good(FEED, topics);
    let (topic, _) = config.topics.topics().next().expect("a topic");
    let weights: Vec<_> =
        topic.rule.weights.iter().map(|w| (w.expr.to_string(), w.weight)).collect();
    assert_eq!(weights, [("b NEAR/2 c".to_owned(), 2.5), ("a".to_owned(), 1.0)]);
    assert_eq!(topic.rule.threshold, Some(2.0));
}

#[test]
fn a_topic_says_what_it_lets_through_and_how_it_runs() {
    let main = format!("{FEED}tags = ['World', 'en']\n");
    let topics = format!(
        "{TOPIC}mode = 'shadow'\nexpect = '2/3 weeks'\nstem = 'snowball:ru'\n\
         [topic.filter]\nfeeds = 'a'\nnot_tags = ['world']\npublishers = ['The Times']\n\
         languages = ['EN', 'und']\n[topic.alert]\nbudget = 20\n"
    );
    let (_dir, config) = good(&main, &topics);
    let (topic, _) = config.topics.topics().next().expect("a topic");
    let filters = &topic.rule.filters;
    let only = |values: &[&str]| Choice {
        only: values.iter().map(|value| (*value).to_owned()).collect(),
        not: Vec::new(),
    };
    assert_eq!(filters.feeds, only(&["a"]));
    assert_eq!(filters.tags.not, ["world"]);
    assert_eq!(filters.publishers, only(&["The Times"]));
    assert_eq!(filters.languages, only(&["en", "und"]));
    assert_eq!(topic.rule.stem.map(|stem| stem.name()), Some("russian"));
    assert_eq!((topic.mode, topic.alert.budget), (Mode::Shadow, Some(20)));
    let expect = topic.expect.expect("an expectation");
    assert_eq!((expect.count, expect.per), (2, Duration::from_secs(3 * 7 * 86_400)));
}

#[test]
fn a_story_is_told_step_by_step() {
    let topics = format!(
        "{TOPIC}[[topic.test]]\nname = 'grows'\nalerts = 1\nevidence = 'NATO'\n\
         [[topic.test.step]]\ntitle = 'One'\nfeed = 'x'\ntags = ['y']\npublisher = 'P'\n\
         [[topic.test.step]]\nat = '2h30m'\nage = 'undated'\ntitle = 'Two'\n\
         [[topic.test.step]]\nage = '10m'\nbody = 'Three'\nexpect = 'update'\nreason = 'resumed'\n"
    );
    let (_dir, config) = good(FEED, &topics);
    let (topic, _) = config.topics.topics().next().expect("a topic");
    let [test] = &topic.tests[..] else { panic!("{:?}", topic.tests) };
    assert_eq!((test.name.as_deref(), test.line), (Some("grows"), 4));
    let TestKind::Story(story) = &test.kind else { panic!("{test:?}") };
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let times: Vec<_> = story.steps.iter().map(|step| (step.at, step.age, step.line)).collect();
    assert_eq!(
        times,
        [
            (Duration::ZERO, Some(Duration::ZERO), 8),
            (minutes(150), None, 13),
            (minutes(150), Some(minutes(10)), 17)
        ]
    );
    assert_eq!(story.steps[0].subject.feed.as_deref(), Some("x"));
    assert_eq!(story.steps[2].expect, Some(StepExpectation::Update));
}

#[test]
fn the_examples_load() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir(dir.path().join("topics")).expect("a directory");
    for (path, content) in examples() {
        fs::write(dir.path().join(path), content).expect("a file");
    }
    let env = Environment::fixed([("HOME", "/home/ada")]);
    let config = load(dir.path(), &env).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.feeds.len(), 6);
    for (topic, _) in config.topics.topics() {
        assert!(topic.tests.len() >= 15, "{}", topic.id);
    }
    let ids: Vec<_> = config.topics.topics().map(|(topic, _)| topic.id.as_str()).collect();
    assert_eq!(ids, ["defence-alliances", "nato"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A file that lost a stretch and got another in its place loads or is complained of, and
    /// every complaint can be shown.
    #[test]
    fn no_mutilated_file_panics(
        which in 0..4_usize,
        from in 0.0..1.0_f64,
        length in 0..40_usize,
        put in proptest::sample::select(vec!["", "'", "\"", "[", "]]", "=", "\n", "é", "{", "\"\"\""]),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("topics")).expect("a directory");
        for (at, (path, content)) in examples().iter().enumerate() {
            let mut content = (*content).to_owned();
            if at == which {
                let start = content.floor_char_boundary((from * content.len() as f64) as usize);
                let end = content.floor_char_boundary(start + length).max(start);
                content.replace_range(start..end, put);
            }
            fs::write(dir.path().join(path), content).expect("a file");
        }
        let env = Environment::fixed([("HOME", "/home/ada")]);
        if let Err(problems) = load(dir.path(), &env) {
            prop_assert!(problems.count() > 0);
            prop_assert!(problems.render(true).len() > 20);
        }
    }
}
