//! The table that every token of a document is looked up in, once, whatever the number of topics.
//! A bit set turns nearly all tokens away; the others find their terms by a keyed hash. Wildcards
//! are kept by their first or last three bytes, scripts without spaces in an Aho-Corasick
//! automaton.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use super::TermId;
use super::stems::Stems;
use crate::domain::ids::Digest;
use crate::domain::text::case::TermCase;
use crate::domain::text::hash::{BLOCK_BYTES, Key, first_block};

/// What a token must fulfil beyond its form to be an occurrence of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Case(TermCase),
    /// It is this text, to the letter: index into the vocabulary's exact texts.
    Exact(u32),
}

/// The vocabulary while it is collected.
#[derive(Default)]
pub struct Entries {
    whole: HashMap<String, Vec<(TermId, Condition)>>,
    exact: Vec<Box<str>>,
    starts: Vec<Open>,
    ends: Vec<Open>,
    insides: Vec<Open>,
    runs: Vec<(String, TermId)>,
    pub stems: Stems,
}

impl Entries {
    pub fn whole(&mut self, form: String, term: TermId, condition: Condition) {
        self.whole.entry(form).or_default().push((term, condition));
    }

    pub fn exact(&mut self, form: String, text: String, term: TermId) {
        let condition = Condition::Exact(self.exact.len() as u32);
        self.exact.push(text.into());
        self.whole(form, term, condition);
    }

    pub fn start(&mut self, form: String, term: TermId, case: TermCase) {
        self.starts.push(Open { form: form.into(), term, case });
    }

    pub fn end(&mut self, form: String, term: TermId, case: TermCase) {
        self.ends.push(Open { form: form.into(), term, case });
    }

    pub fn inside(&mut self, form: String, term: TermId, case: TermCase) {
        self.insides.push(Open { form: form.into(), term, case });
    }

    pub fn run(&mut self, form: String, term: TermId) {
        self.runs.push((form, term));
    }
}

/// A wildcard term.
pub struct Open {
    form: Box<str>,
    pub term: TermId,
    pub case: TermCase,
}

/// A whole form: its text and where its terms stand.
#[derive(Clone, Copy)]
struct Form {
    /// The first bytes as a number; nearly all forms have no others.
    first: u128,
    /// Where the other bytes start in the vocabulary's texts.
    rest: u32,
    len: u32,
    terms: (u32, u32),
}

pub type FormId = u32;

/// The first bytes of a form as a number: zeros after its end.
fn first(form: &[u8]) -> u128 {
    let mut block = [0; BLOCK_BYTES];
    let len = form.len().min(BLOCK_BYTES);
    block[..len].copy_from_slice(&form[..len]);
    u128::from_le_bytes(block)
}

/// Bits of the filter per form: one look-up in sixteen is let through in vain at most.
const FILTER_BITS_PER_FORM: usize = 16;

const EMPTY: u64 = u64::MAX;

/// A slot: half of the hash above the index of the form.
fn slot(hash: u64, index: u32) -> u64 {
    hash & !u64::from(u32::MAX) | u64::from(index)
}

/// The vocabulary, ready for use.
pub struct Vocabulary {
    pub key: Key,
    /// Words of topics that are stemmed.
    pub stems: Stems,
    filter: Vec<u64>,
    filter_mask: u64,
    slots: Vec<u64>,
    slot_mask: u64,
    forms: Vec<Form>,
    texts: Vec<u8>,
    terms: Vec<(TermId, Condition)>,
    exact: Vec<Box<str>>,
    starts: OpenTable,
    ends: OpenTable,
    insides: Option<(AhoCorasick, Vec<Open>)>,
    runs: Option<(AhoCorasick, Vec<TermId>)>,
}

impl Vocabulary {
    /// Knows no term.
    pub fn empty() -> Self {
        Self::without_automata(&Entries::default(), Digest([0; 16]))
    }

