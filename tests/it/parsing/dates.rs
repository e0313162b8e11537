//! Some hundreds of dates of the kinds that feeds have, each with what it means: how many of them
//! are read, and that none is read as anything else.

use jiff::Timestamp;
use wirewatch::parse::{Limits, date, read};

use super::{URL, rss};

/// Text, meaning, and for some the date that proves their order, by tabs.
const DATES: &str = include_str!("../../fixtures/dates.tsv");

/// Of the dates that mean one instant, the share that is read, in percent: by themselves, and with
/// those that need another date of their document.
const ALONE_PERCENT: usize = 95;
const IN_ALL_PERCENT: usize = 98;

/// What a date means.
enum Meaning {
    Instant(Timestamp),
    /// The same, where this date of the same document proves the order.
    Proved(Timestamp, String),
    Unread,
}

fn dates() -> Vec<(String, Meaning)> {
    let lines = DATES.lines().filter(|line| !line.starts_with("# "));
    lines
        .map(|line| {
            let mut columns = line.split('\t');
            let (text, meaning) = (columns.next().unwrap(), columns.next().unwrap());
            let text = text.replace("\\n", "\n").replace("\\t", "\t");
            let meaning = match meaning.strip_prefix("order ") {
                Some(at) => {
                    Meaning::Proved(at.parse().unwrap(), columns.next().unwrap().to_owned())
                }
                None if meaning == "unread" => Meaning::Unread,
                None => Meaning::Instant(meaning.parse().unwrap()),
            };
            (text, meaning)
        })
        .collect()
}

/// What a date is read as beside another one of the same document.
fn beside(text: &str, other: &str) -> Option<Timestamp> {
    let item = |text: &str| format!("<item><title>A</title><pubDate>{text}</pubDate></item>");
    let document = rss(&(item(text) + &item(other)));
    let feed = read(document.as_bytes(), None, URL, Limits::STANDARD).unwrap();
    feed.entries[0].published
}

#[test]
fn nearly_all_dates_of_the_wild_are_read_and_none_is_read_wrong() {
    let (mut alone, mut proved, mut meant, mut all) = (0, 0, 0, 0);
    let (mut unread, mut wrong) = (Vec::new(), Vec::new());
    for (text, meaning) in dates() {
        all += 1;
        let found = date::read(&text).map(|read| read.at);
        let (expected, found) = match meaning {
            Meaning::Unread => {
                wrong.extend(found.map(|found| format!("{text:?} as {found}")));
                continue;
            }
            Meaning::Instant(at) => {
                alone += usize::from(found == Some(at));
                (at, found)
            }
            Meaning::Proved(at, other) => {
                wrong.extend(found.map(|found| format!("{text:?} by itself as {found}")));
                let found = beside(&text, &other);
                proved += usize::from(found == Some(at));
                (at, found)
            }
        };
        meant += 1;
        match found {
            None => unread.push(text),
            Some(found) if found != expected => {
                wrong.push(format!("{text:?} as {found} instead of {expected}"));
            }
            Some(_) => {}
        }
    }
    assert!(all >= 300, "{all} dates");
    let percent = |part: usize| 100 * part / meant;
    println!("{alone} of {meant} alone, {proved} by their document; unread: {unread:#?}");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(percent(alone) >= ALONE_PERCENT, "{alone} of {meant} alone; not: {unread:#?}");
    let both = alone + proved;
    assert!(percent(both) >= IN_ALL_PERCENT, "{both} of {meant} in all; not: {unread:#?}");
}
