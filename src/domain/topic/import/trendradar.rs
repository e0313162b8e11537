//! `frequency_words.txt` of TrendRadar. Groups stand between empty lines: each matches a title
//! that holds all of its `+words` and one of its plain words. A `!word` keeps titles out of all
//! groups, as do the lines under `[GLOBAL_FILTER]`. Words are found anywhere in a title, inside
//! of words too, in any case; `/…/` is a regular expression, `=> name` how it is shown, `[name]`
//! on the first line the name of the group, `@n` how many are shown. Source: its
//! `core/frequency.py`.

use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::ledger::Ledger;
use super::piece::Piece;
use super::term;
use crate::domain::topic::syntax::ast::{Scope, Term};
use crate::domain::topic::syntax::parse_list_item;

/// A line without the white space around it.
#[derive(Debug, Clone)]
struct Line<'s> {
    text: &'s str,
    span: Range<usize>,
}

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let mut filtering = false;
    let mut filters = Vec::new();
    for group in groups(ledger) {
        let mut lines = &group[..];
        if let Some((first, rest)) = lines.split_first()
            && let Some(section) = section(first.text)
        {
            ledger.cover(first.span.clone());
            filtering = section == "GLOBAL_FILTER";
            lines = rest;
        }
        if filtering {
            lines.iter().for_each(|line| global_filter(line, &mut filters, ledger));
        } else {
            words(lines, &mut filters, ledger, drafts);
        }
    }
    if drafts.count() == 0 && !filters.is_empty() {
        let message = "without a group of words every title is wanted, which is no topic";
        ledger.failed(0..ledger.source().len(), "filters_only", message);
    }
    let filters = Piece::or(filters, ledger).scoped(&[Scope::Title], ledger);
    if !filters.is_nothing() {
        drafts.exclude_everywhere(filters);
    }
}

/// Lines between empty lines, comments left out.
fn groups<'s>(ledger: &mut Ledger<'s>) -> Vec<Vec<Line<'s>>> {
    let mut groups = Vec::new();
    let mut group: Vec<Line<'s>> = Vec::new();
    let mut at = 0;
    for whole in ledger.source().split_inclusive('\n') {
        let raw = whole.trim_end_matches(['\n', '\r']);
        let text = raw.trim();
        let start = at + raw.len() - raw.trim_start().len();
        at += whole.len();
        if raw.is_empty() {
            groups.push(std::mem::take(&mut group));
        } else if text.starts_with('#') {
            ledger.cover(start..start + text.len());
        } else if !text.is_empty() {
            group.push(Line { text, span: start..start + text.len() });
        }
    }
    groups.push(group);
    groups.retain(|group| !group.is_empty());
    groups
}

fn bracketed(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

fn section(text: &str) -> Option<&'static str> {
    let name = bracketed(text)?.to_uppercase();
    ["GLOBAL_FILTER", "WORD_GROUPS"].into_iter().find(|section| *section == name)
}

fn global_filter(line: &Line<'_>, filters: &mut Vec<Piece>, ledger: &mut Ledger<'_>) {
    if line.text.starts_with(['!', '+', '@']) {
        let message = "TrendRadar ignores this line under [GLOBAL_FILTER], and so does the topic";
        ledger.note(line.span.clone(), "ignored_line", message);
        return;
    }
    if bracketed(line.text).is_some() {
        let message = "under [GLOBAL_FILTER] TrendRadar takes this for a word to keep out; begin \
                       the groups with [WORD_GROUPS]";
        ledger.approximated(line.span.clone(), "heading_among_filters", message);
    }
    filters.extend(word(line, line.text, ledger).map(|(term, _)| Piece::term(term)));
}

/// One group: one topic.
fn words(
    lines: &[Line<'_>],
    filters: &mut Vec<Piece>,
    ledger: &mut Ledger<'_>,
    drafts: &mut Drafts<'_>,
) {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return;
    };
    let span = first.span.start..last.span.end;
    let mut lines = lines;
    let mut name = None;
    if let Some(alias) = bracketed(first.text) {
        ledger.cover(first.span.clone());
        name = Some(alias.trim().to_owned());
        lines = &lines[1..];
    }
    let (mut required, mut any, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let (mark, text) = match line.text.split_at_checked(1) {
            Some((mark @ ("!" | "+" | "@"), text)) => (mark, text),
            _ => ("", line.text),
        };
        if mark == "@" {
            let message = "how many of a group are shown at once has no counterpart here: each \
                           story raises one alert";
            ledger.approximated(line.span.clone(), "shown_at_most", message);
            continue;
        }
        let Some((term, alias)) = word(line, text, ledger) else {
            continue;
        };
        let piece = Piece::term(term);
        if mark == "!" {
            filters.push(piece);
            continue;
        }
        shown.push(alias.unwrap_or(text));
        if mark == "+" { &mut required } else { &mut any }.push(piece);
    }
    if required.is_empty() && any.is_empty() {
        if name.is_some() {
            let message =
                "the group of this name has no words that are looked for: it finds nothing";
            ledger.note(first.span.clone(), "empty_group", message);
        }
        return;
    }
    let any = Piece::or(any, ledger);
    let rule = Piece::and(required.into_iter().chain([any])).scoped(&[Scope::Title], ledger);
    let name = name.or_else(|| Some(shown.join(" / ")));
    drafts.add(Sketch { name, rule, span, ..Sketch::default() });
}

/// A word or regular expression, and how it is shown.
fn word<'s>(
    line: &Line<'_>,
    text: &'s str,
    ledger: &mut Ledger<'_>,
) -> Option<(Term, Option<&'s str>)> {
    let (text, alias) = match text.split_once("=>") {
        Some((text, alias)) => (text.trim(), Some(alias.trim()).filter(|name| !name.is_empty())),
        None => (text.trim(), None),
    };
    let term = match expression(text) {
        Some(pattern) => term::regex(pattern, true).map_err(|why| ("regex", why)),
        None => anywhere(text).map_err(|why| ("bad_term", why)),
    };
    match term {
        Ok(term) => {
            ledger.cover(line.span.clone());
            Some((term, alias))
        }
        Err((code, why)) => {
            ledger.untranslated(line.span.clone(), code, why);
            None
        }
    }
}

/// What stands between the slashes of `/…/flags`.
fn expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('/')?.trim_end_matches(|c: char| c.is_ascii_lowercase());
    inner.strip_suffix('/').filter(|inner| !inner.is_empty())
}

/// A text that may stand anywhere in a title, inside of words too.
fn anywhere(text: &str) -> Result<Term, String> {
    let lower = text.to_lowercase();
    let wide = |c: char| matches!(u32::from(c), 0x3400..=0x9fff | 0x3040..=0x30ff);
    if lower.chars().all(wide) {
        // Scripts without spaces are searched inside of words anyway.
        if let Ok(term) = parse_list_item(&lower) {
            return Ok(term);
        }
    }
    if lower.len() >= 3
        && lower.bytes().all(|byte| byte.is_ascii_lowercase())
        && let Ok(term) = parse_list_item(&format!("*{lower}*"))
    {
        return Ok(term);
    }
    term::regex(&regex::escape(text), true)
}
