//! Counts as bytes: all of them, and what was learnt since.

use jiff::Timestamp;

use super::boilerplate::{COUNTERS, FIRST_SENTENCES, LAST_SENTENCES, Source};
use super::{Counts, MAX_SOURCES, MAX_WORDS, key};
use crate::domain::story::features::Tongue;
use crate::domain::story::trace::TraceError;
use crate::domain::story::trace::bytes::{Reader, Writer};

/// First byte of all counts, and of each journal.
const VERSION: u8 = 1;

/// Most words of one entry.
const MAX_TERMS: usize = 2_048;

/// Appends one learnt entry.
pub(super) fn write(
    journal: &mut Vec<u8>,
    at: Timestamp,
    language: Tongue,
    source: u32,
    terms: &[u32],
    ends: &[u32],
) {
    let mut out = Writer(std::mem::take(journal));
    out.number(at.as_second().max(0).cast_unsigned());
    out.number(language.0.into());
    out.number(source.into());
    out.ascending(terms.iter().copied().take(MAX_TERMS));
    out.ascending(ends.iter().copied());
    *journal = out.0;
}

impl Counts {
    /// What was learnt since this was last asked, to be stored; `None` if nothing was.
    pub fn take_journal(&mut self) -> Option<Vec<u8>> {
        if self.journal.is_empty() {
            return None;
        }
        let mut bytes = vec![VERSION];
        bytes.append(&mut self.journal);
        Some(bytes)
    }

    /// Learns again what a journal says.
    pub fn replay(&mut self, journal: &[u8]) -> Result<(), TraceError> {
        let mut from = Reader::new(journal, VERSION)?;
        while !from.is_empty() {
            let at_s = i64::try_from(from.number()?).map_err(|_| TraceError::Damaged)?;
            let (language, source) = (Tongue(from.small()?), from.small()?);
            let terms = from.ascending(MAX_TERMS)?;
            let ends = from.ascending(FIRST_SENTENCES + LAST_SENTENCES)?;
            self.count(at_s, language, source, &terms, &ends);
        }
        Ok(())
    }

    /// All counts, without the journal.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(vec![VERSION]);
        out.number(self.halved_at_s.map_or(0, |at_s| at_s.max(0).cast_unsigned() + 1));
        let mut spoken: Vec<_> = self.spoken.iter().collect();
        spoken.sort_unstable_by_key(|(language, _)| **language);
        out.number(spoken.len() as u64);
        for (language, spoken) in &spoken {
            out.number((**language).into());
            out.number(spoken.entries.into());
        }
        let words = spoken.iter().flat_map(|(language, spoken)| {
            spoken.words.iter().map(|(hash, count)| (key(**language, *hash), *count))
        });
        let mut words: Vec<(u64, u32)> = words.collect();
        words.sort_unstable();
        out.number(words.len() as u64);
        let mut last = 0;
        for (key, count) in words {
            out.number(key - last);
            out.number(count.into());
            last = key;
        }
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(source, _)| **source);
        out.number(sources.len() as u64);
        for (source, said) in sources {
            out.number((*source).into());
            out.number(said.entries.into());
            out.number(said.sentences.len() as u64);
            for (sentence, count) in &said.sentences {
                out.number((*sentence).into());
                out.number((*count).into());
            }
        }
        out.0
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TraceError> {
        let mut from = Reader::new(bytes, VERSION)?;
        let mut counts = Self::default();
        let halved = i64::try_from(from.number()?).map_err(|_| TraceError::Damaged)?;
        counts.halved_at_s = (halved > 0).then(|| halved - 1);
        for _ in 0..bounded(from.number()?, u16::MAX.into())? {
            let (language, entries) = (from.small()?, from.small()?);
            counts.spoken.entry(language).or_default().entries = entries;
        }
        let words = bounded(from.number()?, 2 * MAX_WORDS)?;
        let mut key = 0u64;
        for _ in 0..words {
            key = key.checked_add(from.number()?).ok_or(TraceError::Damaged)?;
            let language = u16::try_from(key >> 32).map_err(|_| TraceError::Damaged)?;
            let spoken = counts.spoken.entry(language).or_default();
            let count = from.small()?;
            spoken.words.insert(key as u32, count);
        }
        counts.words = words;
        for _ in 0..bounded(from.number()?, MAX_SOURCES)? {
            let source = from.small()?;
            let mut said = Source { entries: from.small()?, sentences: Vec::new() };
            for _ in 0..bounded(from.number()?, COUNTERS)? {
                said.sentences.push((from.small()?, from.small()?));
            }
            counts.sources.insert(source, said);
        }
        Ok(counts)
    }
}

fn bounded(count: u64, max: usize) -> Result<usize, TraceError> {
    usize::try_from(count).ok().filter(|count| *count <= max).ok_or(TraceError::Damaged)
}
