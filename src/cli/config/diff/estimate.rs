//! How many alerts a day the changed topics would have raised over the stored past, as they were
//! and as they are: the backtest, asked for two numbers.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::explanation::page::Page;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::topics::backtest::replay::Replay;
use crate::config::difference::{Change, PartChange};
use crate::config::outline::{Kind, Part, TESTS_TEXT};
use crate::config::{self, Config};
use crate::daemon::pipeline::routes;
use crate::domain::backtest::{Count, Depth, Judge, Report, Terms};
use crate::domain::ids::TopicId;
use crate::domain::topic::compile::TopicSet;
use crate::store::{Access, DATABASE_FILE, Store};

/// Most topics that are estimated: each reads the stored past once.
const MAX_TOPICS: usize = 20;

/// Fields whose change raises neither more nor fewer alerts.
const HARMLESS: [&str; 6] = ["name", "severity", "tags", "tests", TESTS_TEXT, "expect"];

/// Estimates of all changed topics.
#[derive(Default)]
pub struct Estimates {
    all: Vec<Estimate>,
    /// Topics that would have been too many.
    left_out: usize,
    /// Why there is none, where that needs saying.
    note: Option<String>,
}

/// Of one topic.
struct Estimate {
    topic: TopicId,
    /// How much of the past was asked.
    days: f64,
    entries: u64,
    /// What it did; `None` where there was, or will be, no such topic.
    before: Option<Count>,
    after: Option<Count>,
}

/// Estimates the topics that are added, removed, or changed in what they match or alert on.
pub fn run(
    period: &str,
    changes: &[PartChange],
    before: &[Part],
    config: &Config,
    session: &Session,
) -> Result<Estimates, Failure> {
    let now = session.clock.now();
    let period = Period::since("--backtest", period, now)?;
    let mut estimates = Estimates::default();
    let changed: Vec<&PartChange> = changes.iter().filter(|change| is_telling(change)).collect();
    if changed.is_empty() {
        return Ok(estimates);
    }
    if !config.state_dir.join(DATABASE_FILE).exists() {
        estimates.note = Some("nothing is stored yet".to_owned());
        return Ok(estimates);
    }
    let store = session.store_of(config, Access::ReadOnly)?;
    estimates.left_out = changed.len().saturating_sub(MAX_TOPICS);
    for change in changed.into_iter().take(MAX_TOPICS) {
        let Ok(topic) = change.id.parse::<TopicId>() else {
            continue;
        };
        let old = restored(before, &topic);
        if old.is_none() && change.change != Change::Added {
            let note = format!("the rule of {topic} as it was cannot be read any more");
            estimates.note = Some(note);
        }
        let new = (change.change != Change::Removed).then_some(&config.topics);
        let asked = Asked { topic, period, now, config, store: &store };
        estimates.all.extend(asked.estimate(old.as_ref(), new, session)?);
    }
    Ok(estimates)
}

/// Whether a change of a topic may change what it raises.
fn is_telling(change: &PartChange) -> bool {
    let is_harmless = |name: &str| HARMLESS.contains(&name);
    change.kind == Kind::Topic && change.fields.iter().any(|field| !is_harmless(&field.name))
}

/// The topic as it was, with its policy.
fn restored(before: &[Part], topic: &TopicId) -> Option<Arc<TopicSet>> {
    let part = before.iter().find(|part| part.kind == Kind::Topic && part.id == topic.as_str())?;
    let source = part.source.as_ref()?.to_string();
    let restored = config::restore(&source, topic.as_str()).ok()?;
    Some(Arc::new(restored.set))
}

struct Asked<'a> {
    topic: TopicId,
    period: Period,
    now: Timestamp,
    config: &'a Config,
    store: &'a Store,
}

