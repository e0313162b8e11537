//! Reading the config: where it lies, and what is said when it is not there or not right.

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::cli::kept;
use crate::cli::output::count;
use crate::config::edit::feeds::{FeedEditError, Layout};
use crate::config::{
    self, Config, EgressConfig, Environment, FetchConfig, Footprint, PackView, Problems, RuleMap,
    Whereabouts,
};
use crate::daemon::governor::Loaded;
use crate::deliver::terminal;
use crate::domain::ids::TopicId;
use crate::domain::reload::Refusal;
use crate::domain::topic::selftest::{self, TestResult};

/// Most topics with failed tests that a hint names.
const MAX_NAMED: usize = 5;

/// Reads the same config again and again: at the start, and at each reload.
pub struct Loader {
    file: PathBuf,
    env: Environment,
}

impl Loader {
    /// Finds the main file: the one named, or the first of the usual places. It is read later.
    pub fn locate(config: Option<&Path>) -> Result<Self, Failure> {
        let env = Environment::of_process();
        let file = config::locate(config, &env);
        match std::fs::metadata(&file) {
            Ok(_) => return Ok(Self { file, env }),
            Err(error) if !config::is_absent(&error) => return Err(barred(&file, &error)),
            Err(_) => {}
        }
        let sentence = match config {
            Some(_) => format!("there is no config at {}", file.display()),
            None => {
                let places = config::lookup_places(&env);
                let places: Vec<_> = places.iter().map(|place| place.display()).collect();
                let places: Vec<_> = places.iter().map(ToString::to_string).collect();
                format!("there is no config at any of these places:\n{}", places.join("\n"))
            }
        };
        Err(Failure::said(Exit::NotFound, sentence).hint(
            "`wirewatch init` writes an annotated one; `-c PATH` names one that lies elsewhere; \
             `wirewatch demo` shows wirewatch at work without any",
        ))
    }

    /// The same, for commands that send nothing: they work where secrets cannot be read.
    pub fn without_secrets(mut self) -> Self {
        self.env = self.env.without_secrets();
        self
    }

    /// Where the database lies. Nothing else of the config need be right.
    pub fn state_dir(&self) -> Result<PathBuf, Problems> {
        config::state_dir(&self.file, &self.env)
    }

    /// The packs there are. Nothing else of the config need be right.
    pub fn packs(&self) -> Result<Vec<PackView>, Problems> {
        config::survey(&self.file, &self.env)
    }

    /// Where requests may go and how they are made. Nothing else of the config need be right.
    pub fn network(&self) -> Result<(EgressConfig, FetchConfig), Problems> {
        config::network(&self.file, &self.env)
    }

    /// Where the feeds stand. Nothing else of the config need be right.
    pub fn layout(&self) -> Result<Layout, FeedEditError> {
        Layout::read(&self.file)
    }

    /// Reads and checks it, topics and all.
    pub fn read(&self) -> Result<Config, Problems> {
        config::load(&self.file, &self.env)
    }

    /// The same, with the rules as they were written.
    pub fn read_with_rules(&self) -> Result<(Config, RuleMap), Problems> {
        config::load_with_rules(&self.file, &self.env)
    }

    /// What can be made out of it, with all that is wrong with it; for looking, not for running.
    pub fn read_in_part(&self) -> Result<(Config, Option<Problems>), Problems> {
        config::load_in_part(&self.file, &self.env)
    }

    /// Where its daemon is found. Nothing else of the config need be right.
    pub fn whereabouts(&self) -> Whereabouts {
        config::whereabouts(&self.file, &self.env)
    }

    /// Reads it for a reload: the tests inside the topics must pass as well. A rule that no longer
    /// says what its author meant replaces none that runs.
    pub fn load(&self) -> Loaded {
        let (read, footprint) = config::load_traced(&self.file, &self.env);
        let result = read.map_err(of_problems).and_then(|config| {
            let failed = failed_tests(&config);
            match failed.first() {
                None => Ok(config),
                Some(first) => {
                    let detail = refusal(&failed, "").to_string();
                    Err(Refusal { summary: describe(first), detail })
                }
            }
        });
        Loaded { result, footprint }
    }

    /// Reads it for a start: topics whose tests fail run as they last did. One that never ran has
    /// nothing to go on with, and must be mended first. Also what it was read from.
    pub fn load_to_start(&self) -> Result<(Config, Footprint), Failure> {
        let (read, footprint) = config::load_traced(&self.file, &self.env);
        Ok((self.fit_to_start(read?)?, footprint))
    }

    fn fit_to_start(&self, mut config: Config) -> Result<Config, Failure> {
        let failed = failed_tests(&config);
        if failed.is_empty() {
            return Ok(config);
        }
        let new = kept::keep(&mut config, &failed)?;
        if new.is_empty() {
            return Ok(config);
        }
        let new = named(new.iter().map(TopicId::as_str), ", ");
        let what = format!("mend the rule or the test: no earlier rule of {new} ran here");
        Err(refusal(&failed, &what))
    }
}

/// What is wrong with a configuration: the first of it on one line, and all of it.
fn of_problems(problems: Problems) -> Refusal {
    Refusal { summary: first_of(&problems), detail: problems.to_string().trim_end().to_owned() }
}

/// The first problem on one line, with its place.
pub fn first_of(problems: &Problems) -> String {
    let first = problems.iter().next();
    first.map_or_else(String::new, |first| match &first.file {
        Some(file) => format!("{file}:{}:{}: {}", first.line, first.column, first.message),
        None => first.message.clone(),
    })
}

/// A main file that may be there, but may not be looked at.
fn barred(file: &Path, error: &std::io::Error) -> Failure {
    let uid = rustix::process::geteuid().as_raw();
    Failure::said(Exit::Failed, format!("cannot look at {}: {error}", file.display())).hint(format!(
        "let the user read it and enter its directory that wirewatch runs as (uid {uid}), or name \
         another config by `-c PATH`"
    ))
}

fn failed_tests(config: &Config) -> Vec<TestResult> {
    let mut failed = selftest::run(&config.topics, terminal::plain);
    failed.retain(|test| !test.passed);
    failed
}

fn refusal(failed: &[TestResult], what_to_do: &str) -> Failure {
    let lines: Vec<String> = failed.iter().map(describe).collect();
    let sentence =
        format!("{} of the topics failed\n{}", count(failed.len(), "test"), lines.join("\n"));
    let topics = named(failed.iter().map(|test| test.topic.as_str()), " ");
    let hint = format!("{what_to_do}; `wirewatch topics test {topics}` shows what failed");
    Failure::said(Exit::Failed, sentence).hint(hint)
}

/// The first few names of topics, each once.
fn named<'t>(topics: impl Iterator<Item = &'t str>, separator: &str) -> String {
    let mut topics: Vec<&str> = topics.collect();
    topics.dedup();
    topics.truncate(MAX_NAMED);
    topics.join(separator)
}

/// A failed test on one line: where it stands, what it is about, what was wrong.
pub fn describe(test: &TestResult) -> String {
    let failure = test.failure.as_deref().unwrap_or_default();
    format!("{}:{}: {}: {}: {failure}", test.file, test.line, test.topic, test.short_title())
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Failure::new(Exit::Failed, problems)
    }
}
