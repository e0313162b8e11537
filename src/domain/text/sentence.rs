//! Sentences and paragraphs of a text, by punctuation and what follows it. Asked for only where a
//! rule or the evidence needs them.

/// Bytes of a text that are asked together whether one of them may end a sentence.
const STRIDE_BYTES: usize = 16;

/// One sentence; its number is its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Byte range in the text, white space trimmed.
    pub start: usize,
    pub end: usize,
    /// Number of its paragraph, from 0.
    pub paragraph: u32,
}

/// The sentences of `text`, in order.
#[cfg(test)]
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    cut_sentences(text, &mut found);
    found
}

/// Makes `found` the sentences of `text`, in order.
pub fn cut_sentences(text: &str, found: &mut Vec<Sentence>) {
    found.clear();
    let mut paragraph = 0;
    let mut at = 0;
    for block in paragraphs(text) {
        let (offset, next) = (at, at + block.len());
        at = next;
        if block.trim().is_empty() {
            paragraph += 1;
            continue;
        }
        cut(block, offset, paragraph, found);
    }
}

/// The paragraphs of a text and the blank lines between them. A single line break is a space.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            let is_blank = line.trim().is_empty();
            if is_blank && end > 0 {
                break;
            }
            end += line.len();
            if is_blank {
                break;
            }
        }
        let (block, after) = rest.split_at(end);
        rest = after;
        (!block.is_empty()).then_some(block)
    })
}

/// Adds the sentences of one paragraph, which starts at byte `offset` of the text.
fn cut(block: &str, offset: usize, paragraph: u32, found: &mut Vec<Sentence>) {
    let mut start = 0;
    let (strides, rest) = block.as_bytes().as_chunks::<STRIDE_BYTES>();
    // Most stretches hold nothing that may end a sentence; asked of all bytes at once, which
    // compilers do well for so many, they cost next to nothing.
    let is_asked =
        |stride: &[u8; STRIDE_BYTES]| stride.iter().fold(false, |any, &byte| any | may_end(byte));
    let asked = strides.iter().enumerate().filter(|(_, stride)| is_asked(stride));
    let asked = asked.map(|(index, stride)| (index, &stride[..]));
    for (index, stride) in asked.chain([(strides.len(), rest)]) {
        for (place, &byte) in stride.iter().enumerate() {
            let at = index * STRIDE_BYTES + place;
            if !may_end(byte) || at < start {
                continue;
            }
            let c = block[at..].chars().next().unwrap_or_default();
            if is_end(block, at, c) {
                let end = past_closers(block, at + c.len_utf8());
                push(found, block, offset, start..end, paragraph);
                start = end;
            }
        }
    }
    push(found, block, offset, start..block.len(), paragraph);
}

/// Whether a byte may end a sentence, or begins a character that may.
fn may_end(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | 0xc2..)
}

/// The number of the sentence that holds byte `at` (white space after a sentence belongs to it).
pub fn index_at(sentences: &[Sentence], at: usize) -> usize {
    sentences.partition_point(|sentence| sentence.start <= at).saturating_sub(1)
}

fn push(
    found: &mut Vec<Sentence>,
    block: &str,
    offset: usize,
    range: std::ops::Range<usize>,
    paragraph: u32,
) {
    let Some(text) = block.get(range.clone()) else {
        return;
    };
    let trimmed = text.trim_start();
    let start = range.start + text.len() - trimmed.len();
    let end = start + trimmed.trim_end().len();
    if start < end {
        found.push(Sentence { start: offset + start, end: offset + end, paragraph });
    }
}

/// Whether the character at `at` ends a sentence.
fn is_end(text: &str, at: usize, c: char) -> bool {
    match c {
        '。' | '！' | '？' | '．' | '।' | '۔' | '؟' => true,
        '.' | '!' | '?' | '…' => {
            let after = &text[past_closers(text, at + c.len_utf8())..];
            if !after.starts_with(char::is_whitespace) {
                return false;
            }
            let next = next_word(after);
            let small = next.chars().next().is_some_and(char::is_lowercase);
            !small && (c != '.' || !is_abbreviation(&text[..at], next))
        }
        _ => false,
    }
}

/// Most bytes between the end of a sentence and the next word: beyond rows of signs no more is
/// asked.
const MAX_BETWEEN_BYTES: usize = 64;

/// The text from its first letter or digit on; empty where there is none nearby.
fn next_word(text: &str) -> &str {
    if let [b' ', first, ..] = text.as_bytes()
        && first.is_ascii_alphanumeric()
    {
        return &text[1..];
    }
    let near = text.trim_start().char_indices().take_while(|(at, _)| *at <= MAX_BETWEEN_BYTES);
    let start = near.into_iter().find(|(_, c)| c.is_alphanumeric());
    start.map_or("", |(at, _)| &text.trim_start()[at..])
}

/// Past quotation marks and brackets that close together with a sentence.
fn past_closers(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if matches!(rest.as_bytes(), [b' ' | b'\n' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', ..]) {
        return at;
    }
    let closers = |c: char| matches!(c, '"' | '\'' | '”' | '’' | ')' | ']' | '»' | '」' | '』');
    at + rest.len() - rest.trim_start_matches(closers).len()
}

/// Whether the full stop after `before` only shortens a word. After initials ("the U.S. The
/// minister") the next word decides.
fn is_abbreviation(before: &str, next: &str) -> bool {
    let near = before.as_bytes().last_chunk::<{ LONGEST_ABBREVIATION + 1 }>();
    if near.is_some_and(|near| near.iter().all(u8::is_ascii_alphanumeric)) {
        return false;
    }
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut letters = word.chars();
    let is_initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    if is_initial {
        let following = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        return !STARTERS.contains(&following);
    }
    word.len() <= LONGEST_ABBREVIATION && ABBREVIATIONS.contains(&word)
}

/// Bytes of the longest of these.
const LONGEST_ABBREVIATION: usize = 6;

#[rustfmt::skip]
const ABBREVIATIONS: &[&str] = &[
    "Adm", "Brig", "Capt", "Cmdr", "Col", "Dr", "Fr", "Gen", "Gov", "Hon", "Jr", "Lt", "Maj",
    "Mr", "Mrs", "Ms", "Mt", "No", "Nos", "Prof", "Rep", "Rev", "Sen", "Sgt", "St", "Sr",
    "vs", "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec", "approx", "ca", "cf", "e", "g",
];

#[rustfmt::skip]
const STARTERS: &[&str] = &[
    "A", "After", "All", "Also", "An", "And", "As", "At", "Before", "But", "By", "For", "From",
    "He", "Her", "His", "However", "I", "If", "In", "It", "Its", "Last", "Many", "Meanwhile",
    "More", "No", "Now", "On", "One", "Our", "She", "Since", "So", "Some", "Such", "That", "The",
    "Their", "Then", "There", "These", "They", "This", "Those", "To", "We", "What", "When",
    "While", "With", "You",
];
