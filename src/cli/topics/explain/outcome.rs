//! What became of a stored entry: its story, and what was decided about it for one topic.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::standing::{Standing, alert_of_story};
use super::subject::Subject;
use crate::cli::exit::Failure;
use crate::cli::explanation::page::Page;
use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::alert::policy;
use crate::domain::ids::{Digest, TopicId};
use crate::domain::story::{Member, Story};
use crate::store::Access;
use crate::store::alerts::read::AlertView;
use crate::store::entries::{EntryDetail, StoredDecision};

/// Of a text that is no stored entry, nothing.
#[derive(Default)]
pub struct Outcome(Option<Stored>);

struct Stored {
    entry: EntryDetail,
    story: Option<(Story, Option<Member>)>,
    /// For this topic, oldest first.
    pub decisions: Vec<StoredDecision>,
    /// The alert of this topic and story.
    alert: Option<AlertView>,
    /// Whether that alert is there for another entry of the story: no decision on this one names it.
    of_another: bool,
    /// Revisions of the rule under which the entry matched when it was seen.
    matched: Vec<Digest>,
    /// The rule that is asked now, and since when it is in use, if it ever was.
    revision: Digest,
    in_use_since: Option<Timestamp>,
    standing: Standing,
}

/// Reads what the database knows of it.
pub fn gather(
    subject: &Subject,
    topic: &TopicId,
    revision: Digest,
    config: &Config,
    session: &Session,
) -> Result<Outcome, Failure> {
    let Some(detail) = &subject.stored else {
        return Ok(Outcome::default());
    };
    let store = session.store_of(config, Access::ReadOnly)?;
    let story = match detail.story {
        Some(id) => store.story(id)?.map(|(story, members)| {
            let own = members.into_iter().find(|member| member.entry == detail.entry.id);
            (story, own)
        }),
        None => None,
    };
    let decisions: Vec<StoredDecision> =
        detail.decisions.iter().filter(|decision| decision.topic == *topic).cloned().collect();
    let own = match decisions.iter().rev().find_map(|decision| decision.alert) {
        Some(id) => store.alert(id)?.map(|alert| alert.view),
        None => None,
    };
    let of_another = own.is_none();
    let alert = match (own, detail.story) {
        (None, Some(story)) => alert_of_story(topic, story, &store)?,
        (own, _) => own,
    };
    let matches = detail.matches.iter().filter(|stored| stored.found.topic == *topic);
    Ok(Outcome(Some(Stored {
        entry: detail.clone(),
        story,
        decisions,
        of_another: of_another && alert.is_some(),
        alert,
        matched: matches.map(|stored| stored.found.revision).collect(),
        revision,
        standing: Standing::read(detail, topic, config, &store, session.clock.now())?,
        in_use_since: store.topic_source(topic, revision)?.map(|rule| rule.first_used),
    })))
}

impl Outcome {
    /// Adds it to an explanation for programs.
    pub fn extend(&self, object: &mut Value) {
        let Some(fields) = object.as_object_mut() else {
            return;
        };
        let stored = self.0.as_ref();
        fields.insert("entry".to_owned(), json!(stored.map(|stored| entry_object(&stored.entry))));
        fields.insert("story".to_owned(), json!(stored.and_then(Stored::story_object)));
        let decisions =
            stored.map(|stored| stored.decisions.iter().map(decision_object).collect::<Vec<_>>());
        fields.insert("decisions".to_owned(), json!(decisions));
        fields.insert("alert".to_owned(), json!(stored.and_then(Stored::alert_object)));
        if let Some(stored) = stored {
            stored.standing.extend(fields);
        }
        fields.insert("remark".to_owned(), json!(stored.and_then(Stored::remark)));
    }

    /// `no_match`; or, where the rule matches, what became of the match: `alerted` (it raised or
    /// amended the alert), `pending` (its story waits for publishers), `silenced`, `held_back`, or
    /// `not_decided`.
    pub fn status(&self, matched: bool) -> &'static str {
        let decision = self.0.as_ref().and_then(|stored| stored.decisions.last());
        let decided =
            decision.map(|decision| (decision.verdict.as_str(), decision.reason.code.as_str()));
        match (matched, decided) {
            (false, _) => "no_match",
            (true, Some(("raise" | "amend", _))) => "alerted",
            (true, Some((_, policy::AWAITING_PUBLISHERS))) => "pending",
            (true, Some((_, policy::SILENCED))) => "silenced",
            (true, Some(_)) => "held_back",
            (true, None) => "not_decided",
        }
    }

    /// Adds it to an explanation for people.
    pub fn lines(&self, page: &mut Page) {
        if let Some(stored) = &self.0 {
            page.section("what became of it");
            stored.story_lines(page);
            stored.decision_lines(page);
        }
    }
}

