//! Dates in a feed: no text crashes their reader, and the same text is read the same twice.

#![no_main]

#[path = "../../tests/it/fuzzed/dates.rs"]
mod dates;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dates::run(bytes));
