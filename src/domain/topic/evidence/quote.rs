//! Quotes from one document: the text of a field is copied once, and what lies before a place is
//! counted in code points without reading the text from its start each time.

use std::ops::Range;
use std::sync::Arc;

use super::super::matcher::occurrence::Occurrence;
use super::super::matcher::reading::field_text;
use super::super::matcher::score::is_in_lead;
use super::{CONTEXT_CHARS, Excerpt, Span};
use crate::domain::document::{Document, Field};

/// Bytes of text between two places whose code points are counted in advance.
const STRIDE_BYTES: usize = 64;

/// The fields of one document that were quoted from.
#[derive(Debug, Default)]
pub struct Quotes {
    fields: [Option<Quoted>; Field::ALL.len()],
}

/// The text of one field, to share.
#[derive(Debug)]
pub struct Quoted {
    pub text: Arc<str>,
    /// Code points before each stride and before the rest; empty where each byte is one.
    strides: Vec<u32>,
}

impl Quotes {
    /// Forgets the document.
    pub fn clear(&mut self) {
        self.fields = Default::default();
    }

    /// The text of a field, copied when it is first asked for.
    pub fn field(&mut self, document: &Document, field: Field) -> &Quoted {
        self.fields[field as usize].get_or_insert_with(|| Quoted::of(field_text(document, field)))
    }

    /// The place of a piece, with its text and what stands around it.
    pub fn span(&mut self, document: &Document, piece: &Occurrence) -> Span {
        self.field(document, piece.field).span(piece)
    }
}

impl Quoted {
    fn of(text: &str) -> Self {
        let mut strides = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            let (whole, _) = text.as_bytes().as_chunks::<STRIDE_BYTES>();
            strides.reserve_exact(whole.len() + 1);
            for stride in whole {
                strides.push(before);
                before += u32::from(stride.iter().map(|&byte| u8::from(begins(byte))).sum::<u8>());
            }
            strides.push(before);
        }
        Self { text: text.into(), strides }
    }

    fn span(&self, piece: &Occurrence) -> Span {
        let (start, end) = (piece.from as usize, piece.to as usize);
        let (from, to) = (self.before(start), self.after(end));
        let first = self.chars_before(start);
        let last =
            first + if self.strides.is_empty() { end - start } else { self.count(start..end) };
        let excerpt = |range| Excerpt::of(&self.text, range);
        Span {
            field: piece.field,
            in_lead: is_in_lead(piece.field, piece.start),
            start,
            end,
            chars: (first, last),
            quote: excerpt(start..end),
            before: excerpt(from..start),
            after: excerpt(end..to),
        }
    }

    /// Code points before byte `at`.
    fn chars_before(&self, at: usize) -> usize {
        match self.strides.get(at / STRIDE_BYTES) {
            Some(&before) => before as usize + self.count(at / STRIDE_BYTES * STRIDE_BYTES..at),
            None => at,
        }
    }

    /// Code points that begin in a byte range.
    fn count(&self, range: Range<usize>) -> usize {
        let bytes = self.text.as_bytes().get(range).unwrap_or_default();
        bytes.iter().filter(|&&byte| begins(byte)).count()
    }

    /// Where the context before byte `at` begins.
    fn before(&self, at: usize) -> usize {
        let text = &self.text[..at];
        match text.as_bytes().last_chunk::<CONTEXT_CHARS>() {
            Some(near) if near.is_ascii() => at - CONTEXT_CHARS,
            _ => text.char_indices().rev().nth(CONTEXT_CHARS - 1).map_or(0, |(at, _)| at),
        }
    }

    /// Where the context after byte `at` ends.
    fn after(&self, at: usize) -> usize {
        let text = &self.text[at..];
        match text.as_bytes().first_chunk::<CONTEXT_CHARS>() {
            Some(near) if near.is_ascii() => at + CONTEXT_CHARS,
            _ => text
                .char_indices()
                .nth(CONTEXT_CHARS)
                .map_or(self.text.len(), |(after, _)| at + after),
        }
    }
}

/// Whether a code point begins with this byte.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

#[cfg(test)]
mod tests;
