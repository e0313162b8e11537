//! When an alert is raised, amended, or not, and why: a topic's alert policy and the pure
//! decision over it. [`crate::domain::ingest`] asks it for every match of a new entry.

use std::time::Duration;

use jiff::Timestamp;

use super::Reason;
use super::baseline::Baseline;
use super::silence::Silence;
use super::tier::{self, Tier};
use crate::domain::ids::SilenceId;
use crate::domain::topic::Severity;

/// The reason's code of a revision that would have been made, had the last one not been so recent.
/// It is told as soon as `repeat_every` is over.
pub const REPEAT_EVERY: &str = "repeat_every";

/// The reason's code where a story still waits for publishers.
pub const AWAITING_PUBLISHERS: &str = "awaiting_publishers";

/// The reason's code of a match that a silence holds back.
pub const SILENCED: &str = "silenced";

/// The reason's code of what is too old to alert.
pub const STALE: &str = "stale";

/// The reason's code of a revision that was held back, of an alert that nobody was told of.
pub const NOT_TOLD: &str = "not_told";

/// The reason's code of what would be told of an alert that somebody closed.
pub const CLOSED: &str = "closed";

/// The reason's code of a revision that tells of a correction.
pub const CORRECTION: &str = "correction";

/// What the reason's code begins with where a step of `follow_up.publishers` is crossed.
const PUBLISHERS: &str = "publishers>=";

/// The reason's code of a revision that makes the alert more severe.
pub const SEVERITY: &str = "severity";

/// How a topic alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertPolicy {
    /// How many publishers must tell the story, with a match, before the alert opens.
    pub publishers_min: u32,
    /// Within which time they must do so; `None`: the story's whole life.
    pub publishers_within: Option<Duration>,
    pub follow_up: FollowUp,
    /// From when on its alerts are more severe than the topic says.
    pub escalate: Vec<Tier>,
    /// An entry published longer ago than this never alerts: it resurfaced. One without a date, or
    /// under one that is put on the whole document alike, counts from when it was first seen; one
    /// whose date names no time counts from the end of what it names.
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
    /// Whether names and numbers that the story did not have before are worth a revision.
    pub new_facts: bool,
    /// Shortest time between two revisions. The opening does not count: the first
    /// corroboration comes at once. Nor does one that makes the alert more severe wait.
    pub repeat_every: Duration,
}

/// All that a decision looks at.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    pub now: Timestamp,
    /// When the entry says it was published, clamped.
    pub published: Option<Timestamp>,
    /// When it was published at the latest, where that date does not tell: not after `seen`.
    pub published_by: Option<Timestamp>,
    /// When the entry was first seen.
    pub seen: Timestamp,
    /// The score of the match, where the topic has weights.
    pub score: Option<f64>,
    /// Whether the entry came as part of a feed's past: with which reason, and how recent it must
    /// be to alert all the same.
    pub baseline: Option<Baseline>,
    /// The silence that covers this match, if any.
    pub silence: Option<&'a Silence>,
    /// Publishers whose entries of this story matched, this one included, with when; each
    /// newsroom by the one name it goes by now.
    pub matched: &'a [(String, Timestamp)],
    /// How many publishers tell the story.
    pub publishers: u32,
    /// The alert there is, if any.
    pub alert: Option<Raised>,
    /// What the story tells since the alert's last revision, where the topic wants to know.
    pub new_facts: Option<String>,
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
    /// Its severity by then.
    pub severity: Severity,
    /// When an entry of the story last matched.
    pub last_activity: Timestamp,
    /// Whether nobody was told of it, the topic having been in shadow mode all the time.
    pub shadow: bool,
    /// When it last told of a correction, if ever.
    pub corrected: Option<Timestamp>,
    /// Somebody closed it: nothing more is told of it unless it is opened again.
    pub closed: bool,
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
    past(policy, situation).or_else(|| silenced(situation)).unwrap_or_else(|| {
        match told(situation) {
            None => open(policy, situation),
            Some(alert) if alert.closed => closed(),
            Some(alert) => amend(policy, situation, alert, None),
        }
    })
}

