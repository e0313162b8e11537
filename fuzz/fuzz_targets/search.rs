//! What is searched for: never an error, whatever is typed.

#![no_main]

#[path = "../../tests/it/fuzzed/search.rs"]
mod search;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| search::run(bytes));