    /// Fails only where an automaton would be larger than its library can address.
    pub fn new(entries: Entries, seed: Digest) -> Result<Self, aho_corasick::BuildError> {
        let mut vocabulary = Self::without_automata(&entries, seed);
        vocabulary.exact = entries.exact;
        vocabulary.stems = entries.stems;
        vocabulary.stems.name(seed);
        vocabulary.starts = OpenTable::new(entries.starts, |form| form.get(..3));
        vocabulary.ends =
            OpenTable::new(entries.ends, |form| form.get(form.len().wrapping_sub(3)..));
        // In a fixed order: the same rules make the same table.
        let mut whole: Vec<_> = entries.whole.into_iter().collect();
        whole.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (form, terms) in whole {
            vocabulary.insert(form.as_bytes(), &terms);
        }
        if !entries.insides.is_empty() {
            let forms = entries.insides.iter().map(|open| open.form.as_bytes());
            vocabulary.insides = Some((AhoCorasick::new(forms)?, entries.insides));
        }
        if !entries.runs.is_empty() {
            let automaton = AhoCorasick::new(entries.runs.iter().map(|(form, _)| form))?;
            let terms = entries.runs.iter().map(|&(_, term)| term).collect();
            vocabulary.runs = Some((automaton, terms));
        }
        Ok(vocabulary)
    }

    fn without_automata(entries: &Entries, seed: Digest) -> Self {
        let slot_count = (entries.whole.len() * 2).next_power_of_two().max(16);
        let filter_words = (entries.whole.len() * FILTER_BITS_PER_FORM / 64).next_power_of_two();
        Self {
            key: Key::new(seed),
            stems: Stems::default(),
            filter: vec![0; filter_words],
            filter_mask: (filter_words * 64 - 1) as u64,
            slots: vec![EMPTY; slot_count],
            slot_mask: (slot_count - 1) as u64,
            forms: Vec::with_capacity(entries.whole.len()),
            texts: Vec::new(),
            terms: Vec::new(),
            exact: Vec::new(),
            starts: OpenTable::new(Vec::new(), |_| None),
            ends: OpenTable::new(Vec::new(), |_| None),
            insides: None,
            runs: None,
        }
    }

    fn insert(&mut self, form: &[u8], terms: &[(TermId, Condition)]) {
        let hash = self.key.hash(form);
        let index = self.forms.len() as u32;
        let terms_start = self.terms.len() as u32;
        self.terms.extend_from_slice(terms);
        self.forms.push(Form {
            first: first(form),
            rest: self.texts.len() as u32,
            len: form.len() as u32,
            terms: (terms_start, self.terms.len() as u32),
        });
        self.texts.extend(form.get(BLOCK_BYTES..).unwrap_or_default());
        let bit = (hash >> 32) & self.filter_mask;
        self.filter[(bit / 64) as usize] |= 1 << (bit % 64);
        let mut at = hash & self.slot_mask;
        while self.slots[at as usize] != EMPTY {
            at = (at + 1) & self.slot_mask;
        }
        self.slots[at as usize] = slot(hash, index);
    }

    /// Whether a form with this hash may be known.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> bool {
        let bit = (hash >> 32) & self.filter_mask;
        self.filter[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }

    /// The terms of a whole form.
    pub fn whole(&self, hash: u64, form: &[u8]) -> &[(TermId, Condition)] {
        self.terms(self.find(hash, first(form), form))
    }

    /// The stretch of terms of a form, given its first bytes.
    fn find(&self, hash: u64, first: u128, form: &[u8]) -> (u32, u32) {
        let mut at = hash & self.slot_mask;
        loop {
            let found = self.slots[at as usize];
            if found == EMPTY {
                return (0, 0);
            }
            let index = found as FormId;
            if found == slot(hash, index) && self.is_form(index, first, form) {
                return self.forms[index as usize].terms;
            }
            at = (at + 1) & self.slot_mask;
        }
    }

    /// First step of looking a word up on its own: the form with nearly this hash.
    #[inline]
    pub fn form_of(&self, hash: u64) -> Option<FormId> {
        let mut at = hash & self.slot_mask;
        loop {
            let found = self.slots[at as usize];
            let index = found as FormId;
            if found == EMPTY {
                return None;
            }
            if found == slot(hash, index) {
                return Some(index);
            }
            at = (at + 1) & self.slot_mask;
        }
    }

    /// Second step: the terms of `lower[start..end]`, which is that form unless hashes collide.
    #[inline]
    pub fn terms_of(
        &self,
        form: FormId,
        hash: u64,
        lower: &[u8],
        start: usize,
        end: usize,
    ) -> (u32, u32) {
        let (first, text) = (first_block(lower, start, end), &lower[start..end]);
        if self.is_form(form, first, text) {
            self.forms[form as usize].terms
        } else {
            self.find(hash, first, text)
        }
    }

