//! Governs a running app from outside: obeys [signals](super::signals), reads the configuration again
//! when it is told to or [its files change](super::config_watch), and tells the [service
//! manager](super::service) what it is at. A configuration that is refused changes nothing: it is
//! told once, and the earlier one runs on; one that is refused for another reason soon after is told a
//! while later, if it still is. One that is refused only because nothing can be stored is tried again
//! once something can.

use std::sync::Arc;
use std::time::Duration;

use super::app::{App, StartError};
use super::config_watch::ConfigWatch;
use super::desk::Desk;
use super::service::Service;
use super::signals::{Asked, Signals};
use crate::config::{Config, Footprint};
use crate::domain::reload::{self, Occasion, Outcome, Refusal, Reload};
use crate::store::error::StoreError;
use crate::store::trouble::Trouble;

/// Longest orderly stop. After that the process ends as it is: the database needs no farewell.
const STOP_LIMIT: Duration = Duration::from_secs(9);

/// How long after something could not be stored it is tried again, if it can be by then.
const AGAIN: Duration = Duration::from_secs(5);

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
    told: Option<reload::Told>,
    put_off: Option<PutOff>,
    untold: Option<Untold>,
}

/// A refusal that is told later, since another was told shortly before; unless something else becomes of
/// the configuration until then.
struct Untold {
    reload: Reload,
    /// When, in monotonic time.
    due: Duration,
}

/// What waits until something can be stored.
enum PutOff {
    /// To read the configuration again, on this occasion.
    Reload(Occasion),
    /// To remember what came of a reload, unless that is `noted`, and to tell it.
    Note { reload: Reload, noted: bool },
}

/// What came of reading the configuration again.
struct Reloaded {
    outcome: Outcome,
    /// What it was read from.
    read: Option<Footprint>,
    /// It was refused, and only because nothing can be stored.
    passes: bool,
}

