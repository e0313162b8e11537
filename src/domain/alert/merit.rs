//! How much a revision of an alert matters: what a channel's budget goes to, and the order of a
//! digest.

use std::cmp::Ordering;

use crate::domain::topic::Severity;

/// What an alert is worth telling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merit {
    pub severity: Severity,
    /// See [`weight`].
    pub weight: f64,
}

impl Merit {
    /// The more severe first; of the same severity, the one that weighs more.
    pub fn compare(&self, other: &Merit) -> Ordering {
        self.severity.cmp(&other.severity).then(self.weight.total_cmp(&other.weight))
    }
}

/// Publishers × score, the score seen from what the rule asks for, so that topics with large and
/// with small weights compare. A rule without weights counts as one that just reached its sum.
pub fn weight(publishers: u32, score: Option<f64>, threshold: Option<f64>) -> f64 {
    let score = match (score, threshold) {
        (Some(score), Some(threshold)) if threshold > 0.0 => score / threshold,
        _ => 1.0,
    };
    let score = if score.is_finite() { score.max(0.0) } else { 1.0 };
    f64::from(publishers.max(1)) * score
}

/// Whether a channel that may be told of `budget` revisions a day, and was told of these, is told
/// of one more. The first half goes to whatever comes. Of the second half each must be as good as
/// the middle one of those already told: the best go at once, wherever in the day they come, and
/// among equals all go until the budget is used up.
pub fn admits(budget: u32, told: &[Merit], merit: Merit) -> bool {
    let budget = usize::try_from(budget).unwrap_or(usize::MAX);
    if told.len() >= budget {
        return false;
    }
    if told.len() < budget.div_ceil(2) {
        return true;
    }
    let mut told = told.to_vec();
    told.sort_by(Merit::compare);
    told.get(told.len() / 2).is_none_or(|middle| merit.compare(middle) != Ordering::Less)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merit(weight: f64) -> Merit {
        Merit { severity: Severity::Medium, weight }
    }

    /// Which of these a budget lets through, in the order in which they come.
    fn told(budget: u32, coming: &[Merit]) -> Vec<usize> {
        let mut told: Vec<Merit> = Vec::new();
        let mut through = Vec::new();
        for (n, merit) in coming.iter().enumerate() {
            if admits(budget, &told, *merit) {
                told.push(*merit);
                through.push(n);
            }
        }
        through
    }

    #[test]
    fn equals_go_until_the_budget_is_used_up() {
        assert_eq!(told(3, &[merit(1.0); 6]), [0, 1, 2]);
        assert_eq!(told(0, &[merit(1.0)]), [0; 0]);
        assert_eq!(told(1, &[merit(1.0), merit(9.0)]), [0]);
    }

    #[test]
    fn what_is_left_is_kept_for_the_better_ones() {
        let day = [2.0, 2.0, 1.0, 1.0, 5.0, 1.0, 3.0, 9.0].map(merit);
        assert_eq!(told(4, &day), [0, 1, 4, 6]);
    }

    #[test]
    fn severity_comes_before_weight_and_scores_are_seen_from_their_threshold() {
        let high = Merit { severity: Severity::High, weight: 1.0 };
        assert_eq!(high.compare(&merit(100.0)), Ordering::Greater);
        assert_eq!(weight(3, None, None), 3.0);
        assert_eq!(weight(2, Some(30.0), Some(10.0)), 6.0);
        assert_eq!(weight(2, Some(-3.0), Some(1.0)), 0.0);
        assert_eq!(weight(0, Some(f64::NAN), Some(1.0)), 1.0);
    }
}
