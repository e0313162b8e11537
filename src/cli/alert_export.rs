//! `wirewatch alerts export`: every alert with all that is known of it, page by page, so that memory
//! does not grow with the history.

use crate::cli::args::Format;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Records;
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{alerts, naming};
use crate::record;
use crate::store::Access;
use crate::store::alerts::read::AlertFilter;

/// Alerts read at once.
const PAGE: u32 = 200;

pub fn run(
    topic: Option<&str>,
    since: Option<&str>,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let now = session.clock.now();
    let since = since.map(|since| Period::since("--since", since, now)).transpose()?;
    let store = session.store(Access::ReadOnly)?;
    let topic = topic.map(|topic| naming::stored_topic(topic, &store, session)).transpose()?;
    let mut filter = AlertFilter {
        topic,
        since: since.and_then(|period| period.since),
        oldest_first: true,
        limit: PAGE,
        ..AlertFilter::default()
    };
    loop {
        let page = store.alerts(&filter)?;
        let Some(last) = page.last() else { return Ok(Exit::Ok) };
        filter.after = Some(last.id);
        let mut records = Records::new(alerts::COLUMNS, "");
        for view in &page {
            if session.printer.format() == Format::Csv {
                alerts::add(&mut records, view);
                continue;
            }
            let Some(alert) = store.alert(view.id)? else { continue };
            let place = alert.revisions.last().map(|revision| store.place(revision.entry));
            let place = place.transpose()?.flatten();
            session.printer.line(&record::alert::page(&alert, place.as_ref()))?;
        }
        if session.printer.format() == Format::Csv {
            session.printer.rows(&records)?;
        }
    }
}
