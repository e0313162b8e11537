//! The course of a backtest: entries are told to a rehearsal in the order in which they came, and
//! what becomes of the matches is counted. In this order only, since stories, follow-ups and
//! silences depend on what came before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::found::Found;
use super::judge::{Judge, Judged};
use super::report::{Count, Drawn, Report, SAMPLES_PER_OBSTACLE, StoryChange, day};
use super::sample::{Sample, in_turn};
use crate::domain::alert::Reach;
use crate::domain::alert::delivery::NewDelivery;
use crate::domain::alert::mark::Mark;
use crate::domain::alert::policy::Verdict;
use crate::domain::alert::silence::{Silence, SilenceScope};
use crate::domain::entry::{Entry, EntryKeys};
use crate::domain::feed::Feed;
use crate::domain::ids::{Digest, EntryId, StoryId};
use crate::domain::ingest::{Plan, Prepared, Render, Routes};
use crate::domain::rehearsal::{Rehearsal, Told};
use crate::domain::story::features::Features;
use crate::domain::topic::filter::Origin;

/// Most characters kept of a title.
const TITLE_CHARS: usize = 200;

/// An entry of the past, as it is told again.
#[derive(Debug, Clone)]
pub struct Past {
    pub entry: Entry,
    pub feed: Arc<Feed>,
    /// When it was fetched, or is taken to have been.
    pub at: Timestamp,
    /// Whether it counts as part of its feed's first fetch.
    pub baseline: bool,
    /// The key of its link, by which stories know each other.
    pub link: Option<Digest>,
    /// What of it is compared; see [`Past::read`].
    pub features: Features,
    /// The story it was placed in then.
    pub story: Option<StoryId>,
}

impl Past {
    /// Works out what of it is compared with other entries. Needs nothing but the entry.
    pub fn read(&mut self) {
        self.features = Features::of(&self.entry.document, self.link, self.feed.key.as_str());
    }

    /// Where it came from, as filters ask.
    pub fn origin(&self) -> Origin<'_> {
        Origin {
            feed: Some(self.feed.key.as_str()),
            tags: &self.feed.tags,
            publisher: Some(&self.entry.publisher),
        }
    }
}

/// What a backtest goes by, beside the topic.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The channels there are.
    pub routes: Routes,
    /// The silences there were.
    pub silences: Vec<Silence>,
    /// What people said of the topic's finds.
    pub marks: HashMap<EntryId, Mark>,
    /// What was fetched before is told, so that stories go on, but not counted.
    pub since: Option<Timestamp>,
    /// When the period ends, for rates: what is asked beyond now ends now. `None`: with the last
    /// entry.
    pub until: Option<Timestamp>,
    /// How many hits, and how many near misses, are drawn.
    pub samples: usize,
    pub seed: u64,
}

/// A backtest on its way.
#[derive(Debug)]
pub struct Course<'j> {
    judge: &'j Judge,
    since: Option<Timestamp>,
    rehearsal: Rehearsal,
    /// Silences of stories: those of the rehearsal have ids of their own.
    of_stories: HashMap<StoryId, Vec<Silence>>,
    marks: HashMap<EntryId, Mark>,
    stories: HashMap<StoryId, Tale>,
    hits: Sample<Drawn>,
    near: Vec<Sample<Drawn>>,
    samples: usize,
    report: Report,
}

/// A story in which something matched.
#[derive(Debug, Default)]
struct Tale {
    ours: Seen,
    base: Seen,
    /// How it would be listed; dropped once both know it.
    line: Option<StoryChange>,
}

/// What one side made of a story.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    matched: bool,
    alerted: bool,
}

