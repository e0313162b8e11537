//! `wirewatch entries list --quarantined` and `entries retry`: entries over which the evaluation
//! breaks.

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::store::Access;

const COLUMNS: &[Column] = &[
    Column::shown("number"),
    Column::shown("feed"),
    Column::text("title"),
    Column::shown("step"),
    Column::text("detail"),
    Column::shown("tries").spare(2),
    Column::shown("last").spare(1),
    Column::shown("retry").rare(),
    Column::hidden("url"),
    Column::hidden("first"),
    Column::hidden("version"),
];

pub fn list(limit: u32, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let mut records = Records::new(COLUMNS, "no entry is set aside");
    for one in store.aside(0, limit)? {
        records.object(&json!({
            "number": one.id,
            "feed": one.feed.as_str(),
            "title": one.title,
            "step": one.step,
            "detail": one.detail,
            "tries": one.tries,
            "last": moment::json(one.last),
            "retry": one.retry,
            "url": one.url,
            "first": moment::json(one.first),
            "version": one.version,
        }));
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// Asks to have these tried again, or all where none is named.
pub fn retry(numbers: &[i64], session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    let asked = (!numbers.is_empty()).then(|| numbers.to_vec());
    let found = session.wait(store.retry_aside(asked))??;
    if found == 0 && !numbers.is_empty() {
        let hint = "`wirewatch entries list --quarantined` shows their numbers";
        return Err(Failure::said(Exit::Failed, "none of these is set aside").hint(hint));
    }
    let entries = count(usize::try_from(found).unwrap_or(usize::MAX), "entry");
    let text = format!("{entries} to be tried again, each with the next fetch of its feed");
    session.printer.object(&json!({ "entries": found }), &text)?;
    Ok(Exit::Ok)
}
