//! A delivery as a mail (RFC 5322): plain text first, then the same as a page, and headers by which
//! programs sort it. Everything goes through the builder, which encodes what is not ASCII and folds
//! what is long; a text from outside reaches it without anything that could end a line.
//!
//! The mail is made of the delivery's frozen bytes, its id and the time of its commit: the same, byte
//! for byte, at each attempt.

use std::time::{Duration, SystemTime};

use lettre::address::{Address, Envelope};
use lettre::message::header::{self, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, MessageBuilder, MultiPart, SinglePart};

use crate::config::EmailChannel;
use crate::deliver::ChannelError;
use crate::deliver::message::{About, Message, html, text};
use crate::deliver::parcel::Parcel;
use crate::domain::alert::delivery::{Claimed, Thread};
use crate::domain::ids::{ChannelId, Digest};
use crate::domain::topic::Severity;
use crate::domain::untrusted;

/// Longest subject, in characters, but for marks that are not shown: no reader shows more.
const MAX_SUBJECT_CHARS: usize = 200;

/// Longest value of another header, in characters: a line may have 998 with its name.
const MAX_VALUE_CHARS: usize = 950;

/// Longest name of an earlier mail that is answered to, in bytes.
const MAX_HANDLE_BYTES: usize = 300;

/// The last second that a mail's date can name: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Writes the mails of one channel.
pub(super) struct Writer {
    channel: ChannelId,
    from: Mailbox,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    reply_to: Option<Mailbox>,
}

/// A mail, ready to be handed in.
pub(super) struct Letter {
    /// ASCII only, in lines of no more than 998 characters.
    pub bytes: Vec<u8>,
    /// Its Message-ID, in angle brackets.
    pub id: String,
}

impl Writer {
    pub fn new(channel: &ChannelId, config: &EmailChannel) -> Self {
        Self {
            channel: channel.clone(),
            from: config.from.clone(),
            to: config.to.clone(),
            cc: config.cc.clone(),
            reply_to: config.reply_to.clone(),
        }
    }

    /// Whom the mail server answers to if it cannot bring a mail to its end.
    pub fn sender(&self) -> &Address {
        &self.from.email
    }

    pub fn write(&self, delivery: &Claimed) -> Result<Letter, ChannelError> {
        let parcel = Parcel::read(&delivery.body)?;
        let message = Message::new(&parcel);
        let id = self.name(&delivery.id.to_string());
        let headers = self.headers(delivery, &message, &id);
        let footer = format!("wirewatch, channel {}", self.channel);
        let plain = format!("{}\n-- \n{footer}\n", text::render(&message));
        let body = MultiPart::alternative()
            .boundary(boundary(delivery))
            .singlepart(part(ContentType::TEXT_PLAIN, plain))
            .singlepart(part(ContentType::TEXT_HTML, html::render(&message, &footer)));
        let mail = headers.multipart(body).map_err(unwritable)?;
        Ok(Letter { bytes: mail.formatted(), id })
    }

    fn headers(&self, delivery: &Claimed, message: &Message, id: &str) -> MessageBuilder {
        let all = |mailboxes: &[Mailbox]| mailboxes.iter().cloned().collect::<Mailboxes>();
        let mut headers = lettre::Message::builder()
            .header(header::From::from(all(std::slice::from_ref(&self.from))))
            .header(header::To::from(all(&self.to)));
        if !self.cc.is_empty() {
            headers = headers.header(header::Cc::from(all(&self.cc)));
        }
        if let Some(reply_to) = &self.reply_to {
            headers = headers.header(header::ReplyTo::from(Mailboxes::from(reply_to.clone())));
        }
        // Whom it is handed in for is said apart from it, to the server.
        if let Ok(envelope) = Envelope::new(None, vec![self.from.email.clone()]) {
            headers = headers.envelope(envelope);
        }
        headers = headers
            .subject(literal(&message.title(MAX_SUBJECT_CHARS)))
            .date(date(delivery))
            .message_id(Some(id.to_owned()));
        for (name, value) in self.threading(&delivery.thread, &message.about) {
            headers = headers.raw_header(line(name, &value));
        }
        for (name, value) in self.sorting(delivery, message) {
            headers = headers.raw_header(line(name, &value));
        }
        headers
    }

