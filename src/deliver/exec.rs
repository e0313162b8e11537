//! A program of the user's, run for each delivery: the object on its standard input, what it is
//! about in variables. Never a shell, never a word of a feed among its arguments or variables.
//!
//! How it ends is its answer: 0 took it. 64 (`EX_USAGE`) and 65 (`EX_DATAERR`) say that this
//! message will fare no better later. All else, a signal and the time limit included, may be put
//! right, and is tried again on the schedule; 75 (`EX_TEMPFAIL`) says so outright.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::parcel::Parcel;
use super::process::{self, BEYOND_LIMIT, Ended, Task};
use super::{Capacity, Channel, ChannelError, Receipt};
use crate::config::{Command, ExecChannel};
use crate::domain::alert::delivery::{Carried, Claimed};

/// Exit codes of `sysexits.h` that speak of the message, or of how the program is called.
const REFUSED: [i32; 2] = [64, 65];

/// A program as a channel.
pub struct Exec {
    command: Command,
    timeout: Duration,
}

impl Exec {
    pub fn new(config: &ExecChannel) -> Self {
        Self { command: config.command.clone(), timeout: config.timeout }
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let parcel = Parcel::read(&delivery.body)?;
        let mut input = delivery.body.clone();
        input.push(b'\n');
        let task = Task {
            arguments: Vec::new(),
            environment: environment(delivery, &parcel),
            input: &input,
            limit: self.timeout,
        };
        let run = process::run(&self.command, task).await?;
        let detail = run.detail();
        judge(run.ended, detail.clone(), &REFUSED)?;
        Ok(Receipt { detail, handle: None })
    }
}

impl Channel for Exec {
    fn capacity(&self) -> Capacity {
        // One at a time: what people write for themselves seldom expects to be run twice at once.
        let patience = self.timeout.saturating_add(BEYOND_LIMIT);
        Capacity { batch: 1, concurrent: 1, patience }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        async move {
            let mut answers = Vec::with_capacity(batch.len());
            for delivery in batch {
                answers.push(self.attempt(delivery).await);
            }
            answers
        }
        .boxed()
    }
}

/// What a run's end means for the delivery. `refused` are the exit codes that are for good.
pub(super) fn judge(
    ended: Ended,
    detail: Option<String>,
    refused: &[i32],
) -> Result<(), ChannelError> {
    let code = match ended {
        Ended::Code(0) => return Ok(()),
        Ended::Code(code) if refused.contains(&code) => {
            let code = format!("exit_{code}").into();
            return Err(ChannelError::Permanent { code, detail });
        }
        Ended::Code(code) => format!("exit_{code}"),
        Ended::Signal(signal) => format!("signal_{signal}"),
        Ended::TimedOut => "timeout".to_owned(),
    };
    Err(ChannelError::Transient { code: code.into(), retry_after: None, detail })
}

/// What the program is told of the delivery: ids and words of our own only, no text from outside.
fn environment(delivery: &Claimed, parcel: &Parcel) -> Vec<(&'static str, String)> {
    let mut told = vec![
        ("WIREWATCH_KIND", parcel.kind().to_owned()),
        ("WIREWATCH_EVENT", parcel.event().to_owned()),
        ("WIREWATCH_SEVERITY", parcel.severity().to_owned()),
        ("WIREWATCH_DELIVERY", delivery.id.to_string()),
        ("WIREWATCH_CHANNEL", delivery.channel.to_string()),
        ("WIREWATCH_ATTEMPT", delivery.attempt.to_string()),
    ];
    if let Carried::Alert { alert, seq } = delivery.carried {
        told.push(("WIREWATCH_ALERT", alert.to_string()));
        told.push(("WIREWATCH_SEQ", seq.to_string()));
    }
    if let Parcel::Alert(alert) = parcel {
        told.push(("WIREWATCH_TOPIC", alert.topic.id.clone()));
    }
    told
}
