//! The sign that wirewatch does its work, for who has no HTTP server to ask: a file that is touched once
//! a minute while the scheduler turns and what is read can be stored, and that is not there otherwise.
//! `wirewatch health --ready` looks at its age. A file that is touched takes no space: it tells the
//! truth on a full disk as well.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::beat::{Beat, TOO_LONG};
use super::storage::Storage;
use crate::clock::Clock;

/// Name of the file in the state directory.
const FILE: &str = "wirewatch.ready";

/// How often is looked whether the sign is still true.
const EVERY: Duration = Duration::from_secs(15);

/// How often it is given: seldom, for the sake of memory cards.
const GIVEN_EVERY: Duration = Duration::from_secs(60);

/// A sign of this age is no longer one.
const STALE: Duration = Duration::from_secs(180);

/// Gives the sign.
pub(super) struct Sign {
    pub clock: Clock,
    pub beat: Beat,
    pub storage: Storage,
    pub state_dir: PathBuf,
}

impl Sign {
    /// Gives it until told to stop, and takes it back then.
    pub async fn run(self, stop: CancellationToken) {
        let mut given = None;
        loop {
            given = self.look(given);
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.clock.sleep(EVERY) => {}
            }
        }
        take_back(&self.state_dir);
    }

    /// Looks once. `given`: when the sign was given last, in monotonic time, if it is there. Returns that.
    pub fn look(&self, given: Option<Duration>) -> Option<Duration> {
        if self.storage.pause().is_some() || self.beat.age(&self.clock) > TOO_LONG {
            take_back(&self.state_dir);
            return None;
        }
        let now = self.clock.elapsed();
        if given.is_some_and(|given| now.saturating_sub(given) < GIVEN_EVERY) {
            return given;
        }
        match give(&self.state_dir) {
            Ok(()) => Some(now),
            Err(error) => {
                tracing::debug!(%error, "no sign can be given that wirewatch does its work");
                None
            }
        }
    }
}

/// Whether the daemon of this state directory gave the sign of late. One from the future, by a clock
/// that was set back, counts until it would be old.
pub fn is_given(state_dir: &Path) -> bool {
    let given = fs::metadata(state_dir.join(FILE)).and_then(|file| file.modified());
    let now = SystemTime::now();
    given.is_ok_and(|given| {
        let apart = now.duration_since(given).unwrap_or_else(|ahead| ahead.duration());
        apart < STALE
    })
}

fn give(state_dir: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).write(true).mode(0o600);
    // A link that somebody put there would have root make a file elsewhere.
    let options = options.custom_flags(libc::O_NOFOLLOW);
    options.open(state_dir.join(FILE))?.set_modified(SystemTime::now())
}

/// One that is not there is taken back already; one that cannot be grows old.
fn take_back(state_dir: &Path) {
    let _gone = fs::remove_file(state_dir.join(FILE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_given_while_the_scheduler_turns_and_taken_back_when_it_hangs() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(jiff::Timestamp::UNIX_EPOCH);
        let (beat, storage) = (Beat::default(), Storage::open());
        let sign = Sign {
            clock: clock.clone(),
            beat: beat.clone(),
            storage,
            state_dir: dir.path().to_owned(),
        };
        assert!(!is_given(dir.path()));
        let given = sign.look(None);
        assert!(given.is_some() && is_given(dir.path()));
        clock.advance(TOO_LONG + EVERY);
        assert_eq!(sign.look(given), None, "the scheduler hangs");
        assert!(!is_given(dir.path()));
        beat.tell(&clock, None);
        assert!(sign.look(None).is_some() && is_given(dir.path()), "and turns again");
        let long_ago = SystemTime::now() - STALE - EVERY;
        let file = fs::File::options().write(true).open(dir.path().join(FILE)).unwrap();
        file.set_modified(long_ago).unwrap();
        assert!(!is_given(dir.path()), "the whole process hangs");
    }
}
