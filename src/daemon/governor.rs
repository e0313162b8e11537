//! Governs a running app from outside: obeys [signals](super::signals), reads the configuration again
//! when it is told to or [its files change](super::config_watch), and tells the [service
//! manager](super::service) what it is at. A configuration that is refused changes nothing: it is
//! told once, and the earlier one runs on.

use std::sync::Arc;
use std::time::Duration;

use super::app::App;
use super::config_watch::ConfigWatch;
use super::service::Service;
use super::signals::{Asked, Signals};
use crate::config::{Config, Footprint};
use crate::domain::reload::{self, Occasion, Outcome, Refusal, Reload};

/// Longest orderly stop. After that the process ends as it is: the database needs no farewell.
const STOP_LIMIT: Duration = Duration::from_secs(9);

/// How the daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Orderly, on a signal.
    Stopped,
    /// On a second Ctrl-C, or past [`STOP_LIMIT`].
    Forced,
}

/// A configuration as it was read, or why it cannot be used; and what it was read from.
pub struct Loaded {
    pub result: Result<Config, Refusal>,
    pub footprint: Footprint,
}

/// Who governs.
pub struct Governor {
    app: App,
    signals: Signals,
    service: Service,
    files: ConfigWatch,
    /// The refusal that was told last by a notice, unless it is over.
    told: Option<Refusal>,
}

impl Governor {
    /// Takes over an app that just started with a configuration read from these files.
    pub fn new(app: App, signals: Signals, service: Service, read: Footprint) -> Self {
        let files = ConfigWatch::new(app.desk().clock(), read);
        Self { app, signals, service, files, told: None }
    }

    /// Lets the app run until it is told to stop. `load` reads the configuration again; a signal to
    /// stop is heard meanwhile too. What calls the app from outside is closed first, by `close`.
    pub async fn govern<L>(mut self, load: L, close: impl Future<Output = ()>) -> Ending
    where
        L: Fn() -> Loaded + Send + Sync + 'static,
    {
        let load = Arc::new(load);
        let config = self.app.desk().config();
        let taken = taken(&config);
        self.service.ready(&watching(&taken));
        self.note(Occasion::Start, taken).await;
        drop(config);
        loop {
            let watches = self.app.desk().config().auto_reload;
            let occasion = tokio::select! {
                asked = self.signals.asked() => match asked {
                    Asked::Stop => break,
                    Asked::Reload => Occasion::Signal,
                },
                () = self.files.changed(), if watches => Occasion::Files,
            };
            self.service.reloading();
            let loaded = tokio::task::spawn_blocking({
                let load = load.clone();
                move || load()
            });
            let reloaded = reload(&self.app, loaded);
            let (outcome, read) = tokio::select! {
                reloaded = reloaded => reloaded,
                () = self.signals.stop_asked() => break,
            };
            if let Some(read) = read {
                self.files.read_again(read);
            }
            self.service.ready(&self.status(&outcome));
            self.note(occasion, outcome).await;
        }
        self.stop(close).await
    }

    async fn stop(self, close: impl Future<Output = ()>) -> Ending {
        let Self { app, mut signals, service, .. } = self;
        tracing::info!("stopping; press Ctrl-C again to stop at once");
        service.stopping();
        let stopping = async {
            close.await;
            app.stop().await;
        };
        tokio::select! {
            () = stopping => Ending::Stopped,
            () = signals.haste_asked() => Ending::Forced,
            () = tokio::time::sleep(STOP_LIMIT) => Ending::Forced,
        }
    }

    /// The one line for the service manager.
    fn status(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Taken { .. } => watching(outcome),
            Outcome::Refused(refusal) => format!(
                "{}; the changed configuration is refused: {}",
                watching(&taken(&self.app.desk().config())),
                refusal.summary
            ),
        }
    }

    /// Tells log, database and channels what came of a configuration.
    async fn note(&mut self, occasion: Occasion, outcome: Outcome) {
        let desk = self.app.desk();
        desk.note_refusal(matches!(outcome, Outcome::Refused(_)));
        match &outcome {
            Outcome::Refused(refusal) => tracing::error!(
                occasion = occasion.as_str(),
                "reload refused, the running configuration stays:\n{}",
                refusal.detail
            ),
            Outcome::Taken { .. } if occasion == Occasion::Start => {}
            Outcome::Taken { feeds, topics } => {
                tracing::info!(feeds, topics, occasion = occasion.as_str(), "reloaded");
            }
        }
        let (now, store) = (desk.clock().now(), desk.store());
        let reload = Reload { at: now, occasion, outcome };
        if let Err(error) = store.note_reload(reload.clone()).await {
            tracing::warn!(code = error.code(), %error, "what came of a reload is not remembered");
        }
        let Some(notice) = reload::notice(&reload, self.told.as_ref()) else { return };
        match self.app.tell(notice).await {
            Ok(()) => {
                self.told = match reload.outcome {
                    Outcome::Refused(refusal) => Some(refusal),
                    Outcome::Taken { .. } => None,
                };
            }
            Err(error) => tracing::warn!(code = error.code(), %error, "a notice was not stored"),
        }
    }
}

/// Goes on with a configuration, once it is read. Also gives what it was read from.
async fn reload(
    app: &App,
    loaded: tokio::task::JoinHandle<Loaded>,
) -> (Outcome, Option<Footprint>) {
    let refused = |summary: String, detail: String| Outcome::Refused(Refusal { summary, detail });
    let (result, read) = match loaded.await {
        Ok(Loaded { result, footprint }) => (result, Some(footprint)),
        Err(error) => return (refused(error.to_string(), error.to_string()), None),
    };
    let config = match result {
        Ok(config) => config,
        Err(refusal) => return (Outcome::Refused(refusal), read),
    };
    let taken = taken(&config);
    let outcome = match app.reload(config).await {
        Ok(()) => taken,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let told = format!("{error}{}", cause.unwrap_or_default());
            refused(told.clone(), told)
        }
    };
    (outcome, read)
}

fn taken(config: &Config) -> Outcome {
    Outcome::Taken { feeds: config.feeds.len(), topics: config.topics.topics().count() }
}

/// `watching 12 feeds for 3 topics`.
fn watching(outcome: &Outcome) -> String {
    let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    match outcome {
        Outcome::Taken { feeds, topics } => {
            format!("watching {} for {}", count(*feeds, "feed"), count(*topics, "topic"))
        }
        Outcome::Refused(refusal) => refusal.summary.clone(),
    }
}
