//! Alert revisions, notices and digests on their way out. The bytes of a delivery are fixed
//! ([`object`], [`notice`], [`mod@digest`]) in the commit that raises the alert; a [`Channel`] takes them to where people look: the alert log ([`log`],
//! with the readable rendering of [`terminal`] put out by a [`Printer`]), an HTTP endpoint
//! ([`webhook`]), mailboxes ([`email`]), [`alertmanager`], a program ([`exec`]) or what [`apprise`]
//! reaches, or a chat service ([`chat`]); [`hush`] keeps secrets out of what they answer. What channels for people say is a [`message`]. [`mod@feed`]
//! renders alerts as feeds, which nobody is sent: readers come for them.
//!
//! Channels try once and say how it went. When a delivery is tried, and what follows from the
//! answer, is decided elsewhere: [`crate::domain::alert::delivery`] and the daemon's dispatcher.

pub mod alertmanager;
pub mod apprise;
pub mod chat;
pub mod digest;
pub mod email;
pub mod exec;
pub mod feed;
pub mod http;
mod hush;
pub mod log;
pub mod message;
pub mod notice;
pub mod object;
pub mod parcel;
mod printer;
mod process;
pub mod schema;
pub mod terminal;
pub mod webhook;

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::config::{ChannelConfig, ChannelKind};
use crate::domain::alert::delivery::{Answer, Claimed};
use crate::domain::feed::ReasonCode;
use crate::egress::{Egress, EgressError};

pub use self::alertmanager::Renewer;
pub use self::printer::Printer;
pub use self::webhook::TemplateError;

/// A way out. It may see a delivery again that it already took (after a crash between taking and
/// settling): the delivery id is the key by which it, or who is behind it, knows it again.
pub trait Channel: Send + Sync {
    /// How much it takes at once.
    fn capacity(&self) -> Capacity;

    /// Who tells the service again of what stands there; none where it remembers by itself.
    fn renewer(&self) -> Option<Renewer> {
        None
    }

    /// Tries each delivery of `batch` once. Answers stand in the order of the batch, one each.
    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>>;

    /// What [`Channel::send`] would send of `delivery`, to be looked at; nothing is sent. A channel
    /// that renders messages of its own shows these, without the secrets that go with them.
    fn preview(&self, delivery: &Claimed) -> Preview {
        Preview {
            content_type: "application/json".to_owned(),
            text: String::from_utf8_lossy(&delivery.body).into_owned(),
        }
    }
}

/// A message as a channel would send it. Its text may hold what came from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// `application/json`, `text/plain`, `message/rfc822`, …
    pub content_type: String,
    pub text: String,
}

impl Preview {
    /// What was rendered, or why it cannot be.
    pub fn of(content_type: &str, rendered: Result<Vec<u8>, ChannelError>) -> Self {
        match rendered {
            Ok(bytes) => Self {
                content_type: content_type.to_owned(),
                text: String::from_utf8_lossy(&bytes).into_owned(),
            },
            Err(error) => {
                let detail = error.detail().map(|text| format!(": {text}")).unwrap_or_default();
                Self { content_type: "text/plain".to_owned(), text: format!("{error}{detail}") }
            }
        }
    }
}

/// How much a channel takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Most deliveries in one call of [`Channel::send`].
    pub batch: usize,
    /// Most calls under way.
    pub concurrent: usize,
    /// After this long a call is given up.
    pub patience: Duration,
}

/// A channel took a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// What it said, cut short, or what is worth knowing. From outside.
    pub detail: Option<String>,
    /// By which name the service knows the message from now on, at most [`Receipt::MAX_HANDLE_CHARS`]:
    /// given with the alert's next revision as [`crate::domain::alert::delivery::Thread`].
    pub handle: Option<String>,
}

impl Receipt {
    /// A longer handle is not kept.
    pub const MAX_HANDLE_CHARS: usize = 500;
}

