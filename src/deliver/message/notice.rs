//! A notice as a [`Message`].

use super::{About, Item, Message};
use crate::deliver::notice::NoticeV1;
use crate::deliver::object::clean;
use crate::deliver::terminal;
use crate::domain::topic::Severity;

/// Whom a notice is from.
const LABEL: &str = "wirewatch";

pub(super) fn message(notice: &NoticeV1) -> Message {
    let is_trouble = notice.event == "feeds_trouble";
    let feeds = notice.feeds.iter().map(|feed| {
        let about = terminal::notice::about(feed, &notice.event);
        let key = clean(&feed.feed);
        let text = about.strip_prefix(&format!("{key}: ")).unwrap_or(&about).to_owned();
        let hint = feed.advice.as_deref().filter(|_| is_trouble).map(clean);
        let title = feed.title.as_deref().map(|title| format!("{key} ({})", clean(title)));
        item(title.unwrap_or(key), text, hint)
    });
    let topics =
        notice.topics.iter().map(|topic| item(clean(&topic.topic), clean(&topic.text), None));
    let mut facts = Vec::new();
    if notice.more > 0 {
        facts.push(format!("and {} more", notice.more));
    }
    if is_trouble {
        facts.push("more: wirewatch feeds status --failing".to_owned());
    }
    Message {
        about: About::Notice { id: clean(&notice.id), event: clean(&notice.event) },
        severity: Some(Severity::from_code(&notice.severity).unwrap_or(Severity::Info)),
        label: LABEL.to_owned(),
        news: None,
        headline: clean(&notice.headline),
        lead: None,
        language: None,
        particulars: vec![terminal::minute(&notice.time)],
        reasons: Vec::new(),
        passages: Vec::new(),
        remarks: Vec::new(),
        items: feeds.chain(topics).collect(),
        facts,
        links: Vec::new(),
    }
}

fn item(title: String, text: String, hint: Option<String>) -> Item {
    Item { rank: None, severity: None, title, text, hint, url: None }
}
