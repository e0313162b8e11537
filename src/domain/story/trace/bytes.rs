//! Traces, vectors and centroids as bytes: numbers in LEB128, ascending ones as differences.

use std::num::NonZeroU64;

use super::{MAX_PRINTS, MAX_TITLE_WORDS, Prints, Title, Trace, TraceError};
use crate::domain::ids::Digest;
use crate::domain::story::features::{MAX_FACTS, Tongue, Wording};
use crate::domain::story::vector::{MAX_TERMS, Vector, Weighted};

/// First byte of every trace; those of the first version say nothing of the wording.
const VERSION: u8 = 2;
const WITHOUT_WORDING: u8 = 1;

/// First byte of every vector that stands by itself.
const VECTOR_VERSION: u8 = 1;

impl Trace {
    /// The trace as the store keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(vec![VERSION]);
        match self.link {
            Some(link) => {
                out.0.push(1);
                out.0.extend(link.0);
            }
            None => out.0.push(0),
        }
        out.number(self.source.into());
        out.number(self.language.0.into());
        out.number(self.body_words.into());
        out.number(self.title_hash.into());
        out.ascending(self.title.words.iter().copied());
        out.number(self.title.names.into());
        self.vector.write(&mut out);
        out.ascending(self.prints.kept.iter().copied());
        out.number(self.prints.all.into());
        out.ascending(self.facts.iter().copied());
        out.number(self.wording.map_or(0, |Wording(hash)| hash.get()));
        out.0
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TraceError> {
        let version =
            if bytes.first() == Some(&WITHOUT_WORDING) { WITHOUT_WORDING } else { VERSION };
        let mut from = Reader::new(bytes, version)?;
        let link = match from.byte()? {
            0 => None,
            _ => Some(Digest(from.array()?)),
        };
        let trace = Self {
            link,
            source: from.small()?,
            language: Tongue(from.small()?),
            body_words: from.small()?,
            title_hash: from.small()?,
            title: Title { words: from.ascending(MAX_TITLE_WORDS)?, names: from.small()? },
            vector: Vector::read(&mut from)?,
            prints: Prints { kept: from.ascending(MAX_PRINTS)?, all: from.small()? },
            facts: from.ascending(MAX_FACTS)?,
            wording: None,
        };
        let wording = if version == VERSION { from.number()? } else { 0 };
        Ok(Self { wording: NonZeroU64::new(wording).map(Wording), ..trace })
    }
}

impl Vector {
    /// The vector as the store keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(vec![VECTOR_VERSION]);
        self.write(&mut out);
        out.0
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TraceError> {
        Self::read(&mut Reader::new(bytes, VECTOR_VERSION)?)
    }

    fn write(&self, out: &mut Writer) {
        out.ascending(self.terms().iter().map(|term| term.hash));
        self.terms().iter().for_each(|term| out.number(term.weight.into()));
    }

    fn read(from: &mut Reader) -> Result<Self, TraceError> {
        let hashes = from.ascending(MAX_TERMS)?;
        let weigh = |hash| Ok(Weighted { hash, weight: from.small()? });
        let terms = hashes.into_iter().map(weigh).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::from_terms(terms))
    }
}

/// Appends numbers to bytes.
pub(in crate::domain::story) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Ascending numbers, preceded by their count.
    pub fn ascending(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.number(numbers.len() as u64);
        let mut last = 0;
        for number in numbers {
            self.number(u64::from(number.wrapping_sub(last)));
            last = number;
        }
    }
}

/// Takes numbers off bytes.
pub(in crate::domain::story) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], version: u8) -> Result<Self, TraceError> {
        match bytes.split_first() {
            Some((first, rest)) if *first == version => Ok(Self(rest)),
            Some((first, _)) => Err(TraceError::Version(*first)),
            None => Err(TraceError::Damaged),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, TraceError> {
        let (first, rest) = self.0.split_first().ok_or(TraceError::Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], TraceError> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(TraceError::Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn number(&mut self) -> Result<u64, TraceError> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(TraceError::Damaged)
    }

    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, TraceError> {
        T::try_from(self.number()?).map_err(|_| TraceError::Damaged)
    }

    /// Numbers that only grow, at most `max` of them.
    pub fn ascending(&mut self, max: usize) -> Result<Box<[u32]>, TraceError> {
        let count: usize = self.small()?;
        if count > max {
            return Err(TraceError::Damaged);
        }
        let mut last = 0u32;
        let next = |_| {
            last = last.checked_add(self.small()?).ok_or(TraceError::Damaged)?;
            Ok(last)
        };
        (0..count).map(next).collect()
    }
}
