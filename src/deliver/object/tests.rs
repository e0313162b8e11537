//! The published object: its exact shape, what it reads back as, and that it is safe to show.

use crate::domain::alert::{AlertEvent, Reach, Reason};
use crate::domain::document::Field;
use crate::domain::entry::DateQuality;
use crate::domain::ids::{AlertId, Digest, EntryId, StoryId};
use crate::domain::topic::Severity;
use crate::domain::topic::evidence::{Clause, Evidence, Passage, Span};

use super::*;

const TITLE: &str = "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play";
const BODY: &str = "The Prime Minister spoke about enhancing NATO cooperation and boosting \
                    defence manufacturing. A “defence alliance” à deux, not a second NATO, he said.";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A span over the `nth` occurrence of `quote`, counted by hand as the matcher would.
fn span(field: Field, quote: &str, nth: usize) -> Span {
    let text = if field == Field::Title { TITLE } else { BODY };
    let (start, found) = text.match_indices(quote).nth(nth).expect("quote in text");
    let end = start + found.len();
    let chars = |range: &str| range.chars().count();
    let tail = |range: &str| -> String {
        let skip = chars(range).saturating_sub(24);
        range.chars().skip(skip).collect()
    };
    Span {
        field,
        in_lead: field == Field::Body,
        start,
        end,
        chars: (chars(&text[..start]), chars(&text[..end])),
        quote: quote.into(),
        before: tail(&text[..start]).into(),
        after: text[end..].chars().take(24).collect::<String>().into(),
    }
}

fn clause(text: &str, spans: Vec<Span>) -> Clause {
    Clause { text: text.into(), count: spans.len() as u32, spans: spans.into(), score: None }
}

/// The alert of the example: two clauses, in title and body.
pub(in crate::deliver) fn sample() -> AlertRevision {
    let sentence = BODY.split_inclusive('.').next().expect("a sentence");
    let nato = sentence.find("NATO").expect("NATO");
    AlertRevision {
        alert: AlertId(1),
        seq: 1,
        event: AlertEvent::Opened,
        reach: Reach::Pushed,
        at: at("2026-05-04T09:47:12Z"),
        reason: Reason { code: "first".to_owned(), text: "first entry of the story".to_owned() },
        remark: None,
        note: None,
        topic: TopicFacts {
            id: "defence-alliances".parse().expect("a key"),
            name: "Defence alliances".to_owned(),
            severity: Severity::High,
            tags: vec!["defence".to_owned()],
            revision: Digest::of("test", &[b"rule"]),
            file: "topics/defence.toml".to_owned(),
        },
        score: None,
        threshold: None,
        headline: TITLE.to_owned(),
        summary: BODY.to_owned(),
        story: StoryFacts {
            id: StoryId(2),
            entries: 1,
            publishers: vec!["Harbour Wire".to_owned()],
            texts: 1,
            feeds: vec!["harbour-wire".to_owned()],
            first_seen: at("2026-05-04T09:47:12Z"),
            last_seen: at("2026-05-04T09:47:12Z"),
            new_publishers: vec!["Harbour Wire".to_owned()],
        },
        entry: EntryFacts {
            id: EntryId(3),
            feed: "harbour-wire".to_owned(),
            feed_title: "Harbour Wire: Politics".to_owned(),
            publisher: "Harbour Wire".to_owned(),
            agency: None,
            guid: Some("tag:harbourwire.example,2026:1".to_owned()),
            url: Some("https://harbourwire.example/politics/starmer-denmark".to_owned()),
            author: None,
            language: Some("en-GB".to_owned()),
            published: Some(at("2026-05-04T09:45:00Z")),
            date_quality: DateQuality::Exact,
            seen: at("2026-05-04T09:47:12Z"),
        },
        evidence: Evidence {
            clauses: [
                clause(
                    "NATO",
                    vec![
                        span(Field::Title, "NATO", 0),
                        span(Field::Body, "NATO", 0),
                        span(Field::Body, "NATO", 1),
                    ],
                ),
                clause(
                    "\"defence alliance\"",
                    vec![
                        span(Field::Title, "Defence Alliance", 0),
                        span(Field::Body, "defence alliance", 0),
                    ],
                ),
            ]
            .into_iter()
            .collect(),
            vetoes_tried: Vec::new(),
            passages: [Passage {
                field: Field::Body,
                start: 0,
                end: sentence.len(),
                text: sentence.into(),
                marks: vec![(nato, nato + 4)].into(),
            }]
            .into_iter()
            .collect(),
            truncated: false,
        },
    }
}

fn channel() -> ChannelId {
    "hook".parse().expect("a key")
}

#[test]
fn the_published_object() {
    let bytes = freeze(&sample(), &channel(), DeliveryId(4));
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let pretty = serde_json::to_string_pretty(&AlertV1::deserialize(value).expect("an alert"));
    insta::assert_snapshot!(pretty.expect("JSON"));
}

