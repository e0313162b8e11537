//! Who has got a mail already. A server may take a mail for some recipients and ask for patience with
//! others (a full mailbox, greylisting): the mail is handed in for those it takes, and the rest is
//! asked again without the first getting it twice.
//!
//! This is remembered in memory only. After a restart all are asked again, with the same Message-ID.

use std::collections::{BTreeMap, BTreeSet};

use lettre::Address;

use super::submission::Taken;
use crate::deliver::ChannelError;
use crate::domain::ids::DeliveryId;
use crate::domain::untrusted;

/// Most mails remembered; of more, the oldest are forgotten.
const MAX_MAILS: usize = 1_000;

/// Longest detail of an attempt, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Mails that were taken for some of their recipients.
#[derive(Debug, Default)]
pub(super) struct Progress {
    mails: BTreeMap<DeliveryId, Part>,
}

/// Recipients by their place in the channel's list.
#[derive(Debug, Default)]
struct Part {
    taken: BTreeSet<usize>,
    /// Never to be taken for these, and why.
    refused: BTreeMap<usize, ChannelError>,
}

impl Progress {
    /// Who is still to be asked, of so many.
    pub fn waiting(&self, id: DeliveryId, recipients: usize) -> Vec<usize> {
        let is_settled = |n: &usize| {
            let part = self.mails.get(&id);
            part.is_some_and(|part| part.taken.contains(n) || part.refused.contains_key(n))
        };
        (0..recipients).filter(|n| !is_settled(n)).collect()
    }

    /// Notes what the server said of each, and says what that means for the delivery: it is done when
    /// all are settled and any of them got it.
    pub fn answered(
        &mut self,
        id: DeliveryId,
        answers: Vec<(usize, Result<Taken, ChannelError>)>,
        recipients: &[Address],
    ) -> Result<Option<String>, ChannelError> {
        let mut part = self.mails.remove(&id).unwrap_or_default();
        let mut details = Vec::new();
        let mut later = None;
        for (n, answer) in answers {
            match answer {
                Ok(taken) => {
                    part.taken.insert(n);
                    details.extend(taken.said.filter(|_| details.is_empty()));
                }
                Err(error) => {
                    details.push(of_recipient(&recipients[n], &error));
                    match error {
                        ChannelError::Transient { .. } => later = later.or(Some(error)),
                        ChannelError::Permanent { .. } => {
                            part.refused.insert(n, error);
                        }
                    }
                }
            }
        }
        let text = details.join("; ");
        let detail =
            (!text.is_empty()).then(|| untrusted::excerpt(&text, MAX_DETAIL_CHARS).into_owned());
        if let Some(ChannelError::Transient { code, retry_after, .. }) = later {
            self.remember(id, part);
            return Err(ChannelError::Transient { code, retry_after, detail });
        }
        match part.refused.into_values().next() {
            Some(error) if part.taken.is_empty() => {
                Err(ChannelError::Permanent { code: error.code().clone(), detail })
            }
            _ => Ok(detail),
        }
    }

    fn remember(&mut self, id: DeliveryId, part: Part) {
        if part.taken.is_empty() && part.refused.is_empty() {
            return;
        }
        self.mails.insert(id, part);
        while self.mails.len() > MAX_MAILS {
            self.mails.pop_first();
        }
    }
}

fn of_recipient(recipient: &Address, error: &ChannelError) -> String {
    let said = error.detail().unwrap_or("no reason given");
    format!("not taken for {recipient}: {said}")
}
