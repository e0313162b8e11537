//! The vigil: holds every topic that is expected to match against what it matched, at the start,
//! every hour, after a reload, and when a silent one matches again. Each silence is told once, and
//! its end; the database remembers, so that a restart repeats neither.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::events::{Event, Events, Standing};
use super::post::Post;
use crate::clock::Clock;
use crate::domain::alert::expectation::{self, Watched};
use crate::domain::ids::TopicId;
use crate::domain::notice::{Notice, NoticeKind, TopicNote};
use crate::domain::topic::compile::TopicSet;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::notices::Mark;
use crate::store::topics::TopicView;

/// How often all topics are looked at: expectations are of an hour and more.
const EVERY: Duration = Duration::from_secs(3_600);

/// What the vigil needs.
pub(super) struct Vigil {
    pub clock: Clock,
    pub events: Events,
    pub post: Post,
}

impl Vigil {
    /// Looks until told to stop. `visits` is what happens from before the first look on.
    pub async fn run(mut self, mut visits: broadcast::Receiver<Event>, stop: CancellationToken) {
        loop {
            let silent = self.look().await;
            let next = self.clock.elapsed().saturating_add(EVERY);
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Ok(()) = self.post.pipeline.changed() => {}
                () = one_matched(&mut visits, &silent) => {}
                () = self.clock.sleep_until(next) => {}
            }
        }
    }

    /// Begins: topics are not blamed for a time in which nobody watched. What is expected of them
    /// bears a pause of twice its time, so that rounds run by a timer count as watching.
    pub async fn begin(&self) -> Result<(), StoreError> {
        let Some(read) = self.post.store().last_read()? else {
            return Ok(());
        };
        let now = self.clock.now();
        let paused = Duration::try_from(now.duration_since(read)).unwrap_or_default();
        let topics = self.post.config().topics.clone();
        let missed = topics.topics().filter(|(topic, _)| {
            topic.expect.is_some_and(|expect| paused > expect.per.saturating_mul(2))
        });
        let missed: Vec<TopicId> = missed.map(|(topic, _)| topic.id.clone()).collect();
        if missed.is_empty() {
            return Ok(());
        }
        self.post.store().watch_anew(missed, now).await
    }

    /// Looks once: tells which topics fell silent and which are heard again. Returns those that
    /// are silent. A store that fails is told, and looked at again the next time.
    pub async fn look(&self) -> HashSet<TopicId> {
        let now = self.clock.now();
        let topics = self.post.config().topics.clone();
        let store = self.post.store();
        let judged = tokio::task::spawn_blocking(move || judge(&store, &topics)).await;
        let failed = |error: StoreError| {
            let code = error.code();
            tracing::warn!(code, %error, "cannot tell whether topics match as they are expected to");
        };
        let standings = match judged {
            Ok(Ok(standings)) => standings,
            Ok(Err(error)) => {
                failed(error);
                return HashSet::new();
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let silent = standings.iter().map(|judged| &judged.standing);
        let silent = silent.filter(|standing| standing.silent);
        let silent = silent.map(|standing| standing.topic.clone()).collect();
        let news = standings.into_iter().filter(|judged| judged.standing.silent != judged.told);
        if let Err(error) = self.tell(news.map(|judged| judged.standing).collect(), now).await {
            failed(error);
        }
        silent
    }

    /// Tells of topics whose standing changed, those that fell silent together and those that are
    /// heard again together; to the channels, then to the log.
    async fn tell(&self, changed: Vec<Standing>, now: Timestamp) -> Result<(), StoreError> {
        let notes = |silent: bool| -> Vec<TopicNote> {
            let of_kind = changed.iter().filter(|standing| standing.silent == silent);
            let note =
                |one: &Standing| TopicNote { topic: one.topic.clone(), text: one.text.clone() };
            of_kind.map(note).collect()
        };
        let kinds = [(true, NoticeKind::TopicsSilent), (false, NoticeKind::TopicsHeard)];
        let notices = kinds.into_iter().filter_map(|(silent, kind)| {
            let notes = notes(silent);
            (!notes.is_empty()).then(|| Notice::of_topics(now, kind, notes))
        });
        let marks = changed
            .iter()
            .map(|standing| Mark::Topic(standing.topic.clone(), standing.silent.then_some(now)));
        self.post.tell(notices.collect(), marks.collect(), now).await?;
        for standing in changed {
            super::events::log_standing(&standing);
            self.events.tell(Event::Standing(standing));
        }
        Ok(())
    }
}

/// A topic's standing, and whether it is known to be silent already.
struct Judged {
    standing: Standing,
    told: bool,
}

/// Holds the topics against what is stored. One that is no longer expected to match is not silent.
fn judge(store: &Store, topics: &TopicSet) -> Result<Vec<Judged>, StoreError> {
    let expecting: HashMap<TopicId, _> =
        topics.topics().filter_map(|(topic, _)| Some((topic.id.clone(), topic.expect?))).collect();
    let read = store.last_read()?;
    let mut judged = Vec::new();
    for view in store.topics()?.into_iter().filter(|view| view.retired_at.is_none()) {
        let told = view.silent_since.is_some();
        let standing = match (expecting.get(&view.id), read) {
            (Some(expect), Some(until)) => standing(store, &view, *expect, until)?,
            (None, _) if told => {
                let text = "nothing is expected of it any longer".to_owned();
                Standing { topic: view.id, silent: false, text }
            }
            // Nothing was read yet: there is nothing to say.
            _ => continue,
        };
        judged.push(Judged { standing, told });
    }
    Ok(judged)
}

fn standing(
    store: &Store,
    view: &TopicView,
    expect: crate::domain::topic::Expectation,
    until: Timestamp,
) -> Result<Standing, StoreError> {
    let since = expectation::window_start(expect, until);
    let matched = store.matched_since(&view.id, since, expect.count)?;
    let watched = Watched { since: view.watched_since, until, matched: &matched };
    let expectation::Standing { silent, text } = expectation::judge(expect, watched);
    Ok(Standing { topic: view.id.clone(), silent, text })
}

/// Waits until a visit brings a match of one of these topics. Who missed events looks anyway.
async fn one_matched(visits: &mut broadcast::Receiver<Event>, topics: &HashSet<TopicId>) {
    loop {
        match visits.recv().await {
            Ok(Event::Visited(visit)) => {
                if visit.matched.iter().any(|matched| topics.contains(&matched.topic)) {
                    return;
                }
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
