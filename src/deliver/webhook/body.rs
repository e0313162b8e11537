//! What a webhook sends: the object as it was fixed, or a rendering of it ([`receiver`],
//! [`cloudevents`], [`template`]). A rendering depends on the fixed bytes and on what the channel
//! was told before, and on nothing else: each attempt sends the same.

mod cloudevents;
mod deadline;
mod receiver;
mod template;

use std::borrow::Cow;

use reqwest::header::HeaderValue;

use self::template::Template;
pub use self::template::TemplateError;
use crate::config::WebhookBody;
use crate::deliver::alertmanager::told::Told;
use crate::deliver::object::shield;
use crate::deliver::parcel::Parcel;
use crate::deliver::{ChannelError, OpenError};
use crate::domain::alert::delivery::Claimed;

/// The bodies of one webhook.
pub(super) enum Body {
    Standard,
    Receiver,
    CloudEvents,
    Template(Template),
}

impl Body {
    /// A template is compiled, and tried on one of each kind of object.
    pub fn new(config: &WebhookBody) -> Result<Self, OpenError> {
        Ok(match config {
            WebhookBody::Standard => Body::Standard,
            WebhookBody::Alertmanager => Body::Receiver,
            WebhookBody::CloudEvents => Body::CloudEvents,
            WebhookBody::Template(own) => {
                let template = Template::new(own);
                let template = template.map_err(|error| OpenError::Template(Box::new(error)))?;
                Body::Template(template)
            }
        })
    }

    /// The bytes of a delivery.
    pub fn render<'a>(&self, delivery: &'a Claimed) -> Result<Cow<'a, [u8]>, ChannelError> {
        let read = || Parcel::read(&delivery.body);
        Ok(match self {
            Body::Standard => Cow::Borrowed(delivery.body.as_slice()),
            Body::Receiver => Cow::Owned(shield::to_json(&receiver::message(&read()?, delivery))),
            Body::CloudEvents => {
                Cow::Owned(shield::to_json(&cloudevents::event(&read()?, delivery)))
            }
            Body::Template(template) => Cow::Owned(template.render(read()?, delivery.id)?),
        })
    }

    /// The media type of these bytes.
    pub fn content_type(&self) -> HeaderValue {
        match self {
            Body::Standard | Body::Receiver => HeaderValue::from_static("application/json"),
            Body::CloudEvents => HeaderValue::from_static(cloudevents::CONTENT_TYPE),
            Body::Template(template) => template.content_type(),
        }
    }

    /// What the next revision is to know of this one.
    pub fn handle(&self, delivery: &Claimed) -> Option<String> {
        match self {
            Body::Receiver => {
                let parcel = Parcel::read(&delivery.body).ok()?;
                Told::new(&parcel, &delivery.thread).handle()
            }
            Body::Standard | Body::CloudEvents | Body::Template(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
