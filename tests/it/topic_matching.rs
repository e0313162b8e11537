//! The example topic, end to end: it catches the story it is meant for in all its tellings, and
//! stays silent for its near misses.

use std::sync::Arc;
use std::time::Duration;

use wirewatch::domain::alert::policy::{AlertPolicy, FollowUp};
use wirewatch::domain::document::Document;
use wirewatch::domain::topic::compile::{Library, TopicSet};
use wirewatch::domain::topic::filter::Origin;
use wirewatch::domain::topic::syntax::ast::Definition;
use wirewatch::domain::topic::syntax::{parse, parse_list_item};
use wirewatch::domain::topic::{Mode, Rule, Severity, Topic, Weight};

fn library() -> Library {
    let lists: [(&str, &[&str]); 8] = [
        (
            "alliances",
            &[
                "NATO",
                "OTAN",
                "НАТО",
                "北约",
                "北約",
                "나토",
                "ناتو",
                "North Atlantic Treaty Organization",
                "Atlantic Alliance",
                "Nordatlantikpakt",
                "AUKUS",
                "Quad",
            ],
        ),
        (
            "nato_false",
            &[
                "NATO phonetic alphabet",
                "NATO alphabet",
                "NATO strap",
                "NATO reporting name",
                "Nato a",
                "Nato il",
                "Nato nel",
                "Nato in",
            ],
        ),
        (
            "defence",
            &[
                "defence",
                "military",
                "armed forces",
                "défense",
                "defensa",
                "Verteidigung*",
                "оборон*",
                "防务",
                "국방",
                "forsvar*",
            ],
        ),
        (
            "alliance",
            &[
                "alliance",
                "ally",
                "pact",
                "treaty",
                "partnership",
                "co-operation",
                "agreement",
                "bündnis*",
                "alianza",
                "альянс*",
                "联盟",
                "同盟",
                "동맹",
            ],
        ),
        ("legal", &["defence lawyer", "defence counsel", "legal defence", "self-defence"]),
        (
            "corp",
            &["Star Alliance", "airline alliance", "strategic alliance", "marketing alliance"],
        ),
        (
            "states",
            &["Sweden", "Denmark", "Finland", "Poland", "Japan", "Australia", "Philippines"],
        ),
        ("sport", &["goalkeeper", "coach", "league", "striker", "goal"]),
    ];
    let macros = [
        ("def", "@defence EXCEPT (@legal OR \"Environmental Defense Fund\")"),
        ("ally", "@alliance EXCEPT (@corp OR \"climate alliance\")"),
    ];
    let lists = lists.into_iter().map(|(name, items)| {
        let terms = items.iter().map(|item| parse_list_item(item).unwrap()).collect();
        (name.to_owned(), Definition::List(terms))
    });
    let macros = macros
        .into_iter()
        .map(|(name, source)| (name.to_owned(), Definition::Macro(parse(source).unwrap())));
    Library { definitions: lists.chain(macros).collect() }
}

fn topic() -> Topic {
    let weight = |source: &str, weight| Weight { expr: parse(source).unwrap(), weight };
    Topic {
        id: "defence-alliances".parse().unwrap(),
        name: "Defence alliances".to_owned(),
        severity: Severity::High,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule {
            matching: Some(
                parse(
                    "(@alliances EXCEPT @nato_false) NEAR/40 (@def OR @ally) \
                     OR (@def NEAR/6 @ally) SENTENCE @states OR title:(@def NEAR/4 @ally)",
                )
                .unwrap(),
            ),
            exclude: vec![parse("ATLEAST/2(@sport)").unwrap()],
            weights: vec![
                weight("@def NEAR/6 ((alliance OR pact OR treaty) EXCEPT @corp)", 2.5),
                weight("@alliances EXCEPT @nato_false", 2.5),
                weight("@def NEAR/6 @ally", 1.0),
                weight("@sport", -2.0),
            ],
            threshold: Some(4.0),
            ..Rule::default()
        },
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![3, 10, 30],
                quiet: Duration::from_secs(86_400),
                new_facts: false,
                repeat_every: Duration::from_secs(3_600),
            },
            escalate: Vec::new(),
            max_age: Duration::from_secs(86_400),
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/defence.toml".to_owned(),
    }
}