impl<'j> Course<'j> {
    pub fn new(judge: &'j Judge, terms: Terms) -> Self {
        let render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };
        let rehearsal = Rehearsal::new(render, terms.routes).of_distinct_entries();
        let mut rehearsal = rehearsal.with_newsrooms(Arc::clone(judge.newsrooms()));
        if judge.topic().alert.follow_up.new_facts {
            rehearsal = rehearsal.with_facts();
        }
        let mut of_stories: HashMap<StoryId, Vec<Silence>> = HashMap::new();
        let mut silences = Vec::new();
        for silence in terms.silences {
            match (&silence.scope, judge.base_alias()) {
                (SilenceScope::Story(story), _) => {
                    of_stories.entry(StoryId(*story)).or_default().push(silence);
                    continue;
                }
                (SilenceScope::Topic(topic), Some(alias))
                    if *topic == judge.topic().id.as_str() =>
                {
                    let scope = SilenceScope::Topic(alias.id.to_string());
                    silences.push(Silence { scope, ..silence.clone() });
                }
                _ => {}
            }
            silences.push(silence);
        }
        rehearsal.silences(silences);
        let sample = || Sample::new(terms.samples, terms.seed);
        Self {
            judge,
            since: terms.since,
            rehearsal,
            of_stories,
            marks: terms.marks,
            stories: HashMap::new(),
            hits: sample(),
            near: judge.relaxed().iter().map(|_| sample()).collect(),
            samples: terms.samples,
            report: Report::of(judge, terms.since, terms.until),
        }
    }

    /// Tells an entry that was judged, and counts what becomes of it.
    pub fn tell(&mut self, past: &Past, judged: &Judged) {
        self.let_pass(past.at);
        let plan = self.rehearse(past, judged);
        self.silence_story(past, &plan);
        if self.since.is_some_and(|since| past.at < since) {
            self.report.told_before += 1;
            return;
        }
        self.count_entry(past, judged);
        self.count_plan(past, &plan);
        if judged.found.is_none() {
            self.count_near(past, judged);
        }
    }

    /// Lets time pass: counts the follow-ups that were held back and are due by then.
    fn let_pass(&mut self, until: Timestamp) {
        for (at, plan) in self.rehearsal.advance(until) {
            if self.since.is_some_and(|since| at < since) {
                continue;
            }
            for decision in &plan.decisions {
                let is_ours = decision.topic == self.judge.topic().id;
                if is_ours {
                    let code = (decision.verdict, decision.reason.code.clone());
                    *self.report.decisions.entry(code).or_default() += 1;
                }
                if decision.verdict == Verdict::Amend.as_str() {
                    let counts = self.report.counts(is_ours, at);
                    counts.into_iter().for_each(|count| count.follow_ups += 1);
                }
            }
            self.count_alerts(at, &plan);
        }
    }

    fn rehearse(&mut self, past: &Past, judged: &Judged) -> Plan {
        let ours = judged.found.iter().map(|found| (self.judge.topic().clone(), found.clone()));
        let alias = self.judge.base_alias();
        let base = alias.zip(judged.base.as_ref()).map(|(topic, m)| (topic.clone(), m.clone()));
        let entry = &past.entry;
        let key = Digest::of("past", &[&entry.id.0.to_le_bytes()]);
        let guid = Some(key);
        let keys = EntryKeys { guid, link: None, title_date: None, text: key, title: None };
        let prepared = Prepared {
            given: Default::default(),
            guid: entry.guid.clone(),
            document: entry.document.clone(),
            publisher: entry.publisher.clone(),
            published: entry.published,
            date_quality: entry.date_quality,
            date_text: entry.date_text.clone(),
            own_date: entry.published,
            latest: entry.published_by,
            keys,
            content: entry.content,
            features: past.features.clone(),
            matches: ours.chain(base).collect(),
        };
        let feed = Arc::clone(&past.feed);
        self.rehearsal.tell(Told { feed, at: past.at, baseline: past.baseline, prepared })
    }

    /// Silences of the story that the entry was placed in then go over to the one it is placed in
    /// now.
    fn silence_story(&mut self, past: &Past, plan: &Plan) {
        if self.of_stories.is_empty() {
            return;
        }
        let told = plan.members.first().map(|member| member.story);
        let silences = past.story.and_then(|story| self.of_stories.remove(&story));
        let Some((silences, story)) = silences.zip(told) else { return };
        for silence in silences {
            self.rehearsal.silence(Silence { scope: SilenceScope::Story(story.0), ..silence });
        }
    }

    fn count_entry(&mut self, past: &Past, judged: &Judged) {
        let report = &mut self.report;
        report.entries += 1;
        report.revised += u64::from(past.entry.revision > 1);
        report.first = Some(report.first.map_or(past.at, |first| first.min(past.at)));
        report.last = Some(report.last.map_or(past.at, |last| last.max(past.at)));
        day(&mut report.days, past.at).entries += 1;
        if past.baseline {
            report.baseline_entries += 1;
            report.baseline_matches += u64::from(judged.found.is_some());
        }
        let mark = self.marks.get(&past.entry.id).copied();
        if let Some(mark) = mark {
            report.marked.count(mark, judged.found.is_some());
        }
        for held in &judged.held {
            if let Some(clause) = report.clauses.get_mut(held.clause) {
                clause.found_in += 1;
                clause.alone += u64::from(held.alone);
            }
        }
        if let Some(found) = &judged.found {
            self.hits.offer(past.entry.id, || {
                let found = Found::of(found, &past.entry.document.title);
                Drawn { found: Some(found.clone()), ..drawn(past, found.sentence(), None, mark) }
            });
        }
    }

    fn count_plan(&mut self, past: &Past, plan: &Plan) {
        let has_base = self.judge.base_alias().is_some();
        for decision in &plan.decisions {
            let is_ours = decision.topic == self.judge.topic().id;
            let report = &mut self.report;
            let day = day(&mut report.days, past.at);
            let (total, daily) = match is_ours {
                true => (&mut report.ours, &mut day.ours),
                false => (report.base.get_or_insert_default(), &mut day.base),
            };
            let mut both = |count: fn(&mut Count) -> &mut u64| {
                *count(total) += 1;
                *count(daily) += 1;
            };
            both(|count| &mut count.matches);
            if past.baseline {
                both(|count| &mut count.baseline);
            }
            let tale = self.stories.entry(decision.story).or_default();
            let seen = if is_ours { &mut tale.ours } else { &mut tale.base };
            if !seen.matched {
                both(|count| &mut count.stories);
                seen.matched = true;
            }
            if decision.verdict == Verdict::Raise.as_str() {
                both(|count| &mut count.alerts);
                seen.alerted = true;
            } else if decision.verdict == Verdict::Amend.as_str() {
                both(|count| &mut count.follow_ups);
            }
            if is_ours {
                let code = (decision.verdict, decision.reason.code.clone());
                *report.decisions.entry(code).or_default() += 1;
            }
            if tale.ours.matched && tale.base.matched {
                tale.line = None;
            } else if has_base && tale.line.is_none() {
                tale.line = Some(change(past));
            }
        }
        self.count_alerts(past.at, plan);
    }

    fn count_alerts(&mut self, at: Timestamp, plan: &Plan) {
        for alert in &plan.alerts {
            let ours = alert.topic.id == self.judge.topic().id;
            let of_alert = |delivery: &&NewDelivery| delivery.alert == alert.alert;
            let deliveries = plan.deliveries.iter().filter(of_alert).count() as u64;
            for count in self.report.counts(ours, at) {
                count.deliveries += deliveries;
                count.over_budget += u64::from(alert.reach == Reach::HeldBack);
                count.shadowed += u64::from(alert.reach == Reach::Shadow);
            }
        }
    }

    fn count_near(&mut self, past: &Past, judged: &Judged) {
        self.report.near_misses += u64::from(!judged.near.is_empty());
        let (judge, mark) = (self.judge, self.marks.get(&past.entry.id).copied());
        for &obstacle in &judged.near {
            if let Some(sample) = self.near.get_mut(obstacle) {
                sample.offer(past.entry.id, || {
                    let why = judge.why_not(&past.entry.document, &past.origin());
                    drawn(past, why, Some(obstacle), mark)
                });
            }
        }
    }

    /// Closes the count.
    pub fn finish(mut self) -> Report {
        if let Some(until) = self.report.until {
            self.let_pass(until);
        }
        let report = &mut self.report;
        report.hits = self.hits.into_drawn();
        for (obstacle, sample) in report.obstacles.iter_mut().zip(&self.near) {
            obstacle.held_back = sample.offered();
        }
        let drawn: Vec<Vec<Drawn>> = self.near.into_iter().map(Sample::into_drawn).collect();
        for (obstacle, drawn) in report.obstacles.iter_mut().zip(&drawn) {
            obstacle.samples = drawn.iter().take(SAMPLES_PER_OBSTACLE).cloned().collect();
        }
        let mut seen = HashSet::new();
        let all = in_turn(drawn, usize::MAX);
        let once = all.into_iter().filter(|drawn| seen.insert(drawn.entry));
        report.misses = once.take(self.samples).collect();
        for tale in self.stories.into_values() {
            let Some(line) = tale.line else { continue };
            let (list, seen) = match tale.ours.matched {
                true => (&mut report.gained, tale.ours),
                false => (&mut report.lost, tale.base),
            };
            list.push(StoryChange { alerted: seen.alerted, ..line });
        }
        for list in [&mut report.gained, &mut report.lost] {
            list.sort_by_key(|line| (!line.alerted, line.at, line.entry));
        }
        self.report
    }
}

fn change(past: &Past) -> StoryChange {
    let entry = &past.entry;
    StoryChange {
        entry: entry.id,
        story: past.story,
        at: past.at,
        headline: clipped(&entry.document.title, &entry.document.body),
        publisher: entry.publisher.clone(),
        url: entry.document.url.clone(),
        alerted: false,
    }
}

fn drawn(past: &Past, text: String, obstacle: Option<usize>, mark: Option<Mark>) -> Drawn {
    let entry = &past.entry;
    Drawn {
        entry: entry.id,
        feed: past.feed.key.clone(),
        publisher: entry.publisher.clone(),
        title: clipped(&entry.document.title, &entry.document.body),
        url: entry.document.url.clone(),
        at: past.at,
        text,
        found: None,
        obstacle,
        mark,
    }
}

/// The title; of an entry without one, the start of its text.
fn clipped(title: &str, body: &str) -> String {
    let text = if title.is_empty() { body } else { title };
    text.chars().take(TITLE_CHARS).collect()
}