impl Asked<'_> {
    fn estimate(
        &self,
        old: Option<&Arc<TopicSet>>,
        new: Option<&Arc<TopicSet>>,
        session: &Session,
    ) -> Result<Option<Estimate>, Failure> {
        let Some(set) = new.or(old) else {
            return Ok(None);
        };
        let Some(mut judge) = Judge::new(set, &self.topic, Depth::Matches) else {
            return Ok(None);
        };
        if let (Some(_), Some(old)) = (new, old) {
            judge = judge.against(old);
        }
        let report = self.report(&judge, session)?;
        let (before, after) = match (old, new) {
            (Some(_), Some(_)) => (report.base, Some(report.ours)),
            (Some(_), None) => (Some(report.ours), None),
            _ => (None, Some(report.ours)),
        };
        Ok(Some(Estimate {
            topic: self.topic.clone(),
            days: report.length_days(),
            entries: report.entries,
            before,
            after,
        }))
    }

    fn report(&self, judge: &Judge, session: &Session) -> Result<Report, Failure> {
        let replay = Replay {
            store: self.store,
            config: self.config,
            since: self.period.since,
            until: None,
            feed: None,
            as_if_live: false,
            progress: !session.messages.quiet(),
        };
        let silences = self.store.silences(self.period.since.unwrap_or(Timestamp::MIN))?;
        let terms = Terms {
            routes: routes(self.config),
            silences,
            marks: Default::default(),
            since: self.period.since,
            until: Some(self.now),
            samples: 0,
            seed: 0,
        };
        replay.run(judge, terms)
    }
}

impl Estimate {
    fn a_day(&self, number: u64) -> f64 {
        let rate = number as f64 / self.days;
        (rate * 100.0).round() / 100.0
    }

    /// `1.4 → 0.9`, of one number of each side.
    fn change(&self, of: fn(Count) -> u64) -> String {
        let shown = |count: Option<Count>| match count {
            Some(count) => self.a_day(of(count)).to_string(),
            None => "none".to_owned(),
        };
        format!("{} → {}", shown(self.before), shown(self.after))
    }

    /// Whether there are matches, and all of them in first fetches: then no number of alerts
    /// says anything of the change.
    fn is_baseline_only(&self) -> bool {
        let sides = || self.before.iter().chain(&self.after);
        sides().any(|count| count.matches > 0)
            && sides().all(|count| count.baseline == count.matches)
    }
}

/// For people: `alerts a day  nato 1.4 → 0.9`.
pub fn lines(page: &mut Page, estimates: &Estimates) {
    for estimate in &estimates.all {
        let topic = &estimate.topic;
        page.line(
            0,
            &format!(
                "alerts a day of {topic}: {} (over {} of the last {:.1} days)",
                estimate.change(|count| count.alerts),
                count(usize::try_from(estimate.entries).unwrap_or(usize::MAX), "entry"),
                estimate.days,
            ),
        );
        page.line(1, &format!("matches a day: {}", estimate.change(|count| count.matches)));
        if estimate.is_baseline_only() {
            let matches = estimate.after.or(estimate.before).map_or(0, |count| count.matches);
            page.line(
                1,
                &format!(
                    "all matches ({matches}) lie in first fetches, which raise nothing: `wirewatch \
                     topics backtest {topic} --as-if-live` tells them as if they had come one by one"
                ),
            );
        }
    }
    if estimates.left_out > 0 {
        let more = count(estimates.left_out, "topic");
        page.line(0, &format!("{more} more: `wirewatch topics backtest TOPIC` estimates each"));
    }
    if let Some(note) = &estimates.note {
        page.line(0, &format!("alerts a day: not all is known: {note}"));
    }
}

/// For programs.
pub fn object(estimates: &Estimates) -> Value {
    let side = |estimate: &Estimate, count: Option<Count>| {
        count.map(|count| {
            json!({
                "alerts_a_day": estimate.a_day(count.alerts),
                "matches_a_day": estimate.a_day(count.matches),
                "baseline_matches": count.baseline,
                "alerts": count.alerts,
                "matches": count.matches,
                "stories": count.stories,
                "deliveries": count.deliveries,
            })
        })
    };
    json!({
        "topics": estimates.all.iter().map(|estimate| json!({
            "topic": estimate.topic.as_str(),
            "days": (estimate.days * 10.0).round() / 10.0,
            "entries": estimate.entries,
            "before": side(estimate, estimate.before),
            "after": side(estimate, estimate.after),
        })).collect::<Vec<_>>(),
        "left_out": estimates.left_out,
        "note": estimates.note,
    })
}
