//! `--save-test`: a real entry, and what a person said of it, become a test in the topic's own
//! file. A false alert turned into a test cannot come back unnoticed.

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::config::Config;
use crate::config::edit::{self, EditError, TestDraft};
use crate::domain::alert::mark::Mark;
use crate::domain::ids::TopicId;
use crate::domain::topic::filter::Origin;
use crate::domain::topic::{TestKind, Topic};
use crate::store::entries::EntryDetail;
use crate::store::verdicts::Verdict;

/// Most characters of a remark that go into the comment above the test.
const MAX_NOTE_CHARS: usize = 300;

/// Writes a verdict on an entry as a test of its topic, and says where, whether it passes, and
/// what to do next. An entry that is such a test already is left alone.
pub fn save(verdict: &Verdict, detail: &EntryDetail, session: &Session) -> Result<(), Failure> {
    // Read anew for each: the test before has changed the file.
    let config = session.config()?;
    let id = naming::topic(verdict.topic.as_str(), &config.topics)?;
    let Some((topic, file)) = config.topics.get(&id).zip(config.topic_files.get(&id)) else {
        return Err(naming::unknown("topic", id.as_str(), &[]));
    };
    let expect_match = verdict.verdict.is_wanted();
    let entry = verdict.entry;
    match test_already(topic, detail) {
        Some((expected, _)) if expected == expect_match => {
            session.messages.note(&format!("{entry} is a test of {id} already"));
            return Ok(());
        }
        Some((_, line)) => {
            return Err(contradicts(&file.display().to_string(), line, expect_match));
        }
        None => {}
    }
    let draft = draft(verdict, detail, topic, &config);
    let line = edit::append_test(file, &id, &draft).map_err(refused)?;
    let origin = Origin {
        feed: draft.feed.as_deref(),
        tags: &draft.tags,
        publisher: draft.publisher.as_deref(),
    };
    let matched = config.topics.evaluate_topic(&id, &detail.entry.document, &origin).is_some();
    let what = if expect_match { "matches" } else { "rejects" };
    session.messages.note(&format!(
        "{}:{line}: a test that {id} {what} {entry}; {}",
        file.display(),
        outlook(&id, matched == expect_match, entry)
    ));
    Ok(())
}

/// What comes next.
fn outlook(topic: &TopicId, passes: bool, entry: impl std::fmt::Display) -> String {
    if passes {
        return format!("it passes; `wirewatch topics test {topic}` runs it");
    }
    format!(
        "it fails until the rule is mended. For as long a reload is refused, and the daemon goes on \
         with the rule it last ran, after a restart too\n\
         hint: `wirewatch topics test {topic}` shows the test that fails, `wirewatch topics \
         explain {topic} {entry}` what the rule sees"
    )
}

/// What a test of the same text expects, and its line.
fn test_already(topic: &Topic, detail: &EntryDetail) -> Option<(bool, u32)> {
    let document = &detail.entry.document;
    topic.tests.iter().find_map(|test| match &test.kind {
        TestKind::Entry(entry) => {
            let (title, body) = (&entry.subject.document.title, &entry.subject.document.body);
            let same = title.trim() == document.title.trim() && body.trim() == document.body.trim();
            same.then_some((entry.expect_match, test.line))
        }
        TestKind::Story(_) => None,
    })
}

/// No rule passes a test and its opposite.
fn contradicts(file: &str, line: u32, expect_match: bool) -> Failure {
    let (there, wanted) = if expect_match { ("reject", "match") } else { ("match", "reject") };
    let sentence = format!(
        "{file}:{line}: a test says that this text is one to {there}; no rule passes it and one \
         to {wanted} the same"
    );
    Failure::said(Exit::Failed, sentence)
        .hint("take that test out, or change what it expects, and say it again")
}

/// The test as it is written: where the entry came from only if the topic asks for it, so that a
/// feed that is taken out one day breaks no test.
fn draft(verdict: &Verdict, detail: &EntryDetail, topic: &Topic, config: &Config) -> TestDraft {
    let filters = &topic.rule.filters;
    let (entry, key) = (&detail.entry, &detail.feed_key);
    let asks_feed = !filters.feeds.is_any() || !filters.tags.is_any();
    let feed = config.feeds.iter().find(|feed| asks_feed && feed.key == *key);
    let asks_publisher = !filters.publishers.is_any();
    TestDraft {
        feed: feed.map(|feed| feed.key.to_string()),
        tags: feed.map(|feed| feed.tags.clone()).unwrap_or_default(),
        publisher: asks_publisher.then(|| entry.publisher.clone()),
        ..TestDraft::of(&entry.document, verdict.verdict.is_wanted(), note(verdict, detail))
    }
}

fn note(verdict: &Verdict, detail: &EntryDetail) -> String {
    let found = match verdict.alert {
        Some(alert) => format!("alert {alert}"),
        None => format!("entry {}", verdict.entry),
    };
    let (mark, author) = (verdict.verdict.as_str(), &verdict.author);
    let (publisher, day) = (&detail.entry.publisher, moment::text(verdict.at));
    let mut note = format!("{found} of {publisher}, said to be {mark} by {author}, {day}.");
    if let Some(words) = &verdict.note {
        let words: String = words.chars().take(MAX_NOTE_CHARS).collect();
        note += &format!("\n{words}");
    }
    note
}

/// A duplicate says nothing of the rule.
pub fn refuse_dup(mark: Mark) -> Result<(), Failure> {
    if mark != Mark::Dup {
        return Ok(());
    }
    let sentence = "a duplicate says nothing of the rule: there is no test to save";
    Err(Failure::said(Exit::Usage, sentence)
        .hint("say `useful` or `noise`, or leave --save-test out"))
}

fn refused(error: EditError) -> Failure {
    let hint = error.hint();
    let failure = Failure::new(Exit::Failed, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
