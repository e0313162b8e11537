//! Tiers: an alert matters more than its topic says once enough publishers tell the story, or a
//! match scores high enough. A severity that was reached stays. [`super::policy`] makes a revision
//! of each rise.

use super::policy::AlertPolicy;
use crate::domain::topic::Severity;

/// From when on an alert has a higher severity than its topic: when either is reached. At least
/// one of the two is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tier {
    pub severity: Severity,
    /// So many publishers tell the story.
    pub publishers: Option<u32>,
    /// A match scores at least so much.
    pub score: Option<f64>,
}

impl Tier {
    /// By what a story has reached this tier, as a sentence without its end; `None`: it has not.
    fn reached(&self, publishers: u32, score: Option<f64>) -> Option<String> {
        let severity = self.severity.as_str();
        let by_publishers = self.publishers.filter(|from| publishers >= *from).map(|from| {
            format!("{severity}: {publishers} publishers tell the story, {from} are enough")
        });
        by_publishers.or_else(|| {
            let (least, score) = self.score.zip(score)?;
            (score >= least)
                .then(|| format!("{severity}: the score is {score:.2}, {least:.2} is enough"))
        })
    }
}

/// The highest tier that a story has reached, and by what.
pub fn reached(tiers: &[Tier], publishers: u32, score: Option<f64>) -> Option<(Severity, String)> {
    let each =
        tiers.iter().filter_map(|tier| Some((tier.severity, tier.reached(publishers, score)?)));
    each.max_by_key(|(severity, _)| *severity)
}

impl AlertPolicy {
    /// The severity of an alert's next revision: its topic's, that of the highest tier reached, or
    /// one that was reached `before`, whichever is highest.
    pub fn severity(
        &self,
        topic: Severity,
        publishers: u32,
        score: Option<f64>,
        before: Option<Severity>,
    ) -> Severity {
        let reached = reached(&self.escalate, publishers, score).map(|(severity, _)| severity);
        let of_a_tier =
            |before: &Severity| self.escalate.iter().any(|tier| tier.severity == *before);
        topic.max(reached.unwrap_or(topic)).max(before.filter(of_a_tier).unwrap_or(topic))
    }
}
