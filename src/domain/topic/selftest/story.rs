//! Story tests: entries told one after the other on a clock of their own, through the decision that
//! runs live ([`crate::domain::rehearsal`]), and held against what the test expects of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::super::compile::TopicSet;
use super::super::{StepExpectation, StoryStep, StoryTest, Topic};
use super::{Fault, Show, missing_quote, wrong_score};
use crate::domain::alert::{AlertEvent, AlertRevision, Reason, policy};
use crate::domain::entry::ParsedEntry;
use crate::domain::entry::identity::OwnNames;
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::{AlertId, FeedKey, StoryId};
use crate::domain::ingest::{Plan, Prepared, Render};
use crate::domain::publisher::Directory;
use crate::domain::rehearsal::{Rehearsal, Told};

/// When every story begins: 2026-01-01T00:00:00Z. Ids and dates in a message stay the same.
const BEGINNING_S: i64 = 1_767_225_600;

/// The feed of a step that names none.
const SOME_FEED: &str = "test";

/// Story tests look at alerts before anything is made of them.
const NO_BYTES: Render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };

/// What was otherwise than the test expects, if anything: the first step that was, else the
/// first thing in the end.
pub fn fault(set: &TopicSet, topic: &Arc<Topic>, test: &StoryTest, show: Show) -> Option<Fault> {
    let newsrooms = set.publishers();
    let mut rehearsal = Rehearsal::new(NO_BYTES, Vec::new()).with_newsrooms(Arc::clone(newsrooms));
    let mut revisions: Vec<AlertRevision> = Vec::new();
    if topic.alert.follow_up.new_facts {
        rehearsal = rehearsal.with_facts();
    }
    for (index, step) in test.steps.iter().enumerate() {
        let due = rehearsal.advance(moment(step.at));
        let due: Vec<Plan> = due.into_iter().map(|(_, plan)| plan).collect();
        if step.is_wait() {
            let outcome = Outcome::of_time(&due, topic);
            if let Some(sentence) = outcome.unexpected(set, topic, step) {
                return Some(at_step(index, step, &sentence));
            }
        }
        revisions.extend(due.into_iter().flat_map(|plan| plan.alerts));
        if step.is_wait() {
            continue;
        }
        let told = match told(set, topic, step) {
            Ok(told) => told,
            Err(sentence) => return Some(at_step(index, step, &sentence)),
        };
        let outcome = Outcome::of(rehearsal.tell(told), topic);
        if let Some(sentence) = outcome.unexpected(set, topic, step) {
            return Some(at_step(index, step, &sentence));
        }
        revisions.extend(outcome.revision);
    }
    number_ids(&mut revisions);
    in_the_end(newsrooms, test, &revisions, show)
}

/// Alerts and stories are numbered as they come: the first is A1 in every message.
fn number_ids(revisions: &mut [AlertRevision]) {
    let mut alerts: Vec<AlertId> = Vec::new();
    for revision in revisions {
        let known = alerts.iter().position(|alert| *alert == revision.alert);
        let number = known.unwrap_or_else(|| {
            alerts.push(revision.alert);
            alerts.len() - 1
        }) as i64;
        revision.alert = AlertId(number + 1);
        revision.story.id = StoryId(number + 1);
    }
}

fn at_step(index: usize, step: &StoryStep, sentence: &str) -> Fault {
    let (line, after) = (step.line, policy::in_words(step.at));
    Fault::from(format!("line {line}, step {} at {after}: {sentence}", index + 1))
}

/// A step as an entry that is fetched from a feed made up for it.
fn told(set: &TopicSet, topic: &Arc<Topic>, step: &StoryStep) -> Result<Told, String> {
    let subject = &step.subject;
    let at = moment(step.at);
    let name = subject.feed.as_deref().unwrap_or(SOME_FEED);
    let key: FeedKey = name.parse().map_err(|_| format!("`{name}` is not the key of a feed"))?;
    let document = &subject.document;
    // Who publishes it is said, or read off the link as live; else the feed's name will do.
    let publisher = match (&subject.publisher, &document.url) {
        (None, None) => Some(name.to_owned()),
        (publisher, _) => publisher.clone(),
    };
    let feed = Feed {
        url: format!("https://{key}.example/"),
        key,
        title: None,
        publisher,
        tags: subject.tags.clone(),
        paused: false,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    };
    let entry = ParsedEntry {
        link: document.url.clone(),
        published: step.age.map(|age| at.saturating_sub(age).unwrap_or(Timestamp::MIN)),
        ..ParsedEntry::default()
    };
    let own = OwnNames { guid: false, link: true, date: true };
    let prepared =
        Prepared::of(&feed, &entry, document.clone(), own, set.publishers(), at, |document, _| {
            // As in a test of one entry: what the test does not say is not asked.
            let found = set.evaluate_topic(&topic.id, document, &subject.origin());
            found.map(|found| (Arc::clone(topic), found)).into_iter().collect()
        });
    Ok(Told { feed: Arc::new(feed), at, baseline: false, prepared })
}

fn moment(after: Duration) -> Timestamp {
    let beginning = Timestamp::from_second(BEGINNING_S).unwrap_or(Timestamp::UNIX_EPOCH);
    beginning.saturating_add(after).unwrap_or(Timestamp::MAX)
}

/// What one step brought about.
struct Outcome {
    revision: Option<AlertRevision>,
    /// Why it was decided so; `None` where nothing was decided on.
    reason: Option<Reason>,
    /// Whether the entry was new, or a new text of a known one.
    is_news: bool,
}

impl Outcome {
    fn of(plan: Plan, topic: &Topic) -> Self {
        let is_news = !plan.entries.is_empty() || !plan.revised.is_empty();
        let decision = plan.decisions.into_iter().find(|decision| decision.topic == topic.id);
        let revision = plan.alerts.into_iter().find(|revision| revision.topic.id == topic.id);
        Self { revision, reason: decision.map(|decision| decision.reason), is_news }
    }

