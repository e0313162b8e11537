//! What is read of a date, and what is not. The tables are in `read` and `unread`, and
//! what other dates prove in `order`.

mod order;
mod read;
mod unread;

use super::read;

/// What a text is read as: the instant, with a tilde before it where something was assumed.
#[track_caller]
fn check(text: &str, expect: &str) {
    let found = match read(text) {
        None => "none".to_owned(),
        Some(read) => format!("{}{}", if read.until.is_some() { "~" } else { "" }, read.at),
    };
    assert_eq!(found, expect, "{text:?}");
}

#[test]
fn no_text_stops_the_reader() {
    let pieces = [
        "2024", "06", "3", "-", ":", ".", "/", "T", "Z", "+", " ", "Jun", "GMT", "年", "月", "h",
        "(", "W",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let _ = read(&text);
    }
    assert_eq!(read(&"2".repeat(100_000)), None);
    assert_eq!(read("\u{0}\u{fffd}"), None);
}
