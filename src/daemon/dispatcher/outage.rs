//! A store that fails: said once, looked at ever more seldom, and said to be over.

use std::time::Duration;

use crate::domain::ids::ChannelId;
use crate::store::error::StoreError;

use super::MIN_NAP;

/// Longest wait before a store that fails is tried again.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Whether the store fails, and how long to leave it alone.
#[derive(Debug, Default)]
pub(super) struct Outage {
    /// The last wait; `None` while all is well.
    wait: Option<Duration>,
}

impl Outage {
    /// Notes a failure. Returns how long to wait: [`MIN_NAP`], then twice as long each time, at
    /// most [`MAX_WAIT`].
    pub fn failed(&mut self, channel: &ChannelId, error: &StoreError) -> Duration {
        let code = error.code();
        let wait = match self.wait {
            None => {
                tracing::warn!(
                    %channel, code, %error,
                    "the outbox cannot be used; deliveries wait and may be repeated, and this is \
                     not said again until it is over"
                );
                MIN_NAP
            }
            Some(last) => {
                tracing::debug!(%channel, code, %error, "the outbox still cannot be used");
                last.saturating_mul(2).min(MAX_WAIT)
            }
        };
        self.wait = Some(wait);
        wait
    }

    /// Notes that the store did what it was asked.
    pub fn is_over(&mut self, channel: &ChannelId) {
        if self.wait.take().is_some() {
            tracing::info!(%channel, "the outbox can be used again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_after_a_success() {
        let (channel, error) = ("hook".parse().unwrap(), StoreError::Closed);
        let mut outage = Outage::default();
        let mut waits_s = || outage.failed(&channel, &error).as_secs();
        assert_eq!([(); 9].map(|()| waits_s()), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        outage.is_over(&channel);
        assert_eq!(outage.failed(&channel, &error), MIN_NAP);
    }
}
