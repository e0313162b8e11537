//! Mattermost, through an incoming webhook: one attachment, whose text is Markdown
//! (<https://developers.mattermost.com/integrate/reference/message-attachments/>). Such a webhook
//! gives no name back: every revision is a message of its own.

use reqwest::Method;
use serde_json::json;
use url::Url;

use super::brief::{Kind, Line};
use super::fit::{cut, fit};
use super::markup::{joined, markdown, mattermost, plain, quiet};
use super::{Call, Letter, Service, Step, Verdict, by_status, colour, no_access, not_now};
use crate::deliver::http::Reply;

/// Longest text, in characters: that of a post.
const MAX_TEXT_CHARS: usize = 16_383;

/// Longest text of a notification on a phone, in characters.
const MAX_FALLBACK_CHARS: usize = 500;

/// What is said of a webhook that was deleted.
const INVALID_HOOK: &str = "invalid webhook";

pub struct Mattermost {
    hook: Url,
}

impl Mattermost {
    pub fn new(hook: Url) -> Self {
        Self { hook }
    }
}

impl Service for Mattermost {
    fn place(&self) -> String {
        "mattermost".to_owned()
    }

    fn call(&self, letter: &Letter, _step: &Step) -> Call {
        let brief = &letter.brief;
        let head = vec![Line::strong(&brief.label), Line::headline(brief)];
        let lines = fit(head, brief, MAX_TEXT_CHARS, |line| written(line).chars().count());
        let fallback = format!("{}: {}", brief.label, plain(&Line::strong(&brief.headline)));
        let fallback = cut(&quiet(&fallback), MAX_FALLBACK_CHARS, |text| text.chars().count());
        let body = json!({
            "attachments": [{
                "fallback": fallback,
                "color": format!("#{:06x}", colour(brief.severity)),
                "text": joined(&lines, written),
            }],
        });
        Call { method: Method::POST, url: self.hook.clone(), body }
    }

    fn judge(&self, reply: &Reply, _step: &Step, now: jiff::Timestamp) -> Verdict {
        match reply.status.as_u16() {
            400 if says(reply, INVALID_HOOK) => no_access(reply),
            400 => not_now(reply),
            _ => by_status(reply, now),
        }
    }
}

fn says(reply: &Reply, words: &str) -> bool {
    String::from_utf8_lossy(&reply.body).to_lowercase().contains(words)
}

/// A line of Markdown. A quote would go on in the next line but for an empty one.
fn written(line: &Line) -> String {
    let end = if line.kind == Kind::Quote { "\n" } else { "  " };
    markdown(line, mattermost) + end
}
