//! Evidence as it is published: one item per clause and field, each with a readable snippet.

use std::collections::BTreeMap;

use crate::domain::document::Field;
use crate::domain::topic::evidence::{
    CONTEXT_CHARS, Clause, Evidence, MAX_SPANS_PER_CLAUSE, Passage, Span,
};
use crate::domain::untrusted;

use super::{EvidenceV1, MAX_EVIDENCE, TermV1};

/// Longest snippet, brackets and ellipses not counted.
const MAX_SNIPPET_CHARS: usize = 240;

/// Characters kept before the first mark when a passage is cut.
const SNIPPET_LEAD_CHARS: usize = 80;

/// Longest text of a clause or a found term, in characters.
const MAX_TERM_CHARS: usize = 200;

/// Published items, and whether there were more than are published.
pub(super) fn evidence(found: &Evidence) -> (Vec<EvidenceV1>, bool) {
    let mut items: Vec<EvidenceV1> = found
        .clauses
        .iter()
        .flat_map(|clause| items_of(clause, &found.passages))
        .take(MAX_EVIDENCE + 1)
        .collect();
    let cut = items.len() > MAX_EVIDENCE;
    items.truncate(MAX_EVIDENCE);
    (items, cut)
}

/// The words that were found, each once: those of the title first, then the most frequent.
pub(super) fn terms(found: &Evidence) -> Vec<TermV1> {
    let mut places: BTreeMap<(Field, usize, usize), &Span> = BTreeMap::new();
    for span in found.clauses.iter().flat_map(|clause| &clause.spans) {
        places.insert((span.field, span.start, span.end), span);
    }
    let mut terms: Vec<(String, TermV1)> = Vec::new();
    for span in places.into_values() {
        let key = span.quote.to_lowercase();
        let known = terms.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            let term = plain(&span.quote);
            terms.push((key, TermV1 { term, count: 0, in_title: 0, in_lead: 0, truncated: false }));
            terms.len() - 1
        });
        let term = &mut terms[known].1;
        term.count += 1;
        term.in_title += u32::from(span.field == Field::Title);
        term.in_lead += u32::from(span.in_lead);
    }
    for (key, term) in &mut terms {
        count_beyond(found, key, term);
    }
    let mut terms: Vec<TermV1> = terms.into_iter().map(|(_, term)| term).collect();
    terms.sort_by_key(|term| std::cmp::Reverse((term.in_title > 0, term.count)));
    terms.truncate(MAX_EVIDENCE);
    terms
}

/// Mends the count of a term of which more places were found than are kept: to what its clause
/// counted where the clause asks for nothing else, else it is a least.
fn count_beyond(found: &Evidence, key: &str, term: &mut TermV1) {
    let is_cut = |clause: &&Clause| {
        clause.spans.len() >= MAX_SPANS_PER_CLAUSE
            && (found.truncated || clause.count as usize > clause.spans.len())
    };
    let shows = |clause: &&Clause| clause.spans.iter().any(|s| s.quote.to_lowercase() == key);
    for clause in found.clauses.iter().filter(is_cut).filter(shows) {
        term.truncated = true;
        if clause.text.trim_matches('"').to_lowercase() == key {
            term.count = term.count.max(clause.count);
            term.truncated = false;
            return;
        }
    }
}

/// One item per field in which the clause has a span; one without a field where it has none.
fn items_of(clause: &Clause, passages: &[Passage]) -> Vec<EvidenceV1> {
    if clause.spans.is_empty() {
        return vec![item(clause, &[], passages)];
    }
    Field::ALL
        .into_iter()
        .map(|field| clause.spans.iter().filter(move |span| span.field == field))
        .map(Iterator::collect::<Vec<_>>)
        .filter(|spans| !spans.is_empty())
        .map(|spans| item(clause, &spans, passages))
        .collect()
}

