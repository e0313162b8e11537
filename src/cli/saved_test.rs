//! Makes tests of real entries: writes them into their topic's file, and says whether the topic
//! passes them as it stands. A false alert that became a test fails until the rule is mended.

use std::path::PathBuf;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::config::Config;
use crate::config::edit::{self, EditError, TestDraft};
use crate::deliver::terminal;
use crate::domain::ids::TopicId;
use crate::domain::topic::selftest::{self, TestResult};

/// Tests that were written.
#[derive(Debug)]
pub struct Saved {
    pub file: PathBuf,
    /// What became of each when it was run, in the order of the drafts; their lines are within.
    pub results: Vec<TestResult>,
}

impl Saved {
    /// For people: what was written where, and what to do about tests that fail.
    pub fn tell(&self, topic: &TopicId, session: &Session) {
        let file = self.file.display();
        for result in &self.results {
            let place = format!("{file}:{}", result.line);
            match &result.failure {
                None => session.messages.note(&format!("test saved at {place}; it passes")),
                Some(failure) => session.messages.warn(&format!(
                    "test saved at {place}; it fails as the rule stands: {failure}"
                )),
            }
        }
        let failing = self.results.iter().filter(|result| !result.passed).count();
        if failing > 0 {
            session.messages.note(&format!(
                "hint: {} of `{topic}` must pass before it is loaded again: mend the rule in \
                 {file}, then `wirewatch topics test {topic}`",
                count(failing, "test"),
            ));
        }
    }
}

/// Adds tests to a topic's file, reads the config again, and runs the new tests. The caller tells.
pub fn save(
    topic: &TopicId,
    drafts: &[TestDraft],
    config: &Config,
    session: &Session,
) -> Result<Saved, Failure> {
    let Some(file) = config.topic_files.get(topic) else {
        let sentence = format!("topic `{topic}` is in no file that can be written");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("copy it into a file of the topics directory to make it your own"));
    };
    let mut lines = Vec::with_capacity(drafts.len());
    for draft in drafts {
        lines.push(edit::append_test(file, topic, draft)?);
    }
    let config = session.config()?;
    let results = match config.topics.get(topic) {
        Some(written) => {
            let tests = written.tests.iter().filter(|test| lines.contains(&test.line));
            tests
                .map(|test| selftest::run_one(&config.topics, written, test, terminal::plain))
                .collect()
        }
        None => Vec::new(),
    };
    Ok(Saved { file: file.clone(), results })
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        let hint = error.hint().map(str::to_owned);
        Failure { hint, ..Failure::new(Exit::Failed, error) }
    }
}