impl Stored {
    /// Why the stored decisions are not those of the rule that was explained.
    fn remark(&self) -> Option<String> {
        if self.matched.contains(&self.revision) {
            return None;
        }
        let seen = moment::text(self.entry.entry.first_seen);
        let now = self.revision.to_string();
        Some(match (self.in_use_since, self.matched.is_empty()) {
            (_, false) => format!(
                "it matched another revision of this rule when it was seen; revision {now} did not see it match"
            ),
            (None, true) => format!("no daemon has run with revision {now} of this rule yet"),
            (Some(since), true) if since > self.entry.entry.first_seen => format!(
                "it was seen {seen}, and revision {now} of this rule is in use since {}",
                moment::text(since)
            ),
            (Some(_), true) => "it did not match when it was seen".to_owned(),
        })
    }

    fn others(story: &Story) -> u32 {
        story.entries.saturating_sub(1)
    }

    fn story_object(&self) -> Option<Value> {
        let (story, member) = self.story.as_ref()?;
        Some(json!({
            "id": story.id.to_string(),
            "headline": story.headline,
            "others": Self::others(story),
            "publishers": story.publishers,
            "texts": story.texts(),
            "joined": member.as_ref().map(|member| json!({
                "code": member.reason.code(),
                "text": member.reason.text(),
                "at": moment::json(member.at),
            })),
        }))
    }

    fn alert_object(&self) -> Option<Value> {
        let alert = self.alert.as_ref()?;
        Some(json!({
            "id": alert.id.to_string(),
            "state": alert.state.as_str(),
            "seq": alert.seq,
            "of_another_entry": self.of_another,
        }))
    }

    fn story_lines(&self, page: &mut Page) {
        let Some((story, member)) = &self.story else {
            page.field("story", "none");
            return;
        };
        let others = count(Self::others(story) as usize, "other entry");
        let mut who = count(story.publishers.len(), "publisher");
        if (story.texts() as usize) < story.publishers.len() {
            who = format!("{who}, {}", count(story.texts() as usize, "independent text"));
        }
        let why = match member {
            Some(member) => member.reason.text(),
            None => "not known".to_owned(),
        };
        page.field("story", &format!("{} \"{}\": {others}, {who}", story.id, story.headline));
        page.field("", &format!("in it because: {why}"));
    }

    fn decision_lines(&self, page: &mut Page) {
        for decision in &self.decisions {
            page.field(
                "decided",
                &format!(
                    "{}  {} ({}): {}",
                    moment::text(decision.at),
                    decision.verdict,
                    decision.reason.code,
                    decision.reason.text
                ),
            );
        }
        if self.decisions.is_empty() {
            page.field("decided", "nothing: no match of this topic is stored");
        }
        match &self.alert {
            Some(alert) => {
                let (id, state, seq) = (alert.id, alert.state.as_str(), alert.seq);
                let why = if self.of_another { ", for another entry of the story" } else { "" };
                page.field("alert", &format!("{id} {state}, revision {seq}{why}"));
            }
            None => page.field("alert", "none"),
        }
        self.standing.lines(page);
        if let Some(remark) = self.remark() {
            page.field("remark", &remark);
        }
    }
}

fn entry_object(detail: &EntryDetail) -> Value {
    let entry = &detail.entry;
    json!({
        "id": entry.id.to_string(),
        "feed": detail.feed_key.as_str(),
        "publisher": entry.publisher,
        "url": entry.document.url,
        "revision": entry.revision,
        "published": moment::json_opt(entry.published),
        "first_seen": moment::json(entry.first_seen),
    })
}

fn decision_object(decision: &StoredDecision) -> Value {
    json!({
        "verdict": decision.verdict,
        "reason": { "code": decision.reason.code, "text": decision.reason.text },
        "alert": decision.alert.map(|alert| alert.to_string()),
        "story": decision.story.to_string(),
        "at": moment::json(decision.at),
    })
}
