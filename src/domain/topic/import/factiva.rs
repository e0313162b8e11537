//! Free-text searches of Factiva. Proximity binds closest, then fields and `atleast`, `not`,
//! `and`, and last `or`; words side by side are a phrase. `*` ends a word, `$n` stands for up to n
//! letters, `?` for one. `w/n` and `adjn` keep the order, `nearn` and `/nN/` do not. Source: the
//! developer's kit, "Search Statement Operators" and "Field-Qualified Searches".

use super::boolean::{self, Grammar, Joint, Kind, Prefix, Raw, RawKind, Token};
use super::draft::Drafts;
use super::ledger::Ledger;
use super::piece::About;
use super::term::Glyph;
use crate::domain::topic::syntax::ast::Scope;

/// Longest name of a field, in bytes.
const MAX_FIELD_BYTES: usize = 5;

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    boolean::translate(&Grammar { rank, tokens }, ledger, drafts);
}

/// The lower, the closer it binds.
fn rank(joint: Joint) -> u32 {
    match joint {
        Joint::AndNot => 20,
        Joint::And => 30,
        Joint::Or => 40,
        _ => 10,
    }
}

fn tokens(words: &[Raw<'_>], ledger: &mut Ledger<'_>) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += match word.kind {
            RawKind::Open => push(&mut tokens, Kind::Open, word),
            RawKind::Close => push(&mut tokens, Kind::Close, word),
            RawKind::Quoted => {
                let words = word.text.split_whitespace().map(|word| glyphs(word, None));
                push(&mut tokens, Kind::Quoted(words.collect()), word)
            }
            RawKind::Word => {
                if let Some(used) = range(&words[at..], ledger) {
                    let end = words[at + used - 1].span.end;
                    tokens.push(Token { kind: Kind::Lost, span: word.span.start..end });
                    used
                } else if word.is("and") && words.get(at + 1).is_some_and(|next| next.is("not")) {
                    let end = words[at + 1].span.end;
                    let kind = Kind::Joint(Joint::AndNot);
                    tokens.push(Token { kind, span: word.span.start..end });
                    2
                } else {
                    split(word, &mut tokens, ledger);
                    1
                }
            }
        };
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, kind: Kind, word: &Raw<'_>) -> usize {
    tokens.push(Token { kind, span: word.span.clone() });
    1
}

/// `747/N30/british` is three tokens: `/nN/` and `/fN/` need no space around them.
fn split(word: &Raw<'_>, tokens: &mut Vec<Token>, ledger: &mut Ledger<'_>) {
    let mut rest = word.text;
    let mut at = word.span.start;
    while let Some((before, kind, length)) = slashed(rest) {
        if !before.is_empty() {
            let text = Raw { kind: RawKind::Word, text: before, span: at..at + before.len() };
            simple(&text, tokens, ledger);
        }
        at += before.len();
        tokens.push(Token { kind, span: at..at + length });
        at += length;
        rest = &rest[before.len() + length..];
    }
    if !rest.is_empty() {
        simple(&Raw { kind: RawKind::Word, text: rest, span: at..word.span.end }, tokens, ledger);
    }
}

/// The first `/nN/` or `/fN/`: what is before it, what it is, and its length.
fn slashed(text: &str) -> Option<(&str, Kind, usize)> {
    for (at, _) in text.match_indices('/') {
        let inner = &text[at + 1..];
        let end = inner.find('/')?;
        let mut chars = inner[..end].chars();
        let letter = chars.next().map(|c| c.to_ascii_lowercase());
        let Ok(n) = chars.as_str().parse::<u32>() else {
            continue;
        };
        let kind = match letter {
            Some('n') => Kind::Joint(Joint::Near(n)),
            Some('f') => Kind::First(n),
            _ => continue,
        };
        return Some((&text[..at], kind, end + 2));
    }
    None
}

/// A word without slashes: an operator, a field with what follows it, or a word.
fn simple(word: &Raw<'_>, tokens: &mut Vec<Token>, ledger: &mut Ledger<'_>) {
    let lower = word.text.to_lowercase();
    if let Some(kind) = operator(&lower) {
        push(tokens, kind, word);
        return;
    }
    if let Some((name, value)) = word.text.split_once(['=', '<', '>'])
        && let Some(prefix) = field(&name.to_lowercase())
    {
        let start = word.span.start;
        let behind = start + name.len() + 1;
        tokens.push(Token { kind: Kind::Prefix(prefix), span: start..behind });
        if !value.is_empty() {
            let kind = Kind::Word(glyphs(value, Some((behind, ledger))));
            tokens.push(Token { kind, span: behind..word.span.end });
        }
        return;
    }
    if let Some(rest) = word.text.strip_prefix('-')
        && rest.starts_with(char::is_alphanumeric)
    {
        let start = word.span.start;
        let message = "read as NOT, as in Factiva's simple search";
        ledger.approximated(start..word.span.end, "simple_search", message);
        tokens.push(Token { kind: Kind::Joint(Joint::AndNot), span: start..start + 1 });
        let kind = Kind::Word(glyphs(rest, Some((start + 1, ledger))));
        tokens.push(Token { kind, span: start + 1..word.span.end });
        return;
    }
    let kind = Kind::Word(glyphs(word.text, Some((word.span.start, ledger))));
    push(tokens, kind, word);
}