/// Decides what becomes of a revision that `repeat_every` held back until `due`, once that is over.
/// What is true by now is its reason, else what was true then, if it still is. Its entry was fresh
/// when it came. Time alone raises no alert: of one that nobody was told of, the next match tells.
pub fn decide_held(
    policy: &AlertPolicy,
    situation: &Situation<'_>,
    held: &Reason,
    due: Timestamp,
) -> (Verdict, Reason) {
    let Some(alert) = told(situation) else {
        let text = "nobody was told of the alert, and time alone does not raise it".to_owned();
        return verdict(Verdict::Record, NOT_TOLD, text);
    };
    if alert.closed {
        return closed();
    }
    let late = age(situation.now, due);
    if late > policy.max_age {
        let (late, max_age) = (in_words(late), in_words(policy.max_age));
        let text = format!("was to be told {late} ago, more than max_age {max_age}");
        return verdict(Verdict::Suppress, STALE, text);
    }
    let held = Some(held).filter(|held| still_holds(held, situation.publishers));
    silenced(situation).unwrap_or_else(|| amend(policy, situation, alert, held))
}

/// Whether what was new when a revision was held back can still be told. A story may have been
/// split since; what makes an alert more severe is found anew where it is still true.
fn still_holds(held: &Reason, publishers: u32) -> bool {
    let step = held.code.strip_prefix(PUBLISHERS).map(str::parse::<u32>);
    held.code != SEVERITY && step.is_none_or(|step| step.is_ok_and(|step| publishers >= step))
}

/// What is worth a revision of an alert, if anything, whenever the last one was.
pub fn news(policy: &AlertPolicy, situation: &Situation<'_>) -> Option<Reason> {
    what_is_new(policy, situation, told(situation)?)
}

fn told(situation: &Situation<'_>) -> Option<Raised> {
    situation.alert.filter(|alert| situation.shadow || !alert.shadow)
}

fn verdict(verdict: Verdict, code: &str, text: String) -> (Verdict, Reason) {
    (verdict, Reason::of(code, text))
}

/// Whether an entry that corrects what was told is worth a revision at once: not if it is the past
/// or silenced, nor if somebody closed the alert, nor if a correction was told less than `repeat_every` ago.
pub fn may_correct(policy: &AlertPolicy, situation: &Situation<'_>) -> bool {
    let told_at = told(situation).filter(|alert| !alert.closed).map(|alert| alert.corrected);
    let is_soon = |at: Timestamp| age(situation.now, at) < policy.follow_up.repeat_every;
    told_at.is_some_and(|at| !at.is_some_and(is_soon))
        && past(policy, situation).is_none()
        && silenced(situation).is_none()
}

/// Whether the entry is the past, and may not alert at all.
fn past(policy: &AlertPolicy, situation: &Situation<'_>) -> Option<(Verdict, Reason)> {
    if let Some(baseline @ Baseline { why, .. }) = situation.baseline
        && baseline.holds(situation.published, situation.now)
    {
        return Some(verdict(Verdict::Baseline, why.code(), why.sentence().to_owned()));
    }
    let (said, at) = match (situation.published_by, situation.published) {
        (Some(at), _) if at < situation.seen => ("published at the latest", at),
        (Some(_), _) => ("without a date that tells its age, and first seen", situation.seen),
        (None, Some(at)) => ("published", at),
        (None, None) => ("without a date, and first seen", situation.seen),
    };
    let age = age(situation.now, at);
    (age > policy.max_age).then(|| {
        let text =
            format!("{said} {} ago, more than max_age {}", in_words(age), in_words(policy.max_age));
        verdict(Verdict::Suppress, STALE, text)
    })
}

fn silenced(situation: &Situation<'_>) -> Option<(Verdict, Reason)> {
    situation.silence.map(|silence| {
        let (id, ends) = (SilenceId(silence.id), silence.ends);
        let text =
            format!("silenced ({id}) by {} until {ends}: {}", silence.author, silence.reason);
        verdict(Verdict::Suppress, SILENCED, text)
    })
}

fn closed() -> (Verdict, Reason) {
    let text = "somebody closed the alert: no more is told of it unless it is opened again";
    verdict(Verdict::Record, CLOSED, text.to_owned())
}

