//! Reading the config: where it lies, and what is said when it is not there or not right.

use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Failure};
use crate::config::{self, Config, Environment, Problems};

/// Reads the same config again and again: at the start, and at each reload.
pub struct Loader {
    file: PathBuf,
    env: Environment,
}

impl Loader {
    /// Finds the main file: the one named, or the first of the usual places. It is read later.
    pub fn locate(config: Option<&Path>) -> Result<Self, Failure> {
        let env = Environment::of_process();
        let file = config::locate(config, &env);
        if file.exists() {
            return Ok(Self { file, env });
        }
        let sentence = format!("there is no config at {}", file.display());
        Err(Failure::said(Exit::NotFound, sentence).hint(
            "`wirewatch init` writes an annotated one; `wirewatch demo` shows wirewatch at work \
             without any",
        ))
    }

    /// Reads and checks it, topics and all.
    pub fn load(&self) -> Result<Config, Failure> {
        Ok(self.read()?)
    }

    /// The same, for those that show problems in a way of their own.
    pub fn read(&self) -> Result<Config, Problems> {
        config::load(&self.file, &self.env)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Failure::new(Exit::Failed, problems)
    }
}
