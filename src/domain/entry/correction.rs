//! Whether an entry says of itself that it corrects or withdraws what it said before: by the word
//! that its title or text begins with. For [`crate::domain::ingest`], which tells of it whatever
//! was told already.

use crate::domain::document::Document;

/// Words that announce a correction or a withdrawal where a sign follows them, in small letters.
/// "Correction: …" does, "Correction on the stock markets" does not.
const MARKS: &[&str] = &[
    "correction",
    "corrections",
    "corrected",
    "corrects",
    "retraction",
    "retracted",
    "withdrawn",
    "withdrawal",
    "clarification",
    "erratum",
    "errata",
    "korrektur",
    "korrigiert",
    "berichtigung",
    "berichtigt",
    "richtigstellung",
    "zurückgezogen",
    "rectificatif",
    "rectification",
    "rétractation",
    "corrigé",
    "corrección",
    "rectificación",
    "fe de errores",
    "fe de erratas",
    "retractación",
    "correzione",
    "rettifica",
    "errata corrige",
    "correção",
    "retificação",
    "retratação",
    "correctie",
    "rectificatie",
    "sprostowanie",
    "korekta",
    "oprava",
    "rättelse",
    "rettelse",
    "oikaisu",
    "korjaus",
    "helyesbítés",
    "düzeltme",
    "διόρθωση",
    "исправление",
    "опровержение",
    "виправлення",
    "спростування",
    "تصحيح",
    "訂正",
    "撤回",
    "更正",
    "撤稿",
    "정정",
];

/// How texts begin that were corrected, in small letters: these need no sign behind them.
const OPENINGS: &[&str] = &[
    "this article has been corrected",
    "this article has been retracted",
    "this article was corrected",
    "this article has been withdrawn",
    "this story has been corrected",
    "this story has been retracted",
    "this story has been withdrawn",
    "this story corrects",
    "an earlier version of this article",
    "an earlier version of this story",
    "in einer früheren version dieses artikels",
    "dans une première version de cet article",
    "en una versión anterior de este artículo",
];

/// Signs that may stand before a mark, and those that make it one.
const BEFORE: &[char] = &['[', '(', '*', '【', '［', '«', '"'];
const BEHIND: &[char] =
    &[':', '：', '-', '–', '—', '|', ']', ')', '】', '］', ')', '*', '.', '/', '·', '»', '"'];

/// Longest start of a text that is looked at, in characters.
const START_CHARS: usize = 64;

/// The word by which an entry says that it corrects or withdraws something.
pub fn correction(document: &Document) -> Option<&'static str> {
    [&document.title, &document.body].into_iter().find_map(|text| mark(text))
}

/// The word by which a text says so.
pub fn mark(text: &str) -> Option<&'static str> {
    let start: String = text.trim_start().chars().take(START_CHARS).collect();
    let start = start.to_lowercase();
    if let Some(opening) = OPENINGS.iter().find(|opening| start.starts_with(**opening)) {
        return Some(opening);
    }
    let start = start.trim_start_matches(|c: char| BEFORE.contains(&c) || c.is_whitespace());
    let marked = |mark: &&&str| {
        let rest = start.strip_prefix(**mark).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with(BEHIND))
    };
    MARKS.iter().find(marked).copied()
}

#[cfg(test)]
mod tests;
