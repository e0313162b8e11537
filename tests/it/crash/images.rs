//! What a disk may hold after a power cut, made of a tape ([`super::disk`]): what was synced is
//! there; of what was written since, anything may be missing, in any order, and a write may be torn
//! between two sectors.

use std::collections::BTreeMap;
use std::path::Path;

use super::disk::{Recorded, Step};

/// What a disk writes at once or not at all, in bytes.
const SECTOR: usize = 512;

/// Files that SQLite makes beside a database.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// Draws without a source of chance: the same seed gives the same images.
pub struct Lots(u64);

impl Lots {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

/// What becomes of the writes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// None of them came to the disk.
    Lost,
    /// All of them did, the last one in part.
    TornEnd,
    /// Each sector did, or not.
    Scattered,
}

impl Fate {
    pub const ALL: [Self; 3] = [Self::Lost, Self::TornEnd, Self::Scattered];
}

/// One file: what would outlast a power cut now, and what may.
#[derive(Default)]
struct Platter<'a> {
    /// `None` where the file is not there.
    lasting: Option<Vec<u8>>,
    unsynced: Vec<&'a Step>,
}

/// Replays a tape step by step.
pub struct Disk<'a> {
    tape: &'a Recorded,
    platters: BTreeMap<usize, Platter<'a>>,
    at: usize,
    /// What was acknowledged so far.
    pub acknowledged: Vec<usize>,
}

impl<'a> Disk<'a> {
    /// A disk on which these files are, and lasting.
    pub fn new(tape: &'a Recorded, files: &[(&str, Vec<u8>)]) -> Self {
        let mut platters: BTreeMap<usize, Platter<'a>> = BTreeMap::new();
        for (name, bytes) in files {
            if let Some(file) = tape.files.iter().position(|known| known == name) {
                platters.entry(file).or_default().lasting = Some(bytes.clone());
            }
        }
        Self { tape, platters, at: 0, acknowledged: Vec::new() }
    }

    /// Goes on to just before step `end`.
    pub fn go_to(&mut self, end: usize) {
        for step in &self.tape.steps[self.at..end] {
            match step {
                Step::Write { file, .. }
                | Step::Truncate { file, .. }
                | Step::Remove { file, lasting: false } => {
                    self.platters.entry(*file).or_default().unsynced.push(step);
                }
                Step::Sync { file } => {
                    let platter = self.platters.entry(*file).or_default();
                    let is_log = LOGS.iter().any(|end| self.tape.files[*file].ends_with(end));
                    let is_new = is_log && platter.lasting.is_none();
                    for step in std::mem::take(&mut platter.unsynced) {
                        apply(step, &mut platter.lasting);
                    }
                    if is_new {
                        self.sync_names();
                    }
                }
                Step::Remove { file, lasting: true } => {
                    *self.platters.entry(*file).or_default() = Platter::default();
                }
                Step::Acknowledged(what) => self.acknowledged.push(*what),
            }
        }
        self.at = end;
    }

    /// With a new log SQLite syncs the directory it is in, and what was removed from it before is gone
    /// for good.
    fn sync_names(&mut self) {
        for platter in self.platters.values_mut() {
            let is_removal = |step: &&Step| matches!(step, Step::Remove { .. });
            if let Some(last) = platter.unsynced.iter().rposition(is_removal) {
                platter.unsynced.drain(..=last);
                platter.lasting = None;
            }
        }
    }

    /// Writes into `dir` what the power cut leaves.
    pub fn cut(&self, dir: &Path, fate: Fate, lots: &mut Lots) {
        for (file, platter) in &self.platters {
            let mut left = platter.lasting.clone();
            let last = platter.unsynced.len().saturating_sub(1);
            for (n, step) in platter.unsynced.iter().enumerate() {
                match fate {
                    Fate::Lost => {}
                    Fate::TornEnd if n < last => apply(step, &mut left),
                    Fate::TornEnd => apply_torn(step, &mut left, |at, all| at * 2 < all),
                    Fate::Scattered => apply_torn(step, &mut left, |_, _| lots.below(2) == 0),
                }
            }
            if let Some(bytes) = left {
                std::fs::write(dir.join(&self.tape.files[*file]), bytes).unwrap();
            }
        }
    }
}

fn apply(step: &Step, to: &mut Option<Vec<u8>>) {
    apply_torn(step, to, |_, _| true);
}

/// Applies the sectors of a write that are kept; other steps as a whole or not at all. `keep` is asked
/// for each with its place among how many.
fn apply_torn(step: &Step, to: &mut Option<Vec<u8>>, mut keep: impl FnMut(usize, usize) -> bool) {
    match step {
        Step::Write { at, bytes, .. } => {
            let sectors = sectors(*at as usize, bytes.len());
            let all = sectors.len();
            for (n, (from, end)) in sectors.into_iter().enumerate() {
                if keep(n, all) {
                    put(to.get_or_insert_default(), *at as usize + from, &bytes[from..end]);
                }
            }
        }
        Step::Truncate { len, .. } if keep(0, 1) => {
            to.get_or_insert_default().resize(*len as usize, 0);
        }
        Step::Remove { .. } if keep(0, 1) => *to = None,
        _ => {}
    }
}

/// The parts of a write that lie in one sector each, seen from its start.
fn sectors(at: usize, len: usize) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut from = 0;
    while from < len {
        let end = ((at + from) / SECTOR + 1) * SECTOR - at;
        parts.push((from, end.min(len)));
        from = end;
    }
    parts
}

/// Overwrites; what lies between the end of the file and `at` are zeros.
fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
