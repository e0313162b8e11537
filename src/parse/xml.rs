//! Reads an XML feed, as it is if that works, else mended, else entry by entry: one bad entry
//! never fails a feed, and a cut document keeps its complete entries.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::feed::ParsedFeed;

use super::convert;
use super::failure::ParseFailure;
use super::limits::Limits;
use super::mend;
use super::scan::{self, Scan};

/// Parses that may fail while damaged entries are looked for: 40 damaged ones among 10,000.
const MAX_FAILED_PARSES: usize = 600;

/// Bytes that are parsed while damaged entries are looked for, as a multiple of the document.
const SALVAGE_FACTOR: usize = 24;

/// Versions of RSS that the parser knows; all others are read as 2.0, which they resemble.
const RSS_VERSIONS: &[&str] = &["2.0", "0.91", "0.92"];

pub fn read(text: &str, url: &str, limits: Limits) -> Result<ParsedFeed, ParseFailure> {
    let first = match attempt(text, url, limits)? {
        Ok(feed) => return Ok(feed),
        Err(reason) => reason,
    };
    let mended = mend::references(text);
    if let Cow::Owned(text) = &mended
        && let Ok(mut feed) = attempt(text, url, limits)?
    {
        feed.warnings.push("characters that should have been escaped were escaped".to_owned());
        return Ok(feed);
    }
    salvage(&mended, url, limits)?.ok_or(ParseFailure::Malformed { reason: first })
}

/// Parses the whole document; the inner error is the parser's reason.
fn attempt(
    text: &str,
    url: &str,
    limits: Limits,
) -> Result<Result<ParsedFeed, String>, ParseFailure> {
    let scan = scan::scan(text, limits)?;
    let document = whole(text, &scan);
    Ok(convert::read(&document, url, limits).map(|mut feed| {
        note_end(&mut feed, &scan, limits);
        feed.warnings.extend(left_out(scan.refused, "overlarge"));
        feed
    }))
}

/// The document, closed after its last complete entry if it has no end of its own.
fn whole<'a>(text: &'a str, scan: &Scan) -> Cow<'a, str> {
    match (scan.end, scan.entries.last()) {
        (Some(end), _) => patched(text, 0..end, &scan.patches),
        (None, None) => Cow::Borrowed(text),
        (None, Some(last)) => {
            let mut document = patched(text, 0..last.end, &scan.patches).into_owned();
            document.push_str(&scan.closing);
            Cow::Owned(document)
        }
    }
}

/// Says of a feed where it was closed by us, and why.
fn note_end(feed: &mut ParsedFeed, scan: &Scan, limits: Limits) {
    if scan.overfull {
        feed.warnings.push(format!("only the first {} entries were read", limits.entries));
    } else if scan.end.is_none() {
        feed.cut = true;
        feed.warnings.push("the document is cut off; its complete entries were read".to_owned());
    }
}

/// Parses ever smaller runs of entries until those that fail are found, and leaves them out.
fn salvage(text: &str, url: &str, limits: Limits) -> Result<Option<ParsedFeed>, ParseFailure> {
    let scan = scan::scan(text, limits)?;
    let Some(first) = scan.entries.first() else {
        return Ok(None);
    };
    let head = patched(text, 0..first.start, &scan.patches);
    let mut bytes_left = text.len().saturating_mul(SALVAGE_FACTOR);
    let mut fails_left = MAX_FAILED_PARSES;
    let mut salvaged: Option<ParsedFeed> = None;
    let mut lost = 0;
    let mut runs = Vec::new();
    runs.push(0..scan.entries.len());
    while let Some(run) = runs.pop() {
        let range = scan.entries[run.start].start..scan.entries[run.end - 1].end;
        let document = format!("{head}{}{}", patched(text, range, &scan.patches), scan.closing);
        if document.len() > bytes_left || fails_left == 0 {
            lost += run.len();
            continue;
        }
        bytes_left -= document.len();
        match convert::read(&document, url, limits) {
            Ok(mut feed) => match &mut salvaged {
                Some(whole) => whole.entries.append(&mut feed.entries),
                None => salvaged = Some(feed),
            },
            Err(_) if run.len() == 1 => {
                fails_left -= 1;
                lost += 1;
            }
            Err(_) => {
                fails_left -= 1;
                let middle = run.start + run.len() / 2;
                // The first half is popped first: entries keep their order.
                runs.push(middle..run.end);
                runs.push(run.start..middle);
            }
        }
    }
    Ok(salvaged.map(|mut feed| {
        note_end(&mut feed, &scan, limits);
        feed.warnings.extend(left_out(lost, "damaged"));
        feed.warnings.extend(left_out(scan.refused, "overlarge"));
        feed
    }))
}

/// A warning for entries that are missing.
pub fn left_out(entries: usize, which: &str) -> Option<String> {
    match entries {
        0 => None,
        1 => Some(format!("one {which} entry was left out")),
        _ => Some(format!("{entries} {which} entries were left out")),
    }
}

/// `text[range]` with the patches that lie in it, and with a version of RSS the parser knows.
fn patched<'a>(
    text: &'a str,
    range: Range<usize>,
    patches: &[(Range<usize>, String)],
) -> Cow<'a, str> {
    let version = rss_version(&text[range.clone()])
        .map(|(at, replacement)| (at.start + range.start..at.end + range.start, replacement));
    let mut document = String::new();
    let mut copied = range.start;
    let within = patches.iter().filter(|(at, _)| range.start <= at.start && at.end <= range.end);
    for (at, replacement) in version.iter().chain(within) {
        document.push_str(&text[copied..at.start]);
        document.push_str(replacement);
        copied = at.end;
    }
    if copied == range.start {
        return Cow::Borrowed(&text[range]);
    }
    document.push_str(&text[copied..range.end]);
    Cow::Owned(document)
}

/// The root's name up to its version, and what it should be, if the parser would not know it.
fn rss_version(text: &str) -> Option<(Range<usize>, String)> {
    let start = text.find("<rss")?;
    if text[..start].contains("<item") {
        return None;
    }
    let tag = &text[start..start + text[start..].find('>')?];
    let replacement = "<rss version=\"2.0\"".to_owned();
    let Some(at) = tag.find("version") else {
        return Some((start..start + "<rss".len(), replacement));
    };
    let value = tag[at + "version".len()..].trim_start().strip_prefix('=')?;
    let value = value.trim_start();
    let quote = value.chars().next().filter(|char| "\"'".contains(*char))?;
    let (version, _) = value[1..].split_once(quote)?;
    if RSS_VERSIONS.contains(&version) {
        return None;
    }
    // From `version` to its value's closing quote.
    let end = start + tag.len() - value.len() + version.len() + 2;
    Some((start + at..end, "version=\"2.0\"".to_owned()))
}
