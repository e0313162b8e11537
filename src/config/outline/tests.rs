//! A configuration in short says what matters and no secret.

use std::fs;
use std::time::Duration;

use super::{Kind, Part, span, without_query};
use crate::config::{Environment, load};

fn outline(hook: &str, secret: &str) -> Vec<Part> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("topics")).unwrap();
    fs::write(
        dir.path().join("topics/a.toml"),
        "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n[topic.alert]\nmax_age = \"2d\"\n\
         [[topic.test]]\ntitle = \"NATO\"\nexpect = \"match\"\n",
    )
    .unwrap();
    fs::write(
        dir.path().join("wirewatch.toml"),
        format!(
            "state_dir = \"state\"\n[[feed]]\nid = \"wire\"\nurl = \"https://a.example/f\"\n\
             [[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{hook}\"\n\
             secret_env = \"HOOK\"\nheaders = {{ Authorization = {{ env = \"HOOK\" }} }}\n"
        ),
    )
    .unwrap();
    let env = Environment::fixed([("HOOK", secret)]);
    load(dir.path(), &env).unwrap().outline()
}

#[test]
fn every_part_is_there_and_no_secret() {
    let parts = outline("https://hooks.example/services/T0KEN?k=T0KEN", "s3cret-s3cret-s3cret");
    let kinds: Vec<Kind> = parts.iter().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Topic, Kind::Feed, Kind::Channel]
            .into_iter()
            .chain([Kind::Settings; 5])
            .collect::<Vec<_>>()
    );
    let all = format!("{parts:?}");
    assert!(!all.contains("T0KEN") && !all.contains("s3cret"), "{all}");
    let topic = &parts[0].fields;
    assert_eq!((&*topic["alert.max_age"], &*topic["tests"]), ("2d", "1"));
    assert!(parts[2].fields["url"].starts_with("https://hooks.example/… ("), "{all}");
    assert_eq!(
        (&*parts[2].fields["headers"], &*parts[2].fields["signed"]),
        ("authorization", "yes")
    );
    assert_eq!(parts[5].fields["path"], "state", "not where the directory lies");
}

#[test]
fn a_webhook_with_another_path_is_another_part() {
    let one = outline("https://hooks.example/a", "s3cret-s3cret-s3cret");
    let other = outline("https://hooks.example/b", "s3cret-s3cret-s3cret");
    assert_ne!(one[2].digest(), other[2].digest());
    assert_eq!(one[1].digest(), other[1].digest());
}

#[test]
fn tests_are_no_part_of_a_rule() {
    let parts = outline("https://hooks.example/a", "s3cret-s3cret-s3cret");
    assert_eq!(
        parts[0].source.as_ref().expect("a text").to_string(),
        "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n[topic.alert]\nmax_age = \"2d\"\n"
    );
}

#[test]
fn what_a_subscriber_adds_to_a_feed_is_told_by_a_fingerprint() {
    let one = without_query("https://a.example/feed.xml?token=T0KEN");
    let other = without_query("https://a.example/feed.xml?token=0THER");
    assert!(one.starts_with("https://a.example/feed.xml?… (") && !one.contains("T0KEN"), "{one}");
    assert_ne!(one, other);
    let named = without_query("https://ada:T0KEN@a.example/f#T0KEN");
    assert!(named.starts_with("https://a.example/f?… (") && !named.contains("T0KEN"), "{named}");
    assert_eq!(without_query("https://a.example/f"), "https://a.example/f");
}

#[test]
fn a_span_is_shown_exactly() {
    let shown = [200, 900, 90_061_000].map(|ms| span(Duration::from_millis(ms)));
    assert_eq!(shown, ["200ms", "900ms", "90061s"]);
}
