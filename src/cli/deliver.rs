//! `wirewatch deliver`: how alerts went out, and another try for those given up.

use serde_json::json;

use crate::cli::args::Deliver;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::domain::alert::delivery::{Carried, DeliveryState};
use crate::domain::ids::DeliveryId;
use crate::domain::untrusted;
use crate::record;
use crate::store::outbox::{DeliveryFilter, DeliveryView};
use crate::store::{Access, Store};

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
        Deliver::Retry { ids, .. } => retry(ids, session),
    }
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
    untrusted::terminal(&line).into_owned()
}

fn retry(ids: &[String], session: &mut Session) -> Result<Exit, Failure> {
    let ids = ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<DeliveryId>, _>>()?;
    let store = session.store(Access::Existing)?;
    let now = session.clock.now();
    // Without ids: all that were given up.
    let filters: Vec<DeliveryFilter> = if ids.is_empty() {
        vec![DeliveryFilter::default()]
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
    Ok(match (retried, missed.is_empty()) {
        (_, true) => Exit::Ok,
        (0, false) => Exit::Failed,
        (_, false) => Exit::Partial,
    })
}