fn operator(word: &str) -> Option<Kind> {
    let number = |text: &str| match text {
        "" => Some(1),
        digits => digits.parse::<u32>().ok(),
    };
    Some(match word {
        "and" => Kind::Joint(Joint::And),
        "or" => Kind::Joint(Joint::Or),
        "not" => Kind::Joint(Joint::AndNot),
        "same" => Kind::Joint(Joint::Paragraph),
        "%" => Kind::Gap,
        _ => {
            if let Some(n) = word.strip_prefix("atleast") {
                return Some(Kind::Prefix(Prefix::Mentions(n.parse().ok()?)));
            }
            if let Some(n) = word.strip_prefix("adj") {
                return Some(Kind::Joint(Joint::Before(number(n)?)));
            }
            if let Some(n) = word.strip_prefix("w/") {
                return Some(Kind::Joint(Joint::Before(number(n)?)));
            }
            Kind::Joint(Joint::Near(word.strip_prefix("near")?.parse().ok()?))
        }
    })
}

/// The field of this name; an unknown one where it looks like one.
fn field(name: &str) -> Option<Prefix> {
    Some(match name {
        "hd" | "hl" => Prefix::Within(&[Scope::Title]),
        "hlp" => Prefix::Within(&[Scope::Title, Scope::Lead]),
        "lp" => Prefix::Within(&[Scope::Lead]),
        "td" | "tx" | "bd" => Prefix::Within(&[Scope::Body]),
        "by" | "au" => Prefix::Within(&[Scope::Author]),
        "la" => Prefix::Filter(About::Language),
        "sn" | "so" | "pub" => Prefix::Filter(About::Publisher),
        "wc" => Prefix::Unknown("length", "the length of an entry cannot be asked"),
        "pd" | "upd" | "date" => {
            Prefix::Unknown("date", "entries are judged when they appear: dates cannot be asked")
        }
        "rst" | "sc" => {
            Prefix::Unknown("source_code", "codes of sources mean nothing outside of Factiva")
        }
        "co" | "fds" | "in" | "ns" | "re" | "pe" | "de" | "ric" | "djn" | "nsx" => Prefix::Unknown(
            "field_code",
            "indexing codes mean nothing outside of Factiva: say in words what is meant",
        ),
        _ => {
            let is_name = (2..=MAX_FIELD_BYTES).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_name {
                return None;
            }
            Prefix::Unknown("field_code", "this field has no counterpart in feeds")
        }
    })
}

/// `date after 20240101`, `date from 1/1/2024 to 1/31/2024`, `wc > 500`: how many words it takes.
/// Reported here.
fn range(words: &[Raw<'_>], ledger: &mut Ledger<'_>) -> Option<usize> {
    let [field, rest @ ..] = words else {
        return None;
    };
    let is_date = field.is("date") || field.is("upd");
    if !is_date && !field.is("wc") {
        return None;
    }
    const PARTS: [&str; 14] = [
        "from", "to", "after", "before", "between", "since", "on", "in", "last", "days", "weeks",
        "months", "<", ">",
    ];
    let is_part = |word: &&Raw<'_>| {
        let digits = word.text.trim_start_matches(['-', '+', '>', '<', '=']);
        word.kind == RawKind::Word
            && (PARTS.iter().any(|part| word.is(part))
                || digits.starts_with(|c: char| c.is_ascii_digit()))
    };
    let used = 1 + rest.iter().take(8).take_while(is_part).count();
    if used == 1 {
        return None;
    }
    let span = field.span.start..words[used - 1].span.end;
    let (code, message) = if is_date {
        ("date", "entries are judged when they appear: dates cannot be asked")
    } else {
        ("length", "the length of an entry cannot be asked")
    };
    ledger.untranslated(span, code, message);
    Some(used)
}

/// `*` any letters, `$n` up to n, `?` one. A `$` without number is read as `*`, which is said to
/// `place`.
fn glyphs(text: &str, mut place: Option<(usize, &mut Ledger<'_>)>) -> Vec<Glyph> {
    let text = text.trim_end_matches([',', ';', ':']);
    let mut glyphs = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        glyphs.push(match c {
            '*' => Glyph::Any,
            '?' => Glyph::One,
            '\'' => Glyph::Is('’'),
            '$' if at > 0 => {
                let digit = chars.next_if(|(_, c)| c.is_ascii_digit());
                match digit.and_then(|(_, c)| c.to_digit(10)) {
                    Some(n) => Glyph::UpTo(n),
                    None => {
                        if let Some((start, ledger)) = &mut place {
                            let message = "`$` without a number is read as any letters";
                            ledger.approximated(
                                *start + at..*start + at + 1,
                                "truncation",
                                message,
                            );
                        }
                        Glyph::Any
                    }
                }
            }
            c => Glyph::Is(c),
        });
    }
    glyphs
}
