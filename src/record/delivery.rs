//! Deliveries as objects, with their attempts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::moment;
use crate::config::Config;
use crate::domain::alert::circuit::CircuitState;
use crate::domain::alert::delivery::DeliveryState;
use crate::domain::calendar::soon;
use crate::store::outbox::DeliveryView;

/// A delivery in a list. `held` says until when quiet hours hold it, in words.
pub fn row(delivery: &DeliveryView, held: Option<String>) -> Value {
    let last = delivery.attempts.last();
    let digest = delivery.carried.digest().or(delivery.gathered_in);
    json!({
        "id": delivery.id.to_string(),
        "alert": delivery.carried.alert().map(|id| id.to_string()),
        "notice": delivery.carried.notice().map(|id| id.to_string()),
        "digest": digest.map(|id| id.to_string()),
        "seq": delivery.carried.seq(),
        "channel": delivery.channel.as_str(),
        "state": delivery.state.as_str(),
        "tries": delivery.attempts.len(),
        "last_code": last.map(|attempt| attempt.code.as_ref()),
        "last_detail": last.and_then(|attempt| attempt.detail.as_deref()),
        "next_attempt": moment::json_opt(delivery.next_attempt),
        "held": held,
        "repeat": (delivery.repeat > 0).then_some(delivery.repeat),
        "route": delivery.route,
        "remark": delivery.remark,
        "handle": delivery.handle,
        "created": moment::json(delivery.created),
        "settled": moment::json_opt(delivery.settled),
        "attempts": attempts(delivery),
    })
}

/// A delivery of an alert, as the alert's page has it.
pub fn object(delivery: &DeliveryView) -> Value {
    json!({
        "id": delivery.id.to_string(),
        "seq": delivery.carried.seq(),
        "channel": delivery.channel.as_str(),
        "state": delivery.state.as_str(),
        "created": moment::json(delivery.created),
        "next_attempt": moment::json_opt(delivery.next_attempt),
        "settled": moment::json_opt(delivery.settled),
        "repeat": delivery.repeat,
        "route": delivery.route,
        "remark": delivery.remark,
        "handle": delivery.handle,
        "attempts": attempts(delivery),
    })
}

fn attempts(delivery: &DeliveryView) -> Value {
    let attempts = delivery.attempts.iter().map(|attempt| {
        json!({
            "at": moment::json(attempt.at),
            "duration_ms": u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
            "code": attempt.code.as_ref(),
            "detail": attempt.detail,
        })
    });
    attempts.collect()
}

/// What holds a delivery, for people: its channel, or quiet hours, and until when.
pub fn held(delivery: &DeliveryView, config: &Config, now: Timestamp) -> Option<String> {
    match delivery.waits_for {
        Some(CircuitState::Gone) => {
            return Some("until its channel is configured anew (gone)".to_owned());
        }
        Some(_) => return Some("until its channel works again".to_owned()),
        None => {}
    }
    let mut channels = config.channels.iter();
    let channel = channels.find(|channel| channel.id == delivery.channel)?;
    let quiet = channel.timetable.quiet_hours.as_ref()?;
    let waits = delivery.state == DeliveryState::Pending && !delivery.urgent;
    let until = quiet.until(now).filter(|_| waits)?;
    Some(format!("until {} (quiet hours)", soon(until, now, &quiet.zone)))
}
