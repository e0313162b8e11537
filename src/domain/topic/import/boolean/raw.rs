//! Cuts an input into queries and those into words, quotes and parentheses. What the words mean
//! is the dialect's business.

use std::ops::Range;

use super::super::draft::shortened;
use super::super::ledger::Ledger;

/// Queries have blank lines between them, outside of parentheses. A line that begins with `#` is
/// a comment; one before a query is the query's name.
pub struct Query<'s> {
    pub name: Option<String>,
    pub words: Vec<Raw<'s>>,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawKind {
    Open,
    Close,
    Word,
    /// The text is what stands between the quotes.
    Quoted,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Raw<'s> {
    pub kind: RawKind,
    pub text: &'s str,
    pub span: Range<usize>,
}

impl Raw<'_> {
    /// Whether it is this word, in whatever case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == RawKind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

/// All queries, each with its words.
pub fn queries<'s>(ledger: &mut Ledger<'s>) -> Vec<Query<'s>> {
    let mut queries = Vec::new();
    let mut reader = Reader { source: ledger.source(), at: 0, open: 0 };
    while let Some(query) = reader.query(ledger) {
        queries.push(query);
    }
    queries
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    /// Parentheses open here.
    open: usize,
}

impl<'s> Reader<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn query(&mut self, ledger: &mut Ledger<'s>) -> Option<Query<'s>> {
        let mut name = None;
        let mut words: Vec<Raw<'s>> = Vec::new();
        self.open = 0;
        let mut start = self.at;
        loop {
            let blank = self.skip_space();
            if blank && self.open == 0 && !words.is_empty() {
                break;
            }
            if words.is_empty() {
                start = self.at;
            }
            if self.begins_line() && self.rest().starts_with('#') {
                let comment = self.comment(ledger);
                if words.is_empty() && !comment.is_empty() {
                    name = Some(shortened(comment));
                }
                continue;
            }
            let Some(raw) = self.raw(ledger) else {
                break;
            };
            words.push(raw);
        }
        let end = words.last()?.span.end;
        let name = name.or_else(|| Some(shortened(&self.source[start..end])));
        Some(Query { name, words, span: start..end })
    }

    /// Skips white space; whether there was a blank line in it.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let space = &rest[..rest.len() - rest.trim_start().len()];
        self.at += space.len();
        let at_start = self.at == space.len();
        space.matches('\n').count() > usize::from(!at_start)
    }

    fn begins_line(&self) -> bool {
        let before = self.source[..self.at].rsplit('\n').next().unwrap_or_default();
        before.trim().is_empty()
    }

    fn comment(&mut self, ledger: &mut Ledger<'s>) -> &'s str {
        let line = self.rest().lines().next().unwrap_or_default();
        ledger.cover(self.at..self.at + line.len());
        self.at += line.len();
        line.trim_start_matches('#').trim()
    }

    fn raw(&mut self, ledger: &mut Ledger<'s>) -> Option<Raw<'s>> {
        let start = self.at;
        let c = self.rest().chars().next()?;
        let kind = match c {
            '(' | '[' => {
                self.open += 1;
                self.at += 1;
                RawKind::Open
            }
            ')' | ']' => {
                self.open = self.open.saturating_sub(1);
                self.at += 1;
                RawKind::Close
            }
            _ if is_quote(c) => return Some(self.quoted(c, ledger)),
            _ => {
                let is_end = |c: char| {
                    c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']') || is_quote(c)
                };
                let rest = self.rest();
                self.at += rest.find(is_end).unwrap_or(rest.len());
                RawKind::Word
            }
        };
        Some(Raw { kind, text: &self.source[start..self.at], span: start..self.at })
    }

    fn quoted(&mut self, quote: char, ledger: &mut Ledger<'s>) -> Raw<'s> {
        let start = self.at;
        let inner = start + quote.len_utf8();
        let rest = &self.source[inner..];
        // A blank line ends the query, and with it what was never closed.
        let most = rest.find("\n\n").unwrap_or(rest.len());
        let (text, close) = match rest[..most].find(is_quote) {
            Some(length) => {
                let close = rest[length..].chars().next().map_or(0, char::len_utf8);
                (&rest[..length], close)
            }
            None => {
                let message = "this quote is never closed; it is read to the end of the query";
                ledger.approximated(start..inner, "unclosed_quote", message);
                (&rest[..most], 0)
            }
        };
        self.at = inner + text.len() + close;
        Raw { kind: RawKind::Quoted, text, span: start..self.at }
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}
