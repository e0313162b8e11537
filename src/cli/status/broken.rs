//! What can be told of a daemon whose configuration cannot be read: it may run all the same, with an
//! earlier one.

use serde_json::json;

use super::{daemon, refused, refused_line, refused_object, size};
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::store::{Access, DATABASE_FILE, Store, held};

/// Tells what is wrong, and then what is stored, if there is a database.
pub fn tell(failure: Failure, session: &mut Session) -> Result<Exit, Failure> {
    let Ok(dir) = session.loader().and_then(|loader| Ok(loader.state_dir()?)) else {
        return Err(failure);
    };
    let Ok(store) = Store::open(&dir.join(DATABASE_FILE), Access::ReadOnly) else {
        return Err(failure);
    };
    session.messages.report(&failure);
    let (holder, refusal) = (held(&dir), refused(&dir, &store)?);
    let (counts, notice) = (store.counts()?, store.notices(1)?.into_iter().next());
    let mut page = Page::new(&session.printer);
    page.field("daemon", &daemon(holder));
    let config = refusal.as_ref().map_or_else(
        || "cannot be read; the daemon would not start with it".to_owned(),
        refused_line,
    );
    page.brief("config", &config, 2);
    let (open, waiting) = (counts.alerts_open, counts.deliveries_due);
    let deliveries = count(waiting as usize, "delivery");
    page.field("alerts", &format!("{open} open, {deliveries} waiting"));
    if let Some(notice) = &notice {
        page.brief("notice", &format!("{}: {}", moment::text(notice.at), notice.headline), 1);
    }
    let (entries, bytes) = (count(counts.entries as usize, "entry"), size(counts.bytes));
    page.field("database", &format!("{entries} in {bytes}"));
    let object = json!({
        "running": holder.is_some(),
        "pid": holder.flatten(),
        "config_refused": refusal.as_ref().map(refused_object),
        "alerts_open": open,
        "deliveries_waiting": waiting,
        "deliveries_parked": counts.deliveries_parked,
        "entries": counts.entries,
        "database_bytes": counts.bytes,
    });
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Failed)
}
