//! A main file and a topic file, with a NUL between them: read whole, or refused with problems that can
//! be shown, each at a place.

#![no_main]

#[path = "../../tests/it/fuzzed/config.rs"]
mod config;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config::run(bytes));
