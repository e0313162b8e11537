//! A text as a row of words, with what each looks like: its stem's hash, whether it is written
//! like a name, in which sentence it stands. By the one analysis of [`crate::domain::text`].

use ahash::AHashMap;

use super::prints::mix;
use super::stop::Stops;
use super::{MAX_BODY_WORDS, hash};
use crate::domain::text::scan::{Buffers, Place, RunChar, Sink, TokenKind, scan};
use crate::domain::text::sentence::{Sentence, cut_sentences};
use crate::domain::text::snowball::Snowball;
use crate::domain::text::spelling::{self, Stem};

/// Most bytes of a body that are read: enough for [`MAX_BODY_WORDS`] words of any script.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// Most bytes of a title that are read.
const MAX_TITLE_BYTES: usize = 1024;

/// Words of the body whose fingerprints are taken: as many as count.
const MAX_PRINTED_WORDS: usize = MAX_BODY_WORDS;

/// Bytes of a word that a title in capitals would write with one: "of" and "in" stay small.
const LONG_WORD_BYTES: usize = 3;

/// A title with fewer such words may well be names only.
const FEW_WORDS: usize = 4;

/// One word.
pub(super) struct Word {
    /// Hash of its stem; `None` if it says nothing.
    pub term: Option<u32>,
    /// Hash of its folded form.
    pub plain: u32,
    pub is_name: bool,
    pub is_number: bool,
    /// Number of its sentence; the title is 0.
    pub sentence: u16,
    /// Byte range in [`Reading::text`].
    pub start: usize,
    pub end: usize,
}

/// A sentence read.
pub(super) struct Said {
    /// Of its words; the same wherever the sentence stands.
    pub hash: u32,
}

/// What was read so far.
pub(super) struct Reading {
    pub text: String,
    pub words: Vec<Word>,
    pub sentences: Vec<Said>,
    pub body_words: usize,
    stops: Stops,
    stem: Option<Snowball>,
    /// Terms of the words read so far, by their folded form: texts repeat their words.
    known: AHashMap<u32, Option<u32>>,
}

/// A token as scanned.
struct Raw {
    form: String,
    start: usize,
    end: usize,
    is_unsegmented: bool,
}

impl Reading {
    /// Reads words of the language with this code.
    pub fn new(language: &str) -> Self {
        // Of a text whose language nobody can tell, plurals at least are those of English.
        let stem = Snowball::from_name(language);
        Self {
            text: String::new(),
            words: Vec::new(),
            sentences: Vec::new(),
            body_words: 0,
            stops: Stops::of(language),
            stem,
            known: AHashMap::new(),
        }
    }

    /// Reads the title, which comes first.
    pub fn title(&mut self, title: &str) {
        let title = &title[..title.floor_char_boundary(MAX_TITLE_BYTES)];
        let tokens = tokens_of(title);
        let capitals = !self.is_title_case(title, &tokens);
        let offset = self.text.len();
        self.text.push_str(title);
        self.text.push('\n');
        let starts = sentence_starts(title);
        for token in tokens {
            let opens = opens(title, token.start) || starts.contains(&token.start);
            self.push(title, &token, offset, 0, capitals && !opens);
        }
        let hash = mix(self.words.iter().map(|word| word.plain));
        self.sentences.push(Said { hash: if self.words.is_empty() { 0 } else { hash } });
    }

    /// Reads the body.
    pub fn body(&mut self, body: &str) {
        let body = &body[..body.floor_char_boundary(MAX_BODY_BYTES)];
        let mut sentences: Vec<Sentence> = Vec::new();
        cut_sentences(body, &mut sentences);
        let offset = self.text.len();
        self.text.push_str(body);
        for sentence in sentences {
            if self.body_words >= MAX_PRINTED_WORDS {
                break;
            }
            let said = &body[sentence.start..sentence.end];
            let tokens = tokens_of(said);
            let number = u16::try_from(self.sentences.len()).unwrap_or(u16::MAX);
            let capitals = said.chars().any(char::is_lowercase);
            let first = self.words.len();
            for token in &tokens {
                let is_first = opens(said, token.start);
                let at = offset + sentence.start;
                self.push(said, token, at, number, capitals && !is_first);
            }
            self.body_words += tokens.len();
            let hash = mix(self.words[first..].iter().map(|word| word.plain));
            self.sentences.push(Said { hash });
        }
        let words = self.words.iter().map(|word| word.end).max().unwrap_or(0);
        self.text.truncate(words);
    }

