//! A revision of an alert as a [`Message`].

use super::{About, Link, MAX_LINKS, Message, marks};
use crate::deliver::object::{AlertV1, clean, web_link};
use crate::deliver::terminal;
use crate::domain::topic::Severity;

/// Longest language tag that is passed on, in characters: more than any in use.
const MAX_LANGUAGE_CHARS: usize = 35;

pub(super) fn message(alert: &AlertV1) -> Message {
    Message {
        about: About::Alert {
            id: clean(&alert.id),
            seq: alert.seq,
            event: clean(&alert.event),
            topic: clean(&alert.topic.id),
            story: clean(&alert.story.id),
        },
        severity: Some(Severity::from_code(&alert.topic.severity).unwrap_or(Severity::Info)),
        label: terminal::name(&alert.topic.name),
        news: terminal::news(alert),
        headline: clean(&alert.headline),
        lead: None,
        language: alert.entry.language.as_deref().and_then(language),
        particulars: terminal::particulars(alert).to_vec(),
        reasons: terminal::grounds(alert),
        passages: marks::passages(alert),
        remarks: alert.note.as_deref().map(clean).into_iter().collect(),
        items: Vec::new(),
        facts: Vec::new(),
        links: links(alert),
    }
}

/// The article, and the page on which the alert can be acknowledged or corrected.
fn links(alert: &AlertV1) -> Vec<Link> {
    let link = |label, url: &Option<String>| {
        let url = web_link(url.as_deref()?)?;
        Some(Link { label, url })
    };
    let links = [link("Article", &alert.links.article), link("Review", &alert.links.alert)];
    links.into_iter().flatten().take(MAX_LINKS).collect()
}

/// What a feed calls a language, if that is how languages are called.
fn language(text: &str) -> Option<String> {
    let subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let good = text.len() <= MAX_LANGUAGE_CHARS && text.split('-').all(subtag);
    good.then(|| text.to_owned())
}
