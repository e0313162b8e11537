//! When an alert is raised, amended, or not, and why: a topic's alert policy and the pure
//! decision over it. [`crate::domain::ingest`] asks it for every match of a new entry.

use std::time::Duration;

use jiff::Timestamp;

use super::Reason;
use super::baseline::Baseline;
use super::silence::Silence;

/// How a topic alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertPolicy {
    /// How many publishers must tell the story, with a match, before the alert opens.
    pub publishers_min: u32,
    /// Within which time they must do so; `None`: the story's whole life.
    pub publishers_within: Option<Duration>,
    pub follow_up: FollowUp,
    /// An entry published longer ago than this never alerts: it resurfaced.
    pub max_age: Duration,
    /// Most revisions of this topic's alerts that are pushed to channels within 24 hours. What is
    /// over it is raised, stored and logged all the same. `None`: no limit.
    pub budget: Option<u32>,
    /// Whether it is told when far more is said of the topic than is usual.
    pub burst: bool,
}

/// When an open alert gets a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// Numbers of publishers that are worth a revision when crossed, ascending.
    pub publishers: Vec<u32>,
    /// Activity after this long a silence of the story is worth a revision.
    pub quiet: Duration,
    /// Shortest time between two revisions. The opening does not count: the first
    /// corroboration comes at once.
    pub repeat_every: Duration,
}

/// All that a decision looks at.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    pub now: Timestamp,
    /// When the entry says it was published, clamped.
    pub published: Option<Timestamp>,
    /// Whether the entry came as part of a feed's past: with which reason, and how recent it must
    /// be to alert all the same.
    pub baseline: Option<Baseline>,
    /// The silence that covers this match, if any.
    pub silence: Option<&'a Silence>,
    /// Publishers whose entries of this story matched, this one included, with when.
    pub matched: &'a [(String, Timestamp)],
    /// How many publishers tell the story.
    pub publishers: u32,
    /// The alert there is, if any.
    pub alert: Option<Raised>,
    /// Whether the topic is in shadow mode.
    pub shadow: bool,
}

/// The alert of this topic and story so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised {
    /// Whether its last revision is its opening: of those made in shadow mode, the one that was
    /// for real.
    pub just_opened: bool,
    /// When its last revision was made.
    pub revised: Timestamp,
    /// How many publishers the last revision spoke of.
    pub publishers: u32,
    /// When an entry of the story last matched.
    pub last_activity: Timestamp,
    /// Whether nobody was told of it, the topic having been in shadow mode all the time.
    pub shadow: bool,
}

/// What becomes of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Open the alert.
    Raise,
    /// Add a revision to it.
    Amend,
    /// Keep the match; the alert stays as it is.
    Record,
    /// Held back.
    Suppress,
    /// Part of a feed's past, such as its first fetch.
    Baseline,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Raise => "raise",
            Verdict::Amend => "amend",
            Verdict::Record => "record",
            Verdict::Suppress => "suppress",
            Verdict::Baseline => "baseline",
        }
    }
}

/// Decides what becomes of a match. The gates come first, then the alert itself: the first rule
/// that applies gives verdict and reason. An alert that nobody was told of is none to a topic that
/// has left shadow mode: it is raised.
pub fn decide(policy: &AlertPolicy, situation: &Situation<'_>) -> (Verdict, Reason) {
    let told = |alert: &Raised| situation.shadow || !alert.shadow;
    gate(policy, situation).unwrap_or_else(|| match situation.alert.filter(told) {
        None => open(policy, situation),
        Some(alert) => amend(&policy.follow_up, situation, alert),
    })
}

fn verdict(verdict: Verdict, code: &str, text: String) -> (Verdict, Reason) {
    (verdict, Reason { code: code.to_owned(), text })
}

/// Whether this entry may alert at all.
fn gate(policy: &AlertPolicy, situation: &Situation<'_>) -> Option<(Verdict, Reason)> {
    let age = situation.published.map(|at| age(situation.now, at));
    if let Some(baseline @ Baseline { why, .. }) = situation.baseline
        && baseline.holds(situation.published, situation.now)
    {
        return Some(verdict(Verdict::Baseline, why.code(), why.sentence().to_owned()));
    }
    if let Some(age) = age.filter(|age| *age > policy.max_age) {
        let text = format!(
            "published {} ago, more than max_age {}",
            in_words(age),
            in_words(policy.max_age)
        );
        return Some(verdict(Verdict::Suppress, "stale", text));
    }
    situation.silence.map(|silence| {
        let text =
            format!("silenced by {} until {}: {}", silence.author, silence.ends, silence.reason);
        verdict(Verdict::Suppress, "silenced", text)
    })
}

fn open(policy: &AlertPolicy, situation: &Situation<'_>) -> (Verdict, Reason) {
    let within = |at: &Timestamp| {
        policy.publishers_within.is_none_or(|within| age(situation.now, *at) <= within)
    };
    let mut publishers: Vec<&str> = situation
        .matched
        .iter()
        .filter(|(_, at)| within(at))
        .map(|(publisher, _)| publisher.as_str())
        .collect();
    publishers.sort_unstable();
    publishers.dedup();
    let (have, need) = (publishers.len(), policy.publishers_min.max(1) as usize);
    if have < need {
        let text = format!("{have} of the {need} publishers the topic asks for");
        return verdict(Verdict::Suppress, "awaiting_publishers", text);
    }
    let (code, text) = match situation.alert {
        None => ("first", "first match of this topic in this story"),
        Some(_) => ("left_shadow", "first match in this story since the topic left shadow mode"),
    };
    verdict(Verdict::Raise, code, text.to_owned())
}

fn amend(follow_up: &FollowUp, situation: &Situation<'_>, alert: Raised) -> (Verdict, Reason) {
    let crossed = follow_up
        .publishers
        .iter()
        .filter(|&&step| alert.publishers < step && step <= situation.publishers)
        .max();
    let silence = age(situation.now, alert.last_activity);
    let (code, text) = match crossed {
        Some(step) => {
            let now = situation.publishers;
            let noun = if now == 1 { "publisher tells" } else { "publishers tell" };
            (format!("publishers>={step}"), format!("{now} {noun} the story"))
        }
        None if silence >= follow_up.quiet => {
            ("resumed".to_owned(), format!("active again after {} of quiet", in_words(silence)))
        }
        None => {
            let text = "repeats what is already told".to_owned();
            return verdict(Verdict::Record, "repeats", text);
        }
    };
    // The opening is no revision: the first corroboration is what an analyst waits for.
    let wait = follow_up.repeat_every.saturating_sub(age(situation.now, alert.revised));
    if !alert.just_opened && !wait.is_zero() {
        let text = format!(
            "{text}, but the last revision is less than {} old",
            in_words(follow_up.repeat_every)
        );
        return verdict(Verdict::Record, "repeat_every", text);
    }
    verdict(Verdict::Amend, &code, text)
}

/// How long ago `at` was; zero if it is in the future.
fn age(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at)).unwrap_or_default()
}

/// A duration in its two largest units: `3 d 4 h`, `12 min`.
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests;
