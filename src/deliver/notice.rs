//! The notice object `wirewatch.notice.v1`: what wirewatch tells of its own work, as every channel
//! sends it beside alerts and as it is kept. A contract with programs outside: fields are added,
//! never changed or removed. Texts are as clean as those of an alert ([`super::object`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::object::{DeliveryV1, clean, plain, second, shield};
use crate::domain::alert::delivery::{Carried, Claimed, Thread};
use crate::domain::ids::{ChannelId, DeliveryId, IdSource, NoticeId};
use crate::domain::notice::{FeedNote, Notice};

/// Names the shape of the object, first in its bytes.
pub const SCHEMA: &str = "wirewatch.notice.v1";

/// Longest text about a feed or topic, in characters.
const MAX_DETAIL_CHARS: usize = 300;

/// A notice. Times are RFC 3339 in UTC, in whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeV1 {
    /// [`SCHEMA`].
    pub schema: String,
    pub id: String,
    /// What happened: to feeds, topics, channels, the configuration or the database.
    pub event: String,
    pub time: String,
    /// As of an alert: channels for more severe things only are not told.
    pub severity: String,
    /// One line of plain text.
    pub headline: String,
    /// The feeds it is about; at most 20.
    pub feeds: Vec<FeedNoteV1>,
    /// The topics it is about; at most 20.
    pub topics: Vec<TopicNoteV1>,
    /// How many more feeds or topics there are.
    pub more: usize,
    /// Null where the object is shown and not sent.
    pub delivery: Option<DeliveryV1>,
}

/// How a feed does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedNoteV1 {
    pub feed: String,
    pub title: Option<String>,
    /// `failing`, `gone`, `stale`, … as `wirewatch feeds status` has it.
    pub state: String,
    pub since: Option<String>,
    /// The failure's code, or the state's own word.
    pub code: String,
    pub detail: Option<String>,
    /// What to do.
    pub advice: Option<String>,
    pub next_try: String,
}

/// How a topic stands to what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicNoteV1 {
    pub topic: String,
    pub text: String,
}

impl NoticeV1 {
    /// The object of a notice, not yet addressed to a channel.
    pub fn new(notice: &Notice, id: NoticeId) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            id: id.to_string(),
            event: notice.kind.as_str().to_owned(),
            time: second(notice.at),
            severity: notice.severity.as_str().to_owned(),
            headline: plain(&notice.headline, MAX_DETAIL_CHARS),
            feeds: notice.feeds.iter().map(FeedNoteV1::from).collect(),
            topics: notice
                .topics
                .iter()
                .map(|note| TopicNoteV1 {
                    topic: note.topic.to_string(),
                    text: plain(&note.text, MAX_DETAIL_CHARS),
                })
                .collect(),
            more: notice.more,
            delivery: None,
        }
    }

    /// The object as one line of JSON, without the line's end.
    pub fn to_bytes(&self) -> Vec<u8> {
        shield::to_json(self)
    }
}

impl From<&FeedNote> for FeedNoteV1 {
    fn from(note: &FeedNote) -> Self {
        Self {
            feed: note.feed.to_string(),
            title: note.title.as_deref().map(|title| plain(title, MAX_DETAIL_CHARS)),
            state: note.condition.as_str().to_owned(),
            since: note.since.map(second),
            code: clean(&note.code),
            detail: note.detail.as_deref().map(|detail| plain(detail, MAX_DETAIL_CHARS)),
            advice: note.advice.map(str::to_owned),
            next_try: second(note.next_try),
        }
    }
}

/// The notice as it is kept.
pub fn object(notice: &Notice, id: NoticeId) -> Vec<u8> {
    NoticeV1::new(notice, id).to_bytes()
}

/// A notice on its way to a channel that is in no database.
pub fn unrecorded(notice: &Notice, channel: &ChannelId) -> Claimed {
    let mut ids = IdSource::resume(0);
    let notice_id = NoticeId(ids.next(notice.at));
    let id = DeliveryId(ids.next(notice.at));
    Claimed {
        id,
        carried: Carried::Notice(notice_id),
        channel: channel.clone(),
        body: freeze(notice, notice_id, channel, id),
        attempt: 1,
        created: notice.at,
        thread: Thread::default(),
    }
}

/// The bytes of a delivery: made once, in the commit that keeps the notice.
pub fn freeze(notice: &Notice, id: NoticeId, channel: &ChannelId, delivery: DeliveryId) -> Vec<u8> {
    let mut object = NoticeV1::new(notice, id);
    object.delivery = Some(DeliveryV1 { channel: channel.to_string(), id: delivery.to_string() });
    object.to_bytes()
}
