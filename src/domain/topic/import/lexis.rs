//! Terms and connectors of Lexis and Nexis. `OR` binds closest, then proximity (the smallest
//! distance first), `AND`, and last `AND NOT`. Words are case-blind and find their plurals. `!`
//! ends a root, `*` and `?` stand for single letters, a name right before `(` is a segment or a
//! command. Source: the help pages "Connector Order and Priority" and "Search Connectors".

use super::boolean::{self, Grammar, Joint, Kind, Prefix, Raw, RawKind, Token};
use super::draft::Drafts;
use super::ledger::Ledger;
use super::piece::About;
use super::term::{Glyph, Style};
use crate::domain::topic::syntax::ast::Scope;

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    boolean::translate(&Grammar { rank, tokens }, ledger, drafts);
}

/// The lower, the closer it binds.
fn rank(joint: Joint) -> u32 {
    match joint {
        Joint::Or => 0,
        Joint::Near(n) | Joint::Before(n) | Joint::NotNear(n) => 10 + n.min(1_000),
        Joint::Sentence | Joint::NotSentence => 2_000,
        Joint::Paragraph | Joint::NotParagraph => 2_001,
        Joint::Segment | Joint::NotSegment => 2_002,
        Joint::And => 3_000,
        Joint::AndNot => 4_000,
    }
}

fn tokens(words: &[Raw<'_>], ledger: &mut Ledger<'_>) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        let (kind, used) = match word.kind {
            RawKind::Open => (Kind::Open, 1),
            RawKind::Close => (Kind::Close, 1),
            RawKind::Quoted => {
                let words = word.text.split_whitespace().map(glyphs);
                (Kind::Quoted(words.collect()), 1)
            }
            RawKind::Word => joint(rest)
                .map(|(joint, used)| (Kind::Joint(joint), used))
                .or_else(|| damaged(rest, ledger).map(|(joint, used)| (Kind::Joint(joint), used)))
                .or_else(|| prefix(rest).map(|prefix| (Kind::Prefix(prefix), 1)))
                .or_else(|| restriction(rest, ledger).map(|used| (Kind::Lost, used)))
                .unwrap_or_else(|| (Kind::Word(glyphs(word.text)), 1)),
        };
        let end = words[at..at + used].last().map_or(word.span.end, |last| last.span.end);
        tokens.push(Token { kind, span: word.span.start..end });
        at += used;
    }
    tokens
}

/// A connector at the start of `words`, and how many words it takes.
fn joint(words: &[Raw<'_>]) -> Option<(Joint, usize)> {
    let [first, rest @ ..] = words else {
        return None;
    };
    let text = first.text.to_lowercase();
    let second = rest.first().filter(|word| word.kind == RawKind::Word);
    let not = second.is_some_and(|word| word.is("not"));
    Some(match text.as_str() {
        "or" => (Joint::Or, 1),
        "and" | "but" if not => {
            match rest.get(1).and_then(|word| proximity(&word.text.to_lowercase())) {
                // `a AND NOT W/5 b` says no more than `a NOT W/5 b`.
                Some(joint) if rest[1].kind == RawKind::Word => (negated(joint), 3),
                _ => (Joint::AndNot, 2),
            }
        }
        "and" | "&" => (Joint::And, 1),
        "andnot" | "butnot" | "%" => (Joint::AndNot, 1),
        "not" => match second.and_then(|word| proximity(&word.text.to_lowercase())) {
            Some(joint) => (negated(joint), 2),
            None => (Joint::AndNot, 1),
        },
        _ => match text.strip_prefix("not").and_then(proximity) {
            Some(joint) => (negated(joint), 1),
            None => (proximity(&text)?, 1),
        },
    })
}

/// `w/5`, `near/5`, `/5`, `pre/5`, `onear/5`, `w/s`, `/p`, `w/seg`, …
fn proximity(text: &str) -> Option<Joint> {
    let (name, unit) = text.split_once('/')?;
    let ordered = match name {
        "" | "w" | "near" | "within" => false,
        "pre" | "onear" => true,
        _ => return None,
    };
    if !unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_digit()) {
        let n = unit.parse().unwrap_or(u32::MAX);
        return Some(if ordered { Joint::Before(n) } else { Joint::Near(n) });
    }
    match unit {
        _ if ordered => None,
        "s" | "sent" => Some(Joint::Sentence),
        "p" | "para" => Some(Joint::Paragraph),
        "seg" => Some(Joint::Segment),
        _ => None,
    }
}