    /// Whether the capitals of a title say nothing: every word that says something has one.
    fn is_title_case(&self, title: &str, tokens: &[Raw]) -> bool {
        let is_long = |token: &&Raw| {
            token.end - token.start >= LONG_WORD_BYTES
                && title[token.start..].starts_with(char::is_alphabetic)
                && !self.stops.has(&token.form)
        };
        let mut long = tokens.iter().filter(is_long);
        let all = long.clone().count();
        all >= FEW_WORDS && long.all(|token| title[token.start..].starts_with(char::is_uppercase))
            || !title.chars().any(char::is_lowercase)
    }

    fn push(&mut self, text: &str, token: &Raw, offset: usize, sentence: u16, capitals: bool) {
        let written = &text[token.start..token.end];
        let is_number = token.form.starts_with(|c: char| c.is_ascii_digit());
        let is_name = capitals && !is_number && written.starts_with(char::is_uppercase);
        let letters = token.form.chars().count();
        let short = letters < 2 && !is_number && !token.is_unsegmented;
        let plain = hash(&token.form);
        let term = match self.known.get(&plain) {
            Some(term) => *term,
            None => {
                let says = !short && !self.stops.has(&token.form);
                let term = says.then(|| hash(&self.stem_of(written, token)));
                self.known.insert(plain, term);
                term
            }
        };
        let stopped = term.is_none();
        self.words.push(Word {
            term,
            plain,
            is_name: is_name && !stopped && letters > 1,
            is_number: is_number && !stopped,
            sentence,
            start: offset + token.start,
            end: offset + token.end,
        });
    }

    fn stem_of(&self, written: &str, token: &Raw) -> String {
        if token.is_unsegmented {
            return token.form.clone();
        }
        match self.stem {
            Some(language) if language.reads(written) => {
                // In English the other one has the American spelling.
                let (key, other) = language.keys(written);
                if language.name() == "english" { other.unwrap_or(key) } else { key }
            }
            Some(_) => token.form.clone(),
            None => spelling::normal(&token.form, Stem::Plural),
        }
    }
}

/// The words of a text in order; numbers with their decimals in one piece.
fn tokens_of(text: &str) -> Vec<Raw> {
    let mut all = Collect(Vec::new());
    scan(text, &mut Buffers::default(), &mut all);
    let mut tokens: Vec<Raw> = Vec::with_capacity(all.0.len());
    for token in all.0 {
        let is_digits = |form: &str| form.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(last) = tokens.last_mut()
            && matches!(text.get(last.end..token.start), Some("." | ","))
            && is_digits(&token.form)
            && last.form.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            last.form.push('.');
            last.form.push_str(&token.form);
            last.end = token.end;
            continue;
        }
        tokens.push(token);
    }
    tokens
}

struct Collect(Vec<Raw>);

impl Sink for Collect {
    fn ascii(&mut self, lower: &[u8], start: usize, end: usize, _: u32) {
        let form = String::from_utf8_lossy(&lower[start..end]).into_owned();
        self.0.push(Raw { form, start, end, is_unsegmented: false });
    }

    fn word(&mut self, form: &str, kind: TokenKind, place: Place) {
        // The parts of a compound come one by one.
        if kind != TokenKind::Joined {
            let (start, end) = (place.start, place.end);
            self.0.push(Raw { form: form.to_owned(), start, end, is_unsegmented: false });
        }
    }

    /// Scripts without spaces: pairs of characters stand in for words.
    fn run(&mut self, form: &str, chars: &[RunChar], _: u32) {
        for (at, first) in chars.iter().enumerate() {
            let second = chars.get(at + 1);
            if second.is_none() && at > 0 {
                break;
            }
            let until = chars.get(at + 2).map_or(form.len(), |next| next.offset);
            self.0.push(Raw {
                form: form[first.offset..until].to_owned(),
                start: first.start,
                end: second.unwrap_or(first).end,
                is_unsegmented: true,
            });
        }
    }
}

/// Whether nothing but signs stands before `start`.
fn opens(text: &str, start: usize) -> bool {
    !text[..start].chars().any(char::is_alphanumeric)
}

/// Where sentences and parts after a colon start in a title.
fn sentence_starts(title: &str) -> Vec<usize> {
    let after = title.match_indices([':', '.', '!', '?', '|']).map(|(at, sign)| at + sign.len());
    let first_word = |at: usize| {
        let rest = &title[at..];
        rest.find(char::is_alphanumeric).map(|offset| at + offset)
    };
    after.filter(|at| title[*at..].starts_with(' ')).filter_map(first_word).collect()
}
