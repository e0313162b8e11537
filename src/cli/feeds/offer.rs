//! What to do when a page was fetched where a feed was meant: the feeds that the page offers.

use crate::fetch::Fetched;
use crate::parse::ParseFailure;
use crate::parse::discover::{self, Why};

/// Most feeds that a hint names.
const MAX_NAMED: usize = 5;

/// What to do about an answer that is no feed.
pub fn hint(failure: &ParseFailure, fetched: &Fetched, url: &str) -> String {
    let advice = failure.advice().to_owned();
    // Many a front page has a field for a password, and is no login for all that.
    if !matches!(failure, ParseFailure::NotAFeedHtml | ParseFailure::Login) {
        return advice;
    }
    let content_type = fetched.content_type.as_deref();
    let mut offered = discover::candidates(&fetched.body, content_type, &fetched.final_url);
    offered.extend(discover::from_headers(
        fetched.link_headers.iter().map(String::as_str),
        &fetched.final_url,
    ));
    offered.extend(discover::from_address(&fetched.final_url));
    let offered = discover::best_first(offered).into_iter();
    let named =
        offered.filter(|candidate| candidate.why != Why::Anchor).take(MAX_NAMED).map(|candidate| {
            match candidate.title {
                Some(title) => format!("{} ({title})", candidate.url),
                None => candidate.url,
            }
        });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return format!("{advice}; `wirewatch feeds discover {url}` looks for one");
    }
    format!(
        "this page offers: {}; `wirewatch feeds discover {url}` tries them, `wirewatch feeds add \
         {url}` adds the best",
        named.join(", ")
    )
}
