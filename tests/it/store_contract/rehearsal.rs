//! A rehearsal knows what the store knows: told the same entries, both decide alike.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use wirewatch::domain::alert::silence::{Silence, SilenceScope};
use wirewatch::domain::ids::{Digest, EntryId, StoryId};
use wirewatch::domain::ingest::{Plan, Prepared, Route, plan};
use wirewatch::domain::rehearsal::{Rehearsal, Told};
use wirewatch::domain::topic::{Mode, Severity};
use wirewatch::store::topics::TopicRevision;

use super::desk::{Desk, RENDER, now, told, topic};

const HOUR: Duration = Duration::from_secs(3_600);
const FEEDS: [&str; 3] = ["wire", "ledger", "herald"];

const TITLES: [&str; 6] = [
    "Denmark and Britain sign defence alliance in Copenhagen",
    "Denmark and Britain sign a defence alliance in Copenhagen today",
    "Harbour strike ends after nine days of talks",
    "Harbour strike ends after nine days of talks - The Herald",
    "Ferry sinks off Rhodes in heavy storm",
    "Morning briefing",
];

/// One entry, fetched by itself.
#[derive(Debug, Clone)]
struct Step {
    feed: usize,
    title: usize,
    link: u8,
    /// Whether it has a name of its own, and not the link's.
    named: bool,
    /// Hours since the step before, and since it was published.
    after: u32,
    age: u32,
    matches: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop::sample::select(vec![0u32, 1, 5, 7, 23, 25, 47, 49, 24 * 29, 24 * 31]);
    let link = (0..5u8, any::<bool>());
    (0..FEEDS.len(), 0..TITLES.len(), link, wait, 0..60u32, prop::bool::weighted(0.8)).prop_map(
        |(feed, title, (link, named), after, age, matches)| Step {
            feed,
            title,
            link,
            named,
            after,
            age,
            matches,
        },
    )
}

/// What a plan decides, with stories named by the order in which they were opened.
fn told_by(plan: &Plan, stories: &mut HashMap<StoryId, usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for member in &plan.members {
        let count = stories.len();
        let story = *stories.entry(member.story).or_insert(count);
        let mut why = member.reason.text();
        for (id, number) in stories.iter() {
            why = why.replace(&id.to_string(), &format!("story {number}"));
        }
        let words = why.split(' ').filter(|word| word.parse::<EntryId>().is_err());
        lines.push(format!("story {story} {}", words.collect::<Vec<_>>().join(" ")));
    }
    for story in &plan.stories {
        lines.push(format!("{} entries by {:?}", story.entries, story.publishers));
    }
    for decision in &plan.decisions {
        let story = stories.get(&decision.story);
        let (verdict, reason) = (decision.verdict, &decision.reason);
        lines.push(format!("{verdict} {} {} in {story:?}", reason.code, reason.text));
    }
    for alert in &plan.alerts {
        let new = &alert.story.new_publishers;
        lines.push(format!("alert {} {:?} {:?} {new:?}", alert.seq, alert.event, alert.reach));
    }
    let (entries, revised) = (plan.entries.len(), plan.revised.len());
    lines.push(format!("{entries} new, {revised} revised, {} sent", plan.deliveries.len()));
    lines
}

