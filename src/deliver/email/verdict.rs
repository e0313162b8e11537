//! What a mail server's answers mean for a delivery. 4xx passes. 5xx speaks of what it answers to: to
//! a recipient or a mail it is final; to a login or a sender it speaks of the configuration, which a
//! person can put right before the delivery is given up.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error;

use crate::deliver::ChannelError;
use crate::domain::untrusted;

/// Longest detail of one answer, in characters.
const MAX_DETAIL_CHARS: usize = 300;

/// What an answer is an answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connect,
    Login,
    Sender,
    Recipient,
    /// The mail itself.
    Message,
}

/// What an error means.
pub(super) fn judge(error: &Error, stage: Stage) -> ChannelError {
    let Some(status) = error.status().map(|code| code.to_string()) else {
        return ChannelError::transient(kind(error, stage), cause(error));
    };
    let code = format!("{}_{status}", word(&status, stage)).into();
    let said = cause(error).unwrap_or_default();
    let advice = advice(&status, stage).map(|advice| format!(" (hint: {advice})"));
    let detail = detail(&format!("{status} {said}{}", advice.unwrap_or_default()));
    let is_final = match stage {
        Stage::Connect | Stage::Login | Stage::Sender => false,
        // 552 at a recipient says that there are too many, or that a mailbox is full.
        Stage::Recipient => error.is_permanent() && status != "552",
        // 530 asks for a login or encryption first.
        Stage::Message => error.is_permanent() && status != "530",
    };
    match is_final {
        true => ChannelError::Permanent { code, detail },
        false => ChannelError::Transient { code, retry_after: None, detail },
    }
}

/// What a code begins with: what is said of the connection, a login or a sender holds for whatever is
/// sent ([`crate::domain::alert::way`]). 530 asks for a login, whenever it is said.
fn word(status: &str, stage: Stage) -> &'static str {
    match (status, stage) {
        // It hangs up, whatever it was asked.
        ("421", _) => "smtp",
        ("530", _) | (_, Stage::Login) => "login",
        (_, Stage::Connect) => "connect",
        (_, Stage::Sender) => "sender",
        (_, Stage::Recipient | Stage::Message) => "smtp",
    }
}

/// Whether an answer to a recipient speaks of that one alone, so that the others may be asked.
pub(super) fn is_of_recipient(error: &Error) -> bool {
    let status = error.status().map(|code| code.to_string());
    status.is_some_and(|status| !matches!(status.as_str(), "421" | "503" | "530"))
}

/// The start of a text of the server's on one line; `None` if it said nothing.
pub(super) fn detail(text: &str) -> Option<String> {
    let text = untrusted::terminal(text);
    let text = untrusted::excerpt(text.trim(), MAX_DETAIL_CHARS);
    (!text.is_empty()).then(|| text.into_owned())
}

/// A word for an error that is no answer.
fn kind(error: &Error, stage: Stage) -> &'static str {
    match stage {
        _ if error.is_timeout() => "timeout",
        _ if is_tls(error) => "tls",
        _ if error.is_response() && !hung_up(error) => "bad_answer",
        Stage::Login if error.is_client() => "no_login",
        Stage::Connect => "connect",
        _ => "network",
    }
}

/// Whether there was no private connection to be had. A handshake that fails is an error of the
/// connection, and says only further in what it is.
fn is_tls(error: &Error) -> bool {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
    }
    error.is_tls()
}

/// Whether the server ended the connection in place of an answer.
fn hung_up(error: &Error) -> bool {
    error.source().is_some_and(|source| source.to_string() == "incomplete response")
}

/// The innermost error: it says what happened.
fn cause(error: &Error) -> Option<String> {
    let mut cause: &dyn std::error::Error = error.source()?;
    while let Some(source) = cause.source() {
        cause = source;
    }
    detail(&cause.to_string())
}

fn advice(status: &str, stage: Stage) -> Option<&'static str> {
    match (status, stage) {
        ("530", _) => Some("the server wants a login: set `username` and a password"),
        ("534" | "535" | "538", _) => Some("check `username` and its password"),
        ("550" | "551" | "553" | "554", Stage::Sender) => {
            Some("the server does not send for `from`: use an address that the login may use")
        }
        ("550" | "553" | "554", Stage::Recipient) => {
            Some("check the address; some servers relay only after a login")
        }
        _ => None,
    }
}
