//! A message as plain text: paragraphs of one line each, however long, since who reads it on a
//! telephone and who reads it on a wide screen want different breaks. Lists are indented.

use super::direction::isolated;
use super::{Item, Link, Message};

/// The message as text, ending in a line feed.
pub fn render(message: &Message) -> String {
    let mut page = Page { text: String::with_capacity(1_024) };
    page.line(&format!("{} · {}", message.tag(), isolated(&message.label)));
    if let Some(news) = &message.news {
        page.line(&isolated(news));
    }
    page.line(&isolated(&message.headline));
    page.line(&joined(&message.particulars, ", "));
    if !message.reasons.is_empty() {
        page.paragraph(&format!("Why: {}", joined(&message.reasons, " · ")));
    }
    for passage in &message.passages {
        page.paragraph(&format!("\"{}\"", isolated(&passage.bracketed())));
    }
    for remark in &message.remarks {
        page.paragraph(remark);
    }
    for item in &message.items {
        page.item(item);
    }
    page.block(message.facts.iter().map(|fact| isolated(fact).into_owned()));
    let link = |link: &Link| format!("{}: {}", link.label, link.url);
    page.block(message.links.iter().map(link));
    page.text
}

fn joined(parts: &[String], between: &str) -> String {
    let parts: Vec<_> = parts.iter().map(|part| isolated(part)).collect();
    parts.join(between)
}

struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line with an empty one before it.
    fn paragraph(&mut self, line: &str) {
        self.text.push('\n');
        self.line(line);
    }

    /// Lines with an empty one before the first.
    fn block(&mut self, lines: impl Iterator<Item = String>) {
        for (n, line) in lines.enumerate() {
            match n {
                0 => self.paragraph(&line),
                _ => self.line(&line),
            }
        }
    }

    /// `1. high: Ministers sign a pact`, what there is to say of it, and its link.
    fn item(&mut self, item: &Item) {
        let bullet = item.rank.map_or_else(|| "-".to_owned(), |rank| format!("{rank}."));
        let severity = item.severity.map(|severity| format!("{}: ", severity.as_str()));
        let title = isolated(&item.title);
        self.paragraph(&format!("{bullet} {}{title}", severity.unwrap_or_default()));
        let indent = " ".repeat(bullet.len() + 1);
        if !item.text.is_empty() {
            self.line(&format!("{indent}{}", isolated(&item.text)));
        }
        if let Some(hint) = &item.hint {
            self.line(&format!("{indent}hint: {hint}"));
        }
        if let Some(url) = &item.url {
            self.line(&format!("{indent}{url}"));
        }
    }
}
