//! The published schemas: equal to what the program prints, true of what it writes and of the
//! configurations it comes with, and as strict as its readers where a schema can be.

use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

use wirewatch::config::{self, Environment, examples, packs};
use wirewatch::domain::notice::NoticeKind;
use wirewatch::{config::schema as files, deliver::schema as objects};

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema")
}

fn json(toml: &str) -> Value {
    toml::from_str(toml).expect("TOML")
}

/// What is wrong by a schema.
fn wrong(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_published_files_are_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    for (name, schema) in [
        ("wirewatch", files::main_file()),
        ("topics", files::topics()),
        ("feeds", files::feeds()),
        ("alert", objects::alert()),
        ("notice", objects::notice()),
        ("digest", objects::digest()),
    ] {
        let path = root.join(format!("{name}.json"));
        let text = format!("{schema:#}\n");
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&path, &text).expect("written");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "docs/schema/{name}.json is old: see `wirewatch config schema`");
    }
}

#[test]
fn the_page_of_all_keys_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = files::reference();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &page).expect("written");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == page,
        "docs/configuration.md is old: see `wirewatch config schema --reference`"
    );
}

/// Every key that a schema has is on the page, so every key that a reader knows is.
#[test]
fn every_key_of_the_schemas_is_on_the_page_with_what_it_is_for() {
    let page = files::reference();
    let mut keys = 0;
    for schema in [files::main_file(), files::topics(), files::feeds()] {
        every_property(&schema, &mut |name, property| {
            if property.get("not").is_some() || property == &Value::Bool(false) {
                return;
            }
            let about = property["description"].as_str().unwrap_or_default();
            let about = about.trim_end_matches(';').replace('|', "\\|");
            let row = page.lines().any(|line| {
                line.starts_with(&format!("| `{name}` | "))
                    && line.ends_with(&format!(" | {about} |"))
            });
            assert!(row, "{name}: {about}");
            keys += 1;
        });
    }
    assert!(keys > 150, "{keys}");
}

fn every_property(schema: &Value, see: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(object) => {
            for (name, inner) in object {
                if let (true, Value::Object(properties)) = (name == "properties", inner) {
                    properties
                        .iter()
                        .filter(|(_, property)| property.get("description").is_some())
                        .for_each(|(name, property)| see(name, property));
                }
                every_property(inner, see);
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| every_property(inner, see)),
        _ => {}
    }
}

#[test]
fn every_event_of_a_notice_is_in_the_schema_and_explained() {
    let kinds: Vec<&str> = NoticeKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(objects::notice()["properties"]["event"]["enum"], serde_json::json!(kinds));
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/feeds.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, section) = page.split_once("## The notice object").expect("the section");
    let section = section.split("\n## ").next().expect("its end");
    let (_, table) =
        section.split_once("| `event` | tells that |\n|---|---|\n").expect("the table");
    let named = table.lines().take_while(|line| line.starts_with('|')).flat_map(|line| {
        let cell = line.split('|').nth(1).expect("a cell");
        cell.split(',').map(|name| name.trim().trim_matches('`'))
    });
    let (mut named, mut kinds): (Vec<&str>, _) = (named.collect(), kinds);
    named.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(named, kinds);
}

#[test]
fn the_examples_and_packs_are_as_the_schemas_say() {
    let (main, topics) = (validator(&files::main_file()), validator(&files::topics()));
    for (name, text) in examples() {
        let schema = if name.starts_with("topics/") { &topics } else { &main };
        assert_eq!(wrong(schema, &json(text)), Vec::<String>::new(), "{name}");
    }
    for (name, text) in packs() {
        assert_eq!(wrong(&topics, &json(text)), Vec::<String>::new(), "{name}");
    }
}

/// The example with its channels and sections that are commented out: what people will write.
#[test]
fn what_the_example_shows_in_comments_is_as_the_schema_says() {
    let (_, text) = examples()[0];
    let mut lines = Vec::new();
    for line in text.lines() {
        let shown = line.strip_prefix("# ").filter(|shown| {
            let key = shown.split('=').next().unwrap_or_default().trim();
            let is_key =
                shown.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            is_key || (shown.starts_with('[') && shown.contains(']'))
        });
        lines.push(shown.unwrap_or(line));
    }
    let text = lines.join("\n");
    let value: Value = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(value["channel"].as_array().expect("channels").len() >= 5, "{text}");
    assert_eq!(wrong(&validator(&files::main_file()), &value), Vec::<String>::new());
}

const FEED: &str = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
const HOOK: &str = "[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://h.example/x'\n";
const TOPIC: &str = "[[topic]]\nid = 't'\nmatch = 'NATO'\n";

/// Whether the loader takes these files.
fn loads(main: &str, topics: &str) -> bool {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("topics")).expect("a directory");
    std::fs::write(dir.path().join("wirewatch.toml"), main).expect("written");
    std::fs::write(dir.path().join("topics/t.toml"), topics).expect("written");
    let env = Environment::fixed([("HOME", "/home/ada"), ("PATH", "/usr/bin:/bin"), ("S", "s")]);
    config::load(dir.path(), &env).is_ok()
}

