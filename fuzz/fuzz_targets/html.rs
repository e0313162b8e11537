//! HTML → text: whatever the markup, the text is within its bounds, nothing in it would be obeyed by
//! a terminal, and made of text again it stays as it is.

#![no_main]

#[path = "../../tests/it/fuzzed/html.rs"]
mod html;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| html::run(bytes));
