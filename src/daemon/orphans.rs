//! Deliveries of channels that are configured no longer.

use crate::config::Config;
use crate::store::Store;

/// Says so if deliveries wait for a channel that is no longer configured: nobody will send them.
/// By now the store has taken the configuration over: nothing may fail any longer.
pub(super) fn warn_of_orphans(config: &Config, store: &Store) {
    let waiting = store.waiting().unwrap_or_else(|error| {
        tracing::warn!(code = error.code(), %error, "it is not known which deliveries wait");
        Default::default()
    });
    for (channel, waiting) in waiting {
        if !config.channels.iter().any(|configured| configured.id == channel) {
            tracing::warn!(
                %channel,
                waiting,
                hint = "configure the channel again under this id to have them sent",
                "deliveries wait for a channel that is not configured"
            );
        }
    }
}
