//! A digest as a [`Message`]: its stories are the items, and the notices that quiet hours held.

use super::{About, Item, Message};
use crate::deliver::digest::{DigestAlertV1, DigestNoticeV1, DigestV1};
use crate::deliver::object::{clean, web_link};
use crate::deliver::terminal;
use crate::domain::topic::Severity;

pub(super) fn message(digest: &DigestV1) -> Message {
    let stories = digest.alerts.iter().zip(1..).map(|(alert, rank)| item(alert, rank));
    let notices = digest.notices.iter().map(notice);
    let more =
        (digest.more > 0).then(|| format!("and {} more: wirewatch alerts list", digest.more));
    Message {
        about: About::Digest { id: clean(&digest.id) },
        severity: digest.gravest(),
        label: clean(&digest.channel),
        news: None,
        headline: clean(&digest.headline),
        lead: digest.alerts.first().map(|alert| clean(&alert.headline)),
        language: None,
        particulars: vec![terminal::digest::period(digest)],
        reasons: Vec::new(),
        passages: Vec::new(),
        remarks: terminal::digest::lateness(digest).into_iter().collect(),
        items: stories.chain(notices).collect(),
        facts: more.into_iter().chain(terminal::digest::facts(digest)).collect(),
        links: Vec::new(),
    }
}

fn item(alert: &DigestAlertV1, rank: u32) -> Item {
    Item {
        rank: Some(rank),
        severity: Severity::from_code(&alert.severity),
        title: clean(&alert.headline),
        text: terminal::digest::about(alert),
        hint: None,
        url: alert.url.as_deref().and_then(web_link),
    }
}

fn notice(told: &DigestNoticeV1) -> Item {
    Item {
        rank: None,
        severity: Severity::from_code(&told.severity),
        title: clean(&told.headline),
        text: told.text.as_deref().map(clean).unwrap_or_default(),
        hint: None,
        url: None,
    }
}
