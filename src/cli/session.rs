//! What most commands begin with: the config, the store, a way to wait for it, and the streams.

use std::future::Future;
use std::path::PathBuf;

use anyhow::Context;

use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::{Loader, first_of};
use crate::cli::output::Printer;
use crate::cli::report::Messages;
use crate::cli::run::FAREWELL;
use crate::clock::Clock;
use crate::config::{Config, EgressConfig, Environment, FetchConfig};
use crate::store::error::StoreError;
use crate::store::{Access, DATABASE_FILE, Store};

/// One run of a command.
pub struct Session {
    config: Option<PathBuf>,
    pub env: Environment,
    pub printer: Printer,
    pub messages: Messages,
    pub clock: Clock,
}

impl Session {
    pub fn new(global: &Global, messages: Messages) -> Self {
        Self {
            config: global.config.clone(),
            env: Environment::of_process(),
            printer: Printer::stdout(global.output, global.color),
            messages,
            clock: Clock::system(),
        }
    }

    /// Where the config lies.
    pub fn loader(&self) -> Result<Loader, Failure> {
        Loader::locate(self.config.as_deref())
    }

    /// Reads the config without the secrets of its channels, or says everything that is wrong
    /// with it. Only the daemon sends anything, and only it need be able to read its secrets.
    pub fn config(&self) -> Result<Config, Failure> {
        Ok(self.loader()?.without_secrets().read()?)
    }

    /// The config for a look at what there is. With something wrong in it the daemon goes on as
    /// before, and that is when people look: they are shown what can be made out, with a warning.
    pub fn config_to_look(&self) -> Result<Config, Failure> {
        let (config, problems) = self.loader()?.without_secrets().read_in_part()?;
        if let Some(problems) = problems {
            let (first, more) = (first_of(&problems), problems.count().saturating_sub(1));
            let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
            self.messages.warn(&format!(
                "the configuration cannot be used as it stands, and what is wrong with it is left \
                 out here: {first}{more}; `wirewatch check` shows it, `wirewatch status` what runs"
            ));
        }
        Ok(config)
    }

    /// Where requests may go and how they are made. Without a config, and where none was named, the
    /// usual: a look at a page needs no config.
    pub fn network(&self) -> Result<(EgressConfig, FetchConfig), Failure> {
        match self.loader() {
            Ok(loader) => Ok(loader.network()?),
            Err(failure) if self.config.is_none() && failure.exit == Exit::NotFound => {
                Ok((EgressConfig::default(), FetchConfig::standard()))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Opens the database that the config names; it must be there. Topics and feeds may be as
    /// wrong as they like: what is stored can be read all the same.
    pub fn store(&self, access: Access) -> Result<Store, Failure> {
        let state_dir = self.loader()?.state_dir()?;
        Ok(Store::open(&state_dir.join(DATABASE_FILE), access)?)
    }

    /// Opens the database of a config that was read already.
    pub fn store_of(&self, config: &Config, access: Access) -> Result<Store, Failure> {
        Ok(Store::open(&config.state_dir.join(DATABASE_FILE), access)?)
    }

    /// Runs a future to its end on this thread.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        let done = runtime.block_on(work);
        runtime.shutdown_timeout(FAREWELL);
        Ok(done)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::NotFound { .. } | StoreError::NoBackup { .. } => Exit::NotFound,
            StoreError::Locked { .. } => Exit::Locked,
            _ => Exit::Failed,
        };
        let hint = error.hint().map(str::to_owned);
        Failure { hint, ..Failure::new(exit, error) }
    }
}
