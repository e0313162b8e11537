//! Reads an XML feed: normalised first, always, and then mapped. One bad entry never fails a
//! feed, and a cut document keeps its complete entries.

use std::ops::Range;

use crate::domain::feed::ParsedFeed;

use super::convert;
use super::entity::{Bare, Entities};
use super::failure::ParseFailure;
use super::limits::Limits;
use super::normal;
use super::repairs::{Fault, Tally};
use super::sniff::{self, Kind};

/// Reads the feed that begins at `start`.
pub fn read(
    text: &str,
    start: usize,
    url: &str,
    limits: Limits,
    tally: Tally,
) -> Result<ParsedFeed, ParseFailure> {
    let normal = normal::normalise(text, start, convert::base(url), limits, tally)?;
    convert::read(normal, url, limits).map_err(|reason| ParseFailure::Malformed { reason })
}

/// Reads a feed whose every sign is escaped, as web pages show sources.
pub fn read_escaped(
    text: &str,
    range: Range<usize>,
    url: &str,
    limits: Limits,
    mut tally: Tally,
) -> Result<ParsedFeed, ParseFailure> {
    let escaped = &text[range];
    // Its own faults are counted once it is a feed.
    let plain = Entities::default().unescape(escaped, Bare::Keep, &mut Tally::default());
    tally.note(Fault::Escaped);
    match sniff::kind(&plain) {
        Kind::Xml { start, .. } => read(&plain, start, url, limits, tally),
        _ => Err(ParseFailure::NotAFeedHtml),
    }
}
