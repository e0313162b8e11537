//! Words of a config or urls line: in double quotes spaces belong to a word, and a backslash
//! makes a quote an ordinary character. Each character knows where it came from.

use std::ops::Range;

/// A word, unquoted, with the place of each of its bytes in the input.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub text: String,
    /// For each byte of `text` the place it came from; one more for its end.
    places: Vec<usize>,
}

impl Text {
    /// A text that stands in the input as it is.
    pub fn plain(text: &str, start: usize) -> Self {
        let places = (start..=start + text.len()).collect();
        Self { text: text.to_owned(), places }
    }

    /// The last `length` bytes.
    pub fn tail(&self, length: usize) -> Self {
        let from = self.text.len().saturating_sub(length);
        let text = self.text.get(from..).unwrap_or_default().to_owned();
        Self { text, places: self.places.get(from..).unwrap_or_default().to_vec() }
    }

    /// Where in the input a range of it stands.
    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| self.places.get(at).or(self.places.last()).copied().unwrap_or(0);
        let start = place(range.start);
        start..place(range.end).max(start)
    }

    fn push(&mut self, c: char, place: usize) {
        self.text.push(c);
        self.places.extend((0..c.len_utf8()).map(|byte| place + byte));
    }
}

/// The words of a line that stands at `start`; a word that begins with `#` begins a comment.
pub fn split(line: &str, start: usize) -> Vec<Text> {
    let mut words = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if c == '#' {
            break;
        }
        let mut word = Text::default();
        if c == '"' {
            let mut end = line.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        end = at;
                        break;
                    }
                    '\\' => {
                        if let Some((at, c)) = chars.next() {
                            word.push(meant(c), start + at);
                        }
                    }
                    c => word.push(c, start + at),
                }
            }
            word.places.push(start + end);
        } else {
            word.push(c, start + at);
            while let Some((at, c)) = chars.next_if(|(_, c)| !c.is_whitespace()) {
                word.push(c, start + at);
            }
            word.places.push(start + chars.peek().map_or(line.len(), |(at, _)| *at));
        }
        words.push(word);
    }
    words
}

/// What a backslash and a character stand for in quotes.
fn meant(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}
