//! A revision in Alertmanager's terms: labels that say which alert it is, few and of few values,
//! annotations that say the rest. For [`super`] and for webhooks in its format.

use std::collections::BTreeMap;

use serde::Serialize;
use url::Url;

use super::Thread;
use crate::deliver::object::AlertV1;
use crate::deliver::parcel::Parcel;
use crate::domain::topic::Severity;
use crate::domain::untrusted;

/// `alertname` of alerts; that of a notice is [`NOTICE`] and its event.
const ALERT: &str = "WirewatchAlert";
const NOTICE: &str = "Wirewatch";

/// Longest annotation, in characters.
const MAX_ANNOTATION_CHARS: usize = 2_000;

/// Not known yet, in the format of Alertmanager's own messages.
pub(in crate::deliver) const NEVER: &str = "0001-01-01T00:00:00Z";

pub(in crate::deliver) type Texts = BTreeMap<&'static str, String>;

/// One revision.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::deliver) struct Told {
    pub labels: Texts,
    pub annotations: Texts,
    /// When the channel was first told of the alert.
    pub starts_at: String,
    /// When it was closed; none while it goes on.
    pub ended_at: Option<String>,
    /// Where the article stands.
    pub generator_url: String,
}

/// An alert as it is posted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::deliver) struct Posted {
    labels: Texts,
    annotations: Texts,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "String::is_empty")]
    generator_url: String,
}

/// By which word a revision is known to later ones of its alert: since when it stands, and under
/// which severity.
pub(in crate::deliver) struct Handle {
    starts_at: String,
    severity: Severity,
}

impl Handle {
    pub fn read(text: &str) -> Option<Self> {
        let (starts_at, severity) = text.split_once(' ')?;
        let _valid: jiff::Timestamp = starts_at.parse().ok()?;
        let severity = Severity::from_code(severity)?;
        Some(Self { starts_at: starts_at.to_owned(), severity })
    }
}

impl Told {
    /// `thread`: what the channel was told of the alert before.
    pub fn new(parcel: &Parcel, thread: &Thread) -> Self {
        match parcel {
            Parcel::Alert(alert) => Self::of_alert(alert, parcel, thread),
            Parcel::Notice(notice) => Self::of_ours(parcel, &notice.event, &notice.time),
            Parcel::Digest(digest) => Self::of_ours(parcel, "digest", &digest.time),
        }
    }

    fn of_alert(alert: &AlertV1, parcel: &Parcel, thread: &Thread) -> Self {
        let (first, _) = Handle::both(thread);
        let labels = Texts::from([
            ("alertname", ALERT.to_owned()),
            ("topic", alert.topic.id.clone()),
            ("story", alert.story.id.clone()),
            ("severity", alert.topic.severity.clone()),
        ]);
        let mut annotations = Texts::from([
            ("summary", annotation(&alert.headline)),
            ("description", block(&parcel.text())),
            ("topic_name", annotation(&alert.topic.name)),
            ("alert", alert.id.clone()),
            ("reason", annotation(&alert.reason.text)),
            ("publisher", annotation(&alert.entry.publisher)),
            ("publishers", alert.story.publishers.to_string()),
        ]);
        let link = alert.links.article.as_deref().map(plain_url).unwrap_or_default();
        if !link.is_empty() {
            annotations.insert("article", link.clone());
        }
        let is_over = matches!(alert.event.as_str(), "closed" | "acknowledged");
        Self {
            labels,
            annotations,
            starts_at: first.map_or(alert.time.clone(), |first| first.starts_at),
            ended_at: is_over.then(|| alert.time.clone()),
            generator_url: link,
        }
    }

    /// Of wirewatch's own work. `word` is one of few: `feeds_trouble` becomes
    /// `WirewatchFeedsTrouble`.
    fn of_ours(parcel: &Parcel, word: &str, time: &str) -> Self {
        let name: String = word.split('_').map(capitalised).collect();
        Self {
            labels: Texts::from([
                ("alertname", format!("{NOTICE}{name}")),
                ("severity", parcel.severity().to_owned()),
            ]),
            annotations: Texts::from([
                ("summary", annotation(parcel.headline())),
                ("description", block(&parcel.text())),
            ]),
            starts_at: time.to_owned(),
            ended_at: None,
            generator_url: String::new(),
        }
    }

    /// The alert as it is posted: it ends when it was closed, else at `ends`.
    pub fn posted(&self, ends: &str) -> Posted {
        let ends_at = self.ended_at.as_deref().unwrap_or(ends);
        Posted {
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            // A clock that jumped back must not make an alert end before it began.
            ends_at: ends_at.max(&self.starts_at).to_owned(),
            starts_at: self.starts_at.clone(),
            generator_url: self.generator_url.clone(),
        }
    }

    /// The end of what the alert was under its last severity, where it is another now: with
    /// another label it is another alert.
    pub fn of_another_severity(&self, thread: &Thread, now: &str) -> Option<Posted> {
        let (_, last) = Handle::both(thread);
        let before = last?.severity.as_str();
        if self.labels.get("severity").is_none_or(|severity| severity == before) {
            return None;
        }
        let mut other = self.clone();
        other.labels.insert("severity", before.to_owned());
        other.ended_at = Some(now.to_owned());
        Some(other.posted(now))
    }

    /// What is to be known of this revision when the next one comes.
    pub fn handle(&self) -> Option<String> {
        let severity = self.labels.get("severity")?;
        self.labels.contains_key("story").then(|| format!("{} {severity}", self.starts_at))
    }

    /// The hash of the labels that Alertmanager shows as the alert's fingerprint: 64-bit FNV-1a over
    /// the sorted labels, each name and value followed by a byte that no UTF-8 has.
    pub fn fingerprint(&self) -> String {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        let mut hash = OFFSET;
        for text in self.labels.iter().flat_map(|(name, value)| [*name, value.as_str()]) {
            hash = add(text.bytes().fold(hash, add), 0xff);
        }
        format!("{hash:016x}")
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn annotation(text: &str) -> String {
    let text = untrusted::terminal(text).into_owned();
    untrusted::excerpt(text.trim(), MAX_ANNOTATION_CHARS).into_owned()
}

/// Several lines, which the renderer has cleaned.
fn block(text: &str) -> String {
    if text.chars().count() <= MAX_ANNOTATION_CHARS {
        return text.trim_end().to_owned();
    }
    let cut: String = text.chars().take(MAX_ANNOTATION_CHARS).collect();
    format!("{}…", cut.trim_end())
}

/// A link in ASCII: what takes URIs does not take everything that browsers do.
fn plain_url(link: &str) -> String {
    Url::parse(link).map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests;
