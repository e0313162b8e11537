//! E-mail: each delivery as one mail to all recipients of the channel, handed to the user's own mail
//! server. [`letter`] writes it, [`mod@line`] keeps a connection, [`submission`] hands it in, [`verdict`]
//! tells what the server's answers mean.
//!
//! A mail is made from the frozen bytes alone: each attempt hands in the same mail with the same
//! Message-ID, so that a reader who gets it twice can tell. What some recipients took and others did
//! not yet is remembered ([`recipients`]), and only the others are asked again.

mod letter;
mod line;
mod recipients;
mod submission;
mod verdict;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::Address;

use crate::config::EmailChannel;
use crate::domain::alert::delivery::Claimed;
use crate::domain::ids::ChannelId;
use crate::egress::Egress;

use self::letter::Writer;
use self::line::Line;
use self::recipients::Progress;
use super::{Capacity, Channel, ChannelError, OpenError, Preview, Receipt};

/// Beside its timeouts an attempt may take this long: to see whether a kept connection still works.
const MARGIN: Duration = Duration::from_secs(15);

/// Mail as a channel.
pub struct Email {
    writer: Writer,
    line: Arc<Line>,
    recipients: Vec<Address>,
    progress: Mutex<Progress>,
    timeout: Duration,
}

impl Email {
    /// Checks all that can be checked without a connection.
    pub fn new(id: &ChannelId, config: &EmailChannel, egress: &Egress) -> Result<Self, OpenError> {
        let all = config.to.iter().chain(&config.cc);
        Ok(Self {
            writer: Writer::new(id, config),
            line: Arc::new(Line::new(config, egress)?),
            recipients: all.map(|mailbox| mailbox.email.clone()).collect(),
            progress: Mutex::default(),
            timeout: config.timeout,
        })
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let letter = self.writer.write(delivery)?;
        let waiting = self.progress().waiting(delivery.id, self.recipients.len());
        let asked: Vec<&Address> = waiting.iter().map(|n| &self.recipients[*n]).collect();
        let answers =
            Line::hand_in(&self.line, &letter.bytes, self.writer.sender(), &asked).await?;
        let answers = waiting.into_iter().zip(answers).collect();
        let detail = self.progress().answered(delivery.id, answers, &self.recipients)?;
        Ok(Receipt { detail, handle: Some(letter.id) })
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        // Nothing in it is ever half changed.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel for Email {
    fn capacity(&self) -> Capacity {
        // One after the other: that is how a server is least hurt, and how a crash repeats no more
        // than one.
        let patience = self.timeout.saturating_mul(2).saturating_add(MARGIN);
        Capacity { batch: 1, concurrent: 1, patience }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        async move {
            let mut results = Vec::with_capacity(batch.len());
            for delivery in batch {
                results.push(self.attempt(delivery).await);
            }
            results
        }
        .boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        Preview::of("message/rfc822", self.writer.write(delivery).map(|letter| letter.bytes))
    }
}

#[cfg(test)]
mod tests;
