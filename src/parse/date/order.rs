//! Dates of numbers only, as `03/06/2024`: which of them is the day, the other dates of the same
//! document can prove. One of `25/05/2024` beside it leaves no doubt; without such a one, or with
//! dates that contradict one another, there is none.

use super::calendar::Order;
use super::{MAX_BYTES, plain, words};
use crate::domain::entry::ParsedEntry;

/// Reads the dates that only their order keeps from being read, where the document proves it.
pub fn settle(entries: &mut [ParsedEntry]) {
    let undated = |entry: &ParsedEntry| entry.published.is_none() && entry.updated.is_none();
    if !entries.iter().any(|entry| undated(entry) && entry.date_text.is_some()) {
        return;
    }
    let texts = entries.iter().filter_map(|entry| entry.date_text.as_deref());
    let possible = texts.filter_map(orders).reduce(|all, of_one| all & of_one).unwrap_or(0);
    let Some(proved) = Order::ALL.into_iter().find(|order| possible == order.bit()) else {
        return;
    };
    for entry in entries.iter_mut().filter(|entry| undated(entry)) {
        let text = entry.date_text.as_deref().filter(|text| text.len() <= MAX_BYTES);
        if let Some(read) = text.and_then(|text| words::read(&plain::plain(text), Some(proved))) {
            entry.published = Some(read.at);
            entry.date_until = read.until;
        }
    }
}

/// The orders that a date can be read in, as a mask; none of a date that has no such question.
fn orders(text: &str) -> Option<u8> {
    let plain = plain::plain(Some(text).filter(|text| text.len() <= MAX_BYTES)?);
    let readings = Order::ALL.map(|order| words::read(&plain, Some(order)));
    let same = readings.iter().all(|reading| *reading == readings[0]);
    let bits = Order::ALL.into_iter().zip(readings).filter(|(_, reading)| reading.is_some());
    (!same).then(|| bits.fold(0, |mask, (order, _)| mask | order.bit()))
}
