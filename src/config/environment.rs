//! What configuration may learn of its surroundings: variables, the user's directories, systemd's
//! credentials. Everything asks through [`Environment`], so that tests state their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs, io};

/// Name of the main file within a configuration directory.
pub const MAIN_FILE: &str = "wirewatch.toml";

/// Asks for a variable.
type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The surroundings of one run.
#[derive(Clone)]
pub struct Environment {
    state_dir: Option<PathBuf>,
    secrets: bool,
    lookup: Arc<Lookup>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// Only these variables.
    pub fn fixed<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self::new(move |wanted| {
            let found = variables.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        })
    }

    fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { state_dir: None, secrets: true, lookup: Arc::new(lookup) }
    }

    /// The same, with a state directory that goes before all others.
    pub fn with_state_dir(mut self, state_dir: Option<PathBuf>) -> Self {
        self.state_dir = state_dir;
        self
    }

    /// The same, for a configuration that will send nothing: secrets are not looked up, so that
    /// it can be read where they cannot be.
    pub fn without_secrets(mut self) -> Self {
        self.secrets = false;
        self
    }

    /// Whether secrets are looked up.
    pub(super) fn has_secrets(&self) -> bool {
        self.secrets
    }

    /// A variable; an empty one counts as not set.
    pub fn var(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A variable that holds a directory, or several separated by `:`, of which the first counts.
    fn directory(&self, name: &str) -> Option<PathBuf> {
        let value = self.var(name)?;
        let first = value.split(':').next().filter(|first| !first.is_empty())?;
        Some(PathBuf::from(first))
    }

    /// Where systemd puts the secrets of a service (`LoadCredential=`).
    pub(super) fn credentials_dir(&self) -> Option<PathBuf> {
        self.directory("CREDENTIALS_DIRECTORY")
    }

    /// Where state is kept: the override, else what the file says, else `$STATE_DIRECTORY`
    /// (systemd), `$XDG_STATE_HOME/wirewatch`, `~/.local/state/wirewatch`.
    pub(super) fn state_dir(&self, configured: Option<PathBuf>) -> Option<PathBuf> {
        let home = || Some(self.directory("HOME")?.join(".local/state/wirewatch"));
        let xdg = || Some(self.directory("XDG_STATE_HOME")?.join("wirewatch"));
        self.state_dir
            .clone()
            .or(configured)
            .or_else(|| self.directory("STATE_DIRECTORY"))
            .or_else(xdg)
            .or_else(home)
    }
}

impl fmt::Debug for Environment {
    /// Without the variables: they hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("state_dir", &self.state_dir).finish_non_exhaustive()
    }
}

/// The main file to load: the one named, else the first there is of `$CONFIGURATION_DIRECTORY`,
/// `$XDG_CONFIG_HOME/wirewatch`, `~/.config/wirewatch` and `./config`. A directory stands for the
/// main file in it. A place that may not be looked into ends the search: what lies behind it is not
/// passed over for another file. Where there is none, the last place, which [`super::load()`] then
/// reports.
pub fn locate(explicit: Option<&Path>, env: &Environment) -> PathBuf {
    if let Some(path) = explicit {
        return main_file(path);
    }
    let places = lookup_places(env);
    let found = places.iter().find(|place| match fs::metadata(place) {
        Ok(there) => there.is_file(),
        Err(error) => !is_absent(&error),
    });
    found.or(places.last()).cloned().unwrap_or_else(|| PathBuf::from(MAIN_FILE))
}

/// The main files [`locate`] looks for, in order.
pub fn lookup_places(env: &Environment) -> Vec<PathBuf> {
    let under = |name: &str, rest: &str| env.directory(name).map(|place| place.join(rest));
    [
        env.directory("CONFIGURATION_DIRECTORY"),
        under("XDG_CONFIG_HOME", "wirewatch"),
        under("HOME", ".config/wirewatch"),
        Some(PathBuf::from("config")),
    ]
    .into_iter()
    .flatten()
    .map(|place| place.join(MAIN_FILE))
    .collect()
}

/// Whether an error says that there is nothing at a place, and not that nobody may look.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

pub(super) fn main_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(MAIN_FILE) } else { path.to_owned() }
}

#[cfg(test)]
mod tests;
