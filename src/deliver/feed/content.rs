//! What stands in an entry: the publisher's words, who tells it, and why it was found. Every text is
//! from outside: the HTML is made of our own elements, with all texts escaped.

use super::Item;
use crate::deliver::message::{Passage, Piece, marks};
use crate::deliver::object::AlertV1;
use crate::deliver::terminal;
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
    let quotes = marks::passages(alert);
    let quotes =
        quotes.iter().take(MAX_QUOTES).map(|passage| format!("<li>{}</li>", quote(passage)));
    let quotes: String = quotes.collect();
    if !quotes.is_empty() {
        html += &format!("<ul>{quotes}</ul>");
    }
    let severity = &alert.topic.severity;
    let about = format!("{}, {severity}, alert {}", alert.topic.name, alert.id);
    html + &format!("<p>{}</p>", untrusted::html(&about))
}

/// What was found, as channels tell it.
pub fn why(alert: &AlertV1) -> String {
    let reasons = terminal::reasons(alert);
    if reasons.is_empty() { alert.reason.text.clone() } else { reasons }
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
fn quote(passage: &Passage) -> String {
    let piece = |piece: &Piece| match piece.is_marked {
        true => format!("<mark>{}</mark>", untrusted::html(&piece.text)),
        false => untrusted::html(&piece.text).into_owned(),
    };
    passage.pieces.iter().map(piece).collect()
}
