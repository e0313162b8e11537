//! A backtest for programs: every figure and list as one object, or a row per day.

use serde_json::{Value, json};

use super::Outcome;
use crate::cli::moment;
use crate::cli::output::{Column, Records};
use crate::domain::backtest::{Count, Drawn, Obstacle, ObstacleCount, Report, StoryChange};

const DAYS: &[Column] = &[
    Column::shown("day"),
    Column::shown("entries"),
    Column::shown("matches"),
    Column::shown("stories"),
    Column::shown("alerts"),
    Column::shown("follow_ups"),
    Column::shown("base_matches"),
    Column::shown("base_stories"),
    Column::shown("base_alerts"),
    Column::shown("base_follow_ups"),
];

/// One row per day.
pub fn days(report: &Report) -> Records {
    let mut records = Records::new(DAYS, "no entries in this time");
    for (day, counts) in &report.days {
        let (ours, base) = (counts.ours, report.base.map(|_| counts.base));
        let of_base = |count: fn(Count) -> u64| base.map_or(Value::Null, |base| json!(count(base)));
        records.row([
            json!(day.to_string()),
            json!(counts.entries),
            json!(ours.matches),
            json!(ours.stories),
            json!(ours.alerts),
            json!(ours.follow_ups),
            of_base(|base| base.matches),
            of_base(|base| base.stories),
            of_base(|base| base.alerts),
            of_base(|base| base.follow_ups),
        ]);
    }
    records
}

