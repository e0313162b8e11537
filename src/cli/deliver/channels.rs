//! `wirewatch deliver channels`: how each channel does. Also what `status` and `doctor` say of those
//! that fail.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::alert::circuit::{Circuit, CircuitState};
use crate::domain::ids::ChannelId;
use crate::store::error::StoreError;
use crate::store::glance::Waiting;
use crate::store::{Access, Store};

const COLUMNS: &[Column] = &[
    Column::shown("channel"),
    Column::shown("state"),
    Column::shown("waiting"),
    Column::shown("given_up"),
    Column::shown("since").rare(),
    Column::shown("code").rare(),
    Column::text("detail").spare(1).rare(),
    Column::shown("next_try").spare(2).rare(),
    Column::hidden("failures"),
    Column::shown("last_delivered").spare(3),
];

pub fn run(session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config_to_look()?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let now = session.clock.now();
    let waiting: BTreeMap<String, Waiting> =
        store.glance(now)?.outbox.into_iter().map(|one| (one.channel.clone(), one)).collect();
    let delivered = store.last_delivered()?;
    let mut records = Records::new(COLUMNS, "no channels");
    let configured = config.channels.iter().map(|channel| channel.id.to_string());
    let mut names: Vec<String> = configured.collect();
    let others: Vec<String> =
        waiting.keys().filter(|name| !names.contains(name)).cloned().collect();
    let failing = failing(&config, &store)?;
    let known = names.len();
    names.extend(others);
    for (at, name) in names.iter().enumerate() {
        let circuit = failing.iter().find(|(channel, _)| channel.as_str() == name);
        let circuit = circuit.map(|(_, circuit)| circuit).filter(|_| at < known);
        let (due, parked) = waiting.get(name).map_or((0, 0), |one| (one.due, one.parked));
        let last = delivered.iter().find(|(channel, _)| channel.as_str() == name);
        let next = circuit.filter(|circuit| circuit.state == CircuitState::Open);
        records.row([
            json!(name),
            json!(if at < known { circuit.map_or("ok", state) } else { "not configured" }),
            json!(due),
            json!(parked),
            moment::json_opt(circuit.map(|circuit| circuit.since)),
            json!(circuit.map(|circuit| circuit.code.as_ref())),
            json!(circuit.and_then(|circuit| circuit.detail.as_deref())),
            moment::json_opt(next.map(|circuit| circuit.next_probe)),
            json!(circuit.map_or(0, |circuit| circuit.failures)),
            moment::json_opt(last.map(|(_, at)| *at)),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// The word of a channel that did not take what it was sent last.
fn state(circuit: &Circuit) -> &'static str {
    match circuit.state {
        CircuitState::Closed => "ok",
        CircuitState::Open => "failing",
        CircuitState::Gone => "gone",
    }
}

/// The configured channels that fail or are gone. Who looks need not know the channels' secrets, and so
/// cannot tell whether one was configured anew since: the daemon takes that up when it starts or reloads.
pub fn failing(config: &Config, store: &Store) -> Result<Vec<(ChannelId, Circuit)>, StoreError> {
    let is_configured = |id: &ChannelId| config.channels.iter().any(|channel| channel.id == *id);
    let circuits = store.circuits()?.into_iter();
    Ok(circuits.filter(|(id, circuit)| is_configured(id) && !circuit.is_closed()).collect())
}

/// `phone fails since 2026-06-03 12:00 (connect), next try 14:05`.
pub fn line(channel: &ChannelId, circuit: &Circuit, now: Timestamp) -> String {
    match circuit.state {
        CircuitState::Gone => {
            format!("{channel} says that it is gone ({}): nothing is sent to it", circuit.code)
        }
        _ => {
            let next = moment::text(circuit.next_probe.max(now));
            let (since, tries) = (moment::text(circuit.since), circuit.probes);
            let tries = count(usize::try_from(tries).unwrap_or(usize::MAX), "probe");
            format!(
                "{channel} has failed since {since} ({}), {tries} since; next try {next}",
                circuit.code
            )
        }
    }
}
