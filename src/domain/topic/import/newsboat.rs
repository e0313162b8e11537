//! Filters of Newsboat: an expression by itself, query feeds (`"query:Name:expression" tags`) of
//! a urls file, and `ignore-article` lines of a config file, which keep entries out of all topics
//! imported with them. `and` and `or` bind alike, from right to left: `a and b or c` is
//! `a and (b or c)`. Source: its documentation, "Filter Language", and `filterparser.rs`.

mod expression;
mod words;

use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::ledger::Ledger;

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let source = ledger.source();
    let mut at = 0;
    let mut others: Option<Range<usize>> = None;
    for whole in source.split_inclusive('\n') {
        let text = whole.trim();
        let start = at + whole.len() - whole.trim_start().len();
        at += whole.len();
        let span = start..start + text.len();
        if text.is_empty() {
            continue;
        }
        if text.starts_with('#') {
            ledger.cover(span);
        } else if !line(span.clone(), ledger, drafts) {
            let start = others.map_or(span.start, |others| others.start);
            others = Some(start..span.end);
            continue;
        }
        skipped(others.take(), ledger);
    }
    skipped(others, ledger);
}

/// Lines that are no rules: feeds, and settings.
fn skipped(span: Option<Range<usize>>, ledger: &mut Ledger<'_>) {
    if let Some(span) = span {
        let message = "feeds and settings are no topics; feeds go into wirewatch.toml";
        ledger.note(span, "no_rule", message);
    }
}

/// One line; `false` where it is no rule.
fn line(span: Range<usize>, ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) -> bool {
    let words = words::split(ledger.text(span.clone()), span.start);
    let Some(first) = words.first() else {
        return false;
    };
    if let Some(query) = first.text.strip_prefix("query:") {
        let (name, rule) = query.split_once(':').unwrap_or((query, ""));
        let filter = first.tail(rule.len());
        let rule = expression::read(&filter, ledger);
        ledger.cover(span.clone());
        let notes = words[1..].iter().map(|tag| format!("Tagged {} in Newsboat.", tag.text));
        let notes = notes.collect();
        let name = Some(name.to_owned());
        drafts.add(Sketch { name, rule, notes, span, ..Sketch::default() });
        return true;
    }
    if first.text == "ignore-article" {
        ignored(&words, span, ledger, drafts);
        return true;
    }
    let is_rule = expression::looks_like_one(ledger.text(span.clone()));
    if is_rule {
        let filter = words::Text::plain(ledger.text(span.clone()), span.start);
        let rule = expression::read(&filter, ledger);
        drafts.add(Sketch { rule, span, ..Sketch::default() });
    }
    is_rule
}

/// `ignore-article "*" "title =~ \"Gentoo\""`.
fn ignored(
    words: &[words::Text],
    span: Range<usize>,
    ledger: &mut Ledger<'_>,
    drafts: &mut Drafts<'_>,
) {
    let [_, feeds, filter] = words else {
        let message = "ignore-article needs a feed (or \"*\") and an expression";
        return ledger.untranslated(span, "bad_ignore", message);
    };
    if feeds.text != "*" {
        let message = "this is ignored in one feed only; an exclusion holds for all of a topic's \
                       feeds, so it is left out";
        return ledger.untranslated(span, "ignore_in_feed", message);
    }
    let rule = expression::read(filter, ledger);
    ledger.cover(span.clone());
    if rule.expr.is_some() || !rule.asks.is_empty() {
        drafts.exclude_everywhere(rule);
    }
}
