//! A channel to a chat service as it was read: which service, where in it, what opens the door, and
//! how the revisions of an alert come out there.

use std::time::Duration;

use crate::config::{Credentials, Secret};

/// A channel to a chat service.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatChannel {
    pub service: ChatService,
    pub updates: Updates,
    /// Longest wait for the answer to one request.
    pub timeout: Duration,
}

/// How the revisions of an alert after the first come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updates {
    /// The message that is there is rewritten.
    Edit,
    /// As answers to the first message.
    Thread,
    /// As messages of their own.
    Message,
}

/// Where to, and what opens the door. A secret is missing only where none are looked up.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatService {
    Ntfy { url: String, topic: String, login: Credentials },
    SlackHook { url: Option<Secret> },
    SlackBot { api: String, channel: String, token: Option<Secret> },
    Mattermost { url: Option<Secret> },
    Discord { url: Option<Secret>, thread: Option<String> },
    Telegram { api: String, token: Option<Secret>, chat: String, thread: Option<i64> },
    Matrix { url: String, room: String, token: Option<Secret> },
}

impl Updates {
    pub const ALL: [Updates; 3] = [Updates::Edit, Updates::Thread, Updates::Message];

    pub fn as_str(self) -> &'static str {
        match self {
            Updates::Edit => "edit",
            Updates::Thread => "thread",
            Updates::Message => "message",
        }
    }
}

impl ChatService {
    /// The type of such a channel, as the configuration names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ntfy { .. } => "ntfy",
            Self::SlackHook { .. } | Self::SlackBot { .. } => "slack",
            Self::Mattermost { .. } => "mattermost",
            Self::Discord { .. } => "discord",
            Self::Telegram { .. } => "telegram",
            Self::Matrix { .. } => "matrix",
        }
    }

    /// What its service can do with an alert's later revisions; the first of them is the default.
    pub fn ways(&self) -> &'static [Updates] {
        match self {
            Self::Ntfy { .. } => &[Updates::Edit, Updates::Message],
            Self::SlackHook { .. } | Self::Mattermost { .. } => &[Updates::Message],
            Self::SlackBot { .. } | Self::Telegram { .. } | Self::Matrix { .. } => {
                &[Updates::Thread, Updates::Edit, Updates::Message]
            }
            Self::Discord { .. } => &[Updates::Edit, Updates::Thread, Updates::Message],
        }
    }

    /// The URL that is asked, which may be a secret itself.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Ntfy { url, .. } | Self::Matrix { url, .. } => Some(url),
            Self::SlackBot { api, .. } | Self::Telegram { api, .. } => Some(api),
            Self::SlackHook { url } | Self::Mattermost { url } | Self::Discord { url, .. } => {
                url.as_ref().map(Secret::reveal)
            }
        }
    }

    /// The room, chat, channel or topic within the service, where the URL does not say it.
    pub fn place(&self) -> &str {
        match self {
            Self::Ntfy { topic, .. } => topic,
            Self::SlackBot { channel, .. } => channel,
            Self::Telegram { chat, .. } => chat,
            Self::Matrix { room, .. } => room,
            Self::SlackHook { .. } | Self::Mattermost { .. } | Self::Discord { .. } => "",
        }
    }

    /// The same with something in the place of a secret that is not known: enough to look at
    /// messages, and not to send any.
    pub fn with_stand_ins(mut self) -> Self {
        let (secret, text) = match &mut self {
            Self::Ntfy { .. } => return self,
            Self::SlackHook { url } | Self::Mattermost { url } | Self::Discord { url, .. } => {
                (url, "https://not-known.invalid/")
            }
            Self::SlackBot { token, .. }
            | Self::Telegram { token, .. }
            | Self::Matrix { token, .. } => (token, "not-known"),
        };
        secret.get_or_insert_with(|| Secret::new(text));
        self
    }

    /// What opens the door.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Ntfy { login, .. } => match login {
                Credentials::None => None,
                Credentials::Basic { password, .. } => password.as_ref(),
                Credentials::Bearer(token) => Some(token),
            },
            Self::SlackHook { url } | Self::Mattermost { url } | Self::Discord { url, .. } => {
                url.as_ref()
            }
            Self::SlackBot { token, .. }
            | Self::Telegram { token, .. }
            | Self::Matrix { token, .. } => token.as_ref(),
        }
    }
}
