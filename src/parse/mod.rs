//! Bytes → [`ParsedFeed`]: reads what a server calls a feed. Every byte is hostile until proved
//! a feed, so the order is: `unpack`, `decode` to text, `sniff` what it is, bring it into one
//! clean form by [`normal`], and only then the parser behind `convert`, on a `thread` of its own.
//!
//! The normaliser is where damage is mended and where the dialects end; [`repairs`] names what
//! it mends. JSON Feeds go through `json` instead. [`crate::fetch`] brings the bytes; what
//! becomes of the entries is for [`crate::domain::ingest`].

mod article;
mod attributes;
mod convert;
pub mod date;
mod decode;
pub mod discover;
mod entity;
mod failure;
mod json;
mod lex;
mod limits;
mod newest;
mod normal;
pub mod opml;
mod page;
mod person;
pub mod repairs;
mod sniff;
mod thread;
mod unpack;
mod xml;

#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::domain::feed::ParsedFeed;

use self::repairs::{Fault, Tally};
use self::sniff::Kind;

pub use self::article::{Article, article};
pub use self::failure::ParseFailure;
pub use self::limits::Limits;

/// Reads a feed document. `content_type` is the header as given, `url` where the document came
/// from: relative links refer to it.
pub async fn parse(
    body: Bytes,
    content_type: Option<&str>,
    url: &str,
    limits: Limits,
) -> Result<ParsedFeed, ParseFailure> {
    let content_type = content_type.map(str::to_owned);
    let url = url.to_owned();
    let work = move || read(&body, content_type.as_deref(), &url, limits);
    thread::run(thread::Work::Feed, limits.timeout, work).await
}

/// [`parse`] on the calling thread, without its timeout and its guard against panics: for
/// callers that bring both, as benchmarks and fuzzers do.
pub fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &str,
    limits: Limits,
) -> Result<ParsedFeed, ParseFailure> {
    if body.len() > limits.body_bytes {
        return Err(ParseFailure::TooComplex { what: "bytes", limit: limits.body_bytes });
    }
    let mut tally = Tally::default();
    let (bytes, packed) = unpack::unpack(body, limits)?;
    tally.add(Fault::Packed, usize::from(packed));
    let text = decode::read(&bytes, content_type, limits.body_bytes, &mut tally);
    let mut feed = match sniff::kind(&text) {
        Kind::Nothing => Err(ParseFailure::Empty),
        Kind::Xml { start, wrapped } => {
            tally.add(Fault::Wrapped, usize::from(wrapped));
            xml::read(&text, start, url, limits, tally)
        }
        Kind::Escaped(range) => xml::read_escaped(&text, range, url, limits, tally),
        Kind::Json => json::read(&text, url, limits),
        Kind::Html => Err(page::failure(&text)),
        Kind::OtherXml(root) => {
            Err(ParseFailure::NotAFeed { what: format!("an XML document of <{root}>") })
        }
        Kind::Other => Err(ParseFailure::NotAFeed { what: "neither XML nor JSON".to_owned() }),
    }?;
    date::settle(&mut feed.entries);
    Ok(feed)
}
