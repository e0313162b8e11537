//! `wirewatch run`: the daemon in the foreground, or one round of it.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::{kept, load};
use crate::clock::Clock;
use crate::daemon::app::{App, Once, Options, StartError};
use crate::daemon::signals::{Ending, Signals};
use crate::deliver::Printer;
use crate::web::{ListenError, Web};

/// Longest wait at the end for work on threads that cannot be stopped, such as a name that a
/// resolver does not answer for.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// Runs until a signal; or with `once` for one round, which ends with code 3 if feeds or
/// deliveries failed in it, and with 130 if a signal came before its end.
pub fn run(config: Option<&Path>, once: bool, no_deliver: bool) -> Result<Exit, Failure> {
    let loader = Arc::new(load::Loader::locate(config)?);
    let config = loader.load_to_start()?;
    kept::log(&config);
    let options =
        Options { clock: Clock::system(), printer: Printer::stdout(), deliver: !no_deliver, once };
    block_on(async {
        let mut signals = Signals::listen().map_err(no_runtime)?;
        let (feeds, topics) = (config.feeds.len(), config.topics.topics().count());
        let state_dir = config.state_dir.clone();
        let http = config.http.clone();
        let app = App::start(config, options).await?;
        tracing::info!(feeds, topics, state_dir = %state_dir.display(), "watching; Ctrl-C stops");
        let web = match &http {
            Some(http) if !once => Some(Web::start(http, app.desk().clone()).await?),
            _ => None,
        };
        if let Some(web) = &web {
            tracing::info!(address = %web.address(), "serving HTTP");
        }
        if !once {
            let load = move || loader.load().map_err(|failure| failure.to_string());
            let close = async {
                if let Some(web) = web {
                    web.stop().await;
                }
            };
            let ending = signals.govern(app, load, close).await;
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

/// Runs a future to its end on the runtime of the commands that do more than read the database.
/// What still blocks a thread then holds the process for [`FAREWELL`] at most.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(no_runtime)?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(FAREWELL);
    done
}

fn no_runtime(error: std::io::Error) -> Failure {
    let error = anyhow::Error::new(error).context("the system gives no threads or signals");
    Failure::new(Exit::Failed, error)
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Self {
        let hint = "another program may be listening there: choose another `listen` under [http]";
        Failure::new(Exit::Failed, error).hint(hint)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            error => Failure::new(Exit::Failed, error),
        }
    }
}
