//! What a match still waits for, or what stands in its way now: publishers, a silence, the time
//! since the last revision; and from when on its alert is more severe.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::cli::exit::Failure;
use crate::cli::explanation::page::Page;
use crate::cli::moment;
use crate::config::Config;
use crate::config::outline::tiers;
use crate::domain::alert::pending::Pending;
use crate::domain::alert::silence::{Silence, Silenceable};
use crate::domain::ids::{SilenceId, StoryId, TopicId};
use crate::domain::ingest::Held;
use crate::record;
use crate::store::Store;
use crate::store::alerts::read::{AlertFilter, AlertView};
use crate::store::entries::EntryDetail;

/// How the story of an entry stands to a topic at this moment.
#[derive(Debug, Default)]
pub struct Standing {
    pending: Option<Pending>,
    silence: Option<Silence>,
    held: Option<Held>,
    /// `high from 10 publishers`; "" where the topic has no tiers.
    tiers: String,
}

impl Standing {
    pub fn read(
        detail: &EntryDetail,
        topic: &TopicId,
        config: &Config,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let configured = config.topics.get(topic);
        let tiers = configured.map_or(String::new(), |topic| tiers(&topic.alert.escalate));
        let Some(story) = detail.story else {
            return Ok(Self { tiers, ..Self::default() });
        };
        let what = Silenceable {
            topic: topic.as_str(),
            story: story.0,
            feed: detail.feed_key.as_str(),
            publisher: &detail.entry.publisher,
            title: &detail.entry.document.title,
            newsrooms: config.topics.publishers(),
        };
        let silences = store.silences(now)?;
        let aliases = store.story_aliases(story)?.into_iter().map(|alias| alias.id);
        let ids: Vec<StoryId> = std::iter::once(story).chain(aliases).collect();
        let covers = |silence: &Silence| {
            ids.iter().any(|id| silence.covers(Silenceable { story: id.0, ..what }, now))
        };
        let held = match alert_of_story(topic, story, store)? {
            Some(alert) => store.alert(alert.id)?.and_then(|alert| alert.held),
            None => None,
        };
        Ok(Self {
            pending: store.pending_of(topic, story, now)?,
            silence: silences.into_iter().find(covers),
            held,
            tiers,
        })
    }

    pub fn extend(&self, fields: &mut Map<String, Value>) {
        fields.insert(
            "pending".to_owned(),
            json!(self.pending.as_ref().map(|pending| json!({
                "have": pending.have,
                "need": pending.need,
                "since": moment::json(pending.since),
                "until": moment::json(pending.until),
            }))),
        );
        fields.insert(
            "silence".to_owned(),
            json!(self.silence.as_ref().map(|silence| json!({
                "id": SilenceId(silence.id).to_string(),
                "author": silence.author,
                "reason": silence.reason,
                "ends": moment::json(silence.ends),
            }))),
        );
        let held = self.held.as_ref().map(record::alert::held);
        fields.insert("waiting".to_owned(), json!(held));
        fields.insert("escalate".to_owned(), json!(self.tiers));
    }

    pub fn lines(&self, page: &mut Page) {
        if let Some(pending) = &self.pending {
            let (standing, until) = (pending.standing(), moment::text(pending.until));
            page.field("waits", &format!("{standing}; given up {until} if no other matches"));
        }
        if let Some(silence) = &self.silence {
            let (id, ends) = (SilenceId(silence.id), moment::text(silence.ends));
            let (author, reason) = (&silence.author, &silence.reason);
            page.field("silenced", &format!("{id} by {author} until {ends}: {reason}"));
        }
        if let Some(held) = &self.held {
            let due = moment::text(held.due);
            page.field("waits", &format!("{}; a revision is made {due}", held.reason.text));
        }
        if !self.tiers.is_empty() {
            page.field("severity", &self.tiers);
        }
    }
}

/// The alert of a topic and story, whichever entry raised it; the one that goes on, where stories
/// with an alert each were merged.
pub fn alert_of_story(
    topic: &TopicId,
    story: StoryId,
    store: &Store,
) -> Result<Option<AlertView>, Failure> {
    let filter =
        AlertFilter { topic: Some(topic.clone()), story: Some(story), ..AlertFilter::default() };
    let alerts = store.alerts(&filter)?;
    let goes_on = alerts.iter().position(|alert| alert.merged_into.is_none()).unwrap_or(0);
    Ok(alerts.into_iter().nth(goes_on))
}
