//! Topics without tests, and topics whose tests never ask for silence: the next edit may undo
//! what the rule was written for, and nobody would see it.

use super::super::{StepExpectation, TestKind, TopicTest};
use super::book::Book;
use super::{Level, Lint, Spot};

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for (index, topic) in book.rules.topics.iter().enumerate() {
        let id = &topic.id;
        let (code, level, message, hint) = if topic.tests.is_empty() {
            let message = format!("topic `{id}` has no [[topic.test]]");
            let hint = "add one entry it must match and one it must not: \
                        `[[topic.test]]`, `title = \"…\"`, `expect = \"match\"`";
            ("no_tests", Level::Warning, message, hint)
        } else if !topic.tests.iter().any(asks_for_silence) {
            let message = format!("no test of topic `{id}` asks it to stay silent");
            let hint = "add a near miss with `expect = \"reject\"`";
            ("no_reject_test", Level::Note, message, hint)
        } else {
            continue;
        };
        found.push(Lint::new(code, level, Spot::Topic(index), message).hint(hint));
    }
}

fn asks_for_silence(test: &TopicTest) -> bool {
    match &test.kind {
        TestKind::Entry(entry) => !entry.expect_match,
        TestKind::Story(story) => {
            story.alerts == Some(0)
                || story.steps.iter().any(|step| step.expect == Some(StepExpectation::None))
        }
    }
}
