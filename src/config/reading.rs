//! Reads one file from disk, and files it among the sources so that what is wrong with it can be
//! shown where it stands. [`super::load()`] reads the configuration's own files with it,
//! [`super::list_file`] the lists that stand beside them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::problem::Report;
use super::source::{FileId, Place, SourceFile};

/// Largest configuration file, in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads a configuration file and files it among the sources. `None`: it could not be read, which
/// is noted.
pub(super) fn read_file(path: &Path, report: &mut Report) -> Option<(FileId, Arc<str>)> {
    read_file_up_to(path, MAX_FILE_BYTES, report)
}

/// As [`read_file`], of at most `max` bytes.
pub(super) fn read_file_up_to(
    path: &Path,
    max: u64,
    report: &mut Report,
) -> Option<(FileId, Arc<str>)> {
    report.look_at(path, max);
    let name = path.display().to_string();
    let draft = report.drafts.get(path).map(|text| match text.len() as u64 > max {
        true => Err(("file_too_large", format!("this file would be larger than {max} bytes"))),
        false => Ok(text.as_bytes().to_vec()),
    });
    match draft.unwrap_or_else(|| bytes(path, max)) {
        Ok(bytes) => file_text(name, &bytes, SourceFile::new, report),
        Err((code, message)) => {
            let file = report.sources.len();
            report.sources.push(SourceFile::new(name, "".into()));
            report.add(Place::whole(file), code, message);
            None
        }
    }
}

/// The bytes of a regular file of at most `max` bytes, or a code and a sentence that say why not.
pub(super) fn bytes(path: &Path, max: u64) -> Result<Vec<u8>, (&'static str, String)> {
    let unreadable =
        |error: io::Error| ("unreadable", format!("this file cannot be read: {error}"));
    let too_large = || ("file_too_large", format!("this file is larger than {max} bytes"));
    // Asked before it is opened: opening a pipe would wait for its other end.
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(("not_found", "there is no such file".to_owned()));
        }
        Err(error) => return Err(unreadable(error)),
        Ok(data) if data.is_file() && data.len() > max => return Err(too_large()),
        Ok(data) if !data.is_file() => {
            return Err(("unreadable", "this is not a file".to_owned()));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(max.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > max { Err(too_large()) } else { Ok(bytes) }
}

/// Files bytes among the sources. `None`: they are not text, which is noted.
pub(super) fn file_text(
    name: String,
    bytes: &[u8],
    source: fn(String, Arc<str>) -> SourceFile,
    report: &mut Report,
) -> Option<(FileId, Arc<str>)> {
    let file = report.sources.len();
    let text: Arc<str> = String::from_utf8_lossy(bytes).into();
    report.sources.push(source(name, text.clone()));
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        report.add(Place::at(file, at..at), "not_utf8", "this file is not UTF-8 text from here on");
        return None;
    }
    Some((file, text))
}
