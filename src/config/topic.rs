//! `[[topic]]`: what is watched, its rule, and when it alerts.

use std::sync::Arc;
use std::time::Duration;

use super::escalate;
use super::key;
use super::known::Known;
use super::lists::rule;
use super::problem::Report;
use super::retention;
use super::rule_map;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use super::topic_file::PlacedTopic;
use super::typed;
use super::{topic_filter, topic_test};
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::topic::{Rule, Severity, Topic, Weight};

/// Most exclusions, weights and tests of one topic.
const MAX_PARTS: usize = 1_000;

/// Largest weight or threshold, either way.
const MAX_WEIGHT: f64 = 1_000_000.0;

const MAX_PUBLISHERS: u32 = 10_000;
const MAX_BUDGET: u32 = 100_000;
const MAX_AGE: Duration = Duration::from_secs(3_650 * 24 * 3_600);

pub(super) const TOPIC: Shape = Shape {
    what: "a topic",
    keys: &[
        "id",
        "name",
        "severity",
        "tags",
        "channels",
        "keep_alerts",
        "mode",
        "expect",
        "stem",
        "allow",
        "match",
        "exclude",
        "threshold",
        "weights",
        "filter",
        "alert",
        "test",
    ],
};

pub(super) const ALERT: Shape = Shape {
    what: "`[topic.alert]`",
    keys: &["publishers", "follow_up", "escalate", "max_age", "budget", "burst"],
};

pub(super) const PUBLISHERS: Shape = Shape { what: "`publishers`", keys: &["min", "within"] };

pub(super) const FOLLOW_UP: Shape =
    Shape { what: "`follow_up`", keys: &["publishers", "quiet", "new_facts", "repeat_every"] };

/// Reads a topic. `None`: its id or rule is wrong, which is noted.
pub(super) fn read(
    section: &Section<'_>,
    known: Option<&Known>,
    report: &mut Report,
) -> Option<PlacedTopic> {
    section.require("id", "\"nato\"", report);
    let id = section.text("id", report);
    let id: Option<TopicId> = id.and_then(|text| key::read(&text, report));
    let name = super::line(section.text("name", report), report);
    let severity = section.text("severity", report);
    let severity = severity.and_then(|text| key::severity(&text, report));
    let tags = section.texts("tags", report);
    let channels = read_channels(section, known, report);
    let mode = topic_filter::mode(section, report);
    let expect = topic_filter::expectation(section, report);
    let keep_alerts = retention::of_topic(section, report);
    let severity = severity.unwrap_or(Severity::Medium);
    let alert = alert(section, severity, report);
    let rules = rules(section, known, report);
    let tests = section.sections("test", &topic_test::TEST, report);
    let tests = tests.iter().take(MAX_PARTS);
    let tests: Vec<_> = tests.filter_map(|test| topic_test::read(test, report)).collect();
    let (id, rules) = (id?, rules?);
    let topic = Topic {
        name: name.unwrap_or_else(|| id.to_string()),
        id,
        severity,
        tags: tags.into_iter().map(|tag| tag.value).collect(),
        channels,
        rule: rules.rule,
        mode,
        expect,
        alert,
        tests,
        file: section.file_name(report),
    };
    Some(PlacedTopic {
        topic: Arc::new(topic),
        matching: rules.matching,
        exclude: rules.exclude,
        weights: rules.weights,
        threshold: section.get("threshold").map(|value| value.place),
        header: section.place(),
        allow: rule_map::allow(section, report),
        source: String::new(),
        path: None,
        keep_alerts,
    })
}

fn read_channels(
    section: &Section<'_>,
    known: Option<&Known>,
    report: &mut Report,
) -> Vec<ChannelId> {
    let known = known.map(|known| &known.channels);
    let mut channels = Vec::new();
    for text in section.texts("channels", report) {
        let Some(id) = key::read::<ChannelId>(&text, report) else {
            continue;
        };
        match known {
            Some(known) if !known.contains(&id) => {
                let names: Vec<_> = known.iter().map(ChannelId::as_str).collect();
                key::not_among(&text, "channel", &names, "unknown_channel", report);
            }
            _ if channels.contains(&id) => {}
            _ => channels.push(id),
        }
    }
    channels
}

/// The rule of a topic, and where its parts stand.
struct Rules {
    rule: Rule,
    matching: Option<Literal>,
    exclude: Vec<Literal>,
    weights: Vec<Literal>,
}

