//! Silences of a file: what they say, and every mistake with its place.

use std::fs;

use crate::config::{Config, Environment, Problems, load};
use crate::domain::alert::silence::SilenceScope;

fn read(main: &str) -> Result<Config, Problems> {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("topics")).expect("a directory");
    let head =
        "zone = 'Europe/Copenhagen'\n[[feed]]\nid = 'wire'\nurl = 'https://a.example/feed'\n";
    fs::write(dir.path().join("wirewatch.toml"), format!("{head}{main}")).expect("a file");
    let topic = "[[topic]]\nid = 'nato'\nmatch = 'NATO'\n";
    fs::write(dir.path().join("topics/t.toml"), topic).expect("a file");
    load(dir.path(), &Environment::fixed([("HOME", "/home/ada")]))
}

const WHY: &str = "author = 'ann'\nreason = 'planned exercise'\n";

#[test]
fn a_silence_stands_in_the_file_with_its_place() {
    let main = format!(
        "[[silence]]\ntopic = 'nato'\npublisher = 'BBC'\n{WHY}until = '2026-06-03'\n\
         [[silence]]\nfeed = 'wire'\n{WHY}from = 2026-06-01T08:00:00Z\nuntil = '2026-06-03T12:00'\n"
    );
    let config = read(&main).unwrap_or_else(|problems| panic!("{problems}"));
    let [first, second] = config.silences.as_slice() else { panic!("{:?}", config.silences) };
    assert_eq!(first.scope, SilenceScope::Topic("nato".into()));
    assert_eq!(first.also, Some(SilenceScope::Publisher("BBC".into())));
    assert_eq!((first.starts, first.ends), (None, "2026-06-02T22:00:00Z".parse().unwrap()));
    assert!(first.place.ends_with("wirewatch.toml:5"), "{}", first.place);
    assert_eq!(second.starts, Some("2026-06-01T08:00:00Z".parse().unwrap()));
    assert_eq!(second.ends, "2026-06-03T10:00:00Z".parse().unwrap());
    let outline = config.outline();
    let part = outline.iter().find(|part| part.id == "silences").expect("a part");
    assert_eq!(
        part.fields["topic nato, publisher BBC"],
        "until 2026-06-02T22:00:00Z, by ann: planned exercise"
    );
}

#[test]
fn every_mistake_is_told() {
    for (silence, told) in [
        ("topic = 'nata'", "did you mean \"nato\"?"),
        ("feed = 'wires'", "did you mean \"wire\"?"),
        ("story = 'x'", "not the id of a story"),
        ("text = ' '", "`text` is empty"),
        ("", "about one thing"),
        ("topic = 'nato'\nfeed = 'wire'\ntext = 'a'", "about one thing"),
        ("topic = 'nato'\nfrom = '2026-06-04'", "cannot end before it begins"),
        ("topic = 'nato'\nfrom = '2020-01-01'", "at most 366 days"),
        ("topics = 'nato'", "did you mean `topic`?"),
    ] {
        let main = format!("[[silence]]\n{WHY}until = '2026-06-03'\n{silence}\n");
        let problems = read(&main).expect_err(silence).to_string();
        assert!(problems.contains(told), "{silence}: {problems}");
    }
    let bare = read("[[silence]]\ntopic = 'nato'\n").expect_err("bare").to_string();
    for needed in ["`author`", "`reason`", "`until`"] {
        assert!(bare.contains(&format!("needs {needed}")), "{bare}");
    }
    let soon = format!("[[silence]]\ntopic = 'nato'\n{WHY}until = 'soon'\n");
    assert!(read(&soon).expect_err("soon").to_string().contains("`soon` is no time"));
    let one = format!("[[silence]]\ntopic = 'nato'\n{WHY}until = '2026-06-03'\n");
    let two = read(&format!("{one}{one}")).expect_err("two").to_string();
    assert!(two.contains("there is a silence of the same already"), "{two}");
}
