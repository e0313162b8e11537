//! What a delivery's bytes hold, read back: a channel that renders messages of its own makes them of
//! this and of nothing else, so that every attempt says the same.

pub(super) mod sample;

use super::ChannelError;
use super::digest::{self, DigestV1};
use super::notice::{self, NoticeV1};
use super::object::{self, AlertV1};
use super::terminal::{self, DEFAULT_WIDTH, Style};
use crate::domain::topic::Severity;

/// One revision of an alert, one notice or one digest.
#[derive(Debug, Clone, PartialEq)]
pub enum Parcel {
    Alert(Box<AlertV1>),
    Notice(Box<NoticeV1>),
    Digest(Box<DigestV1>),
}

/// The bytes are none of the objects that this version knows.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the delivery's bytes are not JSON of the shape they name")]
    Json(#[from] serde_json::Error),
    #[error("the delivery's bytes are of an unknown schema")]
    Schema,
}

impl Unreadable {
    /// A stable word for logs, metrics and filters.
    pub const CODE: &'static str = "unreadable_body";
}

/// Bytes that cannot be read today will not be read tomorrow.
impl From<Unreadable> for ChannelError {
    fn from(error: Unreadable) -> Self {
        let detail = Some(error.to_string());
        ChannelError::Permanent { code: Unreadable::CODE.into(), detail }
    }
}

/// All that is needed to know which object it is.
#[derive(serde::Deserialize)]
struct Head {
    schema: String,
}

impl Parcel {
    /// Reads the bytes of a delivery.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let head: Head = serde_json::from_slice(body)?;
        Ok(match head.schema.as_str() {
            object::SCHEMA => Parcel::Alert(Box::new(serde_json::from_slice(body)?)),
            notice::SCHEMA => Parcel::Notice(Box::new(serde_json::from_slice(body)?)),
            digest::SCHEMA => Parcel::Digest(serde_json::from_slice(body)?),
            _ => return Err(Unreadable::Schema),
        })
    }

    /// `alert`, `notice` or `digest`.
    pub fn kind(&self) -> &'static str {
        match self {
            Parcel::Alert(_) => "alert",
            Parcel::Notice(_) => "notice",
            Parcel::Digest(_) => "digest",
        }
    }

    /// What happened: of an alert's revision or a notice its event, of a digest its kind.
    pub fn event(&self) -> &str {
        match self {
            Parcel::Alert(alert) => &alert.event,
            Parcel::Notice(notice) => &notice.event,
            Parcel::Digest(digest) => &digest.kind,
        }
    }

    /// How much it matters; a digest as much as the gravest it tells of.
    pub fn severity(&self) -> &str {
        match self {
            Parcel::Alert(alert) => &alert.topic.severity,
            Parcel::Notice(notice) => &notice.severity,
            Parcel::Digest(digest) => digest.gravest().unwrap_or(Severity::Info).as_str(),
        }
    }

    /// One line. Of an alert in the publisher's words.
    pub fn headline(&self) -> &str {
        match self {
            Parcel::Alert(alert) => &alert.headline,
            Parcel::Notice(notice) => &notice.headline,
            Parcel::Digest(digest) => &digest.headline,
        }
    }

    /// All of it for people: plain lines without colours or controls.
    pub fn text(&self) -> String {
        let style = Style { colour: false, width: DEFAULT_WIDTH };
        match self {
            Parcel::Alert(alert) => terminal::render(alert, style),
            Parcel::Notice(notice) => terminal::notice::render(notice, style),
            Parcel::Digest(digest) => terminal::digest::render(digest, style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::DeliveryId;

    #[test]
    fn the_bytes_of_an_alert_are_read_back_and_those_of_nothing_known_are_refused() {
        let channel = "log".parse().expect("a key");
        let body = object::freeze(&object::tests::sample(), &channel, DeliveryId(1));
        let Parcel::Alert(alert) = Parcel::read(&body).expect("an alert") else {
            panic!("not an alert");
        };
        assert_eq!(alert.to_bytes(), body);
        let strange = Parcel::read(br#"{"schema":"wirewatch.alert.v9"}"#);
        assert!(matches!(strange, Err(Unreadable::Schema)));
        assert!(matches!(Parcel::read(b"<html>"), Err(Unreadable::Json(_))));
    }
}