#[test]
fn what_the_schema_of_the_main_file_refuses_the_loader_refuses_and_the_other_way_round() {
    let schema = validator(&files::main_file());
    let good = [
        "",
        "zone = 'Europe/Copenhagen'\npacks = []\n",
        "[fetch]\nmax_body = '1 MiB'\nhost_gap = '0s'\nconnect_timeout = '1m'\n",
        "[defaults]\ninterval = '15m..60m'\n",
        "[[channel]]\nid = 'l'\ntype = 'log'\nkeep = 3\nbudget = 1\nheartbeat = {}\n",
        "[[channel]]\nid = 'a'\ntype = 'alertmanager'\nurl = 'http://127.0.0.1:9093'\nresolve_after = '2h'\n",
        "[[channel]]\nid = 'e'\ntype = 'exec'\ncommand = ['sh', '-c', 'true']\n",
        "[[channel]]\nid = 'p'\ntype = 'apprise'\nurl = 'http://127.0.0.1:8000'\nurls_env = 'S'\n",
        "[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://h.example'\nbody = 'cloudevents'\n\
         digest = { every = 'week', on = 'Friday', at = '7:30' }\n\
         quiet_hours = { from = '22:00', to = '07:00', days = 'monday', except = 'none' }\n\
         headers = { X-A = 'b', X-Auth = { env = 'S' } }\n",
    ];
    for part in good {
        let text = format!("{part}{FEED}");
        assert_eq!(wrong(&schema, &json(&text)), Vec::<String>::new(), "{text}");
        assert!(loads(&text, TOPIC), "{text}");
    }
    let bad = [
        "fetsch = 1\n".to_owned(),
        "zone = 3\n".to_owned(),
        "packs = [1]\n".to_owned(),
        "[fetch]\nmax_redirects = 21\n".to_owned(),
        "[fetch]\nmax_redirects = '5'\n".to_owned(),
        "[fetch]\nmax_body = 'big'\n".to_owned(),
        "[fetch]\nread_timeout = '3 fortnights'\n".to_owned(),
        "[defaults]\ninterval = '15m'\nfloor = '10m'\n".to_owned(),
        "[defaults]\nfull_text = 'yes'\n".to_owned(),
        "[egress]\ncontact = 'é'\n".to_owned(),
        "[[silence]]\nfeed = 'a'\n".to_owned(),
        "[[silence]]\nauthor = 'a'\nreason = 'b'\nuntil = '2027-01-01'\n".to_owned(),
        "[[channel]]\nid = 'm'\ntype = 'email'\nserver = 'mail.example'\n".to_owned(),
        "[[publishers]]\nname = 'A'\n".to_owned(),
        "[[publishers]]\nname = 'A'\ndomains = []\n".to_owned(),
        "[[feed]]\nid = 'b'\n".to_owned(),
        "[[feed]]\nid = 'b c'\nurl = 'https://b.example'\n".to_owned(),
        "[[feed]]\nid = 'b'\nurl = 'gopher://b.example'\n".to_owned(),
        "[[feed]]\nid = 'b'\nurl = 'https://b.example'\ntags = 3\n".to_owned(),
        "[[channel]]\nid = 'x'\ntype = 'pigeon'\n".to_owned(),
        "[[channel]]\nid = 'l'\ntype = 'log'\nurl = 'https://x.example'\n".to_owned(),
        "[[channel]]\nid = 'l'\ntype = 'log'\nmin_severity = 'hi'\n".to_owned(),
        "[[channel]]\nid = 'h'\ntype = 'webhook'\n".to_owned(),
        "[[channel]]\nid = 'e'\ntype = 'exec'\n".to_owned(),
        "[[channel]]\nid = 'a'\ntype = 'alertmanager'\nurl = 'http://a.example'\nheartbeat = {}\n"
            .to_owned(),
        format!("{HOOK}secret = 'hunter2'\n"),
        format!("{HOOK}body = 'xml'\n"),
        format!("{HOOK}body = {{ content_type = 'text/plain' }}\n"),
        format!("{HOOK}digest = {{ every = 'month' }}\n"),
        format!("{HOOK}digest = {{ at = '07:00' }}\n"),
        format!("{HOOK}quiet_hours = {{ from = '22:00' }}\n"),
        format!("{HOOK}quiet_hours = {{ from = '25:00', to = '07:00' }}\n"),
        format!("{HOOK}quiet_hours = {{ from = '22:00', to = '07:00', days = ['Montag'] }}\n"),
        format!("{HOOK}headers = {{ X-A = {{}} }}\n"),
        format!("{HOOK}budget = 0\n"),
    ];
    for part in bad {
        let text = format!("{part}{FEED}");
        assert!(!wrong(&schema, &json(&text)).is_empty(), "the schema takes {text}");
        assert!(!loads(&text, TOPIC), "the loader takes {text}");
    }
}

#[test]
fn what_the_schema_of_topics_refuses_the_loader_refuses() {
    let schema = validator(&files::topics());
    let refused = [
        "[[topic]]\nid = 't'\n",
        "[[topic]]\nmatch = 'NATO'\n",
        "[[topic]]\nid = 't'\nthreshold = 3.0\n",
        "[[topic]]\nid = 't'\nmatch = ['NATO']\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\nseverity = 'loud'\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\nmode = 'off'\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\nexpect = 'often'\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\nmax_age = '2d'\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.filter]\nfeeds = []\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.alert]\nmax_age = 7\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.alert]\npublishers = { min = 0 }\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.alert]\nfollow_up = { publishers = [1] }\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.alert.escalate]\nhigh = {}\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[topic.alert.escalate]\nloud = { publishers = 3 }\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[[topic.test]]\nexpect = 'maybe'\ntitle = 'NATO'\n",
        "[[topic]]\nid = 't'\nmatch = 'NATO'\n[[topic.test]]\nalerts = -1\n",
        "lists = 3\n[[topic]]\nid = 't'\nmatch = 'NATO'\n",
        "[lists]\na = []\n[[topic]]\nid = 't'\nmatch = 'NATO'\n",
    ];
    for text in refused {
        assert!(!wrong(&schema, &json(text)).is_empty(), "the schema takes {text}");
        assert!(!loads(FEED, text), "the loader takes {text}");
    }
    assert_eq!(wrong(&schema, &json(TOPIC)), Vec::<String>::new());
}
