//! Runs stored entries through the domain: one thread reads, some judge, and this one tells them
//! to the course in their order. Nothing is in memory but what is on its way.

use std::collections::HashMap;
use std::fmt;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use jiff::Timestamp;

use crate::cli::exit::{Exit, Failure};
use crate::config::Config;
use crate::domain::backtest::{Course, Judge, Judged, Past, Report, Terms};
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::FeedKey;
use crate::domain::story::features::Features;
use crate::domain::story::shelf::LINK_WINDOW;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::history::{HistoryEntry, HistoryFilter};

/// Entries that are handed from thread to thread at once.
const CHUNK: usize = 128;

/// Most threads that judge.
const MAX_JUDGES: usize = 8;

/// Chunks that are read and not yet told, for each thread that judges: most of what is in memory.
const UNDER_WAY: usize = 4;

/// What of the past is told.
pub struct Replay<'a> {
    pub store: &'a Store,
    /// Its feeds: their tags and their publishers.
    pub config: &'a Config,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub feed: Option<FeedKey>,
    /// Entries of first fetches come when they were published.
    pub as_if_live: bool,
    /// Whether to show how far it is, where somebody is there to see it.
    pub progress: bool,
}

/// A chunk, judged.
type Answer = Vec<(Past, Judged)>;

/// A chunk to be judged, and where it goes then.
type Task = (Vec<Past>, SyncSender<Answer>);

impl Replay<'_> {
    /// Tells all of it to a course.
    pub fn run(&self, judge: &Judge, terms: Terms) -> Result<Report, Failure> {
        let filter = HistoryFilter {
            // Stories that were under way when the period began go on in it, with their alerts.
            since: self.since.map(|at| at.saturating_sub(LINK_WINDOW).unwrap_or(Timestamp::MIN)),
            until: self.until,
            feed: self.feed.clone(),
            as_published: self.as_if_live,
        };
        let bar = self.bar(self.store.history_count(&filter)?);
        let mut course = Course::new(judge, terms);
        let judges = thread::available_parallelism().map_or(1, usize::from).min(MAX_JUDGES);
        let (to_judge, tasks) = sync_channel::<Task>(UNDER_WAY * judges);
        // The answers to come, in the order of the entries.
        let (expect, expected) = sync_channel::<Receiver<Answer>>(UNDER_WAY * judges);
        let tasks = Arc::new(Mutex::new(tasks));
        let read = thread::scope(|scope| {
            let reader = scope.spawn(|| self.read(&filter, to_judge, expect));
            for _ in 0..judges {
                let tasks = Arc::clone(&tasks);
                scope.spawn(move || work(judge, &tasks));
            }
            // Once nobody judges any more, nothing is to come.
            drop(tasks);
            // No answer comes where judging went wrong: the scope tells of it.
            for answer in expected.iter().map_while(|answer| answer.recv().ok()) {
                bar.inc(answer.len() as u64);
                answer.iter().for_each(|(past, judged)| course.tell(past, judged));
            }
            drop(expected);
            reader.join()
        });
        bar.finish_and_clear();
        match read {
            Ok(read) => read?,
            Err(_) => return Err(Failure::said(Exit::Failed, "reading the entries went wrong")),
        }
        Ok(course.finish())
    }

    /// Reads the entries, in their order, and hands them on.
    fn read(
        &self,
        filter: &HistoryFilter,
        to_judge: SyncSender<Task>,
        expect: SyncSender<Receiver<Answer>>,
    ) -> Result<(), StoreError> {
        let mut feeds: HashMap<FeedKey, Arc<Feed>> =
            self.config.feeds.iter().map(|feed| (feed.key.clone(), Arc::clone(feed))).collect();
        // Nobody listens where judging went wrong, and that shows there.
        let hand_on = |chunk: Vec<Past>| {
            let (answer, to_come) = sync_channel(1);
            let sent = expect.send(to_come).is_ok() && to_judge.send((chunk, answer)).is_ok();
            if sent { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        self.store.history(filter, |entry| {
            chunk.push(past(entry, &mut feeds));
            if chunk.len() < CHUNK {
                return ControlFlow::Continue(());
            }
            hand_on(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))
        })?;
        if !chunk.is_empty() {
            let _ = hand_on(chunk);
        }
        Ok(())
    }

    fn bar(&self, entries: u64) -> ProgressBar {
        if !self.progress || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(entries), ProgressDrawTarget::stderr());
        let template = "{bar:30} {human_pos} of {human_len} entries, {rate} a second, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar
    }
}

/// How many entries a second, as a whole number.
fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // A bar that cannot be drawn is no reason to stop.
    let _ = write!(out, "{}", HumanCount(state.per_sec().round() as u64));
}

/// Judges chunk after chunk until there are no more, or nobody wants them.
fn work(judge: &Judge, tasks: &Mutex<Receiver<Task>>) {
    loop {
        let taken = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((chunk, answer)) = taken else { return };
        let done = chunk.into_iter().map(|mut past| {
            past.read();
            let found = judge.judge(&past.entry.document, &past.origin());
            (past, found)
        });
        if answer.send(done.collect()).is_err() {
            return;
        }
    }
}

/// An entry as the course is told it. A feed that is configured no longer is made of what is
/// stored of it.
fn past(entry: HistoryEntry, feeds: &mut HashMap<FeedKey, Arc<Feed>>) -> Past {
    let HistoryEntry { entry, feed, feed_url, feed_title, at, baseline, link, story } = entry;
    let feed = feeds.entry(feed.clone()).or_insert_with(|| {
        Arc::new(Feed {
            key: feed,
            url: feed_url,
            title: feed_title,
            publisher: None,
            tags: Vec::new(),
            paused: false,
            interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
            backfill: Duration::ZERO,
            full_text: false,
        })
    });
    let features = Features::default();
    Past { entry, feed: Arc::clone(feed), at, baseline, link, features, story }
}