    /// A stretch of terms.
    #[inline]
    pub fn terms(&self, (start, end): (u32, u32)) -> &[(TermId, Condition)] {
        &self.terms[start as usize..end as usize]
    }

    /// Whether the form of this index is this text, given its first bytes.
    #[inline]
    fn is_form(&self, index: FormId, first: u128, text: &[u8]) -> bool {
        let known = &self.forms[index as usize];
        known.len as usize == text.len()
            && known.first == first
            && (text.len() <= BLOCK_BYTES
                || self.texts[known.rest as usize..].starts_with(&text[BLOCK_BYTES..]))
    }

    /// The text that [`Condition::Exact`] asks for.
    pub fn exact_text(&self, index: u32) -> &str {
        self.exact.get(index as usize).map_or("", |text| text)
    }

    /// Whether there are wildcards at all.
    #[inline]
    pub fn has_open(&self) -> bool {
        !self.starts.is_empty() || !self.ends.is_empty() || self.insides.is_some()
    }

    /// Whether some wildcard term may answer `form`.
    #[inline]
    pub fn may_open(&self, form: &[u8]) -> bool {
        let (Some(first), Some(last)) = (form.first_chunk(), form.last_chunk()) else {
            return false;
        };
        self.insides.is_some() || self.starts.may_hold(*first) || self.ends.may_hold(*last)
    }

    /// Calls `found` with every wildcard term that `form` answers.
    pub fn open(&self, form: &[u8], mut found: impl FnMut(TermId, TermCase)) {
        if let Some(first) = form.get(..3) {
            for open in self.starts.with(first) {
                if form.starts_with(open.form.as_bytes()) {
                    found(open.term, open.case);
                }
            }
            for open in self.ends.with(&form[form.len() - 3..]) {
                if form.ends_with(open.form.as_bytes()) {
                    found(open.term, open.case);
                }
            }
        }
        if let Some((automaton, opens)) = &self.insides {
            let mut last = None;
            for hit in automaton.find_overlapping_iter(form) {
                let index = hit.pattern().as_usize();
                if last != Some(index) {
                    found(opens[index].term, opens[index].case);
                }
                last = Some(index);
            }
        }
    }

    /// Calls `found` with every term in a run of unsegmented script and its byte range there.
    pub fn run(&self, form: &str, mut found: impl FnMut(TermId, std::ops::Range<usize>)) {
        if let Some((automaton, terms)) = &self.runs {
            for hit in automaton.find_overlapping_iter(form) {
                found(terms[hit.pattern().as_usize()], hit.range());
            }
        }
    }
}

/// Wildcard terms by three of their bytes.
struct OpenTable {
    /// One bit for each hash of three bytes that is present.
    filter: Vec<u64>,
    by_bytes: HashMap<[u8; 3], Vec<Open>, ahash::RandomState>,
}

const OPEN_FILTER_BITS: u32 = 12;

impl OpenTable {
    fn new(opens: Vec<Open>, bytes: impl Fn(&[u8]) -> Option<&[u8]>) -> Self {
        let mut table = Self {
            filter: vec![0; 1 << (OPEN_FILTER_BITS - 6)],
            by_bytes: HashMap::with_hasher(ahash::RandomState::with_seed(opens.len())),
        };
        for open in opens {
            let three = bytes(open.form.as_bytes()).and_then(|three| three.try_into().ok());
            // Checked before: a shorter wildcard is an error of the rule.
            if let Some(three) = three {
                let bit = Self::bit(three);
                table.filter[bit / 64] |= 1 << (bit % 64);
                table.by_bytes.entry(three).or_default().push(open);
            }
        }
        table
    }

    fn is_empty(&self) -> bool {
        self.by_bytes.is_empty()
    }

    #[inline]
    fn bit(three: [u8; 3]) -> usize {
        let number = u32::from_le_bytes([three[0], three[1], three[2], 0]);
        (number.wrapping_mul(0x9e37_79b1) >> (32 - OPEN_FILTER_BITS)) as usize
    }

    #[inline]
    fn may_hold(&self, three: [u8; 3]) -> bool {
        let bit = Self::bit(three);
        self.filter[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn with(&self, three: &[u8]) -> &[Open] {
        let Ok(three) = <[u8; 3]>::try_from(three) else {
            return &[];
        };
        if !self.may_hold(three) {
            return &[];
        }
        self.by_bytes.get(&three).map_or(&[], Vec::as_slice)
    }
}
