//! The alert object `wirewatch.alert.v1`: one revision of an alert as every channel sends it and
//! as it is kept. A contract with programs outside: fields are added, never changed or removed.
//!
//! Every text in it is one line without escape sequences, controls and direction marks: also who
//! decodes the object gets nothing that acts on a terminal. What a feed said to the letter is in
//! the store. Should a field be forgotten, [`shield`] escapes it as it is written.

mod excerpts;
pub(super) mod shield;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::alert::{AlertRevision, EntryFacts, Reach, StoryFacts, TopicFacts};
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::untrusted;

/// Names the shape of the object, first in its bytes.
pub const SCHEMA: &str = "wirewatch.alert.v1";

pub const MAX_HEADLINE_CHARS: usize = 300;
pub const MAX_SUMMARY_CHARS: usize = 500;
/// Most terms and items of evidence; beyond that `truncated` is set.
pub const MAX_EVIDENCE: usize = 10;

/// One revision of an alert. Times are RFC 3339 in UTC, in whole seconds; what is not known is
/// null, never a guess.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertV1 {
    /// [`SCHEMA`].
    pub schema: String,
    /// Fixed for a topic and a story, whatever becomes of them.
    pub id: String,
    /// 1 for the opening, growing by one with each revision.
    pub seq: u32,
    /// `opened`, `updated`, `acknowledged` or `closed`.
    pub event: String,
    /// When this revision was made.
    pub time: String,
    /// Why it was made.
    pub reason: ReasonV1,
    /// What the channel is to know of the alerts to come: a budget is used up; or that this is told
    /// again. Left out where there is nothing, and in what is kept and goes to no channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// 1 for the first time that this revision is told again, since nobody acknowledged the alert.
    /// Left out where it is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeat: u32,
    /// The topic is in shadow mode: this was recorded, and no channel was told. Left out where it
    /// is false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shadow: bool,
    /// The topic's budget was used up: this was logged, and not pushed to any other channel. Left
    /// out where it is false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub held_back: bool,
    pub topic: TopicV1,
    /// What the rule's weights summed up to, and the sum it asks for; null without weights.
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    /// The entry's title, at most 300 characters of plain text.
    pub headline: String,
    /// The start of the entry's text, at most 500 characters of plain text; "" without one.
    pub summary: String,
    pub story: StoryV1,
    /// The entry this revision is about.
    pub entry: EntryV1,
    /// The words that were found, whichever clauses asked for them; at most ten.
    pub terms: Vec<TermV1>,
    /// What proves the match, clause by clause; at most ten items.
    pub evidence: Vec<EvidenceV1>,
    /// More was found than `terms` and `evidence` hold.
    pub truncated: bool,
    pub links: LinksV1,
    /// Null where the object is shown and not sent. The number of the attempt is not in here,
    /// since the bytes of a delivery never change; a webhook has it in a header.
    pub delivery: Option<DeliveryV1>,
}

/// A stable word and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonV1 {
    pub code: String,
    pub text: String,
    /// The end of `text` where that says which channels were not sent this, and why. Left out where
    /// there is nothing; channels other than the alert log are not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicV1 {
    pub id: String,
    pub name: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    pub tags: Vec<String>,
    /// Hash of the compiled rule.
    pub revision: String,
    pub file: String,
}

/// The story as it stood at this revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryV1 {
    pub id: String,
    /// How many entries tell it, from how many publishers, in how many feeds.
    pub entries: u32,
    pub publishers: u32,
    /// How many independent texts these are: copies of one text, such as a news agency's, count
    /// once. Null in objects from before it was counted.
    #[serde(default)]
    pub texts: Option<u32>,
    pub feeds: u32,
    pub first_seen: String,
    pub last_seen: String,
    /// Who joined since the last revision.
    pub new_publishers: Vec<String>,
}

