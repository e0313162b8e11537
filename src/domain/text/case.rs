//! Capitals: what the capitals of a term ask, and whether a word of a text answers.

/// Capitals of one word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capitals {
    /// The first letter is a capital.
    pub initial: bool,
    /// Some letter is a capital.
    pub any: bool,
    /// Some letter is a capital and none is small.
    pub all: bool,
    /// The first letter is a capital and no other is.
    pub title: bool,
}

impl Capitals {
    /// The capitals of `word`.
    pub fn of(word: &str) -> Self {
        let (mut upper, mut lower, mut initial, mut letters) = (0u32, 0u32, false, 0u32);
        for c in word.chars() {
            let is_upper = c.is_uppercase();
            if is_upper {
                upper += 1;
                initial |= letters == 0;
            } else if c.is_lowercase() {
                lower += 1;
            }
            letters += u32::from(c.is_alphabetic());
        }
        Self { initial, any: upper > 0, all: upper > 0 && lower == 0, title: initial && upper == 1 }
    }
}

/// What a term's own capitals make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TermCase {
    /// No capital: a common word, whatever the capitals of the text.
    Common,
    /// `Hamas`: a name; the text needs a capital first.
    Name,
    /// `iPhone`: the text needs some capital.
    Mixed,
    /// Four capitals or more: all capitals or Titlecase, never small.
    Acronym,
    /// Up to three capitals: all capitals only.
    Short,
    /// As `Short`, and an English word too (US, IT, WHO): not counted where everything is capitals.
    ShortWord,
}

/// Fewest capitals of an acronym that also matches in Titlecase ("Nato", "Unesco").
const ACRONYM_CAPITALS: usize = 4;

impl TermCase {
    /// The case of a term's word.
    pub fn of(word: &str) -> Self {
        let capitals = Capitals::of(word);
        if !capitals.any {
            Self::Common
        } else if capitals.all {
            let count = word.chars().filter(|c| c.is_uppercase()).count();
            let lower = word.replace('.', "").to_lowercase();
            if count >= ACRONYM_CAPITALS {
                Self::Acronym
            } else if SHORT_WORDS.binary_search(&lower.as_str()).is_ok() {
                Self::ShortWord
            } else {
                Self::Short
            }
        } else if capitals.initial {
            Self::Name
        } else {
            Self::Mixed
        }
    }

    /// Whether a word with these capitals answers; [`is_shouted`] is the caller's to ask.
    #[inline]
    pub fn allows(self, text: Capitals) -> bool {
        match self {
            Self::Common => true,
            Self::Name => text.initial,
            Self::Mixed => text.any,
            Self::Acronym => text.all || text.title,
            Self::Short | Self::ShortWord => text.all,
        }
    }
}

/// Most bytes looked at on each side of a word to learn whether everything is in capitals.
const SHOUT_BYTES: usize = 300;

/// Whether `text[start..end]` stands in a sentence of capitals only (and is not alone in it).
pub fn is_shouted(text: &str, start: usize, end: usize) -> bool {
    let mut others = false;
    let mut calm = |c: char| {
        others |= c.is_uppercase();
        c.is_lowercase()
    };
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n' | '…');
    for c in text[..start].chars().rev().scan(0, within).take_while(|&c| !ends(c)) {
        if calm(c) {
            return false;
        }
    }
    for c in text[end..].chars().scan(0, within).take_while(|&c| !ends(c)) {
        if calm(c) {
            return false;
        }
    }
    others
}

fn within(seen: &mut usize, c: char) -> Option<char> {
    *seen += c.len_utf8();
    (*seen <= SHOUT_BYTES).then_some(c)
}

/// Whether `text` is `term` with nothing folded: the term's capitals bind, its small letters
/// take either case.
pub fn is_exactly(term: &str, text: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let (term, text) = (term.trim_end_matches('.'), text.trim_end_matches('.'));
    let mut letters = text.nfc();
    term.nfc().all(|wanted| {
        letters.next().is_some_and(|found| {
            found == wanted
                || (!wanted.is_uppercase() && found.to_lowercase().eq(wanted.to_lowercase()))
        })
    }) && letters.next().is_none()
}

/// English words of up to three letters that headlines in capitals are full of. Sorted.
#[rustfmt::skip]
const SHORT_WORDS: &[&str] = &[
    "a", "act", "add", "ads", "age", "ago", "aid", "aim", "air", "all", "am", "an", "and", "any",
    "are", "arm", "art", "as", "ask", "at", "ate", "bad", "bag", "ban", "bar", "bat", "be", "bed",
    "bid", "big", "bin", "bit", "box", "boy", "bus", "but", "buy", "by", "cab", "can", "cap",
    "car", "cat", "cup", "cut", "dad", "dam", "day", "den", "did", "die", "dig", "do", "dog",
    "dry", "due", "ear", "eat", "egg", "end", "era", "eye", "fan", "far", "fat", "fed", "fee",
    "few", "fit", "fix", "fly", "for", "fun", "gap", "gas", "get", "go", "god", "got", "gun",
    "guy", "had", "has", "hat", "he", "her", "hey", "hi", "him", "his", "hit", "hot", "how", "i",
    "ice", "if", "ill", "in", "is", "it", "its", "jam", "job", "joy", "key", "kid", "law", "lay",
    "led", "leg", "let", "lie", "lot", "low", "mad", "man", "map", "may", "me", "men", "met",
    "mix", "mom", "mum", "my", "net", "new", "no", "nor", "not", "now", "nut", "odd", "of", "off",
    "oh", "oil", "ok", "old", "on", "one", "or", "our", "out", "own", "pan", "pay", "per", "pet",
    "pit", "pop", "pot", "put", "ran", "raw", "red", "rid", "row", "run", "sad", "sat", "saw",
    "say", "sea", "see", "set", "sex", "she", "sit", "six", "sky", "so", "son", "sue", "sun",
    "tap", "tax", "tea", "ten", "the", "tie", "tip", "to", "toe", "too", "top", "toy", "try",
    "two", "up", "us", "use", "van", "war", "was", "way", "we", "wet", "who", "why", "win", "won",
    "yes", "yet", "you",
];
