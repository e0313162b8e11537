//! Bytes → entries → documents: no input may crash, hang, or break a limit.

#![no_main]

#[path = "../../tests/it/fuzzed/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::run(bytes));
