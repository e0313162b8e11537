//! What a document is, whatever its Content-Type says.

use super::lex::{Lexer, Part};

/// What a text turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    Nothing,
    /// XML with the root of a feed.
    Xml,
    Json,
    Html,
    /// XML with another root, by its name.
    OtherXml(&'a str),
    Other,
}

pub fn kind(text: &str) -> Kind<'_> {
    let text = text.trim_start();
    if text.is_empty() {
        return Kind::Nothing;
    }
    if text.starts_with(['{', '[']) {
        return Kind::Json;
    }
    for token in Lexer::new(text) {
        let Part::Start { name, .. } = token.part else {
            continue;
        };
        return match local(name).to_ascii_lowercase().as_str() {
            "rss" | "feed" | "rdf" | "entry" => Kind::Xml,
            "html" | "head" | "body" | "div" | "p" | "br" | "script" | "title" | "meta" => {
                Kind::Html
            }
            _ => Kind::OtherXml(short(name)),
        };
    }
    Kind::Other
}

/// The name without its namespace prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn short(name: &str) -> &str {
    const SHOWN_CHARS: usize = 40;
    match name.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}
