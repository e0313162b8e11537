//! A message as a page of HTML for mail readers: no image, script, form, style sheet or anything else
//! from elsewhere, and every text escaped, so that nothing a feed says becomes markup. Styles stand
//! in the elements, since many readers drop all others.
//!
//! Colours are left to the reader wherever possible, so that it can be light or dark; where one is
//! set, so is the one behind it. Each text from outside has its own direction.

use crate::domain::topic::Severity;
use crate::domain::untrusted;

use super::{Item, Message, Passage};

const PAGE: &str = "margin:0;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,\
                    Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
/// About 75 characters to the line, where there is room for them.
const COLUMN: &str = "max-width:42em;margin:0 auto;overflow-wrap:break-word";
const HEADLINE: &str = "margin:4px 0 6px;font-size:21px;line-height:1.3;font-weight:600";
const NEWS: &str = "margin:4px 0 0;font-weight:600";
const SMALL: &str = "margin:0 0 12px;font-size:14px;opacity:.8";
const PARAGRAPH: &str = "margin:0 0 12px";
const PASSAGE: &str = "margin:0 0 12px;padding:0 12px;border-inline-start:3px solid #8a94a6";
const MARK: &str = "background:#ffe58a;color:#1f2430;padding:0 2px";
const LIST: &str = "margin:0 0 12px;padding-inline-start:1.6em";
const ITEM: &str = "margin:0 0 12px";
const DETAIL: &str = "font-size:14px;opacity:.8";
const FACTS: &str = "margin:0 0 12px;padding-inline-start:1.2em;font-size:14px;opacity:.8";
const FOOTER: &str =
    "margin:20px 0 0;padding-top:8px;border-top:1px solid #8a94a6;font-size:13px;opacity:.8";

/// The whole page. `footer` is a line of ours below it.
pub fn render(message: &Message, footer: &str) -> String {
    let mut page = Page { html: String::with_capacity(4_096) };
    page.push(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n",
    );
    page.push(&format!("<title>{}</title>\n</head>\n", escape(&message.headline)));
    page.push(&format!("<body style=\"{PAGE}\">\n<div style=\"{COLUMN}\">\n"));
    page.head(message);
    page.why(message);
    for remark in &message.remarks {
        page.element("p", PARAGRAPH, &format!("<em>{}</em>", escape(remark)));
    }
    page.items(&message.items);
    page.facts(&message.facts);
    for link in &message.links {
        let text = format!("{}: {}", link.label, anchor(&link.url));
        page.element("p", PARAGRAPH, &text);
    }
    page.element("p", FOOTER, &escape(footer));
    page.push("</div>\n</body>\n</html>\n");
    page.html
}

struct Page {
    html: String,
}

impl Page {
    fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// An element of this name around what is markup already.
    fn element(&mut self, name: &str, style: &str, inner: &str) {
        self.push(&format!("<{name} style=\"{style}\">{inner}</{name}>\n"));
    }

    fn head(&mut self, message: &Message) {
        let label = format!("<strong>{}</strong>", bdi(&message.label));
        let tag = badge(message.severity, message.tag());
        self.element("p", "margin:0", &format!("{tag} {label}"));
        if let Some(news) = &message.news {
            self.element("p", NEWS, &bdi(news));
        }
        let language = message.language.as_deref();
        let language = language.map(|language| format!(" lang=\"{}\"", escape(language)));
        self.push(&format!(
            "<h1 dir=\"auto\"{} style=\"{HEADLINE}\">{}</h1>\n",
            language.unwrap_or_default(),
            escape(&message.headline)
        ));
        if !message.particulars.is_empty() {
            self.element("p", SMALL, &joined(&message.particulars));
        }
    }

    fn why(&mut self, message: &Message) {
        if !message.reasons.is_empty() {
            let reasons = joined(&message.reasons);
            self.element("p", PARAGRAPH, &format!("<strong>Why:</strong> {reasons}"));
        }
        for passage in &message.passages {
            let quoted = marked(passage);
            let quote = format!("<blockquote dir=\"auto\" style=\"{PASSAGE}\">{quoted}");
            self.push(&format!("{quote}</blockquote>\n"));
        }
    }

    fn items(&mut self, items: &[Item]) {
        let Some(first) = items.first() else {
            return;
        };
        let name = if first.rank.is_some() { "ol" } else { "ul" };
        self.push(&format!("<{name} style=\"{LIST}\">\n"));
        for item in items {
            self.element("li", ITEM, &entry(item));
        }
        self.push(&format!("</{name}>\n"));
    }

    fn facts(&mut self, facts: &[String]) {
        if facts.is_empty() {
            return;
        }
        self.push(&format!("<ul style=\"{FACTS}\">\n"));
        for fact in facts {
            self.push(&format!("<li>{}</li>\n", bdi(fact)));
        }
        self.push("</ul>\n");
    }
}

fn entry(item: &Item) -> String {
    let mut html = String::new();
    if let Some(severity) = item.severity {
        html += &format!("{} ", badge(Some(severity), severity.as_str()));
    }
    html += &format!("<strong>{}</strong>", bdi(&item.title));
    let text = Some(&item.text).filter(|text| !text.is_empty());
    for detail in text.into_iter().chain(&item.hint) {
        html += &format!("<br>\n<span style=\"{DETAIL}\">{}</span>", bdi(detail));
    }
    if let Some(url) = &item.url {
        html += &format!("<br>\n{}", anchor(url));
    }
    html
}

/// A link that shows where it leads.
fn anchor(url: &str) -> String {
    let url = escape(url);
    format!("<a href=\"{url}\" rel=\"noreferrer\">{url}</a>")
}

/// The severity as a word on a colour: never the colour alone.
fn badge(severity: Option<Severity>, word: &str) -> String {
    let colour = match severity {
        Some(Severity::Critical) => "#8f1239",
        Some(Severity::High) => "#b42318",
        Some(Severity::Medium) => "#8a5a00",
        Some(Severity::Low) => "#0b6477",
        Some(Severity::Info) | None => "#475467",
    };
    format!(
        "<span style=\"display:inline-block;padding:0 8px;border-radius:10px;\
         background:{colour};color:#fff;font-size:13px;line-height:20px\">{word}</span>"
    )
}

fn marked(passage: &Passage) -> String {
    let pieces = passage.pieces.iter().map(|piece| {
        let text = escape(&piece.text);
        match piece.is_marked {
            true => format!("<mark style=\"{MARK}\">{text}</mark>"),
            false => text,
        }
    });
    pieces.collect()
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| bdi(part)).collect();
    parts.join(" · ")
}

/// A text in its own direction.
fn bdi(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

fn escape(text: &str) -> String {
    untrusted::html(text).into_owned()
}
