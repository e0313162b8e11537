//! Operands: words and phrases, parentheses, and what stands before or behind them.

use std::ops::Range;

use super::super::super::MAX_NESTING;
use super::super::super::piece::{About, Piece};
use super::super::super::term::{self, Glyph, Style};
use super::super::{Joint, Kind, Prefix, Token};
use super::Parser;
use crate::domain::topic::syntax::MAX_COUNT;
use crate::domain::topic::syntax::ast::Scope;

impl Parser<'_, '_, '_> {
    /// An operand with what stands behind it.
    pub(super) fn operand(&mut self) -> Piece {
        let mut piece = match self.peek() {
            Some(token) => match &token.kind {
                Kind::Word(_) | Kind::Gap => self.words(),
                Kind::Quoted(words) => {
                    self.at += 1;
                    self.term(words, 0, token.span.clone())
                }
                Kind::Open => self.parentheses(),
                Kind::Prefix(prefix) => {
                    self.at += 1;
                    self.prefixed(prefix, token)
                }
                Kind::Lost => {
                    self.at += 1;
                    Piece::nothing()
                }
                Kind::First(_) => {
                    self.at += 1;
                    let message = "this stands behind nothing; it is left out";
                    self.ledger.untranslated(token.span.clone(), "stray_operator", message);
                    Piece::nothing()
                }
                Kind::Joint(_) | Kind::Close => Piece::nothing(),
            },
            None => Piece::nothing(),
        };
        while let Some(Token { kind: Kind::First(n), span }) = self.peek() {
            self.at += 1;
            let message =
                format!("the first {n} words are taken to be the title and the first 60 words");
            self.ledger.approximated(span.clone(), "first_words", message);
            piece = piece.scoped(&[Scope::Title, Scope::Lead], self.ledger);
        }
        piece
    }

    fn parentheses(&mut self) -> Piece {
        let Some(open) = self.bump() else {
            return Piece::nothing();
        };
        if self.depth >= MAX_NESTING {
            self.at -= 1;
            let span = self.skip_operand();
            let message = format!("parentheses nest deeper than {MAX_NESTING}; this is left out");
            self.ledger.untranslated(span, "too_deep", message);
            return Piece::nothing();
        }
        self.depth += 1;
        let piece = self.group();
        self.depth -= 1;
        match self.peek() {
            Some(Token { kind: Kind::Close, span }) => {
                self.ledger.cover(open.span.clone());
                self.ledger.cover(span.clone());
                self.at += 1;
            }
            _ => {
                let message = "this parenthesis is never closed; it is read to the end";
                self.ledger.approximated(open.span.clone(), "unclosed_parenthesis", message);
            }
        }
        piece
    }

    /// Words side by side: a phrase.
    fn words(&mut self) -> Piece {
        let mut words = Vec::new();
        let mut gaps = 0;
        let start = self.peek().map_or(0, |token| token.span.start);
        let mut end = start;
        while let Some(Token { kind, span }) = self.peek() {
            match kind {
                Kind::Word(word) => words.push(word.clone()),
                Kind::Gap => {
                    gaps += 1;
                    let message = "any one word here: read as at most one word, anywhere in the \
                                   phrase";
                    self.ledger.approximated(span.clone(), "any_word", message);
                }
                _ => break,
            }
            end = span.end;
            self.at += 1;
        }
        self.term(&words, gaps, start..end)
    }

    fn term(&mut self, words: &[Vec<Glyph>], gaps: u32, span: Range<usize>) -> Piece {
        let plural: Vec<Vec<Glyph>>;
        let words = if self.plural {
            plural = words.iter().map(|word| pluralised(word)).collect();
            &plural
        } else {
            words
        };
        match term::phrase(words, self.style, gaps) {
            Some(piece) => {
                self.ledger.cover(span);
                piece
            }
            None => {
                let message = "this cannot be looked for and is left out";
                self.ledger.untranslated(span, "bad_term", message);
                Piece::nothing()
            }
        }
    }

    pub(super) fn prefixed(&mut self, prefix: &Prefix, token: &Token) -> Piece {
        let span = token.span.clone();
        let follows = self.peek().is_some_and(|next| {
            !matches!(next.kind, Kind::Close | Kind::Joint(_) | Kind::First(_))
        });
        if !follows || self.depth >= 2 * MAX_NESTING {
            let message = "this has nothing behind it; it is left out";
            self.ledger.untranslated(span, "stray_operator", message);
            return Piece::nothing();
        }
        self.depth += 1;
        let piece = self.applied(prefix, span);
        self.depth -= 1;
        piece
    }

    fn applied(&mut self, prefix: &Prefix, span: Range<usize>) -> Piece {
        if !matches!(prefix, Prefix::Unknown(..)) {
            self.ledger.cover(span.clone());
        }
        match prefix {
            Prefix::Not => {
                let piece = self.operand();
                piece.not(self.ledger)
            }
            Prefix::Mentions(n) => {
                let piece = self.operand();
                piece.mentions((*n).clamp(1, MAX_COUNT), self.ledger)
            }
            Prefix::Within(scopes) => {
                let piece = self.operand();
                piece.scoped(scopes, self.ledger)
            }
            Prefix::Written(style) => {
                let outer = std::mem::replace(&mut self.style, *style);
                let piece = self.operand();
                self.style = outer;
                piece
            }
            Prefix::Plural => {
                let message = "plurals are made by adding an s where there is none";
                self.ledger.approximated(span, "plural", message);
                let outer = std::mem::replace(&mut self.style, Style::Form);
                self.plural = true;
                let piece = self.operand();
                self.plural = false;
                self.style = outer;
                piece
            }
            Prefix::Filter(about) => self.filter(*about, span),
            Prefix::Unknown(code, why) => {
                let end = self.skip_operand().end;
                self.ledger.untranslated(span.start..end, code, *why);
                Piece::nothing()
            }
        }
    }

    /// The values of a filter: one, or several in parentheses with OR between them.
    fn filter(&mut self, about: About, prefix: Range<usize>) -> Piece {
        let start = self.at;
        let span = prefix.start..self.skip_operand().end;
        let mut pieces = Vec::new();
        let mut value = String::new();
        for token in &self.tokens[start..self.at] {
            let text = self.ledger.text(token.span.clone());
            match &token.kind {
                Kind::Open | Kind::Close => {}
                Kind::Joint(Joint::Or) => {
                    pieces.push(std::mem::take(&mut value));
                }
                Kind::Word(word) if word.iter().all(|glyph| matches!(glyph, Glyph::Is(_))) => {
                    value.push(' ');
                    value.push_str(text);
                }
                Kind::Quoted(_) => {
                    value.push(' ');
                    value.push_str(text.trim_matches(|c: char| !c.is_alphanumeric()));
                }
                _ => {
                    let message = "only names with OR between them can be filtered by";
                    self.ledger.untranslated(span, "filter_value", message);
                    return Piece::nothing();
                }
            }
        }
        pieces.push(value);
        let mut asks = Vec::new();
        for value in pieces.iter().map(|value| value.trim()).filter(|value| !value.is_empty()) {
            let Some(value) = filter_value(about, value) else {
                let message = "this value is not known; the filter is left out";
                self.ledger.untranslated(span, "filter_value", message);
                return Piece::nothing();
            };
            asks.push(Piece::ask(about, value, span.clone()));
        }
        if about == About::Publisher {
            let message = "becomes a filter on publishers, which go by the names of your feeds";
            self.ledger.approximated(span.clone(), "publisher_names", message);
        }
        self.ledger.cover(span);
        Piece::or(asks, self.ledger)
    }

    /// Passes over one operand: a phrase, quotes, or a group with all that is in it, and the
    /// prefixes before it.
    fn skip_operand(&mut self) -> Range<usize> {
        let start = self.peek().map_or(0, |token| token.span.start);
        let mut end = start;
        let mut open = 0usize;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Open => open += 1,
                Kind::Close if open > 0 => open -= 1,
                Kind::Close | Kind::Joint(_) | Kind::First(_) if open == 0 => return start..end,
                _ => {}
            }
            end = token.span.end;
            self.at += 1;
            let goes_on = match token.kind {
                Kind::Prefix(_) => true,
                Kind::Word(_) | Kind::Gap => {
                    matches!(self.peek(), Some(Token { kind: Kind::Word(_) | Kind::Gap, .. }))
                }
                _ => false,
            };
            if open == 0 && !goes_on {
                break;
            }
        }
        start..end
    }
}

