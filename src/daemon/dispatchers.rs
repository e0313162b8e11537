//! The dispatchers of all channels together: started, replaced and stopped as one by
//! [`super::app`].

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::Options;
use super::dispatcher::{Dispatcher, Manners, Quiet, Tells, fingerprint};
use super::renewal::Renewal;
use crate::config::{ChannelConfig, Config};
use crate::deliver::{self, OpenError};
use crate::domain::ids::ChannelId;
use crate::egress::Egress;
use crate::store::Store;
use crate::store::circuits::Configured;

/// A channel of a configuration, opened, with its quiet hours and manners.
pub(super) type Opened = (ChannelId, Box<dyn deliver::Channel>, Option<Quiet>, Manners);

/// All channels of a configuration.
pub(super) type Channels = Vec<Opened>;

/// Opens a channel as it is configured.
pub(super) fn open(
    channel: &ChannelConfig,
    egress: &Egress,
    options: &Options,
    tells: Tells,
) -> Result<Opened, OpenError> {
    let opened = deliver::open(channel, egress, &options.clock, &options.printer)?;
    Ok((channel.id.clone(), opened, Quiet::of(channel), Manners::of(channel, tells)))
}

/// How all channels are configured, as the store takes note of it.
pub(super) fn configured(config: &Config) -> Vec<Configured> {
    let configured = |channel: &ChannelConfig| Configured {
        channel: channel.id.clone(),
        config: fingerprint(channel),
        repeat_most: channel.timetable.repeat.map(|repeat| repeat.most),
    };
    config.channels.iter().map(configured).collect()
}

/// One task per channel, stopped together; or, for one round, dispatchers that wait for its end.
pub(super) struct Dispatchers {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    /// Those that wait for the end of a round.
    pub waiting: Vec<Dispatcher>,
    /// Those that tell services again of what stands, at the end of a round.
    pub renewals: Vec<Renewal>,
}

impl Dispatchers {
    pub fn start(
        channels: Channels,
        store: &Store,
        committed: &watch::Sender<()>,
        options: &Options,
    ) -> Self {
        let stop = CancellationToken::new();
        let channels = if options.deliver { channels } else { Vec::new() };
        let renewal = |(id, channel, ..): &Opened| {
            let (store, clock) = (store.clone(), options.clock.clone());
            Some(Renewal { id: id.clone(), renewer: channel.renewer()?, store, clock })
        };
        let mut renewals: Vec<Renewal> = channels.iter().filter_map(renewal).collect();
        let dispatcher = |(id, channel, quiet, manners): Opened| {
            let (store, clock) = (store.clone(), options.clock.clone());
            Dispatcher { id, channel, store, clock, quiet, manners }
        };
        let (mut tasks, mut waiting) = (Vec::new(), Vec::new());
        for dispatcher in channels.into_iter().map(dispatcher) {
            if options.once {
                waiting.push(dispatcher);
                continue;
            }
            let (committed, stop) = (committed.subscribe(), stop.clone());
            tasks.push(tokio::spawn(async move { dispatcher.run(committed, &stop).await }));
        }
        if !options.once {
            for renewal in renewals.drain(..) {
                let stop = stop.clone();
                tasks.push(tokio::spawn(async move { renewal.run(&stop).await }));
            }
        }
        Self { stop, tasks, waiting, renewals }
    }

    pub async fn stop(&mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            let _ended = task.await;
        }
    }
}
