//! `wirewatch deliver`: how alerts went out, and another try for those given up. [`channels`] says how
//! channels do, [`preview`] what they would send, [`trial`] whether they work.

pub mod channels;
mod preview;
mod trial;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::args::{Deliver, Retry};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{moment, naming};
use crate::config::{ChannelConfig, Config};
use crate::domain::alert::delivery::{Carried, DeliveryState};
use crate::domain::calendar::soon;
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::untrusted;
use crate::store::outbox::{DeliveryFilter, DeliveryView};
use crate::store::{Access, Store};

/// Longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 500;

pub const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("alert"),
    Column::shown("notice").spare(1),
    Column::shown("digest").spare(1).rare(),
    Column::shown("seq").spare(2),
    Column::shown("channel").spare(6),
    Column::shown("state"),
    Column::shown("tries").spare(1),
    Column::shown("last_code").spare(4),
    Column::text("last_detail").spare(5),
    Column::shown("next_attempt").spare(3),
    Column::shown("held").spare(3).rare(),
    Column::shown("repeat").spare(2).rare(),
    Column::text("route").spare(2).rare(),
    Column::text("remark").spare(3).rare(),
    Column::hidden("handle"),
    Column::hidden("created"),
    Column::hidden("settled"),
    Column::hidden("attempts"),
];

pub fn run(command: &Deliver, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Deliver::Log { channel, failed, limit } => {
            let store = session.store(Access::ReadOnly)?;
            let channel = channel.as_deref();
            let channel = channel.map(|id| naming::stored_channel(id, &store, session));
            let filter = DeliveryFilter {
                channel: channel.transpose()?,
                state: failed.then_some(DeliveryState::Parked),
                limit: *limit,
                ..DeliveryFilter::default()
            };
            log(&store, &filter, session)
        }
        Deliver::Channels => channels::run(session),
        Deliver::Preview(choice) => preview::run(choice, session),
        Deliver::Test { channel } => trial::run(channel, session),
        Deliver::Retry(choice) => retry(choice, session),
        Deliver::Drop { ids, reason } => give_up(ids, reason, session),
    }
}

/// The configured channel of this name.
fn channel_of<'c>(name: &str, config: &'c Config) -> Result<&'c ChannelConfig, Failure> {
    let id: ChannelId = naming::read(name)?;
    let found = config.channels.iter().find(|channel| channel.id == id);
    found.ok_or_else(|| {
        let names: Vec<String> = config.channels.iter().map(|one| one.id.to_string()).collect();
        naming::unknown("channel", name, &names)
    })
}

