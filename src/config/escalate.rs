//! `[topic.alert.escalate]`: from how many publishers, or from which score on, an alert is more
//! severe than its topic says: `high = { publishers = 10 }`.

use toml::de::DeValue;

use super::key;
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::Place;
use crate::domain::alert::tier::Tier;
use crate::domain::topic::Severity;

pub(super) const TIER: Shape =
    Shape { what: "a tier of `escalate`", keys: &["publishers", "score"] };

const MAX_PUBLISHERS: u32 = 10_000;

/// A tier, and where it stands.
struct Placed {
    tier: Tier,
    place: Place,
}

/// Reads the tiers, lowest first. `topic` is the topic's own severity, `scores` whether it has
/// weights.
pub(super) fn read(
    alert: &Section<'_>,
    topic: Severity,
    scores: bool,
    report: &mut Report,
) -> Vec<Tier> {
    let Some(table) = alert.names("escalate", "`[topic.alert.escalate]`", report) else {
        return Vec::new();
    };
    let mut tiers: Vec<Placed> = Vec::new();
    for (name, value, span) in table.entries() {
        let place = name.place();
        let severity = key::severity(&name, report);
        let DeValue::Table(table) = value else {
            let message = format!("`{}` of `escalate` is no table", name.value);
            report
                .add(Place::at(name.file, span), "wrong_type", message)
                .hint(format!("such as `{} = {{ publishers = 10 }}`", name.value));
            continue;
        };
        let section = Section::new(table, name.file, span, &TIER, report);
        let before = report.count();
        let publishers = section.integer("publishers", 2..=MAX_PUBLISHERS, report);
        let score = section.number("score", report);
        if report.count() == before && publishers.is_none() && score.is_none() {
            let message = format!("it is not said from when on an alert is {}", name.value);
            report
                .add(place.clone(), "missing_key", message)
                .hint("give it `publishers`, `score` or both: either is enough");
        }
        if let (false, Some(value)) = (scores, section.get("score")) {
            report
                .add(value.place, "missing_weights", "this topic has no score: it has no weights")
                .hint("`threshold` and `[topic.weights]` give matches a score");
        }
        let Some(severity) = severity else { continue };
        if severity <= topic {
            let message =
                format!("{} is no rise: the topic itself is {}", name.value, topic.as_str());
            report
                .add(place.clone(), "out_of_range", message)
                .hint("tiers are more severe than the topic's own `severity`");
        }
        tiers.push(Placed { tier: Tier { severity, publishers, score }, place });
    }
    tiers.sort_by_key(|placed| placed.tier.severity);
    grow(&tiers, report);
    tiers.into_iter().map(|placed| placed.tier).collect()
}

/// A higher tier asks for more, or the one below it would never be seen.
fn grow(tiers: &[Placed], report: &mut Report) {
    for pair in tiers.windows(2) {
        let [Placed { tier: low, .. }, Placed { tier: high, place }] = pair else { continue };
        let fewer = high.publishers.zip(low.publishers).is_some_and(|(high, low)| high <= low);
        let lower = high.score.zip(low.score).is_some_and(|(high, low)| high <= low);
        if fewer || lower {
            let (high, low) = (high.severity.as_str(), low.severity.as_str());
            let message = format!("{high} asks for no more than {low}");
            report
                .add(place.clone(), "out_of_range", message)
                .hint("such as `high = { publishers = 10 }`, `critical = { publishers = 30 }`");
        }
    }
}