impl Governor {
    /// Takes over an app that just started with a configuration read from these files.
    pub fn new(app: App, signals: Signals, service: Service, read: Footprint) -> Self {
        let files = ConfigWatch::new(app.desk().clock(), read);
        Self { app, signals, service, files, told: None, put_off: None, untold: None }
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
        self.note(Occasion::Start, taken, false).await;
        drop(config);
        loop {
            let watches = self.app.desk().config().auto_reload;
            let waits = self.put_off.is_some();
            // What cannot be stored now is not told now.
            let due = self.untold.as_ref().filter(|_| !waits).map(|untold| untold.due);
            let clock = self.app.desk().clock();
            let occasion = tokio::select! {
                asked = self.signals.asked() => match asked {
                    Asked::Stop => break,
                    Asked::Reload => Occasion::Signal,
                },
                () = self.files.changed(), if watches => Occasion::Files,
                true = storable(self.app.desk()), if waits => match self.put_off.take() {
                    Some(PutOff::Reload(occasion)) => {
                        self.put_off = Some(PutOff::Reload(occasion));
                        occasion
                    }
                    Some(PutOff::Note { reload, noted }) => {
                        self.record(reload, noted).await;
                        continue;
                    }
                    None => continue,
                },
                () = clock.sleep_until(due.unwrap_or_default()), if due.is_some() => {
                    if let Some(Untold { mut reload, .. }) = self.untold.take() {
                        reload.at = clock.now();
                        self.record(reload, true).await;
                    }
                    continue;
                }
            };
            self.service.reloading();
            let loaded = tokio::task::spawn_blocking({
                let load = load.clone();
                move || load()
            });
            let reloaded = reload(&self.app, loaded);
            let Reloaded { outcome, read, passes } = tokio::select! {
                reloaded = reloaded => reloaded,
                () = self.signals.stop_asked() => break,
            };
            if let Some(read) = read {
                self.files.read_again(read);
            }
            self.service.ready(&self.status(&outcome));
            self.note(occasion, outcome, passes).await;
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

    /// Tells log, database and channels what came of a configuration; of one that is put off once.
    async fn note(&mut self, occasion: Occasion, outcome: Outcome, passes: bool) {
        let was_put_off = matches!(self.put_off, Some(PutOff::Reload(_)));
        self.put_off = passes.then_some(PutOff::Reload(occasion));
        let desk = self.app.desk();
        desk.note_refusal(matches!(outcome, Outcome::Refused(_)));
        let occasion_code = occasion.as_str();
        match &outcome {
            Outcome::Refused(refusal) if passes && was_put_off => {
                tracing::debug!(occasion = occasion_code, "put off again: {}", refusal.summary);
                return;
            }
            Outcome::Refused(refusal) if passes => tracing::error!(
                occasion = occasion_code,
                "reload put off, the running configuration stays: {}",
                refusal.summary
            ),
            Outcome::Refused(refusal) => tracing::error!(
                occasion = occasion_code,
                "reload refused, the running configuration stays:\n{}",
                refusal.detail
            ),
            Outcome::Taken { .. } if occasion == Occasion::Start => {}
            Outcome::Taken { feeds, topics } => {
                tracing::info!(feeds, topics, occasion = occasion_code, "reloaded");
            }
        }
        let at = desk.clock().now();
        self.record(Reload { at, occasion, outcome }, false).await;
    }

    /// Remembers what came of a configuration, unless that is `noted`, and tells its user.
    async fn record(&mut self, reload: Reload, noted: bool) {
        self.untold = None;
        if !noted && let Err(error) = self.app.desk().store().note_reload(reload.clone()).await {
            let what = "what came of a reload is not remembered";
            return self.owe(reload, false, what, &error);
        }
        let Some(notice) = reload::notice(&reload, self.told.as_ref()) else {
            let wait = reload::wait(&reload, self.told.as_ref());
            let wait = wait.and_then(|wait| Duration::try_from(wait).ok());
            let clock = self.app.desk().clock();
            let later = |wait| Untold { reload, due: clock.elapsed().saturating_add(wait) };
            self.untold = wait.map(later);
            return;
        };
        match self.app.tell(notice).await {
            Ok(()) => {
                self.told = match reload.outcome {
                    Outcome::Refused(refusal) => Some(reload::Told { refusal, at: reload.at }),
                    Outcome::Taken { .. } => None,
                };
            }
            Err(error) => self.owe(reload, true, "a notice was not stored", &error),
        }
    }

    /// Does it later, if it is only that nothing can be stored.
    fn owe(&mut self, reload: Reload, noted: bool, what: &str, error: &StoreError) {
        tracing::warn!(code = error.code(), %error, "{what}");
        if self.put_off.is_none() && Trouble::passing(error).is_some() {
            self.put_off = Some(PutOff::Note { reload, noted });
        }
    }
}

/// Waits a while, and then until something can be stored; `false`: nothing will.
async fn storable(desk: &Desk) -> bool {
    desk.clock().sleep(AGAIN).await;
    desk.storable().await
}

/// Goes on with a configuration, once it is read.
async fn reload(app: &App, loaded: tokio::task::JoinHandle<Loaded>) -> Reloaded {
    let refused = |summary: String, detail: String| Outcome::Refused(Refusal { summary, detail });
    let passes = false;
    let (result, read) = match loaded.await {
        Ok(Loaded { result, footprint }) => (result, Some(footprint)),
        Err(error) => {
            let outcome = refused(error.to_string(), error.to_string());
            return Reloaded { outcome, read: None, passes };
        }
    };
    let config = match result {
        Ok(config) => config,
        Err(refusal) => return Reloaded { outcome: Outcome::Refused(refusal), read, passes },
    };
    let taken = taken(&config);
    let Err(error) = app.reload(config).await else {
        return Reloaded { outcome: taken, read, passes };
    };
    let passes = matches!(&error, StartError::Store(error) if Trouble::passing(error).is_some());
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    let later = if passes { "; it is taken up once that is over" } else { "" };
    let told = format!("{error}{}{later}", cause.unwrap_or_default());
    Reloaded { outcome: refused(told.clone(), told), read, passes }
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
