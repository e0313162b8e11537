//! The alert log's file: lines are whole or not there, whatever happens while they are written.
//!
//! What a crash or a full disk left of a last line is mended on opening. Rotation only renames,
//! after what was written is on disk, and can be interrupted at any step.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::config::LogChannel;

/// How every line of ours begins, of alerts, notices and digests: what is cut from the end of a file
/// must be ours.
const LINE_START: &[u8] = br#"{"schema":"wirewatch."#;

/// Longest last line that is looked at, to mend it, in bytes. Lines are far shorter.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// The file, opened for one batch.
pub(super) struct LogFile<'a> {
    config: &'a LogChannel,
    file: File,
    /// Bytes in the file, and lines not yet written to it.
    len: u64,
    buffer: Vec<u8>,
    buffered_lines: usize,
    durable_lines: usize,
    is_new: bool,
    /// Not a pipe or a device, which can be neither mended, rotated nor synced.
    is_regular: bool,
}

impl<'a> LogFile<'a> {
    /// Opens or creates the file and its directory, and mends a torn last line.
    pub fn open(config: &'a LogChannel) -> io::Result<Self> {
        if let Some(directory) = config.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let is_new = !config.path.exists();
        let file = open_append(&config.path)?;
        if is_new {
            sync_directory(&config.path)?;
        }
        let metadata = file.metadata()?;
        let mut log = Self {
            config,
            file,
            len: metadata.len(),
            buffer: Vec::new(),
            buffered_lines: 0,
            durable_lines: 0,
            is_new,
            is_regular: metadata.is_file(),
        };
        if log.is_regular {
            log.mend()?;
        }
        Ok(log)
    }

    /// Whether the file was not there.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Takes a line, without its end. Rotates first if the file would grow past its limit.
    pub fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let size = self.len.saturating_add(self.buffer.len() as u64);
        let grown = size.saturating_add(line.len() as u64 + 1);
        if self.is_regular && size > 0 && grown > self.config.rotate_bytes {
            self.sync()?;
            // Better a file that is too large than an alert that is not in it.
            if let Err(error) = self.rotate() {
                let path = self.config.path.display();
                tracing::warn!(%path, %error, "alert log cannot be rotated");
            }
        }
        self.buffer.extend(line.iter().filter(|&&byte| byte != b'\n'));
        self.buffer.push(b'\n');
        self.buffered_lines += 1;
        Ok(())
    }

    /// Brings all lines taken so far to disk.
    pub fn sync(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.write_buffer() {
            // Whole lines only; should this fail too, the next opening mends it.
            if self.is_regular {
                let _ = self.file.set_len(self.len);
            }
            self.buffer.clear();
            self.buffered_lines = 0;
            return Err(error);
        }
        self.len += self.buffer.len() as u64;
        self.durable_lines += std::mem::take(&mut self.buffered_lines);
        self.buffer.clear();
        Ok(())
    }

    /// Brings to disk what was in the file before.
    pub fn make_durable(&self) -> io::Result<()> {
        if self.is_regular { self.file.sync_data() } else { Ok(()) }
    }

    /// How many of the lines taken are on disk.
    pub fn durable_lines(&self) -> usize {
        self.durable_lines
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        if self.is_regular {
            self.file.sync_data()?;
        }
        Ok(())
    }

    /// Moves `alerts.jsonl` to `alerts.jsonl.1`, that to `.2`, and so on. Only up to the first
    /// gap: what an interrupted rotation has already moved is not moved again.
    fn rotate(&mut self) -> io::Result<()> {
        let path = &self.config.path;
        let keep = self.config.keep;
        let gap = (1..=keep).find(|&n| !rotated(path, n).exists());
        for n in (1..gap.unwrap_or(keep)).rev() {
            fs::rename(rotated(path, n), rotated(path, n + 1))?;
        }
        let rights = self.file.metadata()?;
        if keep == 0 {
            fs::remove_file(path)?;
        } else {
            fs::rename(path, rotated(path, 1))?;
        }
        self.file = open_append(path)?;
        self.len = 0;
        give_rights(&self.file, &rights);
        sync_directory(path)
    }

    /// Ends a last line that has no end, or cuts it if it is a torn one of ours.
    fn mend(&mut self) -> io::Result<()> {
        let start = self.len.saturating_sub(MAX_LINE_BYTES);
        let tail = read_from(&mut self.file, start)?;
        if tail.is_empty() || tail.ends_with(b"\n") {
            return Ok(());
        }
        let line_start = tail.iter().rposition(|&byte| byte == b'\n');
        let line = &tail[line_start.map_or(0, |at| at + 1)..];
        // After a power cut a file may have grown by zeros that were to become text.
        let text_len = line.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1);
        let text = &line[..text_len];
        let is_whole = serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
        let is_ours = text.starts_with(LINE_START) || LINE_START.starts_with(text);
        let keep = if is_ours && !is_whole { 0 } else { text_len };
        self.len -= (line.len() - keep) as u64;
        self.file.set_len(self.len)?;
        if keep > 0 {
            self.file.write_all(b"\n")?;
            self.len += 1;
        }
        tracing::info!(path = %self.config.path.display(), "alert log had a torn last line");
        self.file.sync_data()
    }
}

/// Where the `n`th rotated file stands.
pub(super) fn rotated(path: &Path, n: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{n}"));
    name.into()
}

/// The last `max_bytes` of a file; nothing if there is none.
pub(super) fn read_tail(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    match File::open(path) {
        Ok(mut file) if file.metadata()?.is_file() => {
            let len = file.metadata()?.len();
            read_from(&mut file, len.saturating_sub(max_bytes))
        }
        Ok(_) => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn read_from(file: &mut File, start: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Others cannot read a file that is made here; one that is there keeps its rights.
fn open_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

/// Lets those read a new file who could read the one before, as far as that is allowed: somebody may
/// have let another program in. Never more than that: the mode comes after the owner.
fn give_rights(file: &File, before: &Metadata) {
    let made = file.metadata();
    let is_same =
        made.as_ref().is_ok_and(|made| (made.uid(), made.gid()) == (before.uid(), before.gid()));
    let given = is_same || fchown(file, Some(before.uid()), Some(before.gid())).is_ok();
    if given && let Err(error) = file.set_permissions(before.permissions()) {
        tracing::warn!(%error, "the alert log is not given the rights that it had");
    }
}

/// Makes a new name in the directory of `path` survive a power cut.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}