/// A channel did not take a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Another attempt may succeed.
    #[error("not delivered ({code}), may succeed later")]
    Transient {
        code: ReasonCode,
        /// How long the channel asked to be left alone.
        retry_after: Option<Duration>,
        /// What it answered, cut short. From outside.
        detail: Option<String>,
    },
    /// Another attempt cannot succeed.
    #[error("not delivered ({code}), and never will be")]
    Permanent {
        code: ReasonCode,
        /// What it answered, cut short. From outside.
        detail: Option<String>,
    },
}

impl ChannelError {
    /// The code of an endpoint that says it is gone for good (HTTP 410).
    pub const GONE: &'static str = "http_410";

    /// A transient error without more to say than its code.
    pub fn transient(code: &'static str, detail: Option<String>) -> Self {
        Self::Transient { code: code.into(), retry_after: None, detail }
    }

    /// A stable word for logs, metrics and filters.
    pub fn code(&self) -> &ReasonCode {
        match self {
            Self::Transient { code, .. } | Self::Permanent { code, .. } => code,
        }
    }

    /// What the channel answered.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Transient { detail, .. } | Self::Permanent { detail, .. } => detail.as_deref(),
        }
    }

    /// Whether nothing else need be sent to this channel either.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Permanent { code, .. } if code == Self::GONE)
    }

    /// What the next step depends on.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Transient { retry_after, .. } => Answer::Later { retry_after: *retry_after },
            Self::Permanent { .. } if self.is_gone() => Answer::Gone,
            Self::Permanent { .. } => Answer::Never,
        }
    }
}

/// Why a channel cannot be opened: a matter of configuration. No secret is shown.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the channel's URL is not a URL")]
    Url(#[source] url::ParseError),
    #[error("the channel's URL may not be requested")]
    Refused(#[source] EgressError),
    #[error("no HTTP client can be made for the channel")]
    Client(#[source] EgressError),
    #[error("the webhook's secret is empty, or begins with `whsec_` and does not go on in base64")]
    Secret,
    #[error("what opens the channel's door (a token, a password, a webhook's URL) is not known")]
    NoSecret,
    #[error("the channel's server may not be connected to")]
    Server(#[source] EgressError),
    #[error("TLS cannot be set up for the mail server")]
    MailTls(#[source] lettre::transport::smtp::Error),
    #[error("the webhook's header `{name}` cannot be sent: {why}")]
    Header { name: String, why: &'static str },
    #[error("the webhook's template cannot be used")]
    Template(#[source] Box<TemplateError>),
}

impl OpenError {
    /// A stable word for logs, metrics and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "bad_url",
            Self::Refused(refused) | Self::Client(refused) | Self::Server(refused) => {
                refused.code()
            }
            Self::MailTls(_) => "tls_setup",
            Self::Secret | Self::NoSecret => "bad_secret",
            Self::Header { .. } => "bad_header",
            Self::Template(_) => "bad_template",
        }
    }
}

/// Opens a channel as configured. Nothing is sent yet.
pub fn open(
    config: &ChannelConfig,
    egress: &Egress,
    clock: &Clock,
    printer: &Printer,
) -> Result<Box<dyn Channel>, OpenError> {
    let clock = clock.clone();
    let channel: Box<dyn Channel> = match &config.kind {
        ChannelKind::Log(log) => {
            let printer = log.terminal.then(|| printer.clone());
            Box::new(log::AlertLog::new(log, printer))
        }
        ChannelKind::Webhook(hook) => Box::new(webhook::Webhook::new(hook, egress, clock)?),
        ChannelKind::Chat(chat) => Box::new(chat::Chat::new(chat, egress, clock)?),
        ChannelKind::Email(email) => Box::new(email::Email::new(&config.id, email, egress)?),
        ChannelKind::Alertmanager(manager) => {
            Box::new(alertmanager::Alertmanager::new(manager, egress, clock)?)
        }
        ChannelKind::Exec(exec) => Box::new(exec::Exec::new(exec)),
        ChannelKind::Apprise(apprise) => Box::new(apprise::Apprise::new(apprise, egress, clock)?),
    };
    Ok(Box::new(hush::Hushed { channel, hush: hush::Hush::of(config) }))
}
