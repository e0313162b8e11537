//! A revision as a CloudEvents 1.0 event in structured JSON (<https://github.com/cloudevents/spec>):
//! the object, unchanged, is its data.

use serde::Serialize;

use crate::deliver::digest::DigestV1;
use crate::deliver::notice::NoticeV1;
use crate::deliver::object::AlertV1;
use crate::deliver::parcel::Parcel;
use crate::deliver::schema;
use crate::domain::alert::delivery::Claimed;

pub(super) const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// The event. `id` is the delivery's, and with `source` unlike that of any other.
#[derive(Serialize)]
pub(super) struct Event<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: &'a str,
    datacontenttype: &'static str,
    dataschema: &'static str,
    /// An extension attribute: brokers route by it.
    severity: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Alert(&'a AlertV1),
    Notice(&'a NoticeV1),
    Digest(&'a DigestV1),
}

/// The event of a delivery.
pub(super) fn event<'a>(parcel: &'a Parcel, delivery: &Claimed) -> Event<'a> {
    let (source, subject, time, dataschema, data) = match parcel {
        Parcel::Alert(alert) => {
            let source = format!("urn:wirewatch:topic:{}", alert.topic.id);
            (source, &alert.id, &alert.time, schema::ALERT_ID, Data::Alert(alert))
        }
        Parcel::Notice(notice) => {
            let source = "urn:wirewatch:notices".to_owned();
            (source, &notice.id, &notice.time, schema::NOTICE_ID, Data::Notice(notice))
        }
        Parcel::Digest(digest) => {
            let source = "urn:wirewatch:digests".to_owned();
            (source, &digest.id, &digest.time, schema::DIGEST_ID, Data::Digest(digest))
        }
    };
    Event {
        specversion: "1.0",
        id: delivery.id.to_string(),
        source,
        kind: format!("wirewatch.{}.{}", parcel.kind(), parcel.event()),
        subject,
        time,
        datacontenttype: "application/json",
        dataschema,
        severity: parcel.severity(),
        data,
    }
}
