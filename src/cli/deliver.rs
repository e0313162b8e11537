//! `wirewatch deliver`: how alerts went out, and another try for those given up. [`channels`] says how
//! channels do, [`preview`] what they would send, [`trial`] whether they work.

pub mod channels;
mod preview;
mod trial;

use serde_json::json;

use crate::cli::args::{Deliver, Retry};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{moment, naming};
use crate::config::{ChannelConfig, Config};
use crate::domain::alert::circuit::CircuitState;
use crate::domain::alert::delivery::{Carried, DeliveryState};
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::untrusted;
use crate::record;
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
        let held =
            config.as_ref().and_then(|config| record::delivery::held(&delivery, config, now));
        records.object(&record::delivery::row(&delivery, held));
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
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
    if delivery.waits_for == Some(CircuitState::Gone) {
        line += ", its channel says that it is gone";
    } else if let Some(next) = delivery.next_attempt {
        line += &format!(", next {}", moment::text(next));
    }
    if let Some(remark) = &delivery.remark {
        line += &format!(": {remark}");
    }
    if let Some(route) = &delivery.route {
        // Else it is a sentence of its own: why no route was asked.
        let by = if route.starts_with("route ") { "by " } else { "" };
        line += &format!("; {by}{route}");
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