    /// What makes one conversation of all that is told of a story, whichever topics found it: a root
    /// that no mail has, named after the story. Revisions also answer those before them.
    fn threading(&self, thread: &Thread, about: &About) -> Vec<(&'static str, String)> {
        let About::Alert { story, .. } = about else {
            return Vec::new();
        };
        let mut references = vec![self.name(story)];
        let earlier = [thread.first(), thread.last()].into_iter().flatten();
        for earlier in earlier.filter(|handle| is_name(handle)) {
            if !references.iter().any(|known| known == earlier) {
                references.push(earlier.to_owned());
            }
        }
        let answered = references.get(1..).and_then(<[String]>::last).cloned();
        let answered = answered.map(|last| ("In-Reply-To", last));
        answered.into_iter().chain([("References", references.join(" "))]).collect()
    }

    /// What filters and programs go by; and that no person wrote it, so that none answers unasked.
    fn sorting(&self, delivery: &Claimed, message: &Message) -> Vec<(&'static str, String)> {
        let list = format!("<{}.wirewatch.{}>", self.channel, self.from.email.domain());
        let mut headers = vec![
            ("List-Id", list),
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("Precedence", "bulk".to_owned()),
            ("X-Wirewatch-Delivery", delivery.id.to_string()),
        ];
        if let Some(severity) = message.severity {
            headers.push(("X-Wirewatch-Severity", severity.as_str().to_owned()));
            if severity == Severity::Critical {
                headers.push(("Importance", "high".to_owned()));
            }
        }
        match &message.about {
            About::Alert { id, seq, event, topic, story } => headers.extend([
                ("X-Wirewatch-Topic", topic.clone()),
                ("X-Wirewatch-Alert", id.clone()),
                ("X-Wirewatch-Revision", seq.to_string()),
                ("X-Wirewatch-Event", event.clone()),
                ("X-Wirewatch-Story", story.clone()),
            ]),
            About::Notice { id, event } => headers
                .extend([("X-Wirewatch-Notice", id.clone()), ("X-Wirewatch-Event", event.clone())]),
            About::Digest { id } => headers.push(("X-Wirewatch-Digest", id.clone())),
        }
        headers
    }

    /// An id of ours as the name of a mail.
    fn name(&self, id: &str) -> String {
        let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("<{id}@{}>", self.from.email.domain())
    }
}

fn part(kind: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(kind).body(text)
}

/// A header line of our own. The value's characters beyond ASCII are encoded, and it has no control.
fn line(name: &'static str, value: &str) -> HeaderValue {
    let value = untrusted::excerpt(value, MAX_VALUE_CHARS);
    HeaderValue::new(HeaderName::new_from_ascii_str(name), literal(&value))
}

/// A text that reads as it stands: `=?` begins an encoded word (RFC 2047) also where a feed wrote it.
/// Parted by a character that is not shown, the word is itself encoded.
fn literal(text: &str) -> String {
    one_line(text).replace("=?", "=\u{2060}?")
}

/// Without controls and line ends; isolates, which the message's title has of its own, stay.
fn one_line(text: &str) -> String {
    let is_isolate = |c: char| matches!(c, '\u{2068}' | '\u{2069}');
    text.chars().filter(|c| is_isolate(*c) || !untrusted::is_hazard(*c)).collect()
}

/// When what it carries was committed: mails are sorted by when something happened.
fn date(delivery: &Claimed) -> SystemTime {
    let second = u64::try_from(delivery.created.as_second()).unwrap_or(0).min(LAST_SECOND);
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

/// What parts the two bodies. No feed can know it beforehand, and it is the same each time.
fn boundary(delivery: &Claimed) -> String {
    let parts: [&[u8]; 2] = [&delivery.id.0.to_le_bytes(), &delivery.body];
    format!("wirewatch-{}", Digest::of("mail boundary", &parts))
}

/// Whether a handle is one that a mail of this channel left: `<D1@example.org>`.
fn is_name(handle: &str) -> bool {
    let inner = handle.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let parts = inner.and_then(|inner| inner.split_once('@'));
    let good = |(id, domain): (&str, &str)| {
        let of_domain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        !id.is_empty()
            && !domain.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && domain.bytes().all(of_domain)
    };
    handle.len() <= MAX_HANDLE_BYTES && parts.is_some_and(good)
}

/// A mail that the builder refuses today will be refused tomorrow.
fn unwritable(error: lettre::error::Error) -> ChannelError {
    ChannelError::Permanent { code: "unwritable_mail".into(), detail: Some(error.to_string()) }
}
