//! The machine: what it is, whether its clock can be right, whether the state directory can be
//! written to and has room.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use jiff::Timestamp;

use super::Report;
use crate::cli::session::Session;
use crate::cli::status::size;
use crate::store::ballast;
use crate::store::checkup::{free_bytes, is_writable, network_file_system};

/// Free space below which storing will soon fail, and below which it is time to look.
const LEAST_FREE_BYTES: u64 = 64 << 20;
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
        report.ok("clock", "sane");
    }
}

/// Whether the state directory is private, can be written to, and has room.
pub fn state_dir(dir: &Path, report: &mut Report) {
    let shown = dir.display();
    let Ok(found) = std::fs::metadata(dir) else {
        let text = format!("{shown} is not there yet");
        return report.warn("state", text, "`wirewatch run` makes it");
    };
    if !is_writable(dir) {
        let text = format!("{shown} cannot be written to");
        let hint = "give it to the user that wirewatch runs as";
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
        Some(free) if free < LEAST_FREE_BYTES => {
            let hint = "free some space; storing pauses while there is none".to_owned();
            report.problem("disk", format!("{} free", size(free)), Some(hint));
        }
        Some(free) if free < LITTLE_FREE_BYTES => {
            report.warn("disk", format!("{} free", size(free)), "free some space");
        }
        Some(free) => report.ok("disk", format!("{} free", size(free))),
        None => {}
    }
}
