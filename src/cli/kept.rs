//! Topics whose tests fail at a start of the daemon: they go on as they last ran. Nobody may be
//! there to mend a rule when a service is restarted, and what ran yesterday is better than nothing.

use std::collections::BTreeMap;

use crate::cli::exit::Failure;
use crate::cli::load::describe;
use crate::config::{Config, LastGood};
use crate::domain::ids::TopicId;
use crate::domain::topic::selftest::TestResult;
use crate::store::error::StoreError;
use crate::store::{Access, DATABASE_FILE, InstanceLock, Store};

/// Puts every topic of the failed tests back to what last ran. Gives those that never ran, or
/// whose text cannot be read any more: nothing is changed then.
pub fn keep(config: &mut Config, failed: &[TestResult]) -> Result<Vec<TopicId>, Failure> {
    let mut by_topic: BTreeMap<&TopicId, Vec<&TestResult>> = BTreeMap::new();
    for test in failed {
        by_topic.entry(&test.topic).or_default().push(test);
    }
    let all = || by_topic.keys().map(|&topic| topic.clone()).collect();
    let path = config.state_dir.join(DATABASE_FILE);
    if !path.exists() {
        return Ok(all());
    }
    // An older database is brought up to this version, which no running daemon may live through.
    let _lock = InstanceLock::acquire(&config.state_dir)?;
    let store = match Store::open(&path, Access::Alone) {
        Err(StoreError::NotFound { .. }) => return Ok(all()),
        opened => opened?,
    };
    let (mut last_good, mut new) = (BTreeMap::new(), Vec::new());
    for (topic, tests) in &by_topic {
        let topic = (*topic).clone();
        match store.running_source(&topic)? {
            Some(source) => {
                last_good.insert(topic, LastGood { source, why: reason(tests) });
            }
            None => new.push(topic),
        }
    }
    if new.is_empty() && config.keep(last_good).is_err() {
        return Ok(all());
    }
    Ok(new)
}

/// Tells the log of each topic that is kept.
pub fn log(config: &Config) {
    for (topic, why) in &config.kept {
        tracing::warn!(
            %topic,
            why,
            hint = format!("`wirewatch topics test {topic}` shows what failed; mend it, then reload"),
            "a test of the topic fails: it runs as it last did, and not as its file says now"
        );
    }
}

/// The first failed test, and how many more there are.
fn reason(tests: &[&TestResult]) -> String {
    let first = tests.first().map(|test| describe(test)).unwrap_or_default();
    match tests.len().saturating_sub(1) {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}
