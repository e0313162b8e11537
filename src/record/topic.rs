//! Topics as objects: in a list, and with their rules; and what the database knows of them: when one
//! matched last, whether it is silent, what people said of its finds.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::moment;
use crate::domain::alert::mark::Mark;
use crate::domain::burst::{Course, LEARNING_H};
use crate::domain::ids::{Digest, TopicId};
use crate::domain::text::snowball::Snowball;
use crate::domain::topic::Topic;
use crate::domain::topic::filter::{Choice, Filters};
use crate::store::Store;
use crate::store::error::StoreError;

/// A topic in a list; without what is stored of it where there is no database yet.
pub fn row(topic: &Topic, revision: Digest, heard: Option<&Heard>) -> Value {
    json!({
        "topic": topic.id.as_str(),
        "name": topic.name,
        "severity": topic.severity.as_str(),
        "mode": topic.mode.as_str(),
        "tags": topic.tags,
        "channels": channels(topic),
        "tests": topic.tests.len(),
        "last_match": moment::json_opt(heard.and_then(|heard| heard.last_match)),
        "silent_since": moment::json_opt(heard.and_then(|heard| heard.silent_since)),
        "file": topic.file,
        "revision": revision.to_string(),
        "kept": heard.and_then(|heard| heard.kept.as_deref()),
    })
}

/// A topic with its rule.
pub fn page(topic: &Topic, revision: Digest, heard: &Heard) -> Value {
    let policy = &topic.alert;
    json!({
        "topic": topic.id.as_str(),
        "name": topic.name,
        "severity": topic.severity.as_str(),
        "mode": topic.mode.as_str(),
        "tags": topic.tags,
        "channels": channels(topic),
        "filter": filters(&topic.rule.filters),
        "stem": topic.rule.stem.map(stem),
        "match": topic.rule.matching.as_ref().map(ToString::to_string),
        "exclude": topic.rule.exclude.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "weights": topic.rule.weights.iter().map(|line| json!({
            "clause": line.expr.to_string(),
            "weight": line.weight,
        })).collect::<Vec<_>>(),
        "threshold": topic.rule.threshold,
        "alert": {
            "publishers_min": policy.publishers_min,
            "publishers_within_s": policy.publishers_within.map(|within| within.as_secs()),
            "follow_up_publishers": policy.follow_up.publishers,
            "new_facts": policy.follow_up.new_facts,
            "quiet_s": policy.follow_up.quiet.as_secs(),
            "repeat_every_s": policy.follow_up.repeat_every.as_secs(),
            "escalate": policy.escalate.iter().map(|tier| json!({
                "severity": tier.severity.as_str(),
                "publishers": tier.publishers,
                "score": tier.score,
            })).collect::<Vec<_>>(),
            "max_age_s": policy.max_age.as_secs(),
            "budget": policy.budget,
            "burst": policy.burst,
        },
        "expect": topic.expect.map(|expect| json!({
            "count": expect.count,
            "per_s": expect.per.as_secs(),
        })),
        "last_match": moment::json_opt(heard.last_match),
        "silent_since": moment::json_opt(heard.silent_since),
        "usual": heard.usual,
        "verdicts": heard.verdicts(),
        "kept": heard.kept,
        "tests": topic.tests.len(),
        "file": topic.file,
        "revision": revision.to_string(),
    })
}

fn channels(topic: &Topic) -> Value {
    topic.channels.iter().map(|channel| json!(channel.as_str())).collect()
}

/// A rule's filters by name.
pub fn choices(filters: &Filters) -> [(&'static str, &Choice); 4] {
    [
        ("feeds", &filters.feeds),
        ("tags", &filters.tags),
        ("publishers", &filters.publishers),
        ("languages", &filters.languages),
    ]
}

fn filters(filters: &Filters) -> Value {
    let mut object = serde_json::Map::new();
    for (name, choice) in choices(filters) {
        object.insert(name.to_owned(), json!(choice.only));
        object.insert(format!("not_{name}"), json!(choice.not));
    }
    Value::Object(object)
}

/// As the config names it.
pub fn stem(language: Snowball) -> String {
    format!("snowball:{}", language.name())
}

/// What is stored of a topic.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    pub last_match: Option<Timestamp>,
    pub silent_since: Option<Timestamp>,
    /// Why the daemon last ran it as it was before, and not as its file said.
    pub kept: Option<String>,
    /// How much is usually said of it, as a clause.
    pub usual: Option<String>,
    /// How many of its finds were said to be what, in the order of [`Mark::ALL`].
    pub marked: [u32; Mark::ALL.len()],
}

impl Heard {
    pub fn verdicts(&self) -> Value {
        let counts = Mark::ALL.into_iter().zip(self.marked);
        Value::Object(counts.map(|(mark, n)| (mark.as_str().to_owned(), json!(n))).collect())
    }
}

/// Reads what is stored of every topic.
pub fn heard(store: &Store) -> Result<HashMap<TopicId, Heard>, StoreError> {
    let counts = store.verdict_counts()?;
    let kept = store.kept()?.into_iter().map(|kept| (kept.topic, kept.why));
    let mut kept: HashMap<String, String> = kept.collect();
    let mut heard = HashMap::new();
    for view in store.topics()? {
        let count = |mark| counts.get(&(view.id.clone(), mark)).copied().unwrap_or_default();
        let marked = Mark::ALL.map(count);
        let (last_match, silent_since) = (view.last_match, view.silent_since);
        let kept = kept.remove(view.id.as_str());
        let course = store.burst_course(&view.id)?;
        let usual = course.as_ref().map(|course| standing(Some(course)));
        heard.insert(view.id, Heard { last_match, silent_since, kept, usual, marked });
    }
    Ok(heard)
}

/// How much is usual, or how long it takes until that is known, as a clause.
pub fn standing(course: Option<&Course>) -> String {
    let Some(course) = course else {
        return format!(
            "nothing was heard yet; bursts are told after {} days of learning",
            LEARNING_H / 24
        );
    };
    match course.hours_to_learn() {
        0 => format!("{:.2} entries an hour are usual", course.rhythm.level()),
        left => {
            let days = left.div_ceil(24);
            let noun = if days == 1 { "day" } else { "days" };
            format!("still learning what is usual, for {days} {noun} more in which feeds are read")
        }
    }
}
