//! Category definition files (`.adf`) of the EMM OSINT Suite:
//!
//! ```text
//! define alert ID  words threshold N
//!   define patterns  ID N, ID N …  end patterns
//!   define combination  proximity N  begin or ID, ID … end or  begin not … end not  end combination
//! end alert
//! ```

use std::ops::Range;

use super::super::ledger::Ledger;
use super::super::piece::Piece;
use super::{Alert, Combination, Pattern, pattern};

/// Whether a text begins like such a file.
pub fn is_one(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is = |word: Option<&str>, name: &str| word.is_some_and(|w| w.eq_ignore_ascii_case(name));
    is(words.next(), "define") && is(words.next(), "alert")
}

struct Word<'s> {
    text: &'s str,
    span: Range<usize>,
}

pub fn read(ledger: &mut Ledger<'_>) -> Vec<Alert> {
    let words = words(ledger);
    let mut reader = Reader { words, at: 0, ledger };
    let mut alerts = Vec::new();
    while reader.at < reader.words.len() {
        if reader.takes(&["define", "alert"]).is_some() {
            alerts.push(reader.alert());
        } else {
            // Left uncovered: the ledger reports it.
            reader.at += 1;
        }
    }
    alerts
}

/// Words, commas between them covered; quotes hold a word together.
fn words<'s>(ledger: &mut Ledger<'s>) -> Vec<Word<'s>> {
    let source = ledger.source();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c == ',' {
            ledger.cover(at..at + 1);
            at += 1;
        } else if c == '"'
            && let Some(length) = rest[1..].find('"')
        {
            ledger.cover(at..at + 1);
            ledger.cover(at + 1 + length..at + 2 + length);
            words.push(Word { text: &rest[1..1 + length], span: at + 1..at + 1 + length });
            at += length + 2;
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
            words.push(Word { text: &rest[..end], span: at..at + end });
            at += end;
        }
    }
    words
}

struct Reader<'s, 'l> {
    words: Vec<Word<'s>>,
    at: usize,
    ledger: &'l mut Ledger<'s>,
}

impl Reader<'_, '_> {
    /// Takes these words if they are next; where they stand.
    fn takes(&mut self, names: &[&str]) -> Option<Range<usize>> {
        let next = self.words.get(self.at..self.at + names.len())?;
        let same = next.iter().zip(names).all(|(word, name)| word.text.eq_ignore_ascii_case(name));
        if !same {
            return None;
        }
        let span = next.first()?.span.start..next.last()?.span.end;
        self.ledger.cover(span.clone());
        self.at += names.len();
        Some(span)
    }

    fn number(&mut self) -> Option<f64> {
        let word = self.words.get(self.at)?;
        let number = word.text.parse::<f64>().ok().filter(|number| number.is_finite())?;
        self.ledger.cover(word.span.clone());
        self.at += 1;
        Some(number)
    }

    /// Behind `define alert`.
    fn alert(&mut self) -> Alert {
        let start = self.words.get(self.at - 2).map_or(0, |word| word.span.start);
        let mut alert = Alert::default();
        if let Some(word) = self.words.get(self.at) {
            alert.name = Some(word.text.to_owned());
            self.ledger.cover(word.span.clone());
            self.at += 1;
        }
        let mut end = start;
        while self.at < self.words.len() {
            if self.takes(&["end", "alert"]).is_some() {
                break;
            } else if self.takes(&["words", "threshold"]).is_some() {
                alert.threshold = self.number();
            } else if self.takes(&["define", "patterns"]).is_some() {
                self.patterns(&mut alert);
            } else if let Some(span) = self.takes(&["define", "combination"]) {
                let combination = self.combination(span);
                alert.combinations.push(combination);
            } else if self.next_is(&["define", "alert"]) {
                break;
            } else {
                self.at += 1;
            }
        }
        end = self.words.get(self.at.wrapping_sub(1)).map_or(end, |word| word.span.end);
        alert.span = start..end.max(start);
        alert
    }

    fn next_is(&self, names: &[&str]) -> bool {
        self.words.get(self.at..self.at + names.len()).is_some_and(|next| {
            next.iter().zip(names).all(|(word, name)| word.text.eq_ignore_ascii_case(name))
        })
    }

    fn patterns(&mut self, alert: &mut Alert) {
        while self.at < self.words.len() && !self.next_is(&["end", "alert"]) {
            if self.takes(&["end", "patterns"]).is_some() {
                return;
            }
            let Some((piece, span)) = self.pattern() else {
                continue;
            };
            match self.number() {
                Some(weight) => {
                    alert.patterns.extend(piece.map(|piece| Pattern { piece, weight, span }))
                }
                None => {
                    let message = "this pattern has no weight and is left out";
                    self.ledger.untranslated(span, "no_weight", message);
                }
            }
        }
    }

    /// The next word as a pattern.
    fn pattern(&mut self) -> Option<(Option<Piece>, Range<usize>)> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        let span = word.span.clone();
        Some((pattern(word.text, span.clone(), self.ledger), span))
    }

    fn combination(&mut self, span: Range<usize>) -> Combination {
        let mut combination = Combination { span, ..Combination::default() };
        while self.at < self.words.len() && !self.next_is(&["end", "alert"]) {
            if self.takes(&["end", "combination"]).is_some() {
                break;
            } else if self.takes(&["proximity"]).is_some() {
                combination.proximity = self.number().map(|n| n.clamp(0.0, 1e6) as u32);
            } else if self.takes(&["begin", "or"]).is_some() {
                combination.groups.push(self.group("or"));
            } else if self.takes(&["begin", "not"]).is_some() {
                let not = self.group("not");
                combination.not.extend(not);
            } else {
                self.at += 1;
            }
        }
        combination
    }

    fn group(&mut self, kind: &str) -> Vec<Piece> {
        let mut group = Vec::new();
        while self.at < self.words.len() && !self.next_is(&["end", "combination"]) {
            if self.takes(&["end", kind]).is_some() {
                break;
            }
            group.extend(self.pattern().and_then(|(piece, _)| piece));
        }
        group
    }
}
