//! The words of the stored entries, folded as the matcher folds them, with how many entries hold
//! each.

use crate::domain::text::fold::fold;

/// All words of the full-text index.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// By form.
    words: Vec<Known>,
    /// Entries stored.
    pub entries: u64,
    /// Whether these are all words; if not, nothing can be said of one that is missing.
    pub whole: bool,
}

#[derive(Debug, Clone)]
struct Known {
    form: String,
    /// As the index has it, where that is another text.
    indexed: Option<String>,
    entries: u64,
}

impl Vocabulary {
    /// `words`: each word of the index with its number of entries.
    pub fn new(words: impl IntoIterator<Item = (String, u64)>, entries: u64, whole: bool) -> Self {
        let read = |(word, entries): (String, u64)| {
            let form = fold(&word);
            let indexed = (form != word).then_some(word);
            Known { form, indexed, entries }
        };
        let mut words: Vec<Known> = words.into_iter().map(read).collect();
        words.sort_by(|a, b| a.form.cmp(&b.form));
        Self { words, entries, whole }
    }

    /// How many entries hold this form; a few may be counted twice where it has two writings.
    pub fn count(&self, form: &str) -> u64 {
        self.of(form).iter().map(|word| word.entries).fold(0, u64::saturating_add)
    }

    /// The words of the index that fold to this form.
    pub fn as_indexed(&self, form: &str) -> Vec<String> {
        let text = |word: &Known| word.indexed.clone().unwrap_or_else(|| word.form.clone());
        self.of(form).iter().map(text).collect()
    }

    fn of(&self, form: &str) -> &[Known] {
        let start = self.words.partition_point(|word| word.form.as_str() < form);
        let length = self.words[start..].partition_point(|word| word.form == form);
        &self.words[start..start + length]
    }

    /// Every form with its count that has these letters in front, behind or anywhere.
    pub fn matching<'v>(
        &'v self,
        letters: &'v str,
        open_start: bool,
        open_end: bool,
    ) -> Box<dyn Iterator<Item = (&'v str, u64)> + 'v> {
        let all = |words: &'v [Known]| words.iter().map(|word| (word.form.as_str(), word.entries));
        match (open_start, open_end) {
            (false, _) => {
                let start = self.words.partition_point(|word| word.form.as_str() < letters);
                let words = all(&self.words[start..]);
                Box::new(words.take_while(move |(form, _)| form.starts_with(letters)))
            }
            (true, false) => {
                Box::new(all(&self.words).filter(move |(form, _)| form.ends_with(letters)))
            }
            (true, true) => {
                Box::new(all(&self.words).filter(move |(form, _)| form.contains(letters)))
            }
        }
    }

    /// Every form with its count.
    pub fn forms(&self) -> impl Iterator<Item = (&str, u64)> {
        self.words.iter().map(|word| (word.form.as_str(), word.entries))
    }
}
