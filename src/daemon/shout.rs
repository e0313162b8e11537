//! Tells the channels of what cannot be written down first: that the database is damaged. There is no
//! outbox to send it from, so each channel is tried once, and what it does not take is in the log.
//! For the [storage watch](super::storage); all else is [posted](super::post).

use futures_util::future::join_all;

use super::post::addressees;
use crate::clock::Clock;
use crate::config::{ChannelConfig, Config};
use crate::deliver::terminal::{DEFAULT_WIDTH, Style};
use crate::deliver::{self, ChannelError, Printer, notice};
use crate::domain::notice::Notice;
use crate::domain::untrusted;
use crate::egress::Egress;

/// Sends a notice to all who are told of wirewatch's own work. Takes no longer than the most patient
/// of these channels.
pub(super) async fn shout(config: &Config, clock: &Clock, told: &Notice) {
    let egress = match Egress::new(&config.egress) {
        Ok(egress) => egress,
        Err(error) => return tracing::error!(%error, "no channel can be told of it"),
    };
    let addressees = addressees(config, told);
    let channels = config.channels.iter().filter(|channel| addressees.contains(&channel.id));
    join_all(channels.map(async |channel| {
        let id = &channel.id;
        match call(channel, &egress, clock, told).await {
            Ok(()) => tracing::info!(channel = %id, event = told.kind.as_str(), "told"),
            Err((code, detail)) => {
                let detail = untrusted::log_line(&detail);
                tracing::error!(channel = %id, %code, %detail, "not told of it");
            }
        }
    }))
    .await;
}

/// Tries one channel; an error is its code and what more there is to say.
async fn call(
    channel: &ChannelConfig,
    egress: &Egress,
    clock: &Clock,
    told: &Notice,
) -> Result<(), (String, String)> {
    let silent = Printer::new(Style { colour: false, width: DEFAULT_WIDTH }, |_| {});
    let opened = deliver::open(channel, egress, clock, &silent);
    let opened = opened.map_err(|error| ("not_open".to_owned(), error.to_string()))?;
    let batch = [notice::unrecorded(told, &channel.id)];
    let sent = tokio::time::timeout(opened.capacity().patience, opened.send(&batch)).await;
    let taken = sent.map_or_else(
        |_| Err(ChannelError::transient("timeout", None)),
        |results| {
            let first = results.into_iter().next();
            first.unwrap_or_else(|| Err(ChannelError::transient("no_answer", None)))
        },
    );
    let failed = |error: ChannelError| {
        (error.code().to_string(), error.detail().unwrap_or_default().to_owned())
    };
    taken.map(|_receipt| ()).map_err(failed)
}
