//! Bytes that come to the HTTP server: each is answered in HTTP or cut off, never with "internal error",
//! and the server goes on.

#![no_main]

#[path = "../../tests/it/fuzzed/http.rs"]
mod http;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| http::run(bytes));
