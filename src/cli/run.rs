//! `wirewatch run`: the daemon in the foreground, or one round of it.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Failure};
use super::{kept, load};
use crate::clock::Clock;
use crate::config::{Config, Footprint};
use crate::daemon::app::{App, Once, Options, StartError};
use crate::daemon::governor::{Ending, Governor};
use crate::daemon::service::Service;
use crate::daemon::signals::Signals;
use crate::deliver::Printer;
use crate::web::{ListenError, Web};

/// Longest wait at the end for work on threads that cannot be stopped, such as a name that a
/// resolver does not answer for.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// How long a start that is told to stop may go on, to end in order. The database can be left in
/// the middle of anything.
const START_GRACE: Duration = Duration::from_secs(5);

/// How long a start that waits for something may take to hear that it is over.
const LAST_WORD: Duration = Duration::from_millis(500);

/// Who stops a container waits for ten seconds and then kills.
const _: () = assert!(START_GRACE.as_secs() + LAST_WORD.as_secs() + FAREWELL.as_secs() < 9);

/// Runs until a signal; or with `once` for one round, which ends with code 3 if feeds or
/// deliveries failed in it, with 1 if a part of wirewatch panicked, and with 130 if a signal came
/// before its end.
pub fn run(config: Option<&Path>, once: bool, no_deliver: bool) -> Result<Exit, Failure> {
    let loader = load::Loader::locate(config)?;
    let (config, read) = loader.load_to_start()?;
    kept::log(&config);
    let service = if once { Service::default() } else { Service::of_process() };
    let (clock, printer) = (Clock::system(), Printer::stdout());
    let options = Options { clock, printer, deliver: !no_deliver, once, service };
    block_on(async {
        let mut signals = Signals::listen().map_err(no_runtime)?;
        let service = options.service.clone();
        let app = match start(config, options, &mut signals).await? {
            Start::Up(app) => *app,
            Start::Stopped => return Ok(if once { Exit::Interrupted } else { Exit::Ok }),
            Start::CutShort => return Ok(Exit::Interrupted),
        };
        match once {
            true => round(app, signals).await,
            false => watch(app, signals, service, read, loader).await,
        }
    })
}

/// What a start came to.
enum Start {
    Up(Box<App>),
    /// Told to stop meanwhile, and stopped in order.
    Stopped,
    /// Told to stop meanwhile, and not up in time to be stopped.
    CutShort,
}

/// Starts the app on a thread that may wait for a disk: a large database may have to be brought up
/// first. A signal to stop is heard meanwhile.
async fn start(config: Config, options: Options, signals: &mut Signals) -> Result<Start, Failure> {
    let (runtime, service) = (Handle::current(), options.service.clone());
    // Dropped with whatever way this ends: a start that waits is not to be found waiting at the end.
    let stopped = CancellationToken::new();
    let (waits, stop) = (stopped.clone(), stopped.drop_guard());
    let starting =
        move || runtime.block_on(waits.run_until_cancelled_owned(App::start(config, options)));
    service.starts();
    let mut starting = tokio::task::spawn_blocking(starting);
    let started = tokio::select! {
        started = &mut starting => started,
        () = service.starting() => return Ok(Start::CutShort),
        () = signals.stop_asked() => {
            tracing::info!("told to stop while starting");
            service.stopping();
            let ended = tokio::time::timeout(START_GRACE, &mut starting).await;
            return match ended {
                Ok(Ok(Some(Ok(app)))) => {
                    app.stop().await;
                    Ok(Start::Stopped)
                }
                Ok(_) => Ok(Start::Stopped),
                Err(_) => {
                    drop(stop);
                    let _ended = tokio::time::timeout(LAST_WORD, starting).await;
                    Ok(Start::CutShort)
                }
            };
        }
    };
    match started {
        Ok(Some(app)) => Ok(Start::Up(Box::new(app?))),
        Ok(None) => Ok(Start::CutShort),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// One round.
async fn round(app: App, mut signals: Signals) -> Result<Exit, Failure> {
    let done = tokio::select! {
        once = app.finish_once() => Some(once),
        () = signals.stop_asked() => None,
    };
    let broken = app.broken();
    app.stop().await;
    if broken.is_cancelled() {
        return Err(panicked());
    }
    Ok(match done {
        Some(Once { failed_feeds: 0, failed_deliveries: 0 }) => Exit::Ok,
        Some(_) => Exit::Partial,
        None => Exit::Interrupted,
    })
}

/// Until a signal.
async fn watch(
    app: App,
    signals: Signals,
    service: Service,
    read: Footprint,
    loader: load::Loader,
) -> Result<Exit, Failure> {
    let config = app.desk().config();
    let (feeds, topics) = (config.feeds.len(), config.topics.topics().count());
    let state_dir = config.state_dir.display();
    tracing::info!(feeds, topics, %state_dir, "watching; Ctrl-C stops");
    let web = match &config.http {
        Some(http) => Some(Web::start(http, app.desk().clone()).await?),
        None => None,
    };
    if let Some(web) = &web {
        tracing::info!(address = %web.address(), "serving HTTP");
    }
    drop(config);
    let close = async {
        if let Some(web) = web {
            web.stop().await;
        }
    };
    let (lost, broken) = (app.lost(), app.broken());
    let governor = Governor::new(app, signals, service, read);
    let ending = tokio::select! {
        ending = governor.govern(move || loader.load(), close) => ending,
        // It was said why; nothing that would be ended in order could be kept.
        () = lost.cancelled() => return Err(state_lost()),
        () = broken.cancelled() => return Err(panicked()),
    };
    Ok(if ending == Ending::Forced { Exit::Interrupted } else { Exit::Ok })
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

fn state_lost() -> Failure {
    let error = anyhow::anyhow!("the state directory was deleted or replaced");
    Failure::new(Exit::Failed, error).hint("put it back or restore a copy, and start again")
}

fn panicked() -> Failure {
    let error = anyhow::anyhow!("a part of wirewatch panicked, so that all of it ends");
    Failure::new(Exit::Failed, error).hint("start it again, and report what was logged")
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
