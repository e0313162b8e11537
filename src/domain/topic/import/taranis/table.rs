//! A word list as CSV: a header with two or three columns, of which `value` must be one. The
//! separator is the one the header uses.

use super::super::ledger::Ledger;
use super::{Entry, WordList};

/// What may separate columns.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// What a list is called that brings no name along.
const NAME: &str = "word list";

pub fn read(ledger: &mut Ledger<'_>) -> Option<WordList> {
    let source = ledger.source();
    let header = source.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|&byte| byte == separator).count();
    let separator = SEPARATORS.into_iter().max_by_key(|&separator| count(separator))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(source.as_bytes());
    let mut columns: Option<[Option<usize>; 3]> = None;
    let mut entries = Vec::new();
    let mut record = csv::StringRecord::new();
    while let Ok(true) = reader.read_record(&mut record) {
        let at = |position: &csv::Position| usize::try_from(position.byte()).unwrap_or(0);
        let start = record.position().map_or(0, at).min(source.len());
        let span = start..at(reader.position()).clamp(start, source.len());
        let Some([value, category, description]) = columns else {
            let named = |name: &str| record.iter().position(|cell| is(cell, name));
            columns = Some([named("value"), named("category"), named("description")]);
            if named("value").is_none() {
                let message = "the first line must name the columns, one of them `value`";
                ledger.failed(0..source.len(), "no_header", message);
                return None;
            }
            ledger.cover(span.clone());
            let known = ["value", "category", "description"];
            let others = record.iter().filter(|cell| !known.iter().any(|name| is(cell, name)));
            let others: Vec<&str> = others.collect();
            if !others.is_empty() {
                let message = format!("these columns are left out: {}", others.join(", "));
                ledger.note(span, "unknown_field", message);
            }
            continue;
        };
        let cell = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).unwrap_or_default().trim().to_owned()
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            ledger.cover(span);
            continue;
        }
        let (value, category) = (cell(value), cell(category));
        entries.push(Entry { value, category, description: cell(description), span });
    }
    Some(WordList {
        name: NAME.to_owned(),
        usage: super::INCLUDES,
        entries,
        span: 0..source.len(),
        place: 0..header.len(),
        ..WordList::default()
    })
}

fn is(cell: &str, name: &str) -> bool {
    cell.trim().eq_ignore_ascii_case(name)
}