/// All of it.
pub fn object(outcome: &Outcome) -> Value {
    let report = &outcome.report;
    let mut object = json!({
        "topic": report.topic.as_str(),
        "revision": report.revision.to_string(),
        "against": {
            "what": outcome.against.what,
            "revision": report.base_revision.map(|revision| revision.to_string()),
            "note": outcome.against.note,
        },
        "period": {
            "since": moment::json_opt(outcome.period.since),
            "until": moment::json_opt(outcome.period.until),
            "first": moment::json_opt(report.first),
            "last": moment::json_opt(report.last),
            "days": report.length_days(),
            "feed": outcome.feed.as_ref().map(|feed| feed.as_str()),
            "as_if_live": outcome.as_if_live,
        },
        "entries": report.entries,
        "revised_entries": report.revised,
        "told_before": report.told_before,
        "baseline": { "entries": report.baseline_entries, "matches": report.baseline_matches },
        "ours": count(report, report.ours),
        "base": report.base.map(|base| count(report, base)),
        "decisions": report.decisions.iter().map(|((verdict, reason), count)| json!({
            "verdict": verdict,
            "reason": reason,
            "count": count,
        })).collect::<Vec<_>>(),
    });
    let rest = [
        ("days", days_list(report)),
        ("gained", changes(report, &report.gained)),
        ("lost", changes(report, &report.lost)),
        ("clauses", clauses(outcome)),
        ("exclusions", obstacles(report, |obstacle| obstacle == Obstacle::Exclusion)),
        ("obstacles", obstacles(report, |obstacle| obstacle != Obstacle::Exclusion)),
        (
            "hits",
            json!({ "of": report.ours.matches, "seed": outcome.seed,
            "samples": drawn_list(report, &report.hits) }),
        ),
        (
            "near_misses",
            json!({ "of": report.near_misses, "seed": outcome.seed,
            "samples": drawn_list(report, &report.misses) }),
        ),
        ("precision", precision(report)),
        ("took_ms", json!(u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX))),
    ];
    if let Value::Object(fields) = &mut object {
        fields.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

fn count(report: &Report, count: Count) -> Value {
    json!({
        "matches": count.matches,
        "stories": count.stories,
        "alerts": count.alerts,
        "follow_ups": count.follow_ups,
        "revisions": count.revisions(),
        "deliveries": count.deliveries,
        "over_budget": count.over_budget,
        "shadowed": count.shadowed,
        "matches_per_day": report.per_day(count.matches),
        "alerts_per_day": report.per_day(count.alerts),
        "revisions_per_day": report.per_day(count.revisions()),
    })
}

fn days_list(report: &Report) -> Value {
    let days = report.days.iter().map(|(day, counts)| {
        json!({
            "day": day.to_string(),
            "entries": counts.entries,
            "matches": counts.ours.matches,
            "stories": counts.ours.stories,
            "alerts": counts.ours.alerts,
            "follow_ups": counts.ours.follow_ups,
            "base": report.base.map(|_| json!({
                "matches": counts.base.matches,
                "stories": counts.base.stories,
                "alerts": counts.base.alerts,
                "follow_ups": counts.base.follow_ups,
            })),
        })
    });
    days.collect()
}

/// `null` where it was held against nothing.
fn changes(report: &Report, changes: &[StoryChange]) -> Value {
    if report.base.is_none() {
        return Value::Null;
    }
    let stories = changes.iter().map(|change| {
        json!({
            "story": change.story.map(|story| story.to_string()),
            "entry": change.entry.to_string(),
            "at": moment::json(change.at),
            "headline": change.headline,
            "publisher": change.publisher,
            "url": change.url,
            "alert": change.alerted,
        })
    });
    let alerts = changes.iter().filter(|change| change.alerted).count();
    let stories: Vec<Value> = stories.collect();
    json!({ "count": changes.len(), "alerts": alerts, "stories": stories })
}

fn clauses(outcome: &Outcome) -> Value {
    let report = &outcome.report;
    let clauses = report.clauses.iter().zip(&outcome.places).map(|(counted, place)| {
        json!({
            "clause": counted.clause.label,
            "place": counted.clause.place,
            "file": place.as_ref().map(|(file, ..)| file),
            "line": place.as_ref().map(|(_, line, _)| line),
            "column": place.as_ref().map(|(.., column)| column),
            "found_in": counted.found_in,
            "alone": counted.alone,
        })
    });
    let clauses: Vec<Value> = clauses.collect();
    json!({ "truncated": report.clauses_truncated, "clauses": clauses })
}

fn obstacles(report: &Report, wanted: impl Fn(Obstacle) -> bool) -> Value {
    let chosen = report.obstacles.iter().filter(|counted| wanted(counted.relaxed.obstacle));
    chosen.map(|counted| obstacle(report, counted)).collect()
}

fn obstacle(report: &Report, counted: &ObstacleCount) -> Value {
    json!({
        "obstacle": counted.relaxed.obstacle.as_str(),
        "clause": counted.relaxed.label,
        "held_back": counted.held_back,
        "samples": drawn_list(report, &counted.samples),
    })
}

fn drawn_list(report: &Report, drawn: &[Drawn]) -> Value {
    let obstacle = |drawn: &Drawn| report.obstacles.get(drawn.obstacle?);
    let samples = drawn.iter().map(|drawn| {
        let obstacle = obstacle(drawn).map(|counted| &counted.relaxed);
        json!({
            "entry": drawn.entry.to_string(),
            "title": drawn.title,
            "feed": drawn.feed.as_str(),
            "publisher": drawn.publisher,
            "url": drawn.url,
            "at": moment::json(drawn.at),
            "text": drawn.text,
            "obstacle": obstacle.map(|relaxed| relaxed.obstacle.as_str()),
            "clause": obstacle.map(|relaxed| relaxed.label.as_str()),
            "verdict": drawn.mark.map(|mark| mark.as_str()),
        })
    });
    samples.collect()
}

/// What the verdicts say; the bounds are `null` where none of the matches was judged.
fn precision(report: &Report) -> Value {
    let marked = report.marked;
    let bounds = marked.precision();
    json!({
        "precision": bounds.map(|bounds| bounds.share),
        "low": bounds.map(|bounds| bounds.low),
        "high": bounds.map(|bounds| bounds.high),
        "confidence": 0.95,
        "wanted": marked.wanted,
        "unwanted": marked.unwanted,
        "duplicate": marked.duplicate,
        "wanted_missed": marked.missed,
        "unwanted_rejected": marked.rejected,
    })
}