fn open(policy: &AlertPolicy, situation: &Situation<'_>) -> (Verdict, Reason) {
    let (have, need) = publishers(policy, situation);
    if have < need {
        let text = format!("{have} of the {need} publishers the topic asks for");
        return verdict(Verdict::Suppress, AWAITING_PUBLISHERS, text);
    }
    let (code, text) = match situation.alert {
        None => ("first", "first match of this topic in this story"),
        Some(_) => ("left_shadow", "first match in this story since the topic left shadow mode"),
    };
    let reached = tier::reached(&policy.escalate, situation.publishers, situation.score);
    let text = match reached {
        Some((_, why)) => format!("{text}; {why}"),
        None => text.to_owned(),
    };
    verdict(Verdict::Raise, code, text)
}

/// How many publishers told the story, with a match, within the time that counts, and how many
/// the topic asks for.
pub fn publishers(policy: &AlertPolicy, situation: &Situation<'_>) -> (u32, u32) {
    let within = |at: &Timestamp| {
        policy.publishers_within.is_none_or(|within| age(situation.now, *at) < within)
    };
    let matched = situation.matched.iter().filter(|(_, at)| within(at));
    let mut publishers: Vec<&str> = matched.map(|(publisher, _)| publisher.as_str()).collect();
    publishers.sort_unstable();
    publishers.dedup();
    let have = u32::try_from(publishers.len()).unwrap_or(u32::MAX);
    (have, policy.publishers_min.max(1))
}

fn amend(
    policy: &AlertPolicy,
    situation: &Situation<'_>,
    alert: Raised,
    held: Option<&Reason>,
) -> (Verdict, Reason) {
    let news = what_is_new(policy, situation, alert).or_else(|| held.cloned());
    let Some(Reason { code, text }) = news else {
        return verdict(Verdict::Record, "repeats", "repeats what is already told".to_owned());
    };
    // The opening is no revision: the first corroboration is what an analyst waits for. A rise is
    // what the more severe channels wait for, and there are no more of them than severities.
    let due = due(&policy.follow_up, alert.revised, situation.now);
    if !alert.just_opened && code != SEVERITY && due > situation.now {
        let repeat_every = in_words(policy.follow_up.repeat_every);
        let at = due.strftime("%Y-%m-%dT%H:%M:%SZ");
        let text = format!(
            "{text}, but the last revision is less than {repeat_every} old: it is told at {at}"
        );
        return verdict(Verdict::Record, REPEAT_EVERY, text);
    }
    verdict(Verdict::Amend, &code, text)
}

fn what_is_new(policy: &AlertPolicy, situation: &Situation<'_>, alert: Raised) -> Option<Reason> {
    let reached = tier::reached(&policy.escalate, situation.publishers, situation.score);
    if let Some((_, why)) = reached.filter(|(severity, _)| *severity > alert.severity) {
        return Some(Reason::of(SEVERITY, format!("from {} to {why}", alert.severity.as_str())));
    }
    let now = situation.publishers;
    let crossed = |step: &&u32| alert.publishers < **step && **step <= now;
    if let Some(step) = policy.follow_up.publishers.iter().filter(crossed).max() {
        let noun = if now == 1 { "publisher tells" } else { "publishers tell" };
        return Some(Reason::of(&format!("{PUBLISHERS}{step}"), format!("{now} {noun} the story")));
    }
    if let Some(facts) = &situation.new_facts {
        return Some(Reason::of("new_terms", facts.clone()));
    }
    let silence = age(situation.now, alert.last_activity);
    (silence >= policy.follow_up.quiet).then(|| {
        Reason::of("resumed", format!("active again after {} of quiet", in_words(silence)))
    })
}

/// Since when a revision that is held back may be made. `now`, if the last one lies farther ahead
/// than it would have to wait: a clock made it that has been put back since.
pub fn due(follow_up: &FollowUp, revised: Timestamp, now: Timestamp) -> Timestamp {
    let later = |at: Timestamp| at.saturating_add(follow_up.repeat_every).unwrap_or(Timestamp::MAX);
    if revised > later(now) { now } else { later(revised) }
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
