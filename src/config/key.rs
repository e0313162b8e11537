//! Ids that users give to feeds, channels and topics, and names taken from a known set.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::problem::Report;
use super::source::{Literal, Place};
use crate::domain::ids::IdError;
use crate::domain::topic::Severity;
use crate::domain::topic::syntax::nearest::nearest;

/// Most words that a hint names one by one.
const MAX_NAMED: usize = 20;

/// Reads an id.
pub(super) fn read<K: FromStr<Err = IdError>>(text: &Literal, report: &mut Report) -> Option<K> {
    match text.value.parse() {
        Ok(key) => Some(key),
        Err(error) => {
            report
                .add(text.place(), "bad_id", error.to_string())
                .hint("such as \"defence-alliances\"; what people read goes into a name or title");
            None
        }
    }
}

/// The id, unless something of its kind has it already.
pub(super) fn unique<K: Ord + Clone + std::fmt::Display>(
    seen: &mut BTreeMap<K, Place>,
    key: K,
    place: Place,
    code: &'static str,
    kind: &str,
    report: &mut Report,
) -> Option<K> {
    if let Some(first) = seen.get(&key) {
        let message = format!("there is a {kind} `{key}` already");
        report
            .add(place, code, message)
            .related(first.clone(), "first here")
            .hint(format!("each {kind} needs an id of its own"));
        return None;
    }
    seen.insert(key.clone(), place);
    Some(key)
}

/// Reads a severity.
pub(super) fn severity(text: &Literal, report: &mut Report) -> Option<Severity> {
    let severity = Severity::from_code(&text.value);
    if severity.is_none() {
        let names = Severity::ALL.map(Severity::as_str);
        not_among(text, "severity", &names, "bad_severity", report);
    }
    severity
}

/// Notes that a text is none of the words it may be.
pub(super) fn not_among(
    text: &Literal,
    kind: &str,
    words: &[&str],
    code: &'static str,
    report: &mut Report,
) {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let message = format!("`{}` is not {article} {kind}", text.value);
    let problem = report.add(text.place(), code, message);
    problem.hint(match nearest(&text.value, words.iter().copied()) {
        Some(known) => format!("did you mean \"{known}\"?"),
        None if words.is_empty() => format!("there is no {kind}"),
        None if words.len() > MAX_NAMED => format!("it is none of the {} there are", words.len()),
        None => format!("write one of {}", words.join(", ")),
    });
}
