//! The digest object `wirewatch.digest.v1`: what a channel was told of in a day or a week, and what
//! was kept from it, in one message. A contract with programs outside: fields are added, never
//! changed or removed. Texts are as clean as those of an alert ([`super::object`]).

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::object::{DeliveryV1, MAX_HEADLINE_CHARS, clean, plain, second, shield, web_link};
use crate::domain::calendar::zone_name;
use crate::domain::digest::{Edition, Held, Item, Tally, Told};
use crate::domain::ids::{DeliveryId, DigestId};
use crate::domain::topic::Severity;

/// Longest text of a notice, in characters.
const MAX_DETAIL_CHARS: usize = 300;

/// Longest word that is named as found, in characters.
const MAX_TERM_CHARS: usize = 60;

/// Names the shape of the object, first in its bytes.
pub const SCHEMA: &str = "wirewatch.digest.v1";

/// A digest. Times are RFC 3339 in UTC, in whole seconds; `zone` is the one its reader lives in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestV1 {
    /// [`SCHEMA`].
    pub schema: String,
    pub id: String,
    pub channel: String,
    /// `regular`, `asked` (by `digest send`), `quiet_hours` (what waited at their end) or `group`
    /// (what became due at once).
    pub kind: String,
    /// When it was made, and since when it tells.
    pub time: String,
    pub since: String,
    /// Name in the time zone database.
    pub zone: String,
    /// It comes later than it was due. Null where it does not.
    pub late: Option<LateV1>,
    /// One line of plain text.
    pub headline: String,
    /// Alerts raised or revised in this time, those with the most publishers × score first; at most
    /// 50.
    pub alerts: Vec<DigestAlertV1>,
    /// How many more there are.
    pub more: u32,
    /// Notices that quiet hours held, oldest first.
    #[serde(default)]
    pub notices: Vec<DigestNoticeV1>,
    pub counts: CountsV1,
    /// Matches that were suppressed, by why.
    pub suppressed: Vec<CountV1>,
    /// Stories that wait for more publishers.
    pub pending: u64,
    /// Topics that match less than is expected of them.
    pub silent: Vec<String>,
    pub feeds: FeedsV1,
    /// Alerts of topics in shadow mode, by topic: no channel was told.
    pub shadow: Vec<CountV1>,
    /// When the next digest is due.
    pub next: Option<String>,
    /// Null where the object is shown and not sent.
    pub delivery: Option<DeliveryV1>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LateV1 {
    /// When it was due.
    pub due: String,
    /// How many before it did not come; this one tells of their time too.
    pub missed: u32,
}

/// An alert as its last revision has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestAlertV1 {
    pub id: String,
    pub seq: u32,
    pub time: String,
    pub topic: String,
    pub topic_name: String,
    pub severity: String,
    /// The story's headline, at most 300 characters of plain text, and where its article stands.
    pub headline: String,
    pub url: Option<String>,
    pub publishers: u32,
    /// How many independent texts these are; copies of one count once.
    pub texts: u32,
    /// The first ones of them by name, at most 20.
    pub publisher_names: Vec<String>,
    pub entries: u32,
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    /// Words that the topic found in it, the first of them as the publisher wrote them; at most 5.
    #[serde(default)]
    pub terms: Vec<String>,
    /// It was raised in this time, and not before.
    pub raised: bool,
    /// How many revisions it had in this time.
    pub revisions: u32,
    /// Why the channel was not sent it at once: `budget`, `quiet_hours` or `digest`; `again` where it
    /// was, and this tells it again; null where it
    /// was.
    pub held: Option<String>,
}

/// A notice that was not sent by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DigestNoticeV1 {
    pub id: String,
    pub time: String,
    /// As in `wirewatch.notice.v1`: `burst`, `feeds_trouble`, …
    pub event: String,
    pub severity: String,
    pub headline: String,
    /// What it says of its topic; null where it is about none.
    pub text: Option<String>,
}

/// Alerts raised and revised; revisions that were not sent at once, by why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountsV1 {
    pub raised: u32,
    pub revised: u32,
    pub over_budget: u32,
    pub quiet_hours: u32,
    pub in_digest: u32,
}

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountV1 {
    pub name: String,
    pub count: u64,
}

/// How many feeds there are, and how many are in trouble, by state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedsV1 {
    pub all: u32,
    pub trouble: Vec<CountV1>,
}

impl DigestV1 {
    /// The object of a digest, not yet addressed to its channel.
    pub fn new(edition: &Edition, id: Option<DigestId>) -> Self {
        let state = |(state, count): &(String, u32)| count_of(state, u64::from(*count));
        Self {
            schema: SCHEMA.to_owned(),
            id: id.map(|id| id.to_string()).unwrap_or_default(),
            channel: edition.channel.to_string(),
            kind: edition.kind.as_str().to_owned(),
            time: second(edition.at),
            since: second(edition.since),
            zone: zone_name(&edition.zone).to_owned(),
            late: edition.late.map(|late| LateV1 { due: second(late.due), missed: late.missed }),
            headline: again(edition)
                .unwrap_or_else(|| headline(edition.tally, edition.notices.len())),
            alerts: edition.items.iter().map(DigestAlertV1::from).collect(),
            more: edition.more,
            notices: edition.notices.iter().map(DigestNoticeV1::from).collect(),
            counts: CountsV1::from(edition.tally),
            suppressed: edition.suppressed.iter().map(|(why, n)| count_of(why, *n)).collect(),
            pending: edition.pending,
            silent: edition.silent.iter().map(ToString::to_string).collect(),
            feeds: FeedsV1 {
                all: edition.feeds.all,
                trouble: edition.feeds.trouble.iter().map(state).collect(),
            },
            shadow: edition.shadow.iter().map(|(t, n)| count_of(&t.to_string(), *n)).collect(),
            next: edition.next.map(second),
            delivery: None,
        }
    }

