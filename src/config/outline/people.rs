//! Channels for people in short: mail and chats, as [`super`] has them.

use super::{Fields, fingerprint, span};
use crate::config::{ChatChannel, ChatService, EmailChannel};

pub(super) fn email(email: &EmailChannel) -> Fields {
    let all = |mailboxes: &[lettre::message::Mailbox]| {
        mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let reply_to = email.reply_to.as_ref().map(ToString::to_string);
    vec![
        ("type", "email".to_owned()),
        ("server", email.server.clone()),
        ("port", email.port.to_string()),
        ("tls", email.tls.as_str().to_owned()),
        ("login", if email.login.is_some() { "yes" } else { "no" }.to_owned()),
        ("from", email.from.to_string()),
        ("to", all(&email.to)),
        ("cc", all(&email.cc)),
        ("reply_to", reply_to.unwrap_or_default()),
        ("hello", email.hello.clone().unwrap_or_default()),
        ("timeout", span(email.timeout)),
    ]
}

pub(super) fn chat(chat: &ChatChannel) -> Fields {
    let server = chat.service.address().and_then(|url| url::Url::parse(url).ok());
    let server = server.map(|url| url.origin().ascii_serialization());
    let secret = chat.service.secret();
    let secret = secret.map(|secret| fingerprint("chat secret", secret.reveal()));
    let thread = match &chat.service {
        ChatService::Discord { thread, .. } => thread.clone(),
        ChatService::Telegram { thread, .. } => thread.map(|thread| thread.to_string()),
        _ => None,
    };
    vec![
        ("type", chat.service.kind().to_owned()),
        ("server", server.unwrap_or_default()),
        ("place", chat.service.place().to_owned()),
        ("thread", thread.unwrap_or_default()),
        ("updates", chat.updates.as_str().to_owned()),
        ("timeout", span(chat.timeout)),
        ("secret", secret.unwrap_or_default()),
    ]
}