fn item(clause: &Clause, spans: &[&Span], passages: &[Passage]) -> EvidenceV1 {
    let first = spans.first();
    let in_lead = spans.iter().filter(|span| span.in_lead).count();
    EvidenceV1 {
        clause: plain(&clause.text),
        term: first.map(|span| plain(&span.quote)),
        field: first.map(|span| span.field.as_str().to_owned()),
        count: clause.count,
        spans: spans.iter().map(|span| span.chars.into()).collect(),
        in_lead: u32::try_from(in_lead).unwrap_or(u32::MAX),
        snippet: first.map(|span| snippet(span, passages)),
        weight: clause.score.map(|score| score.weight),
    }
}

/// The passage that shows the span, else the span with what stands next to it.
fn snippet(span: &Span, passages: &[Passage]) -> String {
    let shows = |passage: &&Passage| {
        passage.field == span.field && passage.start <= span.start && span.end <= passage.end
    };
    let shown = match passages.iter().find(shows) {
        Some(passage) => marked(&passage.text, &passage.marks),
        None => quoted(span),
    };
    untrusted::terminal(&shown).trim().to_owned()
}

fn quoted(span: &Span) -> String {
    // Shorter context than was asked for means that the field begins or ends there; else the
    // word that was cut is left out.
    let is_cut = |context: &str| context.chars().count() >= CONTEXT_CHARS;
    let before = match span.before.split_once(' ') {
        Some((_, words)) if is_cut(&span.before) => format!("… {words}"),
        _ => span.before.to_string(),
    };
    let after = match span.after.rsplit_once(' ') {
        Some((words, _)) if is_cut(&span.after) => format!("{words} …"),
        _ => span.after.to_string(),
    };
    format!("{before}[{}]{after}", span.quote)
}

/// `text` with its marks in brackets; of a long text the part around the first mark.
fn marked(text: &str, marks: &[(usize, usize)]) -> String {
    let (start, end) = window(text, marks.first().map_or(0, |mark| mark.0));
    let mut shown = String::with_capacity(end - start + 4 * marks.len() + 8);
    if start > 0 {
        shown.push_str("… ");
    }
    let mut at = start;
    for &(from, to) in marks {
        let inside = from >= at && to <= end;
        let (Some(gap), Some(mark)) = (text.get(at..from), text.get(from..to)) else {
            continue;
        };
        if inside {
            shown.push_str(gap);
            shown.push('[');
            shown.push_str(mark);
            shown.push(']');
            at = to;
        }
    }
    shown.push_str(&text[at..end]);
    if end < text.len() {
        shown.push_str(" …");
    }
    shown
}

/// The byte range of `text` to show: all of it, or [`MAX_SNIPPET_CHARS`] around `first_mark`,
/// from word to word.
fn window(text: &str, first_mark: usize) -> (usize, usize) {
    let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if borders.len() <= MAX_SNIPPET_CHARS {
        return (0, text.len());
    }
    let mark = borders.partition_point(|&at| at < first_mark);
    let first = mark.saturating_sub(SNIPPET_LEAD_CHARS).min(borders.len() - MAX_SNIPPET_CHARS);
    let last = first + MAX_SNIPPET_CHARS;
    let (start, end) = (borders[first], borders.get(last).copied());
    let start = match start {
        0 => 0,
        // A cut word is left out, but nothing that is marked.
        start => text[start..]
            .find(char::is_whitespace)
            .map(|offset| start + offset)
            .filter(|&border| border < first_mark)
            .map_or(start, |border| {
                border + text[border..].len() - text[border..].trim_start().len()
            }),
    };
    let end = end.map_or(text.len(), |end| {
        text[start..end].rfind(char::is_whitespace).map_or(end, |offset| start + offset).max(start)
    });
    (start, end)
}

fn plain(text: &str) -> String {
    untrusted::excerpt(untrusted::terminal(text).trim(), MAX_TERM_CHARS).into_owned()
}