    /// The object as one line of JSON, without the line's end.
    pub fn to_bytes(&self) -> Vec<u8> {
        shield::to_json(self)
    }

    /// The severity of the gravest that it tells of.
    pub fn gravest(&self) -> Option<Severity> {
        let alerts = self.alerts.iter().map(|alert| alert.severity.as_str());
        let notices = self.notices.iter().map(|notice| notice.severity.as_str());
        alerts.chain(notices).filter_map(Severity::from_code).max()
    }

    /// The zone of its reader, or UTC where it is not known here.
    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

impl From<&Item> for DigestAlertV1 {
    fn from(item: &Item) -> Self {
        Self {
            id: item.alert.to_string(),
            seq: item.seq,
            time: second(item.at),
            topic: item.topic.to_string(),
            topic_name: clean(&item.topic_name),
            severity: item.severity.as_str().to_owned(),
            headline: plain(&item.headline, MAX_HEADLINE_CHARS),
            url: item.url.as_deref().and_then(web_link),
            publishers: item.publishers,
            texts: item.texts,
            publisher_names: item.publisher_names.iter().map(|name| clean(name)).collect(),
            entries: item.entries,
            score: item.score,
            threshold: item.threshold,
            terms: item.terms.iter().map(|term| plain(term, MAX_TERM_CHARS)).collect(),
            raised: item.raised,
            revisions: item.revisions,
            held: item.held.map(|held| held.as_str().to_owned()),
        }
    }
}

impl From<&Told> for DigestNoticeV1 {
    fn from(told: &Told) -> Self {
        Self {
            id: told.notice.to_string(),
            time: second(told.at),
            event: told.kind.as_str().to_owned(),
            severity: told.severity.as_str().to_owned(),
            headline: plain(&told.headline, MAX_DETAIL_CHARS),
            text: told.text.as_deref().map(|text| plain(text, MAX_DETAIL_CHARS)),
        }
    }
}

impl From<Tally> for CountsV1 {
    fn from(tally: Tally) -> Self {
        Self {
            raised: tally.raised,
            revised: tally.revised,
            over_budget: tally.over_budget,
            quiet_hours: tally.quiet,
            in_digest: tally.in_digest,
        }
    }
}

fn count_of(name: &str, count: u64) -> CountV1 {
    CountV1 { name: clean(name), count }
}

/// The headline of a message that only tells open alerts again.
fn again(edition: &Edition) -> Option<String> {
    let is_again = |item: &Item| item.held == Some(Held::Again);
    match edition.items.as_slice() {
        [] => None,
        items if !items.iter().all(is_again) => None,
        [_] => Some("1 open alert, told again: nobody has acknowledged it".to_owned()),
        many => {
            Some(format!("{} open alerts, told again: nobody has acknowledged them", many.len()))
        }
    }
}

/// `3 alerts raised, 2 revised; 4 over budget; 1 notice`.
fn headline(tally: Tally, notices: usize) -> String {
    let mut text = match (tally.raised, tally.revised) {
        (0, 0) if notices > 0 => "no alert".to_owned(),
        (0, 0) => "nothing to tell".to_owned(),
        (1, 0) => "1 alert raised".to_owned(),
        (raised, 0) => format!("{raised} alerts raised"),
        (0, 1) => "1 alert revised".to_owned(),
        (0, revised) => format!("{revised} alerts revised"),
        (1, revised) => format!("1 alert raised, {revised} revised"),
        (raised, revised) => format!("{raised} alerts raised, {revised} revised"),
    };
    for (count, by) in [(tally.over_budget, "over budget"), (tally.quiet, "held by quiet hours")] {
        if count > 0 {
            text += &format!("; {count} {by}");
        }
    }
    match notices {
        0 => {}
        1 => text += "; 1 notice",
        many => text += &format!("; {many} notices"),
    }
    text
}

/// The digest as it is kept.
pub fn object(edition: &Edition, id: DigestId) -> Vec<u8> {
    DigestV1::new(edition, Some(id)).to_bytes()
}

/// The bytes of a delivery: made once, in the commit that makes the digest.
pub fn freeze(edition: &Edition, id: DigestId, delivery: DeliveryId) -> Vec<u8> {
    let mut object = DigestV1::new(edition, Some(id));
    let (channel, id) = (edition.channel.to_string(), delivery.to_string());
    object.delivery = Some(DeliveryV1 { channel, id });
    object.to_bytes()
}
