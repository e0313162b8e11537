//! What a source says in every entry ("Sign up for our newsletter"): the sentences at the ends of
//! its texts, counted with few counters (Misra and Gries 1982), which find whatever is frequent.

/// Sentences at the beginning and at the end of a body that are counted: boilerplate frames a text.
pub(super) const FIRST_SENTENCES: usize = 2;
pub(super) const LAST_SENTENCES: usize = 3;

/// Counters of one source: of five sentences an entry, one in a fifth of the entries is found with
/// 25.
pub(super) const COUNTERS: usize = 32;

/// Entries after which a source's counts are halved: what it says in every entry changes.
const HALVED_AFTER: u16 = 100;

/// Fewest entries with a sentence that make it boilerplate.
const FEWEST: u16 = 4;

/// In more than one of this many entries, a sentence is boilerplate.
const ONE_IN: u16 = 5;

/// A source's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Source {
    pub entries: u16,
    /// Sentences and in how many entries they were, in the order they were first seen.
    pub sentences: Vec<(u32, u16)>,
}

impl Source {
    pub fn repeats(&self, sentence: u32) -> bool {
        let known = self.sentences.iter().find(|(hash, _)| *hash == sentence);
        known.is_some_and(|(_, count)| *count >= FEWEST && count * ONE_IN > self.entries)
    }

    pub fn learn(&mut self, ends: &[u32]) {
        self.entries += 1;
        for &sentence in ends {
            if let Some((_, count)) = self.sentences.iter_mut().find(|(hash, _)| *hash == sentence)
            {
                *count += 1;
            } else if self.sentences.len() < COUNTERS {
                self.sentences.push((sentence, 1));
            } else {
                self.sentences.iter_mut().for_each(|(_, count)| *count -= 1);
                self.sentences.retain(|(_, count)| *count > 0);
            }
        }
        if self.entries >= HALVED_AFTER {
            self.entries /= 2;
            self.sentences.iter_mut().for_each(|(_, count)| *count /= 2);
            self.sentences.retain(|(_, count)| *count > 0);
        }
    }
}

/// The sentences of a body that are counted, each once.
pub(super) fn ends(sentences: &[u32]) -> Vec<u32> {
    let last = sentences.len().saturating_sub(LAST_SENTENCES).max(FIRST_SENTENCES);
    let first = sentences.iter().take(FIRST_SENTENCES);
    let mut ends: Vec<u32> = first.chain(sentences.iter().skip(last)).copied().collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}
