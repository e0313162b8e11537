//! `wirewatch config diff`: what a reload would change, as a plan to read before it.

mod estimate;
mod plan;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::git;
use crate::cli::load::describe;
use crate::cli::moment;
use crate::cli::session::Session;
use crate::cli::topics::lint;
use crate::cli::warnings::{self, Finding};
use crate::config::difference::{self, Change, PartChange};
use crate::config::outline::{Kind, OF_SECRETS, Part};
use crate::config::{Config, PlacedLint, RuleMap};
use crate::deliver::terminal;
use crate::domain::ids::TopicId;
use crate::domain::topic::selftest::{self, TestResult};
use crate::domain::untrusted;
use crate::store::{Access, DATABASE_FILE};
use estimate::Estimates;

/// The configuration as it is now, or was.
struct Before {
    /// What it is called in a sentence.
    name: String,
    /// Since when it runs.
    since: Option<Timestamp>,
    parts: Vec<Part>,
}

/// All there is to say before a reload.
struct Outlook {
    before: Before,
    changes: Vec<PartChange>,
    failed: Vec<TestResult>,
    passed: usize,
    /// Why the daemon would refuse it although it can be read.
    refusals: Vec<Finding>,
    lints: Vec<PlacedLint>,
    /// What the changed topics would have raised.
    estimates: Estimates,
    /// Whether the secrets of channels could be read, and so compared.
    has_secrets: bool,
}

pub fn run(against: &str, backtest: &str, session: &mut Session) -> Result<Exit, Failure> {
    let revision = against.strip_prefix("git:");
    if revision.is_none() && against != "running" {
        let shown = untrusted::terminal(against).into_owned();
        let sentence = format!("`{shown}` is neither `running` nor `git:REV`");
        return Err(Failure::said(Exit::Usage, sentence));
    }
    let (config, rules, has_secrets) = read(session)?;
    let before = match revision {
        Some(revision) => of_git(revision, &config, session)?,
        None => running(&config, session)?,
    };
    // A revision in git is read without secrets, whoever reads it.
    let compares_secrets = has_secrets && before.since.is_some();
    let ignored: &[&str] = if compares_secrets { &[] } else { &OF_SECRETS };
    let changes = difference::between(&before.parts, &config.outline(), ignored);
    let (passed, failed): (Vec<TestResult>, Vec<TestResult>) =
        selftest::run(&config.topics, terminal::plain).into_iter().partition(|test| test.passed);
    let refusals =
        if has_secrets { warnings::unusable_channels(&config, &session.clock) } else { Vec::new() };
    let estimates = match backtest {
        "none" => Estimates::default(),
        period => estimate::run(period, &changes, &before.parts, &config, session)?,
    };
    let passed = passed.len();
    let lints = lints(&changes, &config, &rules, session);
    let outlook =
        Outlook { before, changes, failed, passed, refusals, lints, estimates, has_secrets };
    let mut page = Page::new(&session.printer);
    plan::lines(&mut page, &outlook);
    let object = object(&outlook);
    session.printer.report(&object, &page.text(), &plan::rows(&object))?;
    if !has_secrets {
        session.messages.note(
            "hint: the secrets of channels cannot be read here: signatures and headers were not \
             compared",
        );
    }
    Ok(if outlook.is_refused() { Exit::Failed } else { Exit::Ok })
}

impl Outlook {
    fn is_refused(&self) -> bool {
        !self.failed.is_empty() || !self.refusals.is_empty()
    }
}

/// The files as they are: with the secrets where this user may read them.
fn read(session: &Session) -> Result<(Config, RuleMap, bool), Failure> {
    match session.loader()?.read_with_rules() {
        Ok((config, rules)) => Ok((config, rules, true)),
        Err(_) => {
            let (config, rules) = session.loader()?.without_secrets().read_with_rules()?;
            Ok((config, rules, false))
        }
    }
}

/// What is most likely not meant in the topics that are added or changed, and in their lists.
fn lints(
    changes: &[PartChange],
    config: &Config,
    rules: &RuleMap,
    session: &Session,
) -> Vec<PlacedLint> {
    let is_changed = |topic: &TopicId| {
        changes.iter().any(|change| {
            change.kind == Kind::Topic
                && change.change != Change::Removed
                && change.id == topic.as_str()
        })
    };
    let mut found = lint::lints(config, rules, true, session);
    found.retain(|lint| rules.concerned(lint).any(is_changed));
    found
}

/// What the daemon last ran with.
fn running(config: &Config, session: &Session) -> Result<Before, Failure> {
    let nothing = || Before {
        name: "nothing: no daemon has run yet".to_owned(),
        since: None,
        parts: Vec::new(),
    };
    if !config.state_dir.join(DATABASE_FILE).exists() {
        return Ok(nothing());
    }
    let store = session.store_of(config, Access::ReadOnly)?;
    Ok(match store.running()? {
        Some((since, parts)) => Before {
            name: format!("what runs since {}", moment::text(since)),
            since: Some(since),
            parts,
        },
        None => nothing(),
    })
}

/// The files as they were in a revision.
fn of_git(revision: &str, config: &Config, session: &Session) -> Result<Before, Failure> {
    let parts = git::config_at(revision, &config.file, &session.env)?.outline();
    Ok(Before { name: format!("git revision {revision}"), since: None, parts })
}

fn object(outlook: &Outlook) -> Value {
    json!({
        "against": outlook.before.name,
        "since": moment::json_opt(outlook.before.since),
        "changes": outlook.changes.iter().map(plan::change_object).collect::<Vec<_>>(),
        "tests": {
            "passed": outlook.passed,
            "failed": outlook.failed.iter().map(describe).collect::<Vec<_>>(),
        },
        "lint": outlook.lints.iter().map(plan::lint_object).collect::<Vec<_>>(),
        "estimates": estimate::object(&outlook.estimates),
        "refused": outlook.is_refused(),
        "refusals": refusals(outlook),
        "secrets_compared": outlook.has_secrets,
    })
}

/// All that a reload would be refused for.
fn refusals(outlook: &Outlook) -> Vec<Value> {
    let tests = outlook.failed.iter().map(|test| ("failed_test", describe(test)));
    let found = outlook.refusals.iter().map(|found| (found.code, found.message.clone()));
    let both = tests.chain(found);
    both.map(|(code, message)| json!({ "code": code, "message": message })).collect()
}
