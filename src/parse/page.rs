//! What a web page in the place of a feed is: a check for robots, a login, or any page.

use super::failure::ParseFailure;
use crate::domain::document::declares_feed;

/// How much of a page is looked at.
const LOOKED_AT_BYTES: usize = 64 * 1024;

/// A page that has a feed's address has little text; a check has nearly none.
const MAX_CHECK_BYTES: usize = 256 * 1024;

/// What the pages of the services that check visitors contain, in lower case.
const CHECKS: &[&str] = &[
    "/cdn-cgi/challenge-platform",
    "cf-chl-",
    "cf_chl_",
    "<title>just a moment",
    "<title>attention required",
    "_incapsula_resource",
    "captcha-delivery.com",
    "ddos-guard",
    "sucuri_cloudproxy",
    "/.within.website/x/cmd/anubis",
    "checking your browser",
    "verify you are human",
    "verifying you are human",
    "px-captcha",
    "awswafintegration",
    "aws-waf-token",
];

const LOGINS: &[&str] = &["type=\"password\"", "type='password'", "type=password"];

/// Why this page is no feed.
pub fn failure(page: &str) -> ParseFailure {
    let head = &page[..page.floor_char_boundary(LOOKED_AT_BYTES)];
    let head = head.to_ascii_lowercase();
    let has_any = |signs: &[&str]| signs.iter().any(|sign| head.contains(sign));
    if page.len() <= MAX_CHECK_BYTES && has_any(CHECKS) {
        ParseFailure::Challenge
    } else if has_any(LOGINS) && !declares_feed(head.as_bytes()) {
        ParseFailure::Login
    } else {
        ParseFailure::NotAFeedHtml
    }
}
