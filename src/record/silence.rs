//! Silences as objects.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::moment;
use crate::domain::alert::silence::{Silence, in_words};
use crate::domain::ids::SilenceId;
use crate::store::silences::SilenceView;

/// A silence, in a list and by itself.
pub fn object(view: &SilenceView, now: Timestamp) -> Value {
    let silence = &view.silence;
    let early = view.ended_early.as_ref();
    json!({
        "id": SilenceId(silence.id).to_string(),
        "state": state(silence, now),
        "scope": scope_text(silence),
        "starts": moment::json(silence.starts),
        "ends": moment::json(silence.ends),
        "planned_end": moment::json_opt(early.map(|(planned, _)| *planned)),
        "ended_by": early.map(|(_, by)| by),
        "place": view.place,
        "author": silence.author,
        "reason": silence.reason,
        "held": view.held,
        "last_held": moment::json_opt(view.last_held),
    })
}

/// Whether it holds alerts back at `now`.
pub fn state(silence: &Silence, now: Timestamp) -> &'static str {
    if silence.lasts(now) {
        "active"
    } else if now < silence.starts {
        "coming"
    } else {
        "over"
    }
}

/// `topic nato, publisher Harbour Wire`.
pub fn scope_text(silence: &Silence) -> String {
    in_words(&silence.scope, silence.also.as_ref())
}
