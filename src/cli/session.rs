//! What most commands begin with: the config, the store, a way to wait for it, and the streams.

use std::future::Future;
use std::path::PathBuf;

use anyhow::Context;

use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Printer;
use crate::cli::report::Messages;
use crate::clock::Clock;
use crate::config::problem::Problems;
use crate::config::{self, Config, Environment};
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

    /// The main file that is read.
    pub fn config_file(&self) -> PathBuf {
        config::locate(self.config.as_deref(), &self.env)
    }

    /// Reads the config, or shows everything that is wrong with it.
    pub fn config(&self) -> Result<Config, Failure> {
        config::load(&self.config_file(), &self.env).map_err(|problems| self.refuse(&problems))
    }

    /// Shows what is wrong with a config.
    pub fn refuse(&self, problems: &Problems) -> Failure {
        if problems.not_found() {
            let sentence = problems.iter().map(|problem| problem.message.clone()).next();
            let sentence = sentence.unwrap_or_else(|| "there is no config".to_owned());
            return Failure::said(Exit::NotFound, sentence).hint(
                "`wirewatch init` writes an annotated one; `wirewatch demo` shows wirewatch at \
                 work without any",
            );
        }
        self.messages.block(&problems.render(self.messages.coloured()));
        Failure::shown(Exit::Failed)
    }

    /// Opens the database that the config names; it must be there.
    pub fn store(&self, access: Access) -> Result<Store, Failure> {
        self.store_of(&self.config()?, access)
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
        Ok(runtime.block_on(work))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::NotFound { .. } => Exit::NotFound,
            StoreError::Locked { .. } => Exit::Locked,
            _ => Exit::Failed,
        };
        let hint = error.hint();
        let failure = Failure::new(exit, error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
