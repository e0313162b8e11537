//! Is the database sound? Asked by `doctor`; the daemon asks a part of it at each start.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::Store;
use super::column::uint;
use super::error::StoreError;

/// What a checkup found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// What SQLite finds wrong with the file; nothing if it is sound.
    pub damage: Option<String>,
    /// Version of the schema.
    pub schema: u64,
    /// Bytes of the file, and of its log.
    pub bytes: u64,
    pub log_bytes: u64,
}

impl Store {
    /// Version of the schema.
    pub fn schema(&self) -> Result<u64, StoreError> {
        self.read(|conn| {
            let version = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(uint(version))
        })
    }

    /// Reads the whole file and checks it: about a second for each 100 MB.
    pub fn checkup(&self) -> Result<Checkup, StoreError> {
        let log_bytes = log_bytes(self.path());
        self.read(|conn| {
            let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            let number = |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get(0));
            let (pages, size) = (uint(number("page_count")?), uint(number("page_size")?));
            Ok(Checkup {
                damage: (found != "ok").then_some(found),
                schema: uint(number("user_version")?),
                bytes: pages.saturating_mul(size),
                log_bytes,
            })
        })
    }
}

/// Bytes of the log of the database at `path`.
pub fn log_bytes(path: &Path) -> u64 {
    std::fs::metadata(path.with_extension("db-wal")).map_or(0, |file| file.len())
}

/// Bytes that are free for this user on the disk of `dir`.
pub fn free_bytes(dir: &Path) -> Option<u64> {
    let disk = statvfs(dir).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The name of the network file system that `dir` lies on, if it does. There one machine does not
/// see what another one has locked, nor the shared memory of the database's log.
#[cfg(target_os = "linux")]
pub fn network_file_system(dir: &Path) -> Option<&'static str> {
    // The magic numbers of statfs(2).
    const KINDS: [(u32, &str); 7] = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB2"),
        (0x00c3_6400, "Ceph"),
        (0x0102_1997, "9p"),
        (0x5346_414f, "AFS"),
    ];
    let kind = u32::try_from(rustix::fs::statfs(dir).ok()?.f_type).ok()?;
    KINDS.into_iter().find(|(magic, _)| *magic == kind).map(|(_, name)| name)
}

/// Not told by this system.
#[cfg(not(target_os = "linux"))]
pub fn network_file_system(_dir: &Path) -> Option<&'static str> {
    None
}

/// Whether this user may make files in `dir`.
pub fn is_writable(dir: &Path) -> bool {
    access(dir, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}
