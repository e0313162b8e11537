//! Pages of lists: items, and where the next page begins. A cursor says what the last item of a page
//! was, not how many came before: what is added in the meantime moves nothing.

use serde_json::{Value, json};

use crate::web::ask::Ask;
use crate::web::problem::Problem;
use crate::web::route::Reply;

/// Items of a page where nothing else is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// How many items a page has.
pub fn limit(ask: &Ask) -> u32 {
    ask.number("limit").unwrap_or(DEFAULT_LIMIT)
}

/// The id that the page before ended with.
pub fn after(ask: &Ask) -> Option<i64> {
    numbers::<1>(ask).map(|[id]| id)
}

/// The numbers of a cursor.
pub fn numbers<const N: usize>(ask: &Ask) -> Option<[i64; N]> {
    let bytes = bytes(ask.text("cursor")?);
    let mut numbers = [0; N];
    for (number, chunk) in numbers.iter_mut().zip(bytes.chunks(8)) {
        *number = i64::from_be_bytes(chunk.try_into().ok()?);
    }
    Some(numbers)
}

/// The key that the page before ended with.
pub fn after_key(ask: &Ask) -> Option<String> {
    Some(String::from_utf8_lossy(&bytes(ask.text("cursor")?)).into_owned())
}

/// A cursor of numbers.
pub fn cursor(numbers: &[i64]) -> String {
    let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

pub fn key_cursor(key: &str) -> String {
    key.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// A page of `found`, which has one more than was asked for if there is another page.
pub fn answer<T>(
    mut found: Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> String,
    row: impl Fn(&T) -> Value,
) -> Result<Reply, Problem> {
    let limit = limit as usize;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(cursor);
    let items: Vec<Value> = found.iter().map(row).collect();
    Reply::ok(json!({ "items": items, "next": next }))
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.filter_map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_were_given() {
        assert_eq!(bytes(&cursor(&[-1, 7])), [[0xff; 8], [0, 0, 0, 0, 0, 0, 0, 7]].concat());
        assert_eq!(bytes(&key_cursor("bbc-world")), b"bbc-world");
    }
}