/// The entry as its feed gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryV1 {
    pub id: String,
    pub feed: String,
    pub feed_title: String,
    pub publisher: String,
    /// The news agency that the text says it is from, such as `AFP`; null where it says none.
    #[serde(default)]
    pub agency: Option<String>,
    pub guid: Option<String>,
    /// Where the article stands: http or https only.
    pub url: Option<String>,
    pub author: Option<String>,
    pub language: Option<String>,
    pub published: Option<String>,
    /// `exact`, `assumed`, `clamped` or `missing`.
    pub date_quality: String,
    pub seen: String,
}

/// Words found in the entry, in all their places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermV1 {
    /// As they stand where they were found first.
    pub term: String,
    /// In how many places; of them in the title, and in the first 60 words of the body.
    pub count: u32,
    pub in_title: u32,
    pub in_lead: u32,
    /// There may be more: of each clause ten places are kept, and counted here. Left out where it
    /// is false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
}

/// One clause of the rule, found in one field of the entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceV1 {
    /// The clause as the rule has it.
    pub clause: String,
    /// The words that were found, as they stand at the first span; null where none is kept.
    pub term: Option<String>,
    /// `title`, `body`, `author`, `category` or `url`; null where no span is kept.
    pub field: Option<String>,
    /// How often the clause was found in the whole entry: the same in all items of a clause.
    pub count: u32,
    /// Places in this field's stored text: Unicode code points, from zero, the end excluded.
    pub spans: Vec<[usize; 2]>,
    /// How many of `spans` lie in the first 60 words of the body.
    pub in_lead: u32,
    /// A passage around the first span, what was found in \[brackets\].
    pub snippet: Option<String>,
    /// The clause's weight in the rule; null without weights.
    pub weight: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinksV1 {
    /// Where the article stands: http or https only.
    pub article: Option<String>,
    pub alert: Option<String>,
    pub why: Option<String>,
    pub silence: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryV1 {
    pub channel: String,
    /// The idempotency key: the same for each attempt, another for each channel and revision.
    pub id: String,
}

impl AlertV1 {
    /// The object of a revision, not yet addressed to a channel.
    pub fn from_revision(revision: &AlertRevision) -> Self {
        let (evidence, cut) = excerpts::evidence(&revision.evidence);
        Self {
            schema: SCHEMA.to_owned(),
            id: revision.alert.to_string(),
            seq: revision.seq,
            event: revision.event.as_str().to_owned(),
            time: second(revision.at),
            reason: ReasonV1 {
                code: clean(&revision.reason.code),
                text: clean(&revision.whole_reason()),
                remark: revision.remark.as_deref().map(clean),
            },
            note: revision.note.as_deref().map(clean),
            repeat: 0,
            shadow: revision.reach == Reach::Shadow,
            held_back: revision.reach == Reach::HeldBack,
            topic: TopicV1::from(&revision.topic),
            score: revision.score,
            threshold: revision.threshold,
            headline: plain(&revision.headline, MAX_HEADLINE_CHARS),
            summary: plain(&revision.summary, MAX_SUMMARY_CHARS),
            story: StoryV1::from(&revision.story),
            entry: EntryV1::from(&revision.entry),
            terms: excerpts::terms(&revision.evidence),
            evidence,
            truncated: cut || revision.evidence.truncated,
            links: LinksV1 {
                article: revision.entry.url.as_deref().and_then(web_link),
                ..LinksV1::default()
            },
            delivery: None,
        }
    }

    /// The object as it was made, without what is about single channels: which were not sent it, and
    /// whose budget was used up.
    pub fn of_no_channel(mut self) -> Self {
        let remark = self.reason.remark.take().map(|remark| format!("; {remark}"));
        if let Some(plain) = remark.and_then(|remark| self.reason.text.strip_suffix(&remark)) {
            self.reason.text = plain.to_owned();
        }
        Self { note: None, held_back: false, ..self }
    }

    /// The object as one line of JSON, without the line's end. Equal objects give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        shield::to_json(self)
    }
}

