//! How a daemon comes to its database. After a power cut disks may come late, full or read-only, and
//! another process may write for a while: a start waits for them, with all that it has to write. A disk
//! that is full is given back the space of the ballast, so that what waits can be delivered; whether
//! feeds are read then is for the [storage watch](super::storage) to say.

use std::error::Error;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::app::StartError;
use super::state_watch::foresee;
use crate::store::error::StoreError;
use crate::store::late::Late;
use crate::store::place::Birth;
use crate::store::trouble::Trouble;
use crate::store::{Access, DATABASE_FILE, InstanceLock, Store, ballast, make_private};

/// How long a start waits, and how often it tries. A service manager that gives up after five starts
/// within ten minutes never does, as each takes that long.
const LIMIT: Duration = Duration::from_secs(130);
const EVERY: Duration = Duration::from_secs(5);

/// Says so if files are made here that the owner of the directory cannot use: those of root.
pub(super) fn warn_of_owner(state_dir: &Path) {
    let Ok(owner) = fs::metadata(state_dir).map(|dir| dir.uid()) else { return };
    if rustix::process::geteuid().is_root() && owner != 0 {
        tracing::warn!(
            code = "other_owner",
            owner,
            hint = "run it as that user: `sudo -u USER wirewatch …`",
            "wirewatch runs as root and the state directory is another user's: files that are made now \
             are root's, and out of reach for that user"
        );
    }
}

/// How far the patience of one start goes.
pub(super) struct Patience {
    begun: Instant,
    state_dir: PathBuf,
    /// A single round does not wait: the next one comes.
    is_patient: bool,
    /// What was told last.
    told: Option<Late>,
    /// That a database is begun, as it was seen at the last try, and in which directory.
    birth: Option<(Birth, (u64, u64))>,
}

/// What a start has once it has its database.
pub(super) struct Opened {
    pub lock: InstanceLock,
    pub store: Store,
    /// Where a database was begun.
    pub birth: Option<Birth>,
}

impl Patience {
    pub fn new(state_dir: &Path, is_patient: bool) -> Self {
        let (begun, state_dir) = (Instant::now(), state_dir.to_owned());
        Self { begun, state_dir, is_patient, told: None, birth: None }
    }

    /// Takes the state directory, which is made if it is not there, and opens the database.
    ///
    /// # Errors
    /// What is wrong for good, or still was at the end.
    pub async fn open(&mut self) -> Result<Opened, StartError> {
        loop {
            match self.try_open() {
                Ok(opened) => return Ok(opened),
                Err(error) => {
                    let late = match &error {
                        StartError::StateDir { path, source } => Late::of_dir(path, source),
                        StartError::Store(error) => Late::of(error),
                        _ => None,
                    };
                    self.bear(late, error).await?;
                }
            }
        }
    }

    fn try_open(&mut self) -> Result<Opened, StartError> {
        make_private(&self.state_dir)
            .map_err(|source| StartError::StateDir { path: self.state_dir.clone(), source })?;
        self.foresee();
        let lock = InstanceLock::acquire(&self.state_dir)?;
        let store = Store::open(&self.state_dir.join(DATABASE_FILE), Access::Create)?;
        Ok(Opened { lock, store, birth: self.birth.take().map(|(birth, _)| birth) })
    }

    /// Looks whether a database will be begun. A try that failed may have left the beginning of one;
    /// or a disk has come meanwhile, with a database.
    fn foresee(&mut self) {
        let dir = fs::metadata(&self.state_dir).map(|dir| (dir.dev(), dir.ino()));
        let Ok(dir) = dir else { return };
        let earlier = self.birth.take().filter(|(_, seen)| *seen == dir);
        self.birth = foresee(&self.state_dir).map(|birth| (birth, dir)).or(earlier);
    }

    /// Does what has to be written at a start, again if it must be: `work` is to be one transaction,
    /// or several that may be done twice.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn write<T, F>(&mut self, mut work: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match work().await {
                Ok(done) => return Ok(done),
                Err(error) => self.bear(Late::of(&error), error).await?,
            }
        }
    }

    /// Waits until it is time to try again; gives the error back if it is not waited for.
    async fn bear<E: Error + 'static>(&mut self, late: Option<Late>, error: E) -> Result<(), E> {
        let Some(mut late) = late.filter(|_| self.is_patient) else {
            return Err(error);
        };
        if late == Late::Trouble(Trouble::Disk) && ballast::is_full(&self.state_dir) {
            late = Late::Trouble(Trouble::Full);
        }
        let wants_room = matches!(late, Late::Trouble(trouble) if trouble.wants_room());
        if wants_room && ballast::drop_it(&self.state_dir) {
            let what = late.in_words();
            tracing::warn!("{what}: the space that was kept for a full disk is given up");
            return Ok(());
        }
        if self.begun.elapsed() >= LIMIT {
            return Err(error);
        }
        if self.told.replace(late) != Some(late) {
            say(late, &error);
        }
        tokio::time::sleep(EVERY).await;
        Ok(())
    }
}

/// Says what is waited for. Of rights louder: most often somebody has to do something about them.
fn say(late: Late, error: &dyn Error) {
    let (mut why, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    let (code, hint, limit_s) = (late.as_str(), late.hint(), LIMIT.as_secs());
    match late {
        Late::Rights => {
            tracing::error!(code, hint, limit_s, error = why, "{}: trying again", late.in_words());
        }
        _ => tracing::warn!(code, hint, limit_s, error = why, "{}: trying again", late.in_words()),
    }
}
