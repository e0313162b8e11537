//! Cuts a rule into tokens for [`super::parser`]. A mistake is noted and leaves a token that lets
//! the parser go on, so that one look shows several mistakes.

use std::ops::Range;

use super::ast::{ProximityOp, Scope, Term, Word};
use super::error::SyntaxError;
use super::{MAX_COUNT, MAX_DISTANCE, MAX_SLOP, quoted, recovery, regex_term, word};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Open,
    Close,
    Comma,
    And,
    Or,
    Not,
    /// Any proximity operator but `NOT NEAR`, which is two tokens.
    Position(ProximityOp),
    AtLeast(u32),
    Mentions(u32),
    Field(Scope),
    Term(Term),
    Reference(String),
    /// A mistake already noted: may stand for a term or an operator.
    Bad,
}

pub(super) fn tokens(source: &str, errors: &mut Vec<SyntaxError>) -> Vec<Token> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), errors };
    while let Some(c) = lexer.rest().chars().next() {
        lexer.token(c);
    }
    lexer.tokens
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token>,
    errors: &'a mut Vec<SyntaxError>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let span = start..self.at;
        self.tokens.push(Token { kind, span });
    }

    /// Takes at least one character.
    fn token(&mut self, c: char) {
        let start = self.at;
        let single = match c {
            '(' => Some(Kind::Open),
            ')' => Some(Kind::Close),
            ',' => Some(Kind::Comma),
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            self.push(kind, start);
        } else if c.is_whitespace() {
            self.at += c.len_utf8();
        } else if c == '@' {
            self.reference();
        } else if c == '=' {
            self.exact();
        } else if quoted::closing_quotes(c).is_some() {
            self.quotes(start, false);
        } else if c == '*' || word::scan(self.rest()) > 0 {
            self.word(start, false);
        } else {
            self.stray();
        }
    }

    fn reference(&mut self) {
        let start = self.at;
        self.at += 1;
        let name = &self.rest()[..word::scan_name(self.rest())];
        self.at += name.len();
        if word::is_definition_name(name) {
            self.push(Kind::Reference(name.to_owned()), start);
        } else {
            let error = SyntaxError::new(start..self.at, "bad_reference", "`@` needs a name");
            self.errors.push(error.hint("`@name` stands for a list or macro under `[lists]`"));
            self.push(Kind::Bad, start);
        }
    }

    /// `=word` and `="Exact Phrase"`.
    fn exact(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.rest().chars().next() {
            Some(c) if quoted::closing_quotes(c).is_some() => self.quotes(start, true),
            Some(c) if c == '*' || word::scan(self.rest()) > 0 => self.word(start, true),
            _ => {
                let message = "`=` needs a word or a phrase right behind it";
                let error = SyntaxError::new(start..self.at, "stray_exact", message);
                self.errors.push(error.hint("as in `=oil` or `=\"Oil Change\"`"));
                self.push(Kind::Bad, start);
            }
        }
    }

    /// A phrase; `self.at` is at its opening quote.
    fn quotes(&mut self, start: usize, exact: bool) {
        let opener = self.at;
        let open = self.rest().chars().next().unwrap_or('"');
        let closers = quoted::closing_quotes(open).unwrap_or(&['"']);
        let inner = opener + open.len_utf8();
        let line = self.source[inner..].split('\n').next().unwrap_or_default();
        let Some(length) = line.find(closers) else {
            self.at = inner + line.len();
            let span = opener..inner;
            self.errors.push(recovery::unclosed_quote(span));
            return self.push(Kind::Bad, start);
        };
        let mistakes = self.errors.len();
        let content = &self.source[inner..inner + length];
        self.errors.extend(quoted::regex_in_quotes(content, inner));
        // `"=Oil field"` says what `="Oil field"` says, as an entry of a list does.
        let marked = quoted::exact_mark(content);
        let exact = exact || marked > 0;
        let words = quoted::words(&content[marked..], inner + marked, exact, self.errors);
        let close = self.source[inner + length..].chars().next();
        self.at = inner + length + close.map_or(1, char::len_utf8);
        let slop = self.slop(words.len());
        self.errors.extend(quoted::too_many_words(&words, start..self.at));
        if words.is_empty() && self.errors.len() == mistakes {
            let message = "there is no word between these quotes";
            let error = SyntaxError::new(start..self.at, "empty_phrase", message);
            self.errors.push(error);
        }
        let term = quoted::term(words, exact, slop);
        let good = term.filter(|_| self.errors.len() == mistakes);
        self.push(good.map_or(Kind::Bad, Kind::Term), start);
    }

    /// `~n` behind a phrase of so many words; 0 where there is none.
    fn slop(&mut self, words: usize) -> u32 {
        let start = self.at;
        if !self.rest().starts_with('~') {
            return 0;
        }
        self.at += 1;
        let n = self.digits();
        let span = start..self.at;
        match n {
            None => {
                let error = SyntaxError::new(span, "bad_slop", "`~` needs a number");
                self.errors.push(error.hint("`\"mutual defence\"~2` lets two words stand between"));
            }
            Some(n) if n > MAX_SLOP => {
                let message = format!("`~{n}` is more than {MAX_SLOP} words");
                let error = SyntaxError::new(span, "bad_slop", message);
                self.errors.push(error.hint("`a NEAR/n b` reaches further"));
            }
            Some(n) if n > 0 && words < 2 => {
                let error = SyntaxError::new(span, "bad_slop", "`~n` asks for two words or more");
                self.errors
                    .push(error.hint("for other spellings of a word write `word*` or `re/…/`"));
            }
            Some(n) => return n,
        }
        0
    }

    /// A number of digits, saturating.
    fn digits(&mut self) -> Option<u32> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        self.at += length;
        let digits = &rest[..length];
        (length > 0).then(|| digits.parse().unwrap_or(u32::MAX))
    }

    /// A bare word: a term, an operator, a field, or the start of a regular expression.
    fn word(&mut self, start: usize, exact: bool) {
        let stars = self.rest().len() - self.rest().trim_start_matches('*').len();
        let text = &self.rest()[stars..];
        // A sign in front leaves no room for a wildcard there.
        let is_word = stars == 0 || !word::starts_with_sign(text);
        let text = if is_word { &text[..word::scan(text)] } else { "" };
        if text.is_empty() {
            self.at += stars;
            self.errors.push(quoted::lone_wildcard(start..self.at));
            return self.push(Kind::Bad, start);
        }
        self.at += stars + text.len();
        if stars == 0 && !exact && self.special(text, start) {
            return;
        }
        let tail = self.rest().len() - self.rest().trim_start_matches('*').len();
        self.at += tail;
        let follows = self.rest().chars().next();
        let inside = tail > 0 && follows.is_some_and(word::starts_word);
        if inside {
            self.at += word::scan(self.rest());
        }
        let word = Word { text: text.to_owned(), exact, open_start: stars > 0, open_end: tail > 0 };
        let kind = match quoted::check(&word, start..self.at, inside) {
            None => Kind::Term(Term::Word(word)),
            Some(error) => {
                self.errors.push(error);
                Kind::Bad
            }
        };
        self.push(kind, start);
    }

    /// What a bare word may be besides a term; `self.at` is behind it.
    fn special(&mut self, text: &str, start: usize) -> bool {
        let follows = self.rest().chars().next();
        if text == "re" && follows == Some('/') {
            let (term, length) = regex_term::read(&self.source[start..], start, self.errors);
            self.at = start + length;
            self.push(term.map_or(Kind::Bad, Kind::Term), start);
            return true;
        }
        if follows == Some(':') {
            self.at += 1;
            let kind = match Scope::ALL.into_iter().find(|scope| scope.as_str() == text) {
                Some(scope) => Kind::Field(scope),
                None => {
                    self.errors.push(recovery::unknown_field(text, start..self.at));
                    // Goes on as if a known one had been written.
                    Kind::Field(Scope::Text)
                }
            };
            self.push(kind, start);
            return true;
        }
        let slashed = follows == Some('/');
        let numbered = slashed && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit());
        let upper = text.bytes().all(|byte| byte.is_ascii_uppercase());
        if numbered && (upper || recovery::is_distance_operator(text)) {
            self.at += 1;
            let n = self.digits().unwrap_or(u32::MAX);
            let kind = self.numbered(text, n, start..self.at);
            self.push(kind, start);
            return true;
        }
        let Some(kind) = self.plain_operator(text, start, slashed) else {
            return false;
        };
        self.push(kind, start);
        true
    }

    /// An operator written without a number, if `text` is one.
    fn plain_operator(&mut self, text: &str, start: usize, slashed: bool) -> Option<Kind> {
        let kind = match text {
            "AND" => return Some(Kind::And),
            "OR" => return Some(Kind::Or),
            "NOT" => return Some(Kind::Not),
            "SENTENCE" => return Some(Kind::Position(ProximityOp::Sentence)),
            "PARAGRAPH" => return Some(Kind::Position(ProximityOp::Paragraph)),
            "EXCEPT" => return Some(Kind::Position(ProximityOp::Except)),
            "NEAR" => Kind::Position(ProximityOp::Near(1)),
            "BEFORE" => Kind::Position(ProximityOp::Before(1)),
            "ATLEAST" => Kind::AtLeast(0),
            "MENTIONS" => Kind::Mentions(1),
            _ => return None,
        };
        self.at += usize::from(slashed);
        self.errors.push(recovery::missing_number(text, start..self.at));
        Some(kind)
    }

    /// `NAME/n`.
    fn numbered(&mut self, name: &str, n: u32, span: Range<usize>) -> Kind {
        let distance = n.clamp(1, MAX_DISTANCE);
        let (kind, most) = match name {
            "NEAR" => (Kind::Position(ProximityOp::Near(distance)), MAX_DISTANCE),
            "BEFORE" => (Kind::Position(ProximityOp::Before(distance)), MAX_DISTANCE),
            // A wrong count is noted below; 0 tells the parser to ask nothing of the operands.
            "ATLEAST" if n > MAX_COUNT => (Kind::AtLeast(0), MAX_COUNT),
            "ATLEAST" => (Kind::AtLeast(n), MAX_COUNT),
            "MENTIONS" => (Kind::Mentions(n.clamp(1, MAX_COUNT)), MAX_COUNT),
            _ => {
                let (error, kind) = recovery::unknown_operator(name, n, span);
                self.errors.push(error);
                return kind;
            }
        };
        if n == 0 || n > most {
            self.errors.push(recovery::number_out_of_range(name, n, most, span));
        }
        kind
    }

    /// Anything that is no part of the language.
    fn stray(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let known = |c: char| {
            c.is_whitespace()
                || word::starts_word(c)
                || matches!(c, '(' | ')' | ',' | '@' | '=' | '*')
                || quoted::closing_quotes(c).is_some()
        };
        let length = rest.find(known).unwrap_or(rest.len()).max(1);
        self.at += length;
        let (error, kind) = recovery::stray(&rest[..length], start..self.at);
        self.errors.push(error);
        if let Some(kind) = kind {
            self.push(kind, start);
        }
    }
}