fn rules(section: &Section<'_>, known: Option<&Known>, report: &mut Report) -> Option<Rules> {
    let filters = topic_filter::filters(section, known, report);
    let stem = topic_filter::stem(section, report);
    let before = report.count();
    let matching = section.text("match", report);
    let exclude = section.texts("exclude", report);
    let threshold = section.number("threshold", report);
    let weights = weights(section, report);
    limit(section, exclude.len(), "exclusions", report);
    limit(section, weights.len(), "weights", report);
    if matching.is_none() && threshold.is_none() && report.count() == before {
        report
            .add(
                section.place(),
                "missing_key",
                "a topic needs `match`, or `threshold` with weights",
            )
            .hint("such as `match = 'NATO AND (summit OR treaty)'`");
    }
    if weights.is_empty() && threshold.is_some() && section.get("weights").is_none() {
        let place = section.get("threshold").map_or(section.place(), |value| value.place);
        report
            .add(place, "missing_weights", "`threshold` needs `[topic.weights]` to sum up")
            .hint("such as `'@def NEAR/6 @ally' = 2.5`");
    }
    let expr = matching.as_ref().and_then(|text| rule(text, report));
    let excluded: Vec<_> = exclude.iter().filter_map(|text| rule(text, report)).collect();
    let weighed = weights.iter().filter_map(|(text, weight)| {
        let expr = rule(text, report)?;
        Some(Weight { expr, weight: *weight })
    });
    let weighed: Vec<_> = weighed.collect();
    (report.count() == before).then(|| Rules {
        rule: Rule {
            matching: expr,
            exclude: excluded,
            weights: weighed,
            threshold,
            filters,
            stem,
        },
        matching,
        exclude,
        weights: weights.into_iter().map(|(text, _)| text).collect(),
    })
}

/// `[topic.weights]`: rules are its keys.
fn weights(section: &Section<'_>, report: &mut Report) -> Vec<(Literal, f64)> {
    let Some(table) = section.names("weights", "`[topic.weights]`", report) else {
        return Vec::new();
    };
    let mut weights = Vec::new();
    for (name, value, span) in table.entries() {
        let place = Place::at(name.file, span);
        let Some(weight) = typed::number(value, &name.value, place.clone(), report) else {
            continue;
        };
        if weight == 0.0 || weight.abs() > MAX_WEIGHT {
            report
                .add(place, "out_of_range", format!("a weight of {weight} says nothing"))
                .hint("weights are positive or negative numbers, such as 2.5 or -1");
            continue;
        }
        weights.push((name, weight));
    }
    weights
}

fn limit(section: &Section<'_>, count: usize, what: &str, report: &mut Report) {
    if count > MAX_PARTS {
        let message = format!("this topic has {count} {what}; {MAX_PARTS} are the most");
        report.add(section.place(), "too_many", message);
    }
}

/// `[topic.alert]`, with what holds where it is silent.
fn alert(section: &Section<'_>, severity: Severity, report: &mut Report) -> AlertPolicy {
    const HOUR_S: u64 = 3_600;
    let hours = |hours| Duration::from_secs(hours * HOUR_S);
    let mut policy = AlertPolicy {
        publishers_min: 1,
        publishers_within: None,
        follow_up: FollowUp {
            publishers: vec![3, 10, 30],
            quiet: hours(24),
            new_facts: false,
            repeat_every: hours(6),
        },
        escalate: Vec::new(),
        max_age: hours(7 * 24),
        budget: None,
        burst: false,
    };
    let Some(alert) = section.section("alert", &ALERT, report) else {
        return policy;
    };
    let span = Duration::from_secs(1)..=MAX_AGE;
    if let Some(publishers) = alert.section("publishers", &PUBLISHERS, report) {
        let min = publishers.integer("min", 1..=MAX_PUBLISHERS, report);
        policy.publishers_min = min.unwrap_or(policy.publishers_min);
        policy.publishers_within = publishers.duration("within", span.clone(), report);
    }
    if let Some(follow_up) = alert.section("follow_up", &FOLLOW_UP, report) {
        let usual = &mut policy.follow_up;
        if let Some(steps) = steps(&follow_up, report) {
            usual.publishers = steps;
        }
        let quiet = follow_up.duration("quiet", span.clone(), report);
        usual.quiet = quiet.unwrap_or(usual.quiet);
        usual.new_facts = follow_up.boolean("new_facts", report).unwrap_or(usual.new_facts);
        let repeat = follow_up.duration("repeat_every", Duration::ZERO..=MAX_AGE, report);
        usual.repeat_every = repeat.unwrap_or(usual.repeat_every);
    }
    let scores = section.get("weights").is_some();
    policy.escalate = escalate::read(&alert, severity, scores, report);
    let max_age = alert.duration("max_age", span, report);
    policy.max_age = max_age.unwrap_or(policy.max_age);
    policy.budget = alert.integer("budget", 1..=MAX_BUDGET, report);
    policy.burst = alert.boolean("burst", report).unwrap_or(policy.burst);
    policy
}

/// `follow_up.publishers`: numbers of publishers, growing.
fn steps(follow_up: &Section<'_>, report: &mut Report) -> Option<Vec<u32>> {
    let steps = follow_up.integers("publishers", 2..=MAX_PUBLISHERS, report)?;
    if !steps.is_sorted_by(|a, b| a < b) {
        let place = follow_up.get("publishers").map_or(follow_up.place(), |value| value.place);
        report
            .add(place, "out_of_range", "these numbers of publishers do not grow")
            .hint("such as `publishers = [3, 10, 30]`");
        return None;
    }
    Some(steps)
}
