//! Lists of feeds: whatever is in one, what is taken of it is bounded and harmless, and reads back
//! after it was written.

#![no_main]

#[path = "../../tests/it/fuzzed/opml.rs"]
mod opml;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| opml::run(bytes));