    /// What came about because time passed: the last revision that was due by then.
    fn of_time(due: &[Plan], topic: &Topic) -> Self {
        let of_topic = |plan: &&Plan| plan.decisions.iter().any(|of| of.topic == topic.id);
        // Each is a plan of its own, with one decision.
        let last = due.iter().rfind(of_topic);
        let decision = last.and_then(|plan| plan.decisions.last());
        Self {
            revision: last.and_then(|plan| plan.alerts.last()).cloned(),
            reason: decision.map(|decision| decision.reason.clone()),
            is_news: false,
        }
    }

    fn kind(&self) -> StepExpectation {
        match self.revision.as_ref().map(|revision| revision.event) {
            None => StepExpectation::None,
            Some(AlertEvent::Opened) => StepExpectation::Alert,
            Some(_) => StepExpectation::Update,
        }
    }

    /// What is otherwise than the step expects, if anything.
    fn unexpected(&self, set: &TopicSet, topic: &Topic, step: &StoryStep) -> Option<String> {
        if let Some(wanted) = step.expect.filter(|wanted| *wanted != self.kind()) {
            let why = self.why(set, topic, step);
            return Some(format!("expected {}, but {}{why}", expected(wanted), self.happened()));
        }
        let wanted = step.reason.as_ref()?;
        let found = self.reason.as_ref().map(|reason| reason.code.as_str());
        (found != Some(wanted)).then(|| {
            let why = self.why(set, topic, step);
            format!("expected the reason {wanted}, but {}{why}", self.happened())
        })
    }

    fn happened(&self) -> &'static str {
        match self.kind() {
            StepExpectation::Alert => "an alert was raised",
            StepExpectation::Update => "the alert was updated",
            StepExpectation::None => "there is neither alert nor update",
        }
    }

    fn why(&self, set: &TopicSet, topic: &Topic, step: &StoryStep) -> String {
        match &self.reason {
            Some(reason) => format!(" ({}: {})", reason.code, reason.text),
            None if step.is_wait() => ": nothing was due".to_owned(),
            None if !self.is_news => ": its feed had this entry before, unchanged".to_owned(),
            None => {
                let subject = &step.subject;
                let explained = set.explain(&topic.id, &subject.document, &subject.origin());
                let verdict = explained.map_or(String::new(), |explained| explained.verdict);
                format!(": it does not match: {verdict}")
            }
        }
    }
}

fn expected(expectation: StepExpectation) -> &'static str {
    match expectation {
        StepExpectation::Alert => "an alert",
        StepExpectation::Update => "an update",
        StepExpectation::None => "neither alert nor update",
    }
}

/// What is otherwise than expected once all is told.
fn in_the_end(
    newsrooms: &Directory,
    test: &StoryTest,
    revisions: &[AlertRevision],
    show: Show,
) -> Option<Fault> {
    let mut alerts: Vec<_> = revisions.iter().map(|revision| revision.alert).collect();
    alerts.sort_unstable();
    alerts.dedup();
    let counts =
        [("alerts", test.alerts, alerts.len()), ("revisions", test.revisions, revisions.len())];
    for (what, wanted, found) in counts {
        if let Some(wanted) = wanted.filter(|wanted| *wanted as usize != found) {
            return Some(format!("expected {what} = {wanted}, but there are {found}").into());
        }
    }
    let asks_for_one = test.publishers.is_some()
        || !test.evidence.is_empty()
        || test.score.is_some()
        || test.severity.is_some()
        || test.message.is_some();
    match revisions.last() {
        None if asks_for_one => Some("expected an alert, but none was raised".to_owned().into()),
        None => None,
        Some(last) => {
            let sentence = wrong_publishers(newsrooms, test, last)
                .or_else(|| missing_quote(&last.evidence, &test.evidence))
                .or_else(|| wrong_score(last.score, test.score))
                .or_else(|| wrong_severity(test, last));
            sentence
                .map(Fault::from)
                .or_else(|| wrong_message(test.message.as_deref()?, &show(last)))
        }
    }
}

fn wrong_publishers(
    newsrooms: &Directory,
    test: &StoryTest,
    last: &AlertRevision,
) -> Option<String> {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names.join(", ")
    };
    let wanted = test.publishers.as_ref()?;
    // By whichever of its names or domains a test names a newsroom.
    let called = |name: &String| newsrooms.canonical(name).to_owned();
    let called: Vec<String> = wanted.iter().map(called).collect();
    let (wanted, found) = (sorted(&called), sorted(&last.story.publishers));
    (wanted != found).then(|| format!("expected the publishers {wanted}, but they are {found}"))
}

fn wrong_severity(test: &StoryTest, last: &AlertRevision) -> Option<String> {
    let (wanted, found) = (test.severity?.as_str(), last.topic.severity.as_str());
    (wanted != found).then(|| format!("expected the severity {wanted}, but it is {found}"))
}

/// Compares the lines of a message; spaces at their ends and blank lines around do not count.
fn wrong_message(wanted: &str, found: &str) -> Option<Fault> {
    let lines = |text: &str| -> Vec<String> {
        text.trim_matches('\n').trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
    };
    let (wanted, found) = (lines(wanted), lines(found));
    let differ = (0..wanted.len().max(found.len())).find(|&at| wanted.get(at) != found.get(at))?;
    Some(Fault {
        sentence: format!("the message differs from line {} on", differ + 1),
        detail: Some(format!("expected:\n{}\nfound:\n{}", wanted.join("\n"), found.join("\n"))),
    })
}

#[cfg(test)]
mod tests;
