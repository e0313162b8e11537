//! `wirewatch topics bursts`: when far more was said of a topic than usual, told or not, and what
//! is usual for it. `topics show` has the last line of it.

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::config::Config;
use crate::record::topic::standing;

pub const COLUMNS: &[Column] = &[
    Column::shown("hour"),
    Column::shown("topic"),
    Column::shown("entries"),
    Column::shown("expected"),
    Column::shown("window_h"),
    Column::shown("publishers"),
    Column::shown("strength").spare(2),
    Column::shown("outcome"),
];

pub fn run(topic: Option<&str>, config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let topic = topic.map(|name| naming::topic(name, &config.topics)).transpose()?;
    let store = session.store(crate::store::Access::ReadOnly)?;
    let mut records = Records::new(COLUMNS, "no bursts so far");
    for view in store.bursts(topic.as_ref())? {
        let burst = view.burst;
        records.row([
            moment::json(burst.hour.start()),
            json!(view.topic.as_str()),
            json!(burst.entries),
            json!(hundredths(burst.expected)),
            json!(burst.window_h),
            json!(burst.publishers),
            json!(hundredths(burst.strength)),
            json!(view.outcome.as_str()),
        ]);
    }
    session.printer.records(&records)?;
    if let Some(topic) = topic {
        let course = store.burst_course(&topic)?;
        session.messages.note(&format!("{topic}: {}", standing(course.as_ref())));
    }
    Ok(Exit::Ok)
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
