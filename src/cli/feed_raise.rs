//! What `wirewatch feeds fetch KEY --raise` tells: for each match that was taken as the past, what
//! became of it after all, and why. [`super::feed_fetch`] has it done.

use serde_json::{Value, json};

use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::page::Page;
use crate::daemon::after_all::{Decided, MAX_MATCHES};

/// The matches with what became of them, oldest first.
pub fn object(decided: &[Decided]) -> Value {
    let one = |one: &Decided| {
        json!({
            "entry": one.unraised.entry.to_string(),
            "title": one.unraised.title,
            "url": one.unraised.url,
            "published": moment::json_opt(one.unraised.published),
            "topic": one.unraised.topic.as_str(),
            "verdict": one.verdict,
            "code": one.reason.code,
            "reason": one.reason.text,
            "alert": one.alert.map(|alert| alert.to_string()),
        })
    };
    decided.iter().map(one).collect()
}

/// The same for people.
pub fn page(decided: &[Decided], page: &mut Page) {
    if decided.is_empty() {
        page.line("after all: no match of its past is left that no alert has told of");
        return;
    }
    let raised = decided.iter().filter(|one| one.verdict == "raise").count();
    let of = count(decided.len(), "match");
    page.line(&format!("after all: {} raised of {of} in its past", count(raised, "alert")));
    for one in decided {
        let told = format!("{}: {}", one.unraised.title, one.reason.text);
        page.item(&format!("{:<8}  {}", one.verdict, one.unraised.topic), &told);
    }
    if decided.len() >= MAX_MATCHES as usize {
        page.line(&format!("only the {MAX_MATCHES} newest were decided on"));
    }
}
