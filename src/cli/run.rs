//! `wirewatch run`: the daemon in the foreground, or one round of it.

use std::path::Path;

use super::exit::{Exit, Failure};
use super::load;
use crate::clock::Clock;
use crate::daemon::app::{App, Once, Options, StartError};
use crate::daemon::signals::{Ending, Signals};
use crate::deliver::Printer;

/// Runs until a signal, or with `once` for one round: code 3 then if feeds failed in it.
pub fn run(config: Option<&Path>, once: bool, no_deliver: bool) -> Result<Exit, Failure> {
    let loader = load::Loader::locate(config)?;
    let config = loader.load()?;
    let options =
        Options { clock: Clock::system(), printer: Printer::stdout(), deliver: !no_deliver, once };
    runtime()?.block_on(async {
        let mut signals = Signals::listen().map_err(no_runtime)?;
        tracing::info!(
            feeds = config.feeds.len(),
            topics = config.topics.topics().count(),
            state_dir = %config.state_dir.display(),
            "watching; Ctrl-C stops"
        );
        let app = App::start(config, options).await?;
        if !once {
            let ending = signals.govern(app, || loader.load().map_err(|f| f.to_string())).await;
            return Ok(if ending == Ending::Forced { Exit::Interrupted } else { Exit::Ok });
        }
        let done = tokio::select! {
            once = app.finish_once() => Some(once),
            () = signals.stop_asked() => None,
        };
        app.stop().await;
        Ok(match done {
            Some(Once { failed_feeds: 0, failed_deliveries: 0 }) => Exit::Ok,
            Some(_) => Exit::Partial,
            None => Exit::Interrupted,
        })
    })
}

/// The runtime of the commands that do more than read the database.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_runtime)
}

fn no_runtime(error: std::io::Error) -> Failure {
    let error = anyhow::Error::new(error).context("the system gives no threads or signals");
    Failure::new(Exit::Failed, error)
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            error => Failure::new(Exit::Failed, error),
        }
    }
}
