//! Alerts as objects: in a list, and with all that is known of them.

use serde_json::{Value, json};

use super::{delivery, moment, story};
use crate::domain::alert::mark::Mark;
use crate::domain::ingest::Held;
use crate::store::alerts::read::{AlertDetail, AlertView, DecisionView, NoteView, RevisionView};
use crate::store::stories::read::Place;
use crate::store::verdicts::VerdictView;

/// An alert in a list.
pub fn row(view: &AlertView) -> Value {
    json!({
        "id": view.id.to_string(),
        "state": view.state.as_str(),
        "severity": view.severity.as_str(),
        "topic": view.topic.as_str(),
        "headline": view.headline,
        "publishers": view.publishers,
        "texts": view.texts,
        "seq": view.seq,
        "updated": moment::json(view.updated),
        "verdict": view.verdict.map(Mark::as_str),
        "marks": marks(view),
        "opened": moment::json(view.opened),
        "topic_name": view.topic_name,
        "story": view.story.to_string(),
        "score": view.score,
    })
}

/// What sets an alert apart: how far it went.
fn marks(view: &AlertView) -> Value {
    let shadow = view.shadow.then_some("shadow");
    let held_back = (view.held_back > 0).then_some("held back");
    shadow.into_iter().chain(held_back).map(Value::from).collect()
}

/// All that is known of an alert, with the story of its last entry.
pub fn page(alert: &AlertDetail, place: Option<&Place>) -> Value {
    let view = &alert.view;
    let mut object = json!({
        "id": view.id.to_string(),
        "state": view.state.as_str(),
        "severity": view.severity.as_str(),
        "topic": view.topic.as_str(),
        "topic_name": view.topic_name,
        "headline": view.headline,
        "publishers": view.publishers,
        "texts": view.texts,
        "story": view.story.to_string(),
        "merged_into": view.merged_into.map(|into| into.to_string()),
        "seq": view.seq,
        "opened": moment::json(view.opened),
        "updated": moment::json(view.updated),
        "score": view.score,
        "verdict": view.verdict.map(Mark::as_str),
        "shadow": view.shadow,
        "held_back": view.held_back,
        "verdicts": alert.verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "revisions": alert.revisions.iter().map(published).collect::<Vec<_>>(),
        "waiting": alert.held.as_ref().map(held),
        "decisions": alert.decisions.iter().map(decision).collect::<Vec<_>>(),
        "notes": alert.deeds().map(note).collect::<Vec<_>>(),
        "deliveries": alert.deliveries.iter().map(delivery::object).collect::<Vec<_>>(),
    });
    if let Some(place) = place {
        story::add_place(&mut object, place);
    }
    object
}

/// A revision as it was published, or null if it cannot be read.
pub fn published(revision: &RevisionView) -> Value {
    serde_json::from_str(&revision.object).unwrap_or(Value::Null)
}

/// What somebody said of a find.
pub fn verdict(verdict: &VerdictView) -> Value {
    json!({
        "entry": verdict.entry.to_string(),
        "verdict": verdict.verdict.as_str(),
        "author": verdict.author,
        "at": moment::json(verdict.at),
        "note": verdict.note,
    })
}

/// What was decided for one match.
pub fn decision(decision: &DecisionView) -> Value {
    json!({
        "at": moment::json(decision.at),
        "verdict": decision.verdict,
        "reason": { "code": decision.reason.code, "text": decision.reason.text },
        "entry": decision.entry.to_string(),
        "publisher": decision.publisher,
        "title": decision.title,
    })
}

/// A revision that waits.
pub fn held(held: &Held) -> Value {
    json!({
        "due": moment::json(held.due),
        "severity": held.severity.as_str(),
        "reason": { "code": held.reason.code, "text": held.reason.text },
        "entry": held.entry.to_string(),
    })
}

fn note((did, note): (&'static str, &NoteView)) -> Value {
    json!({
        "at": moment::json(note.at),
        "author": note.author,
        "state": note.state.as_str(),
        "note": note.note,
        "did": did,
    })
}