fn log(store: &Store, filter: &DeliveryFilter, session: &mut Session) -> Result<Exit, Failure> {
    // What waits for the end of quiet hours is known where the config can be read.
    let (config, now) = (session.config().ok(), session.clock.now());
    let mut records = Records::new(COLUMNS, "no deliveries");
    for delivery in store.deliveries(filter)? {
        let last = delivery.attempts.last();
        let digest = delivery.carried.digest().or(delivery.gathered_in);
        records.row([
            json!(delivery.id.to_string()),
            json!(delivery.carried.alert().map(|id| id.to_string())),
            json!(delivery.carried.notice().map(|id| id.to_string())),
            json!(digest.map(|id| id.to_string())),
            json!(delivery.carried.seq()),
            json!(delivery.channel.as_str()),
            json!(delivery.state.as_str()),
            json!(delivery.attempts.len()),
            json!(last.map(|attempt| attempt.code.as_ref())),
            json!(last.and_then(|attempt| attempt.detail.as_deref())),
            moment::json_opt(delivery.next_attempt),
            json!(held(&delivery, config.as_ref(), now)),
            json!((delivery.repeat > 0).then_some(delivery.repeat)),
            json!(delivery.route),
            json!(delivery.remark),
            json!(delivery.handle),
            moment::json(delivery.created),
            moment::json_opt(delivery.settled),
            attempts(&delivery),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// Until when quiet hours hold a delivery, for people.
fn held(delivery: &DeliveryView, config: Option<&Config>, now: Timestamp) -> Option<String> {
    let mut channels = config?.channels.iter();
    let channel = channels.find(|channel| channel.id == delivery.channel)?;
    let quiet = channel.timetable.quiet_hours.as_ref()?;
    let waits = delivery.state == DeliveryState::Pending && !delivery.urgent;
    let until = quiet.until(now).filter(|_| waits)?;
    Some(format!("until {} (quiet hours)", soon(until, now, &quiet.zone)))
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

/// A delivery with its attempts, for programs.
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

fn carried(delivery: &DeliveryView) -> String {
    match delivery.carried {
        Carried::Alert { seq, .. } if delivery.repeat > 0 => {
            format!("revision {seq}, told again ({})", delivery.repeat)
        }
        Carried::Alert { seq, .. } => format!("revision {seq}"),
        Carried::Notice(_) => "notice".to_owned(),
        Carried::Digest(_) => "digest".to_owned(),
    }
}

/// A delivery on one line, for people.
pub fn line(delivery: &DeliveryView) -> String {
    let tries = count(delivery.attempts.len(), "attempt");
    let mut line = format!(
        "{}  {} to {}: {}, {tries}",
        delivery.id,
        carried(delivery),
        delivery.channel,
        delivery.state.as_str()
    );
    if let Some(last) = delivery.attempts.last().filter(|_| delivery.settled.is_none()) {
        line += &format!(", last {}", last.code);
    }
    if let Some(next) = delivery.next_attempt {
        line += &format!(", next {}", moment::text(next));
    }
    if let Some(remark) = &delivery.remark {
        line += &format!(": {remark}");
    }
    if let Some(route) = &delivery.route {
        line += &format!("; by {route}");
    }
    untrusted::terminal(&line).into_owned()
}

fn retry(choice: &Retry, session: &mut Session) -> Result<Exit, Failure> {
    let ids = choice.ids.iter().map(|id| naming::read(id));
    let ids = ids.collect::<Result<Vec<DeliveryId>, _>>()?;
    let store = session.store(Access::Existing)?;
    let now = session.clock.now();
    let channel = choice.channel.as_deref();
    let channel = channel.map(|name| naming::stored_channel(name, &store, session)).transpose()?;
    let since = choice.since.as_deref().map(|text| Period::since("--since", text, now));
    let since = since.transpose()?.and_then(|period| period.since);
    // Without ids: all that were given up, or those chosen.
    let filters: Vec<DeliveryFilter> = if ids.is_empty() {
        vec![DeliveryFilter { channel, since, ..DeliveryFilter::default() }]
    } else {
        ids.iter().map(|id| DeliveryFilter { id: Some(*id), ..DeliveryFilter::default() }).collect()
    };
    let mut retried = 0;
    let mut missed = Vec::new();
    for filter in filters {
        let id = filter.id;
        let changed = session.wait(store.retry_deliveries(filter, now))??;
        retried += changed;
        missed.extend(id.filter(|_| changed == 0));
    }
    for id in &missed {
        session.messages.warn(&format!("{id} is no delivery that waits or was given up"));
    }
    let text = match retried {
        1 => "1 delivery is due again".to_owned(),
        many => format!("{many} deliveries are due again"),
    };
    session.printer.object(&json!({ "retried": retried }), &text)?;
    Ok(outcome(retried, missed.is_empty()))
}

/// Whether all, some or none of what was named could be done.
fn outcome(done: u64, all: bool) -> Exit {
    match (done, all) {
        (_, true) => Exit::Ok,
        (0, false) => Exit::Failed,
        (_, false) => Exit::Partial,
    }
}

fn give_up(ids: &[String], reason: &str, session: &mut Session) -> Result<Exit, Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::said(Exit::Usage, "`--reason` says nothing"));
    }
    let ids = ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<DeliveryId>, _>>()?;
    let store = session.store(Access::Existing)?;
    let (now, mut dropped) = (session.clock.now(), Vec::new());
    for id in &ids {
        let reason = untrusted::excerpt(reason.trim(), MAX_REASON_CHARS).into_owned();
        if session.wait(store.drop_delivery(*id, reason, now))?? {
            dropped.push(id.to_string());
        } else {
            session.messages.warn(&format!("{id} is no delivery that waits or was given up"));
        }
    }
    let text = match dropped.len() {
        1 => "1 delivery dropped".to_owned(),
        many => format!("{many} deliveries dropped"),
    };
    let all = dropped.len() == ids.len();
    session.printer.object(&json!({ "dropped": dropped }), &text)?;
    Ok(outcome(dropped.len() as u64, all))
}
