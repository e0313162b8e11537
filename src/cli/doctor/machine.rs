//! The machine: what it is, whether its clock can be right, whether the state directory can be
//! written to and has room.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use jiff::Timestamp;

use super::Report;
use crate::cli::session::Session;
use crate::cli::status::size;
use crate::store::checkup::{free_bytes, network_file_system};
use crate::store::{DATABASE_FILE, ballast, lock_obstacle};

/// Free space below which it is time to look.
const LITTLE_FREE_BYTES: u64 = 512 << 20;

/// No clock that is right shows a time before this: this program was not written yet.
const OLDEST_S: i64 = 1_767_225_600;

/// The system, its kernel and its processors, as far as they say.
pub fn describe() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let release = read("/etc/os-release");
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map(|name| name.trim_matches('"').to_owned());
    let kernel = read("/proc/sys/kernel/osrelease");
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{} ({os} {} {arch}), {cpus} CPUs", name.as_deref().unwrap_or(os), kernel.trim())
}

/// Whether the clock shows a time that can be.
pub fn clock(session: &Session, report: &mut Report) {
    let now = session.clock.now();
    if now.as_second() < OLDEST_S {
        let text = format!("the clock shows {}", crate::cli::moment::text(now));
        report.problem("clock", text, Some("set the machine's clock".to_owned()));
    }
}

/// Whether what is stored is older than the clock.
pub fn clock_behind(newest: Timestamp, now: Timestamp, report: &mut Report) {
    let ahead = newest.duration_since(now).as_secs();
    if ahead > 300 {
        let text = format!("the clock is {} min behind the last fetch", ahead / 60);
        let hint =
            "set the machine's clock; feeds fetched meanwhile are due as soon as it is right";
        report.problem("clock", text, Some(hint.to_owned()));
    } else {
        report.ok("clock", "not behind the last fetch");
    }
}

/// Whether the state directory is private, can be written to, and has room: storing pauses while less
/// than `floor` bytes are free.
pub fn state_dir(dir: &Path, floor: u64, report: &mut Report) {
    let shown = dir.display();
    let Ok(found) = std::fs::metadata(dir) else {
        let text = format!("{shown} is not there yet");
        return report.warn("state", text, "`wirewatch run` makes it");
    };
    if let Err(error) = write_to(dir) {
        let text = format!("{shown} cannot be written to: {error}");
        let hint = match error.kind() {
            ErrorKind::ReadOnlyFilesystem => {
                "its disk is mounted read-only; where nobody meant that, it turned so by itself after an \
                 error: look at `dmesg`, mend it and mount it anew"
            }
            ErrorKind::PermissionDenied => "give it to the user that wirewatch runs as",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space",
            _ => "look for disk errors in the system log (`dmesg`)",
        };
        report.problem("state", text, Some(hint.to_owned()));
    } else if found.mode() & 0o077 != 0 {
        let text =
            format!("{shown} is open to others on this machine (mode {:o})", found.mode() & 0o777);
        report.warn(
            "state",
            text,
            &format!("what you watch is your own business: chmod 700 {shown}"),
        );
    } else {
        report.ok("state", shown.to_string());
    }
    if found.mode() & 0o011 != 0 {
        database_is_private(dir, report);
    }
    if let Some(error) = lock_obstacle(dir) {
        report.problem("lock", error.to_string(), error.hint().map(str::to_owned));
    }
    if let Some(kind) = network_file_system(dir) {
        let text = format!("{shown} lies on a network file system ({kind})");
        let hint = "put `state_dir` on a disk of this machine: locks and the database's log do not \
                    hold over a network";
        report.problem("state", text, Some(hint.to_owned()));
    }
    let held = ballast::held(dir);
    if held > 0 {
        report.ok("ballast", size(held));
    }
    match free_bytes(dir) {
        Some(free) if free < floor => {
            let text = format!("{} free, and {} are to be", size(free), size(floor));
            let hint = "free some space: no feed is read until then".to_owned();
            report.problem("disk", text, Some(hint));
        }
        Some(free) if free < LITTLE_FREE_BYTES => {
            report.warn("disk", format!("{} free", size(free)), "free some space");
        }
        Some(free) => report.ok("disk", format!("{} free", size(free))),
        None => {}
    }
}

/// Makes a small file there, and removes it: what a disk says of itself may be from before it failed.
fn write_to(dir: &Path) -> io::Result<()> {
    let path = dir.join(format!(".wirewatch-doctor-{}", std::process::id()));
    // One that was killed may have had the same number.
    let _left = fs::remove_file(&path);
    let mut trial = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let written =
        trial.write_all(b"written by `wirewatch doctor`\n").and_then(|()| trial.sync_all());
    fs::remove_file(&path)?;
    written
}

/// Whether others who may enter the directory can read the database in it.
fn database_is_private(dir: &Path, report: &mut Report) {
    let path = dir.join(DATABASE_FILE);
    let mode = std::fs::metadata(&path).map_or(0, |file| file.mode());
    if mode & 0o044 != 0 {
        let shown = path.display();
        let text =
            format!("{shown} can be read by others on this machine (mode {:o})", mode & 0o777);
        let hint = format!("nobody else needs to: chmod 600 {shown}*");
        report.warn("database", text, &hint);
    }
}