/// The bytes of a delivery: made once, in the commit that raises the alert, and sent unchanged
/// with every attempt.
pub fn freeze(revision: &AlertRevision, channel: &ChannelId, id: DeliveryId) -> Vec<u8> {
    let mut object = AlertV1::from_revision(revision);
    object.delivery = Some(DeliveryV1 { channel: channel.to_string(), id: id.to_string() });
    object.to_bytes()
}

/// The bytes of a delivery of a revision that is kept as `object`; `None`: it cannot be read.
pub fn freeze_kept(object: &[u8], channel: &ChannelId, id: DeliveryId) -> Option<Vec<u8>> {
    Some(kept_for(object, channel, id)?.to_bytes())
}

/// The same for one that is told again, for the `repeat`th time.
pub fn freeze_again(
    object: &[u8],
    channel: &ChannelId,
    id: DeliveryId,
    repeat: u32,
) -> Option<Vec<u8>> {
    let note = Some("told again: nobody has acknowledged it".to_owned());
    Some(AlertV1 { note, repeat, ..kept_for(object, channel, id)? }.to_bytes())
}

/// What is kept, addressed to a channel, which may not be one of those it was made for.
fn kept_for(object: &[u8], channel: &ChannelId, id: DeliveryId) -> Option<AlertV1> {
    let object = serde_json::from_slice::<AlertV1>(object).ok()?.of_no_channel();
    let delivery = Some(DeliveryV1 { channel: channel.to_string(), id: id.to_string() });
    Some(AlertV1 { delivery, ..object })
}

impl From<&TopicFacts> for TopicV1 {
    fn from(topic: &TopicFacts) -> Self {
        Self {
            id: topic.id.to_string(),
            name: clean(&topic.name),
            severity: topic.severity.as_str().to_owned(),
            tags: topic.tags.iter().map(|tag| clean(tag)).collect(),
            revision: topic.revision.to_string(),
            file: clean(&topic.file),
        }
    }
}

impl From<&StoryFacts> for StoryV1 {
    fn from(story: &StoryFacts) -> Self {
        Self {
            id: story.id.to_string(),
            entries: story.entries,
            publishers: count(&story.publishers),
            texts: Some(story.texts),
            feeds: count(&story.feeds),
            first_seen: second(story.first_seen),
            last_seen: second(story.last_seen),
            new_publishers: story.new_publishers.iter().map(|name| clean(name)).collect(),
        }
    }
}

impl From<&EntryFacts> for EntryV1 {
    fn from(entry: &EntryFacts) -> Self {
        Self {
            id: entry.id.to_string(),
            feed: clean(&entry.feed),
            feed_title: clean(&entry.feed_title),
            publisher: clean(&entry.publisher),
            agency: entry.agency.as_deref().map(clean),
            guid: entry.guid.as_deref().map(clean),
            url: entry.url.as_deref().and_then(web_link),
            author: entry.author.as_deref().map(clean),
            language: entry.language.as_deref().map(clean),
            published: entry.published.map(second),
            date_quality: entry.date_quality.as_str().to_owned(),
            seen: second(entry.seen),
        }
    }
}

/// Whether a mark that is rarely set can be left out.
fn is_false(mark: &bool) -> bool {
    !mark
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn count(names: &[String]) -> u32 {
    u32::try_from(names.len()).unwrap_or(u32::MAX)
}

pub(super) fn plain(text: &str, max_chars: usize) -> String {
    untrusted::excerpt(untrusted::terminal(text).trim(), max_chars).into_owned()
}

/// A text from outside, whole, on one line.
pub(super) fn clean(text: &str) -> String {
    untrusted::terminal(text).trim().to_owned()
}

/// What a browser may be sent to, written as a browser would ask for it: characters that do not
/// belong into a link are encoded, and names of users are left out, which look like the host.
pub(super) fn web_link(link: &str) -> Option<String> {
    let mut url = url::Url::parse(link).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    // Refused only of URLs without a host, which these have.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url.into())
}

/// A time without what is beyond a second: more is nobody's business and no feed's precision.
pub(super) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
pub(super) mod tests;
