//! Whether a stored match is found again, bit for bit, and where not, the first thing that is
//! different. Who replays gives both; this only compares.

use super::super::evidence::{Clause, Match};

/// What is different between a stored match and the one found now. Empty: they are equal.
pub fn differences(stored: &Match, again: &Match) -> Vec<String> {
    let mut all = Vec::new();
    if stored == again {
        return all;
    }
    if stored.analyser != again.analyser {
        all.push(format!(
            "the text analysis was version {}, and is {} now",
            stored.analyser, again.analyser
        ));
    }
    if stored.revision != again.revision {
        all.push(format!("the stored source is rule {}, not {}", again.revision, stored.revision));
    }
    if stored.topic != again.topic {
        all.push(format!("it was topic {}, and is {}", stored.topic, again.topic));
    }
    if !same(stored.score, again.score) {
        all.push(format!("score {} then, {} now", number(stored.score), number(again.score)));
    }
    if !same(stored.threshold, again.threshold) {
        let (then, now) = (number(stored.threshold), number(again.threshold));
        all.push(format!("threshold {then} then, {now} now"));
    }
    all.extend(clauses(&stored.evidence.clauses, &again.evidence.clauses));
    if stored.evidence.vetoes_tried != again.evidence.vetoes_tried {
        all.push("other exclusions were tried".to_owned());
    }
    if stored.evidence.passages != again.evidence.passages {
        all.push("other passages are quoted".to_owned());
    }
    if stored.evidence.truncated != again.evidence.truncated {
        all.push("another part of the evidence was left out".to_owned());
    }
    all
}

/// The first clause that is not as it was.
fn clauses(stored: &[Clause], again: &[Clause]) -> Option<String> {
    let at = stored.iter().zip(again).position(|(then, now)| then != now);
    let Some(at) = at else {
        let (then, now) = (stored.get(again.len()), again.get(stored.len()));
        return match (then, now) {
            (Some(then), _) => Some(format!("clause {} is not found any more", then.text)),
            (_, Some(now)) => Some(format!("clause {} was not found then", now.text)),
            (None, None) => None,
        };
    };
    let (then, now) = (&stored[at], &again[at]);
    Some(if then.text != now.text {
        format!("clause {} was {}, and is {}", at + 1, then.text, now.text)
    } else if then.count != now.count {
        format!("clause {}: found {} times then, {} now", then.text, then.count, now.count)
    } else if let Some((a, b)) = then.spans.iter().zip(&now.spans).find(|(a, b)| a != b) {
        format!(
            "clause {}: {} {}..{} \"{}\" then, {} {}..{} \"{}\" now",
            then.text,
            a.field.as_str(),
            a.start,
            a.end,
            a.quote,
            b.field.as_str(),
            b.start,
            b.end,
            b.quote
        )
    } else if then.spans != now.spans {
        format!("clause {}: {} places then, {} now", then.text, then.spans.len(), now.spans.len())
    } else {
        format!("clause {}: another contribution to the score", then.text)
    })
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    a.map(f64::to_bits) == b.map(f64::to_bits)
}

fn number(value: Option<f64>) -> String {
    value.map_or("none".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests;
