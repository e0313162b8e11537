//! Signals: SIGTERM and Ctrl-C stop the daemon (a second Ctrl-C at once), SIGHUP reloads it.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::app::App;
use crate::config::Config;

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

/// The signals the daemon heeds, listened to from the moment this is made.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Begins to listen. Fails only where the system has no signals to offer.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to stop.
    pub async fn stop_asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Lets the app run until it is told to stop. On SIGHUP, `load` reads the configuration: a bad
    /// one is told with all its problems, and the old one runs on. A signal to stop is heard
    /// during a reload too. What calls the app from outside is closed first, by `close`.
    pub async fn govern<L>(mut self, app: App, load: L, close: impl Future<Output = ()>) -> Ending
    where
        L: Fn() -> Result<Config, String> + Send + Sync + 'static,
    {
        let load = Arc::new(load);
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hangup.recv() => {}
            }
            tokio::select! {
                () = reload(&app, load.clone()) => {}
                () = self.stop_asked() => break,
            }
        }
        tracing::info!("stopping; press Ctrl-C again to stop at once");
        let stopping = async {
            close.await;
            app.stop().await;
        };
        tokio::select! {
            () = stopping => Ending::Stopped,
            _ = self.interrupt.recv() => Ending::Forced,
            () = tokio::time::sleep(STOP_LIMIT) => Ending::Forced,
        }
    }
}

/// Reads the configuration, on a thread that may wait for a disk, and goes on with it.
async fn reload(app: &App, load: Arc<impl Fn() -> Result<Config, String> + Send + Sync + 'static>) {
    let loaded = tokio::task::spawn_blocking(move || load()).await;
    let config = match loaded.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(config) => config,
        Err(problems) => {
            tracing::error!("reload refused, the running configuration stays:\n{problems}");
            app.desk().note_refusal(true);
            return;
        }
    };
    let (feeds, topics) = (config.feeds.len(), config.topics.topics().count());
    let reloaded = app.reload(config).await;
    app.desk().note_refusal(reloaded.is_err());
    match reloaded {
        Ok(()) => tracing::info!(feeds, topics, "reloaded"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let cause = cause.unwrap_or_default();
            tracing::error!("reload refused, the running configuration stays: {error}{cause}");
        }
    }
}
