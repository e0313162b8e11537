//! Bytes → [`ParsedFeed`]: reads what a server calls a feed. Every byte is hostile until proved
//! a feed, so the order is: `decode` to text, `sniff` what it is, `scan` for its limits and
//! borders, and only then the parser behind `convert`, on a `thread` of its own.
//!
//! What is damaged is read as far as it is whole: `mend` repairs references, `xml` closes
//! cut documents and leaves out single entries that no repair helps. [`crate::fetch`] brings
//! the bytes; what becomes of the entries is for [`crate::domain::ingest`].

mod article;
mod convert;
mod date;
mod decode;
mod failure;
mod json;
mod lex;
mod limits;
mod mend;
mod scan;
mod sniff;
mod thread;
mod xml;

#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::domain::feed::ParsedFeed;

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
    thread::run(limits.timeout, move || read(&body, content_type.as_deref(), &url, limits)).await
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
    let text = decode::to_text(body, content_type);
    match sniff::kind(&text) {
        Kind::Nothing => Err(ParseFailure::Empty),
        Kind::Xml => xml::read(&text, url, limits),
        Kind::Json => json::read(&text, url, limits),
        Kind::Html => Err(ParseFailure::NotAFeedHtml),
        Kind::OtherXml(root) => {
            Err(ParseFailure::NotAFeed { what: format!("an XML document of <{root}>") })
        }
        Kind::Other => Err(ParseFailure::NotAFeed { what: "neither XML nor JSON".to_owned() }),
    }
}
