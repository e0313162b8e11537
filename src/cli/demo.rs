//! `wirewatch demo`: the real daemon over bundled newsrooms, told step by step. It needs no
//! network and no configuration, and leaves nothing behind.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style as Ansi};
use tokio::sync::broadcast;

use super::exit::{Exit, Failure};
use super::output::count;
use super::run::block_on;
use crate::clock::Clock;
use crate::config::{self, Config, Environment};
use crate::daemon::app::{App, Options};
use crate::daemon::demo::Newsrooms;
use crate::daemon::events::{Event, Visit};
use crate::daemon::service::Service;
use crate::daemon::signals::Signals;
use crate::deliver::terminal::Style;
use crate::deliver::{Printer, terminal};
use crate::domain::feed::Outcome;
use crate::domain::ids::FeedKey;
use crate::domain::topic::filter::Origin;
use crate::domain::untrusted;
use crate::store::entries::EntryFilter;

/// Longest wait for a step: each takes well under a second.
const STEP_LIMIT: Duration = Duration::from_secs(60);

const HEADING: Ansi = AnsiColor::Cyan.on_default().bold();
const QUIET: Ansi = Ansi::new().dimmed();

/// Runs the demo.
pub fn demo() -> Result<Exit, Failure> {
    block_on(async {
        let mut signals = Signals::listen().map_err(went_wrong)?;
        tokio::select! {
            told = tell() => told.map(|()| Exit::Ok),
            () = signals.stop_asked() => Ok(Exit::Interrupted),
        }
    })
}

async fn tell() -> Result<(), Failure> {
    let newsrooms = Newsrooms::open().await.map_err(went_wrong)?;
    let dir = tempfile::Builder::new().prefix("wirewatch-demo-").tempdir().map_err(went_wrong)?;
    let file = newsrooms.write_config(dir.path()).map_err(went_wrong)?;
    let env = Environment::of_process().with_state_dir(Some(dir.path().join("state")));
    let config = config::load(&file, &env)?;
    say(&format!(
        "wirewatch demo: four bundled feeds on http://{}, no network needed.\n\
         The data is bundled; its dates and publishers are invented.",
        newsrooms.address()
    ))?;
    let mut stage = Stage::open(config).await?;
    stage.baseline().await?;
    heading("2. Harbour Wire publishes a story")?;
    newsrooms.publish("harbour-wire.rss");
    stage.visit("harbour-wire").await?;
    heading("3. Nordic Ledger tells the same story under another headline")?;
    newsrooms.publish("nordic-ledger.atom");
    stage.visit("nordic-ledger").await?;
    stage.sum_up().await
}

/// The running app, and what it has printed.
struct Stage {
    app: App,
    config: Config,
    events: broadcast::Receiver<Event>,
    printed: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    async fn open(config: Config) -> Result<Self, Failure> {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let collected = printed.clone();
        let style = Style { colour: true, width: terminal::DEFAULT_WIDTH };
        let printer = Printer::new(style, move |text| {
            collected.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
        });
        let options = Options {
            clock: Clock::system(),
            printer,
            deliver: true,
            once: false,
            service: Service::default(),
        };
        let (app, events) = App::start_watched(config.clone(), options).await?;
        Ok(Self { app, config, events, printed })
    }

    /// The first fetch of every feed.
    async fn baseline(&mut self) -> Result<(), Failure> {
        heading("1. The first fetch of each feed is its baseline: stored, nothing raised")?;
        for _ in 0..self.config.feeds.len() {
            let visit = self.next_visit().await?;
            say(&match visit.outcome {
                Outcome::Failed => format!(
                    "failed    {}: {} ({}); recorded, tried again later, the others go on",
                    visit.feed,
                    untrusted::terminal(visit.detail.as_deref().unwrap_or_default()),
                    visit.code,
                ),
                _ => format!(
                    "baseline  {}: {} stored, nothing raised (would have raised {})",
                    visit.feed,
                    count(visit.new_entries as usize, "entry"),
                    visit.would_have_raised(),
                ),
            })?;
        }
        Ok(())
    }

    /// One visit: the alerts it led to as the log channel printed them, and what stayed quiet.
    async fn visit(&mut self, feed: &str) -> Result<(), Failure> {
        let key: FeedKey = feed.parse().map_err(|error| Failure::new(Exit::Failed, error))?;
        self.app.visit_now(&key);
        let visit = self.next_visit().await?;
        self.app.delivered().await?;
        let printed =
            std::mem::take(&mut *self.printed.lock().unwrap_or_else(PoisonError::into_inner));
        let label = if visit.raised.is_empty() { "REVISION" } else { "ALERT" };
        for alert in printed {
            say(&format!("{HEADING}{label}{HEADING:#}\n{}\n", alert.trim_end()))?;
        }
        self.near_misses(&visit)
    }

    /// Entries of this visit that say a watched word and yet matched nothing, with the reason.
    fn near_misses(&self, visit: &Visit) -> Result<(), Failure> {
        let quiet = EntryFilter {
            feed: Some(visit.feed.clone()),
            limit: visit.new_entries.max(1),
            ..EntryFilter::default()
        };
        for seen in self.app.store().entries(&quiet)? {
            if visit.matched.iter().any(|matched| matched.entry == seen.id) {
                continue;
            }
            let Some(detail) = self.app.store().entry(seen.id)? else { continue };
            let entry = detail.entry;
            say(&format!("{QUIET}quiet{QUIET:#}  {}", untrusted::terminal(&entry.document.title)))?;
            for (topic, _) in self.config.topics.topics() {
                if let Some(why) =
                    self.config.topics.explain(&topic.id, &entry.document, &Origin::UNKNOWN)
                {
                    let verdict = untrusted::terminal(&why.verdict).into_owned();
                    say(&format!("{QUIET}       {}: {verdict}{QUIET:#}", topic.id))?;
                }
            }
        }
        Ok(())
    }

    async fn sum_up(self) -> Result<(), Failure> {
        let counts = self.app.store().counts()?;
        heading("What you saw")?;
        say(&format!(
            "{} entries from 3 feeds, 2 topics, {} alerts: one per topic and story, each revised \
             when the second publisher joined.\nNext: `wirewatch init` writes a configuration \
             with real feeds, `wirewatch run` watches them.",
            counts.entries, counts.alerts_open
        ))?;
        self.app.stop().await;
        Ok(())
    }

    async fn next_visit(&mut self) -> Result<Visit, Failure> {
        loop {
            if let Event::Visited(visit) = self.next_event().await? {
                return Ok(*visit);
            }
        }
    }

    async fn next_event(&mut self) -> Result<Event, Failure> {
        match tokio::time::timeout(STEP_LIMIT, self.events.recv()).await {
            Ok(Ok(event)) => Ok(event),
            _ => Err(Failure::said(Exit::Failed, "the daemon did not answer in time")),
        }
    }
}

fn heading(text: &str) -> Result<(), Failure> {
    say(&format!("\n{HEADING}{text}{HEADING:#}"))
}

/// Prints a line; colours are dropped where standard output does not want them.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::from)
}

fn went_wrong(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, anyhow::Error::new(error).context("the demo cannot be set up"))
}
