//! `[[topic.test]]`: an entry and what the topic is expected to say of it, or several entries over
//! time, which [`super::topic_story`] reads. They are run by whoever loads topics.

use super::key;
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::Literal;
use super::topic_story;
use crate::domain::document::{Document, MAX_BODY_BYTES};
use crate::domain::ids::FeedKey;
use crate::domain::topic::{EntryTest, Subject, TestKind, TopicTest};

pub(super) const TEST: Shape = Shape {
    what: "a topic's test",
    keys: &[
        "name",
        "expect",
        "title",
        "body",
        "url",
        "lang",
        "author",
        "category",
        "feed",
        "publisher",
        "tags",
        "evidence",
        "score",
        "step",
        "alerts",
        "revisions",
        "publishers",
        "severity",
        "message",
    ],
};

/// Keys of a test of one entry: those of a story stand in its steps.
const OF_AN_ENTRY: &[&str] =
    &["expect", "title", "body", "url", "lang", "author", "category", "feed", "publisher", "tags"];

/// Keys of a test of a story.
const OF_A_STORY: &[&str] = &["alerts", "revisions", "publishers", "severity", "message"];

const EXPECTATIONS: [&str; 2] = ["match", "reject"];

/// Reads a test. `None`: it does not say what to expect.
pub(super) fn read(section: &Section<'_>, report: &mut Report) -> Option<TopicTest> {
    let name = super::line(section.text("name", report), report);
    let is_story = section.get("step").is_some();
    let misplaced = if is_story { OF_AN_ENTRY } else { OF_A_STORY };
    for value in misplaced.iter().filter_map(|key| section.get(key)) {
        let message = match is_story {
            true => format!("`{}` belongs to a step of this story", value.key),
            false => format!("`{}` is asked of stories, and this test has no steps", value.key),
        };
        report
            .add(value.place, "conflicting_keys", message)
            .hint("each entry of a story stands under a `[[topic.test.step]]` of its own");
    }
    let kind = match is_story {
        true => TestKind::Story(topic_story::read(section, report)?),
        false => TestKind::Entry(entry(section, report)?),
    };
    Some(TopicTest { name, kind, line: section.line(report) })
}

fn entry(section: &Section<'_>, report: &mut Report) -> Option<EntryTest> {
    section.require("expect", "\"match\"", report);
    let expect = section.text("expect", report);
    let expect_match = expect.and_then(|text| match text.value.as_str() {
        "match" => Some(true),
        "reject" => Some(false),
        _ => {
            key::not_among(&text, "verdict", &EXPECTATIONS, "bad_expectation", report);
            None
        }
    });
    let subject = subject(section, report);
    let evidence = section.texts("evidence", report);
    if let (Some(false), Some(first)) = (expect_match, evidence.first()) {
        let message = "a rejected entry has no evidence to quote";
        report.add(first.place(), "conflicting_keys", message);
    }
    let score = score(section, report);
    Some(EntryTest {
        subject,
        expect_match: expect_match?,
        evidence: evidence.into_iter().map(|text| text.value).collect(),
        score,
    })
}

/// An entry as a test gives it, and where it is said to come from.
pub(super) fn subject(section: &Section<'_>, report: &mut Report) -> Subject {
    let feed = section.text("feed", report);
    Subject {
        document: document(section, report),
        feed: feed.and_then(|text| Some(key::read::<FeedKey>(&text, report)?.to_string())),
        tags: section.texts("tags", report).into_iter().map(|tag| tag.value).collect(),
        publisher: super::line(section.text("publisher", report), report),
    }
}

fn document(section: &Section<'_>, report: &mut Report) -> Document {
    let mut text = |key| section.text(key, report).map(|text: Literal| text.value);
    let title = text("title").map(|text| one_line(&text));
    let body = text("body").map(|text| paragraphs(&text));
    let url = text("url");
    let language = text("lang");
    let mut joined = |key| {
        let texts = section.texts(key, report).into_iter();
        texts.map(|text| text.value).collect::<Vec<_>>().join("; ")
    };
    let (authors, categories) = (joined("author"), joined("category"));
    if title.is_none() && body.is_none() {
        let message = "an entry needs a `title` or a `body`";
        report.add(section.place(), "missing_key", message);
    }
    Document {
        title: title.unwrap_or_default(),
        body: body.unwrap_or_default(),
        authors,
        categories,
        url,
        language,
    }
}

/// `score = [lowest, highest]`.
pub(super) fn score(section: &Section<'_>, report: &mut Report) -> Option<(f64, f64)> {
    let numbers = section.numbers("score", report)?;
    match numbers[..] {
        [lowest, highest] if lowest <= highest => Some((lowest, highest)),
        _ => {
            let place = section.get("score").map_or(section.place(), |value| value.place);
            report
                .add(place, "out_of_range", "`score` is not a lowest and a highest score")
                .hint("such as `score = [5.0, 12.0]`");
            None
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A body as documents have it: blank lines between paragraphs, single spaces within.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(one_line) {
        match paragraphs.last_mut() {
            _ if line.is_empty() => open = false,
            Some(last) if open => {
                last.push(' ');
                last.push_str(&line);
            }
            _ => {
                paragraphs.push(line);
                open = true;
            }
        }
    }
    let mut body = paragraphs.join("\n\n");
    body.truncate(body.floor_char_boundary(MAX_BODY_BYTES));
    body
}

#[cfg(test)]
mod tests;
