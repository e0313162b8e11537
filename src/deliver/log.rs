//! The alert log: one JSON object per line and delivery, in a file that is appended to, rotated
//! by size and made durable once per batch ([`mod@file`]). Optionally each alert is also printed, in
//! its readable rendering.
//!
//! A crash between writing and settling makes a delivery come again. The log then finds its id at
//! the end of what it wrote ([`recent`]) and does not write it twice.

mod file;
mod recent;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::config::LogChannel;
use crate::domain::alert::delivery::Claimed;

use self::file::LogFile;
use self::recent::Recent;
use super::digest::{self, DigestV1};
use super::notice::{self, NoticeV1};
use super::object::AlertV1;
use super::{Capacity, Channel, ChannelError, Printer, Receipt};

/// Deliveries that share one fsync.
const MAX_BATCH: usize = 100;

/// A disk that takes longer is not answering.
const PATIENCE: Duration = Duration::from_secs(30);

/// The alert log as a channel.
pub struct AlertLog {
    inner: Arc<Inner>,
}

struct Inner {
    config: LogChannel,
    printer: Option<Printer>,
    /// What was written lately; filled from the file before the first write. The lock also keeps
    /// two writers apart, should one call outlast its patience.
    recent: Mutex<Option<Recent>>,
}

impl AlertLog {
    /// Touches nothing yet: the file is opened for each batch, so that one that was moved away,
    /// deleted or on a disk that was full is no reason to restart.
    pub fn new(config: &LogChannel, printer: Option<Printer>) -> Self {
        Self {
            inner: Arc::new(Inner { config: config.clone(), printer, recent: Mutex::new(None) }),
        }
    }
}

impl Channel for AlertLog {
    fn capacity(&self) -> Capacity {
        Capacity { batch: MAX_BATCH, concurrent: 1, patience: PATIENCE }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        let inner = Arc::clone(&self.inner);
        let lines: Vec<Line> = batch.iter().map(Line::from).collect();
        async move {
            match tokio::task::spawn_blocking(move || inner.write(lines)).await {
                Ok(results) => results,
                Err(_) => vec![Err(ChannelError::transient("panic", None)); batch.len()],
            }
        }
        .boxed()
    }
}

/// A delivery as the log writes it.
struct Line {
    id: String,
    body: Vec<u8>,
}

/// As much of a body as is needed to know what it is.
#[derive(serde::Deserialize)]
struct Shape {
    schema: String,
}

impl From<&Claimed> for Line {
    fn from(delivery: &Claimed) -> Self {
        Self { id: delivery.id.to_string(), body: delivery.body.clone() }
    }
}

impl Inner {
    fn write(&self, lines: Vec<Line>) -> Vec<Result<Receipt, ChannelError>> {
        let mut durable = Vec::new();
        let results = {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            match self.write_new(&mut recent, &lines, &mut durable) {
                Ok(results) => results,
                Err(error) => vec![Err(failure(&error)); lines.len()],
            }
        };
        // Not before the file is done with: a printer is no reason for it to wait.
        durable.into_iter().for_each(|line| self.print(line));
        results
    }

    /// Writes what is not there yet, and adds to `durable` what is now. Results stand in the
    /// order of `lines`.
    fn write_new<'a>(
        &self,
        recent: &mut Option<Recent>,
        lines: &'a [Line],
        durable: &mut Vec<&'a Line>,
    ) -> io::Result<Vec<Result<Receipt, ChannelError>>> {
        let mut file = LogFile::open(&self.config)?;
        // A file that was not there has nothing of what was written to an earlier one.
        let mut known = match recent.take() {
            Some(known) if !file.is_new() => known,
            _ => {
                // What is found there may be from a write that was never synced.
                file.make_durable()?;
                Recent::read(&self.config)?
            }
        };
        let mut waiting: Vec<&Line> = Vec::with_capacity(lines.len());
        let mut outcome = Ok(());
        for line in lines {
            if known.contains(&line.id) || waiting.iter().any(|other| other.id == line.id) {
                continue;
            }
            outcome = file.append(&line.body);
            if outcome.is_err() {
                break;
            }
            waiting.push(line);
        }
        let outcome = outcome.and_then(|()| file.sync());
        durable.extend(waiting.into_iter().take(file.durable_lines()));
        for line in durable.iter() {
            known.insert(line.id.clone());
        }
        let results = lines.iter().map(|line| {
            let written = durable.iter().any(|other| other.id == line.id);
            match &outcome {
                _ if written => Ok(Receipt::default()),
                _ if known.contains(&line.id) => {
                    Ok(Receipt { detail: Some("already in the log".to_owned()), handle: None })
                }
                Err(error) => Err(failure(error)),
                Ok(()) => Err(ChannelError::transient("io", None)),
            }
        });
        let results = results.collect();
        // After a failure nobody knows what the file holds until it is read.
        *recent = outcome.is_ok().then_some(known);
        Ok(results)
    }

    /// Prints an alert that has just become durable.
    fn print(&self, line: &Line) {
        let Some(printer) = &self.printer else {
            return;
        };
        let printed = match serde_json::from_slice::<Shape>(&line.body) {
            Ok(shape) if shape.schema == notice::SCHEMA => {
                serde_json::from_slice::<NoticeV1>(&line.body)
                    .map(|notice| printer.print_notice(&notice))
            }
            Ok(shape) if shape.schema == digest::SCHEMA => {
                serde_json::from_slice::<DigestV1>(&line.body)
                    .map(|digest| printer.print_digest(&digest))
            }
            _ => serde_json::from_slice::<AlertV1>(&line.body).map(|alert| printer.print(&alert)),
        };
        if let Err(error) = printed {
            tracing::warn!(delivery = line.id, %error, "what was logged cannot be printed");
        }
    }
}

/// Whatever is wrong with a file may be put right.
fn failure(error: &io::Error) -> ChannelError {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk_full",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "permission_denied",
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "no_directory",
        _ => "io",
    };
    ChannelError::transient(code, Some(error.to_string()))
}

#[cfg(test)]
mod tests;