#[test]
fn equal_revisions_freeze_to_equal_bytes_that_name_the_schema_first() {
    let bytes = freeze(&sample(), &channel(), DeliveryId(4));
    assert_eq!(bytes, freeze(&sample(), &channel(), DeliveryId(4)));
    assert!(bytes.starts_with(br#"{"schema":"wirewatch.alert.v1","id":"A1","seq":1,"#));
    assert!(!bytes.contains(&b'\n'));
}

#[test]
fn what_is_written_reads_back_the_same() {
    let mut revision = sample();
    revision.headline = "tab\there \u{1b}[31mred \u{202e}drow".to_owned();
    revision.entry.guid = Some("\"\\ 語".to_owned());
    revision.score = Some(7.25);
    let object = AlertV1::from_revision(&revision);
    let back: AlertV1 = serde_json::from_slice(&object.to_bytes()).expect("an alert");
    assert_eq!(back, object);
    assert_eq!(back.headline, "tab here red drow");
    assert_eq!(back.entry.guid, revision.entry.guid);
}

#[test]
fn no_text_moves_a_cursor_or_turns_a_line_even_once_it_is_decoded() {
    const EVIL: &str = "a\u{1b}]0;x\u{7}\u{9b}1m\u{7f}\u{202e}\u{2066}\u{2028}b\nc";
    let evil = || EVIL.to_owned();
    let mut revision = sample();
    (revision.headline, revision.summary) = (evil(), evil());
    (revision.reason.code, revision.reason.text) = (evil(), evil());
    (revision.topic.name, revision.topic.file) = (evil(), evil());
    revision.topic.tags = vec![evil()];
    revision.story.new_publishers = vec![evil()];
    let entry = &mut revision.entry;
    (entry.feed, entry.feed_title, entry.publisher) = (evil(), evil(), evil());
    (entry.guid, entry.author, entry.language) = (Some(evil()), Some(evil()), Some(evil()));
    entry.url = Some(format!("https://x.example/{EVIL}"));
    for clause in revision.evidence.clauses.to_mut() {
        clause.text = evil().into();
        for span in clause.spans.to_mut() {
            (span.quote, span.before, span.after) = (evil().into(), evil().into(), evil().into());
        }
    }
    revision.evidence.passages.to_mut()[0].text = EVIL.repeat(10).into();
    let written = AlertV1::from_revision(&revision).to_bytes();
    let text = String::from_utf8(written.clone()).expect("UTF-8");
    assert!(!text.contains(untrusted::is_hazard), "{text:?}");

    let object: serde_json::Value = serde_json::from_slice(&written).expect("JSON");
    let mut values = vec![&object];
    while let Some(value) = values.pop() {
        match value {
            serde_json::Value::String(text) => {
                assert!(!text.contains(untrusted::is_hazard), "{text:?}");
            }
            serde_json::Value::Array(list) => values.extend(list),
            serde_json::Value::Object(fields) => values.extend(fields.values()),
            _ => {}
        }
    }
    assert_eq!(object["entry"]["author"], "a b c");
}

#[test]
fn a_text_that_was_forgotten_is_still_escaped_when_it_is_written() {
    let mut object = AlertV1::from_revision(&sample());
    object.entry.guid = Some("\u{1b}[2J\u{9b}1m\u{202e}".to_owned());
    let text = String::from_utf8(object.to_bytes()).expect("UTF-8");
    assert!(!text.contains(untrusted::is_hazard), "{text:?}");
}

#[test]
fn only_a_revision_that_went_less_far_says_so() {
    let fields = |reach| {
        let bytes = AlertV1::from_revision(&AlertRevision { reach, ..sample() }).to_bytes();
        let object: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        (object.get("shadow").cloned(), object.get("held_back").cloned())
    };
    let yes = Some(serde_json::json!(true));
    assert_eq!(fields(Reach::Pushed), (None, None));
    assert_eq!(fields(Reach::Told), (None, None));
    assert_eq!(fields(Reach::Shadow), (yes.clone(), None));
    assert_eq!(fields(Reach::HeldBack), (None, yes));
}

#[test]
fn times_are_whole_seconds() {
    let mut revision = sample();
    revision.at = at("2026-05-04T09:47:12.345678901Z");
    revision.entry.seen = revision.at;
    revision.entry.published = Some(revision.at);
    (revision.story.first_seen, revision.story.last_seen) = (revision.at, revision.at);
    let AlertV1 { time, story, entry, .. } = AlertV1::from_revision(&revision);
    let all = [time, story.first_seen, story.last_seen, entry.seen, entry.published.expect("one")];
    assert_eq!(all, ["2026-05-04T09:47:12Z"; 5]);
}

#[test]
fn reading_texts_are_one_short_plain_line() {
    let mut revision = sample();
    revision.headline = "\u{1b}[2Jword \n".repeat(200);
    revision.summary = "x".repeat(2_000);
    let object = AlertV1::from_revision(&revision);
    assert!(object.headline.starts_with("word word"));
    assert!(object.headline.chars().count() <= MAX_HEADLINE_CHARS);
    assert_eq!(object.summary.chars().count(), MAX_SUMMARY_CHARS);
    assert!(object.summary.ends_with('…'));
}

#[test]
fn spans_count_code_points_of_the_stored_text() {
    let object = AlertV1::from_revision(&sample());
    let body: Vec<char> = BODY.chars().collect();
    let item = object
        .evidence
        .iter()
        .find(|item| item.clause == "NATO" && item.field.as_deref() == Some("body"))
        .expect("NATO in the body");
    assert_eq!(item.count, 3);
    for &[start, end] in &item.spans {
        assert_eq!(String::from_iter(&body[start..end]), "NATO");
    }
}

#[test]
fn a_span_without_a_passage_shows_its_surroundings() {
    let object = AlertV1::from_revision(&sample());
    let snippet = |n: usize| object.evidence[n].snippet.as_deref().expect("a snippet");
    assert_eq!(snippet(2), "Keir Starmer Forges [Defence Alliance] with Denmark in Bold …");
    assert_eq!(snippet(3), "… manufacturing. A “[defence alliance]” à deux, not a second …");
}

#[test]
fn a_long_passage_is_cut_around_its_mark_at_words() {
    let mut revision = sample();
    let text = format!("{}the [odd] NATO summit{}", "aaa ".repeat(200), " bbb".repeat(200));
    let from = text.find("NATO").expect("NATO");
    let mut span = span(Field::Body, "NATO", 0);
    (span.start, span.end) = (from, from + 4);
    revision.evidence.passages.to_mut()[0] = Passage {
        field: Field::Body,
        start: 0,
        end: text.len(),
        text: text.into(),
        marks: vec![(from, from + 4)].into(),
    };
    revision.evidence.clauses = vec![clause("NATO", vec![span])].into();
    let object = AlertV1::from_revision(&revision);
    let snippet = object.evidence[0].snippet.as_deref().expect("a snippet");
    assert!(snippet.starts_with("… aaa aaa"), "{snippet}");
    assert!(snippet.contains("aaa the [odd] [NATO] summit bbb"), "{snippet}");
    assert!(snippet.ends_with("bbb …"), "{snippet}");
    assert!(snippet.chars().count() <= 250);
}

#[test]
fn more_evidence_than_is_published_is_said_to_be_cut() {
    let mut revision = sample();
    assert!(!AlertV1::from_revision(&revision).truncated);
    let one = revision.evidence.clauses[0].clone();
    revision.evidence.clauses = vec![one; 6].into();
    let object = AlertV1::from_revision(&revision);
    assert_eq!(object.evidence.len(), MAX_EVIDENCE);
    assert!(object.truncated);
}

#[test]
fn a_term_found_more_often_than_places_are_kept_is_never_said_to_be_found_less() {
    let mut revision = sample();
    let one = span(Field::Body, "NATO", 0);
    let ten: Vec<Span> = (0..10)
        .map(|n| Span { start: 100 * n, end: 100 * n + 4, in_lead: false, ..one.clone() })
        .collect();
    let terms = |revision: &AlertRevision| AlertV1::from_revision(revision).terms;
    revision.evidence.clauses = vec![Clause { count: 499, ..clause("NATO", ten.clone()) }].into();
    let term = &terms(&revision)[0];
    assert_eq!((term.count, term.truncated), (499, false));
    // A wildcard may have found other words beyond the places kept.
    revision.evidence.clauses = vec![Clause { count: 499, ..clause("*nato*", ten.clone()) }].into();
    let term = &terms(&revision)[0];
    assert_eq!((term.count, term.truncated), (10, true));
    let json = serde_json::to_value(term).unwrap();
    assert_eq!(json["truncated"], true);
    revision.evidence.clauses = vec![clause("NATO", ten)].into();
    let term = &terms(&revision)[0];
    assert_eq!((term.count, term.truncated), (10, false));
    assert!(serde_json::to_value(term).unwrap().get("truncated").is_none());
}

#[test]
fn only_web_links_are_links() {
    let mut revision = sample();
    revision.entry.url = Some("javascript:alert(1)".to_owned());
    let object = AlertV1::from_revision(&revision);
    assert_eq!((object.links.article, object.entry.url), (None, None));
    revision.entry.url = Some("https://x.example/a\u{202e}b".to_owned());
    let object = AlertV1::from_revision(&revision);
    assert_eq!(object.entry.url.as_deref(), Some("https://x.example/a%E2%80%AEb"));
    assert_eq!(object.links.article, object.entry.url);
}