/// What begins as a proximity connector and is none: `w/`, `w/ 5`, `pre/s`, `w/x`, `notw/x`.
/// Reported here.
fn damaged(words: &[Raw<'_>], ledger: &mut Ledger<'_>) -> Option<(Joint, usize)> {
    let [first, rest @ ..] = words else {
        return None;
    };
    let text = first.text.to_lowercase();
    let (name, unit) = text.split_once('/')?;
    let plain = name.strip_prefix("not").unwrap_or(name);
    if !matches!(plain, "w" | "near" | "within" | "pre" | "onear") {
        return None;
    }
    let is_negated = plain.len() < name.len();
    let number = rest.first().filter(|word| word.kind == RawKind::Word && unit.is_empty());
    if let Some(number) = number
        && let Some(meant) = proximity(&format!("{plain}/{}", number.text.to_lowercase()))
    {
        let message = "this connector is read without the space in it";
        ledger.approximated(first.span.start..number.span.end, "connector", message);
        return Some((if is_negated { negated(meant) } else { meant }, 2));
    }
    if is_negated {
        let message = "this is no connector that is known: it is read as AND NOT; a distance is \
                       written as in not w/5, the same sentence as not w/s";
        ledger.untranslated(first.span.clone(), "connector", message);
        return Some((Joint::AndNot, 1));
    }
    let message = "this is no connector that is known: it is read as AND; a distance is written \
                   as in w/5, the same sentence as w/s";
    ledger.approximated(first.span.clone(), "connector", message);
    Some((Joint::And, 1))
}

fn negated(joint: Joint) -> Joint {
    match joint {
        Joint::Near(n) | Joint::Before(n) => Joint::NotNear(n),
        Joint::Sentence => Joint::NotSentence,
        Joint::Paragraph => Joint::NotParagraph,
        Joint::Segment => Joint::NotSegment,
        other => other,
    }
}

/// A command or segment: a name and a parenthesis.
fn prefix(words: &[Raw<'_>]) -> Option<Prefix> {
    let [name, open, ..] = words else {
        return None;
    };
    let glued = open.span.start == name.span.end;
    if open.kind != RawKind::Open {
        return None;
    }
    let text = name.text.to_lowercase();
    if let Some(n) = text.strip_prefix("atleast").filter(|n| !n.is_empty()) {
        let n = n.trim_start_matches('/').parse::<u32>().ok()?;
        return Some(Prefix::Mentions(n));
    }
    Some(match text.as_str() {
        "allcaps" => Prefix::Written(Style::Shouted),
        "caps" => Prefix::Written(Style::Name),
        "nocaps" => Prefix::Written(Style::Small),
        "singular" | "sing" => Prefix::Written(Style::Form),
        "plural" | "plur" => Prefix::Plural,
        _ if !glued => return None,
        "headline" | "title" | "hl" => Prefix::Within(&[Scope::Title]),
        "hlead" => Prefix::Within(&[Scope::Title, Scope::Lead]),
        "lead" | "lead-para" => Prefix::Within(&[Scope::Lead]),
        "body" | "text" => Prefix::Within(&[Scope::Body]),
        "byline" | "author" => Prefix::Within(&[Scope::Author]),
        "language" | "lang" => Prefix::Filter(About::Language),
        "publication" | "pub" | "source" | "publication-name" => Prefix::Filter(About::Publisher),
        "date" | "load-date" | "publication-date" => {
            Prefix::Unknown("date", "entries are judged when they appear: dates cannot be asked")
        }
        "length" => Prefix::Unknown("length", "the length of an entry cannot be asked"),
        name if name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') => {
            Prefix::Unknown("segment", "this segment or index has no counterpart in feeds")
        }
        _ => return None,
    })
}

/// `date aft 1/1/2020`, `length > 500`: how many words it takes. Reported here.
fn restriction(words: &[Raw<'_>], ledger: &mut Ledger<'_>) -> Option<usize> {
    let [field, relation, rest @ ..] = words else {
        return None;
    };
    let is_date = field.is("date") || field.is("load-date");
    if !is_date && !field.is("length") {
        return None;
    }
    const RELATIONS: [&str; 14] = [
        "is", "aft", "after", "bef", "before", "geq", "leq", "=", ">", "<", ">=", "<=", "gt", "lt",
    ];
    let known = RELATIONS.iter().any(|name| relation.is(name));
    let joined = relation.kind == RawKind::Word && relation.text.starts_with(['>', '<', '=']);
    if !known && !joined {
        return None;
    }
    // `> 500` is two words, `>500` one; a date may have spaces: `aft June 3, 2020`.
    let starts = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) || is_month(text);
    let values =
        rest.iter().take(3).take_while(|word| word.kind == RawKind::Word && starts(word.text));
    let used = 2 + if known { values.count() } else { 0 };
    let end = words[used - 1].span.end;
    let (code, message) = if is_date {
        ("date", "entries are judged when they appear: dates cannot be asked")
    } else {
        ("length", "the length of an entry cannot be asked")
    };
    ledger.untranslated(field.span.start..end, code, message);
    Some(used)
}

fn is_month(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.to_lowercase();
    MONTHS.iter().any(|month| text.starts_with(month))
}

/// `!` ends a root; `*` is a letter, at the end of a word one or none; `?` is a letter.
fn glyphs(text: &str) -> Vec<Glyph> {
    let root = text.trim_end_matches([',', ';', ':']);
    let stem = root.trim_end_matches('*');
    let stars = root.len() - stem.len();
    let mut glyphs: Vec<Glyph> = stem
        .chars()
        .map(|c| match c {
            '!' => Glyph::Any,
            '*' | '?' => Glyph::One,
            c => Glyph::Is(c),
        })
        .collect();
    if stars > 0 {
        glyphs.push(Glyph::UpTo(u32::try_from(stars).unwrap_or(u32::MAX)));
    }
    glyphs
}
