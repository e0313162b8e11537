//! Plain lists: a pattern and its weight on each line, with white space, `;`, `,` or a tab
//! between them. `[Name]` begins an alert, `threshold N` says its threshold, `#` a comment.

use super::super::ledger::Ledger;
use super::{Alert, Pattern, pattern};

pub fn read(ledger: &mut Ledger<'_>) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    let mut at = 0;
    for whole in ledger.source().split_inclusive('\n') {
        let text = whole.trim();
        let start = at + whole.len() - whole.trim_start().len();
        at += whole.len();
        let span = start..start + text.len();
        if text.is_empty() {
            continue;
        }
        if text.starts_with('#') {
            ledger.cover(span);
            continue;
        }
        if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            ledger.cover(span.clone());
            alerts.push(Alert { name: Some(name.trim().to_owned()), span, ..Alert::default() });
            continue;
        }
        if alerts.is_empty() {
            alerts.push(Alert { span: span.clone(), ..Alert::default() });
        }
        let Some(alert) = alerts.last_mut() else {
            continue;
        };
        alert.span.end = span.end;
        let Some((text, number)) = split(text) else {
            let message = "a line is a pattern and its weight; this one has no weight";
            ledger.untranslated(span, "no_weight", message);
            continue;
        };
        if text.trim_end_matches([':', '=']).trim().eq_ignore_ascii_case("threshold") {
            ledger.cover(span);
            alert.threshold = Some(number);
            continue;
        }
        let piece = pattern(text.trim_matches('"'), span.clone(), ledger);
        alert.patterns.extend(piece.map(|piece| Pattern { piece, weight: number, span }));
    }
    alerts
}

/// A text and the number at its end.
fn split(line: &str) -> Option<(&str, f64)> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '=' | ':');
    let at = line.rfind(separates)?;
    let behind = line[at..].trim_start_matches(separates);
    let number = behind.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let text = line[..at].trim_end_matches(separates);
    (!text.is_empty()).then_some((text, number))
}
