//! The text of a rule: it is refused with a place that lies in it, or it is printed so that it reads
//! back equal, compiles, and matches without a fault.

use std::fs;
use std::sync::OnceLock;

use wirewatch::config::{Environment, load};
use wirewatch::domain::document::Document;
use wirewatch::domain::topic::filter::Origin;
use wirewatch::domain::topic::syntax::{parse, parse_list_item};

pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // One on its own is the same language.
    let _ = parse_list_item(&text);
    let rule = match parse(&text) {
        Ok(rule) => rule,
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(error.span.start <= error.span.end && error.span.end <= text.len());
                assert!(text.is_char_boundary(error.span.start), "{:?} of {text:?}", error.span);
            }
            return;
        }
    };
    let printed = rule.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&rule), "{text:?} is printed as {printed:?}");
    matches(&printed);
}

/// Compiles the rule as a user's topic, and lets it look at a text that says much.
fn matches(rule: &str) {
    static DIR: OnceLock<tempfile::TempDir> = OnceLock::new();
    let dir = DIR.get_or_init(|| tempfile::tempdir().unwrap()).path();
    fs::create_dir_all(dir.join("topics")).unwrap();
    let main = "state_dir = \"state\"\n[[feed]]\nid = \"wire\"\nurl = \"https://wire.example/\"\n";
    fs::write(dir.join("wirewatch.toml"), main).unwrap();
    let quoted = serde_json::to_string(rule).unwrap();
    let topic =
        format!("[[topic]]\nid = \"t\"\nname = \"T\"\nseverity = \"low\"\nmatch = {quoted}\n");
    fs::write(dir.join("topics/t.toml"), topic).unwrap();
    // A rule may still say more than a topic may.
    let Ok(config) = load(dir, &Environment::fixed([])) else { return };
    let document = Document {
        title: "NATO signs a defence pact; the armed forces of 北约 agree".to_owned(),
        body: "The treaty was signed. Oil prices rise, T-72 tanks roll.\n\nCoach and goal."
            .to_owned(),
        ..Document::default()
    };
    for (_, found) in config.topics.evaluate(&document, &Origin::UNKNOWN) {
        for span in found.evidence.clauses.iter().flat_map(|clause| &clause.spans) {
            assert_eq!(&document.field(span.field)[span.start..span.end], &*span.quote);
        }
    }
}