fn pluralised(word: &[Glyph]) -> Vec<Glyph> {
    let mut word = word.to_vec();
    if !matches!(word.last(), Some(Glyph::Is('s' | 'S'))) {
        word.push(Glyph::Is('s'));
    }
    word
}

/// A value as filters have it. `None`: an unknown language.
fn filter_value(about: About, value: &str) -> Option<String> {
    if about != About::Language {
        return Some(value.to_owned());
    }
    const NAMES: [(&str, &str); 22] = [
        ("english", "en"),
        ("french", "fr"),
        ("german", "de"),
        ("spanish", "es"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("dutch", "nl"),
        ("danish", "da"),
        ("swedish", "sv"),
        ("norwegian", "no"),
        ("finnish", "fi"),
        ("polish", "pl"),
        ("russian", "ru"),
        ("ukrainian", "uk"),
        ("turkish", "tr"),
        ("arabic", "ar"),
        ("chinese", "zh"),
        ("japanese", "ja"),
        ("korean", "ko"),
        ("greek", "el"),
        ("zhcn", "zh"),
        ("zhtw", "zh"),
    ];
    let value = value.to_lowercase();
    let named = NAMES.iter().find(|(name, _)| *name == value).map(|(_, code)| (*code).to_owned());
    let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_lowercase());
    named.or_else(|| is_code.then_some(value))
}
