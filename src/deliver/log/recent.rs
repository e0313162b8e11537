//! Which deliveries the alert log wrote lately. Filled from the end of the file, and of those rotated
//! before it, since a crash may have come between writing a batch and settling it.

use std::collections::{HashSet, VecDeque};
use std::io;

use serde::Deserialize;

use crate::config::LogChannel;

use super::file::{read_tail, rotated};

/// How many ids are remembered: many batches, since only an unsettled one can come again.
const MAX_IDS: usize = 2_000;

/// How much is read of all files together, in bytes: more than a whole batch of long alerts, which may
/// have filled many small files.
const TAIL_BYTES: u64 = 2 * 1024 * 1024;

/// The ids written last.
#[derive(Debug, Default)]
pub(super) struct Recent {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    /// Reads the ids back from the log.
    pub fn read(config: &LogChannel) -> io::Result<Self> {
        let mut recent = Self::default();
        for tail in tails(config)?.iter().rev() {
            for line in tail.split(|&byte| byte == b'\n') {
                // Neither the first line, which may be cut, nor one of someone else's matters.
                if let Ok(line) = serde_json::from_slice::<LoggedLine>(line) {
                    recent.insert(line.delivery.id);
                }
            }
        }
        Ok(recent)
    }

    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    pub fn insert(&mut self, id: String) {
        if !self.ids.insert(id.clone()) {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > MAX_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

/// The ends of the last files, newest first. A rotation that was interrupted left one gap at most.
fn tails(config: &LogChannel) -> io::Result<Vec<Vec<u8>>> {
    let (mut tails, mut gaps, mut left) = (Vec::new(), 0, TAIL_BYTES);
    let earlier = (1..=config.keep).map(|n| rotated(&config.path, n));
    for path in std::iter::once(config.path.clone()).chain(earlier) {
        let tail = read_tail(&path, left)?;
        gaps += u32::from(tail.is_empty());
        left = left.saturating_sub(tail.len() as u64);
        tails.push(tail);
        if gaps > 1 || left == 0 {
            break;
        }
    }
    Ok(tails)
}

/// As much of a line as is needed to know it again.
#[derive(Deserialize)]
struct LoggedLine {
    delivery: LoggedDelivery,
}

#[derive(Deserialize)]
struct LoggedDelivery {
    id: String,
}