/// Tells the steps to both; returns what each decided.
async fn both(steps: &[Step], budget: Option<u32>, mode: Mode) -> (Vec<String>, Vec<String>) {
    let desk = Desk::open(&FEEDS).await;
    let mut topic = topic();
    topic.alert.budget = budget;
    topic.alert.follow_up.publishers = vec![2, 3];
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Feed("herald".to_owned()),
        also: None,
        author: "ann".to_owned(),
        reason: "planned".to_owned(),
        starts: now() + 10 * HOUR,
        ends: now() + 60 * HOUR,
    };
    let silence = desk.store.add_silence(silence, now()).await.unwrap();
    let routes = vec![
        Route {
            channel: "log".parse().unwrap(),
            min_severity: Severity::Info,
            budgeted: false,
            terms: Default::default(),
        },
        Route {
            channel: "hook".parse().unwrap(),
            min_severity: Severity::Info,
            budgeted: true,
            terms: Default::default(),
        },
    ];
    let mut rehearsal = Rehearsal::new(RENDER, routes.clone());
    rehearsal.silences(vec![silence]);
    let mut at = now();
    let (mut live, mut rehearsed) = (Vec::new(), Vec::new());
    let (mut live_stories, mut other_stories) = (HashMap::new(), HashMap::new());
    let mut fetched = [false; FEEDS.len()];
    for (index, step) in steps.iter().enumerate() {
        at += HOUR * step.after;
        // A topic that begins on trial becomes real half way.
        topic.mode = if index * 2 < steps.len() { mode } else { Mode::Live };
        let mut entry: Prepared = told(TITLES[step.title], &format!("/{}", step.link));
        if step.named {
            entry.keys.guid = Some(Digest::of("guid", &[&index.to_be_bytes()]));
        }
        entry.publisher = FEEDS[step.feed].to_owned();
        entry.published = Some(at - HOUR * step.age);
        entry.matches.retain(|_| step.matches);
        for (of, found) in &mut entry.matches {
            *of = Arc::new(topic.clone());
            if index == 0 {
                sync(&desk, found.revision).await;
            }
        }
        let mut batch = Arc::unwrap_or_clone(desk.batch(step.feed, vec![entry.clone()]));
        batch.fetch.at = at;
        batch.routes = routes.clone().into();
        let batch = Arc::new(batch);
        let same = batch.clone();
        let decided =
            desk.store.ingest(batch, move |view| plan(view, &same, at, RENDER)).await.unwrap();
        live.push(told_by(&decided, &mut live_stories).join("; "));
        let baseline = !std::mem::replace(&mut fetched[step.feed], true);
        let feed = desk.feeds[step.feed].0.clone();
        let decided = rehearsal.tell(Told { feed, at, baseline, prepared: entry });
        rehearsed.push(told_by(&decided, &mut other_stories).join("; "));
    }
    (live, rehearsed)
}

/// The rule is in use since before the first entry.
async fn sync(desk: &Desk, revision: Digest) {
    let topic = topic();
    let revision = TopicRevision {
        id: topic.id,
        name: topic.name,
        severity: topic.severity,
        revision,
        source: Default::default(),
        file: topic.file,
        shadow: false,
    };
    desk.store.sync_topics(vec![revision], now() - HOUR).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_rehearsal_decides_as_the_store_does(
        mut steps in prop::collection::vec(step(), 1..24),
        budget in prop::option::of(1..4u32),
        trial in any::<bool>(),
    ) {
        steps[0].matches = true;
        let mode = if trial { Mode::Shadow } else { Mode::Live };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (live, rehearsed) = runtime.block_on(both(&steps, budget, mode));
        prop_assert_eq!(live, rehearsed);
    }
}

/// A merge brings an alert along, and the entry that merges revises it.
#[tokio::test]
async fn an_alert_that_comes_with_a_merged_story_goes_on_from_what_it_told_then() {
    let step = |feed, title, link, after, age, matches| Step {
        feed,
        title,
        link,
        named: false,
        after,
        age,
        matches,
    };
    let steps = [
        step(0, 0, 2, 47, 0, true),
        step(1, 1, 1, 0, 0, false),
        step(2, 2, 0, 0, 2, true),
        step(1, 0, 0, 49, 34, true),
        step(0, 1, 1, 0, 14, true),
        step(0, 2, 0, 47, 34, true),
    ];
    let (live, rehearsed) = both(&steps, Some(3), Mode::Live).await;
    assert!(live[4].contains("alert 2 Updated") && live[5].contains("alert 3 "), "{live:#?}");
    assert_eq!(live, rehearsed);
}
