//! The process that holds a state directory's [lock](super::lock), as one that can be told to
//! reload. A process id in a file may be of another machine's or container's process by now, or of
//! nobody's: nothing is signalled that the system does not name as the holder.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, Signal};

use super::lock::{LOCK_FILE, held, look};

/// What the program is called in a list of processes.
const PROGRAM: &str = "wirewatch";

/// Why nobody was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolderError {
    #[error("no wirewatch is running here")]
    Nobody,
    #[error("a wirewatch is running here, but its process cannot be told from the lock file")]
    Nameless,
    #[error("a wirewatch is running here, but process {pid} is not it as seen from here")]
    OutOfSight { pid: u32 },
    #[error("process {pid} takes no signal from this user")]
    NotAllowed { pid: u32 },
    #[error("process {pid} cannot be told")]
    Failed { pid: u32, source: Errno },
    #[error("this user cannot look who is running in {}", dir.display())]
    Closed { dir: PathBuf },
}

impl HolderError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Nobody => {
                "`wirewatch run` starts one; it reads the configuration at its start. One that runs \
                 with an earlier `state_dir` is found here once it is restarted"
            }
            Self::Nameless | Self::OutOfSight { .. } => {
                "it may run in a container or on another machine: send it SIGHUP there, such as \
                 `docker kill -s HUP NAME` or `systemctl reload wirewatch`"
            }
            Self::NotAllowed { .. } | Self::Closed { .. } => {
                "run this as the user of the daemon or as root, or `systemctl reload wirewatch`"
            }
            Self::Failed { .. } => "send it SIGHUP by other means: `systemctl reload wirewatch`",
        }
    }
}

/// Sends SIGHUP to the process that holds the lock of `state_dir`; returns its id.
pub fn hang_up(state_dir: &Path) -> Result<u32, HolderError> {
    if look(state_dir).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
        return Err(HolderError::Closed { dir: state_dir.to_owned() });
    }
    let pid = held(state_dir).ok_or(HolderError::Nobody)?.ok_or(HolderError::Nameless)?;
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let process = process.ok_or(HolderError::OutOfSight { pid })?;
    let failed = |errno| match errno {
        Errno::PERM => HolderError::NotAllowed { pid },
        Errno::SRCH => HolderError::OutOfSight { pid },
        errno => HolderError::Failed { pid, source: errno },
    };
    signal(process, || is_holder(pid, state_dir)).map_err(failed)?;
    Ok(pid)
}

/// Signals a process that still is the one that was looked at, and not another one that was given
/// its id meanwhile.
#[cfg(target_os = "linux")]
fn signal(process: Pid, is_holder: impl Fn() -> bool) -> Result<(), Errno> {
    use rustix::process::{PidfdFlags, kill_process, pidfd_open, pidfd_send_signal};

    match pidfd_open(process, PidfdFlags::empty()) {
        Ok(handle) if is_holder() => pidfd_send_signal(handle, Signal::HUP),
        // Before Linux 5.3, and where a sandbox does not know the call.
        Err(Errno::NOSYS | Errno::PERM) if is_holder() => kill_process(process, Signal::HUP),
        Ok(_) | Err(Errno::NOSYS | Errno::PERM) => Err(Errno::SRCH),
        Err(errno) => Err(errno),
    }
}

#[cfg(not(target_os = "linux"))]
fn signal(process: Pid, is_holder: impl Fn() -> bool) -> Result<(), Errno> {
    if is_holder() { rustix::process::kill_process(process, Signal::HUP) } else { Err(Errno::SRCH) }
}

/// Whether the system names this process as one that holds a lock, on this very file or under the
/// name of this program: file systems in layers number files in more than one way.
fn is_holder(pid: u32, state_dir: &Path) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let is_ours = name.trim() == PROGRAM;
    let Ok(locks) = std::fs::read_to_string("/proc/locks") else {
        return is_ours || !Path::new("/proc/self").exists();
    };
    let inode = std::fs::metadata(state_dir.join(LOCK_FILE)).map(|file| file.ino()).ok();
    let mut files = locks.lines().filter_map(|line| locked_by(line, pid));
    files.any(|file| is_ours || Some(file) == inode)
}

/// The inode that a line of `/proc/locks` says is locked by `pid` for writing:
/// `1: FLOCK  ADVISORY  WRITE 4711 fe:00:5333118 0 EOF`.
fn locked_by(line: &str, pid: u32) -> Option<u64> {
    let mut words = line.split_whitespace().skip(3);
    let is_writing = words.next()? == "WRITE";
    let is_it = words.next()?.parse() == Ok(pid);
    let inode = words.next()?.rsplit(':').next()?.parse().ok()?;
    (is_writing && is_it).then_some(inode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_locks_names_who_holds_what_and_not_who_waits() {
        let line = "1: FLOCK  ADVISORY  WRITE 4711 fe:00:5333118 0 EOF";
        assert_eq!(locked_by(line, 4711), Some(5_333_118));
        assert_eq!(locked_by(line, 471), None);
        let shared = "2: FLOCK  ADVISORY  READ 4711 fe:00:5333118 0 EOF";
        assert_eq!(locked_by(shared, 4711), None);
        let waiting = "1: -> FLOCK  ADVISORY  WRITE 4711 fe:00:5333118 0 EOF";
        assert_eq!(locked_by(waiting, 4711), None);
    }

    #[test]
    fn nobody_is_signalled_by_a_process_id_that_somebody_left_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(hang_up(dir.path()), Err(HolderError::Nobody));
        // Held by this process, with the id of another one that holds nothing.
        let mut other = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let lock = super::super::InstanceLock::acquire(dir.path()).unwrap();
        std::fs::write(dir.path().join(LOCK_FILE), format!("{}\n", other.id())).unwrap();
        assert_eq!(hang_up(dir.path()), Err(HolderError::OutOfSight { pid: other.id() }));
        std::fs::write(dir.path().join(LOCK_FILE), "not a number\n").unwrap();
        assert_eq!(hang_up(dir.path()), Err(HolderError::Nameless));
        assert_eq!(other.try_wait().unwrap(), None, "it lives");
        other.kill().unwrap();
        other.wait().unwrap();
        drop(lock);
    }
}