fn example() -> TopicSet {
    TopicSet::compile(vec![Arc::new(topic())], &library()).unwrap()
}

#[track_caller]
fn check(title: &str, body: &str, expect: bool) {
    let set = example();
    let document =
        Document { title: title.to_owned(), body: body.to_owned(), ..Document::default() };
    let found = set.evaluate(&document, &Origin::UNKNOWN);
    let why = set.explain(&topic().id, &document, &Origin::UNKNOWN).unwrap();
    assert_eq!(!found.is_empty(), expect, "{title}\n{}", why.render_plain());
    assert_eq!(why.matched, expect);
    for (_, found) in found {
        for span in found.evidence.clauses.iter().flat_map(|clause| &clause.spans) {
            let text = document.field(span.field);
            assert_eq!(
                &text[span.start..span.end],
                &*span.quote,
                "spans point into the stored text"
            );
        }
    }
}

#[test]
fn the_example_catches_its_story_in_all_its_tellings() {
    for (title, body) in [
        ("NATO allies sign new defence pact", "The alliance met in Oslo."),
        ("Nato's new military partnership with Sweden", ""),
        ("N.A.T.O. defense ministers agree", "An agreement was reached."),
        ("L’OTAN renforce sa défense", "La défense et l'alliance : un pact."),
        ("НАТО укрепляет оборону", "Альянс НАТО и оборонный альянс."),
        ("北约加强防务联盟", "北约同盟国"),
        ("Sweden and Denmark sign mutual-defence treaty", "The defence treaty binds Sweden."),
        ("NATO’ya katılım: military alliance", ""),
        ("AUKUS defence co-operation deepens", "The defence co-operation pact with Australia."),
    ] {
        check(title, body, true);
    }
}

#[test]
fn the_example_stays_silent_for_its_near_misses() {
    for (title, body) in [
        ("Nato a Roma nel 1950, il regista vince a Cannes", ""),
        ("Learn the NATO phonetic alphabet in ten minutes", ""),
        ("Best NATO strap watches under $200", ""),
        ("Natosha Smith wins", "Her brother Renato, a senator, said so."),
        (
            "Arsenal's defence holds firm in alliance of old foes",
            "The goalkeeper and the coach were happy.",
        ),
        ("Defence lawyers form alliance against court cuts", ""),
        ("Airlines in Star Alliance expand partnership with defence of market share in mind", ""),
        ("Women's self-defence classes grow in partnership with city council", ""),
        ("Environmental Defense Fund joins climate alliance", ""),
        ("Rebel Alliance returns to cinemas", "The film opens in May."),
        ("Chip makers form alliance to defend against cheap imports", ""),
        ("Danish royals visit London", ""),
    ] {
        check(title, body, false);
    }
}

#[test]
fn the_evidence_of_the_example_tells_why() {
    let document = Document {
        title: "NATO allies sign new defence pact".to_owned(),
        body: "OSLO (Wire) - Ministers met on Monday. The North Atlantic Treaty Organization said \
               its defense alliance would grow. The weather was fine."
            .to_owned(),
        ..Document::default()
    };
    let set = example();
    let found = set.evaluate(&document, &Origin::UNKNOWN);
    let (_, found) = &found[0];
    let shown: Vec<String> = found
        .evidence
        .passages
        .iter()
        .map(|passage| {
            let mut text = passage.text.to_string();
            for &(from, to) in passage.marks.iter().rev() {
                text.insert(to, ']');
                text.insert(from, '[');
            }
            text
        })
        .collect();
    assert_eq!(shown[0], "[NATO] [allies] sign new [defence] [pact]");
    assert_eq!(found.evidence.vetoes_tried, ["ATLEAST/2(@sport)".into()]);
    let sum: f64 =
        found.evidence.clauses.iter().filter_map(|c| c.score).map(|s| s.contribution).sum();
    assert_eq!(found.score, Some(sum));
    assert_eq!(
        set.evaluate(&document, &Origin::UNKNOWN)[0].1,
        *found,
        "the same document gives the same proof"
    );
}
