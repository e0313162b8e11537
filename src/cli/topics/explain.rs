//! `wirewatch topics explain`: clause by clause, why a topic does or does not match.

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::cli::{entries, explanation, naming};
use crate::config::Config;
use crate::domain::document::{Document, MAX_BODY_BYTES};
use crate::domain::ids::EntryId;
use crate::domain::topic::filter::Origin;
use crate::store::Access;

/// Most bytes read of a file or standard input that is to be explained: more than is matched.
const MAX_TEXT_BYTES: u64 = 4 * MAX_BODY_BYTES as u64;

pub fn run(
    name: &str,
    what: &str,
    config: &Config,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let id = naming::topic(name, &config.topics)?;
    let document = document(what, config, session)?;
    let Some(why) = config.topics.explain(&id, &document, &Origin::UNKNOWN) else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let object = explanation::object(&id, &document, &why);
    let text = explanation::page(&id, &document, &why);
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}

/// A stored entry's document, or one made of a text.
fn document(what: &str, config: &Config, session: &Session) -> Result<Document, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
    if what == "-" {
        let bytes = read(stdin().lock()).context("cannot read standard input").map_err(failed)?;
        return Ok(document_of(text("standard input", &bytes)?));
    }
    if let (Ok(id), false) = (what.parse::<EntryId>(), Path::new(what).exists()) {
        let store = session.store_of(config, Access::ReadOnly)?;
        let detail = store.entry(id)?.ok_or_else(|| entries::no_such_entry(id))?;
        return Ok(detail.entry.document);
    }
    let bytes = fs::File::open(what)
        .and_then(read)
        .with_context(|| format!("cannot read {what}"))
        .map_err(|error| {
            failed(error).hint("give an entry's id (E…), a text file, or - for standard input")
        })?;
    Ok(document_of(text(what, &bytes)?))
}

fn read(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_TEXT_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text, if that is what they are: an explanation of a picture explains nothing.
fn text<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut off within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "\0",
    };
    if text.contains('\0') {
        let sentence = format!("{name} is not text");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("give plain text in UTF-8: the title on the first line, then the body"));
    }
    Ok(text)
}

/// The first line is the title; what follows is the body, with blank lines between paragraphs.
fn document_of(text: &str) -> Document {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in rest.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&line.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            Some(last) if !last.is_empty() => paragraphs.push(String::new()),
            _ => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    let mut body = paragraphs.join("\n\n");
    body.truncate(body.floor_char_boundary(MAX_BODY_BYTES));
    Document { title: title.trim().to_owned(), body, ..Document::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_title_and_paragraphs() {
        let document = document_of("\n A  title \r\nOne\r\n two\n\n\nThree \n");
        assert_eq!(document.title, "A  title");
        assert_eq!(document.body, "One two\n\nThree");
        assert_eq!(document_of("only a title").body, "");
        assert_eq!(document_of("").title, "");
    }
}
