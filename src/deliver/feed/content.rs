//! What stands in an entry: the publisher's words, who tells it, and why it was found. Every text is
//! from outside: the HTML is made of our own elements, with all texts escaped.

use super::Item;
use crate::deliver::object::{AlertV1, EvidenceV1, TermV1};
use crate::domain::untrusted;

/// Passages that are quoted.
const MAX_QUOTES: usize = 5;

/// The entry as HTML.
pub fn html(item: &Item) -> String {
    let alert = &item.alert;
    let mut html = String::new();
    if !alert.summary.is_empty() {
        html += &format!("<p>{}</p>", untrusted::html(&alert.summary));
    }
    html += &format!("<p>{}</p>", untrusted::html(&tellers(alert)));
    if alert.seq > 1 {
        let update = format!("Update {}: {}", alert.seq, alert.reason.text);
        html += &format!("<p>{}</p>", untrusted::html(&update));
    }
    if let Some(note) = &alert.note {
        html += &format!("<p>{}</p>", untrusted::html(note));
    }
    html += &format!("<p>Why: {}</p>", untrusted::html(&why(alert)));
    let quotes = alert.evidence.iter().filter_map(quote).take(MAX_QUOTES);
    let quotes: String = quotes.map(|quote| format!("<li>{quote}</li>")).collect();
    if !quotes.is_empty() {
        html += &format!("<ul>{quotes}</ul>");
    }
    let severity = &alert.topic.severity;
    let about = format!("{}, {severity}, alert {}", alert.topic.name, alert.id);
    html + &format!("<p>{}</p>", untrusted::html(&about))
}

/// `NATO ×3 (1 in title) · defence alliance ×2`.
pub fn why(alert: &AlertV1) -> String {
    let terms: Vec<String> = alert.terms.iter().map(term).collect();
    match terms.is_empty() {
        false => terms.join(" · "),
        true => alert.reason.text.clone(),
    }
}

fn term(term: &TermV1) -> String {
    let title = match term.in_title {
        0 => String::new(),
        n => format!(" ({n} in title)"),
    };
    format!("{} ×{}{title}", term.term, term.count)
}

/// `Harbour Wire, 3 publishers, 2 independent texts`.
fn tellers(alert: &AlertV1) -> String {
    let story = &alert.story;
    let publishers = match story.publishers {
        0 | 1 => String::new(),
        more => format!(", {more} publishers"),
    };
    let texts = match story.texts {
        Some(texts) if texts > 0 && texts < story.publishers => {
            format!(", {texts} independent text{}", if texts == 1 { "" } else { "s" })
        }
        _ => String::new(),
    };
    format!("{}{publishers}{texts}", alert.entry.publisher)
}

/// A passage, with what was found in it marked.
fn quote(evidence: &EvidenceV1) -> Option<String> {
    let snippet = untrusted::html(evidence.snippet.as_deref()?).into_owned();
    Some(snippet.replace('[', "<mark>[").replace(']', "]</mark>").replace("<mark>[]</mark>", "[]"))
}
