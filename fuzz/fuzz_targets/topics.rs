//! The text of a rule: it is refused with a place that lies in it, or it is printed so that it reads
//! back equal, compiles, and matches without a fault.

#![no_main]

#[path = "../../tests/it/fuzzed/topics.rs"]
mod topics;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| topics::run(bytes));
