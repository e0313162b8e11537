//! The dispatchers of all channels together: started, replaced and stopped as one by
//! [`super::app`]. One that is replaced ends what it has begun, however long the channel may take;
//! only its own successor waits for that.

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::app::Options;
use super::dispatcher::{Dispatcher, Manners, Quiet, STOP_GRACE, Tells, fingerprint};
use super::renewal::Renewal;
use super::task;
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

/// A dispatcher or a renewal that runs, of this channel.
struct Running {
    channel: ChannelId,
    is_dispatcher: bool,
    task: AbortOnDropHandle<()>,
}

/// What was told to stop and may be in the middle of something.
#[derive(Default)]
struct Retired(Vec<Running>);

impl Retired {
    /// The dispatcher of a channel, if it has not ended.
    fn take(&mut self, channel: &ChannelId) -> Option<AbortOnDropHandle<()>> {
        let is_it = |one: &Running| one.is_dispatcher && one.channel == *channel;
        let at = self.0.iter().position(is_it)?;
        Some(self.0.swap_remove(at).task)
    }
}

/// One task per channel, stopped together; or, for one round, dispatchers that wait for its end.
pub(super) struct Dispatchers {
    stop: CancellationToken,
    tasks: Vec<Running>,
    /// Those that wait for the end of a round.
    pub waiting: Vec<Dispatcher>,
    /// Those that tell services again of what stands, at the end of a round.
    pub renewals: Vec<Renewal>,
    /// Cancelled where one of them panics and cannot go on.
    broken: CancellationToken,
}

impl Dispatchers {
    pub fn start(
        channels: Channels,
        store: &Store,
        committed: &watch::Sender<()>,
        options: &Options,
        broken: &CancellationToken,
    ) -> Self {
        Self::start_after(Retired::default(), channels, store, committed, options, broken)
    }

    /// Puts others in their place, of another configuration.
    pub fn replace(
        &mut self,
        channels: Channels,
        store: &Store,
        committed: &watch::Sender<()>,
        options: &Options,
    ) {
        let retired = self.retire();
        let broken = self.broken.clone();
        *self = Self::start_after(retired, channels, store, committed, options, &broken);
    }

    fn start_after(
        mut retired: Retired,
        channels: Channels,
        store: &Store,
        committed: &watch::Sender<()>,
        options: &Options,
        broken: &CancellationToken,
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
            let (channel, earlier) = (dispatcher.id.clone(), retired.take(&dispatcher.id));
            let broken = broken.clone();
            let task = tokio::spawn(async move {
                if let Some(earlier) = earlier {
                    // Two at once may be more than a program or a file of the user's can take.
                    let _ended = earlier.await;
                    dispatcher.succeed().await;
                }
                let run = || dispatcher.run(committed.clone(), &stop);
                let whose = dispatcher.id.as_str();
                let clock = &dispatcher.clock;
                task::again("dispatcher", whose, &broken, &stop, clock, run).await;
            });
            let task = AbortOnDropHandle::new(task);
            tasks.push(Running { channel, is_dispatcher: true, task });
        }
        if !options.once {
            for renewal in renewals.drain(..) {
                let (channel, stop) = (renewal.id.clone(), stop.clone());
                let run = async move { renewal.run(&stop).await };
                let task = task::spawn("renewal", broken, run);
                let task = AbortOnDropHandle::new(task);
                tasks.push(Running { channel, is_dispatcher: false, task });
            }
        }
        // Of channels that are there no longer.
        tasks.extend(retired.0.into_iter().filter(|one| !one.task.is_finished()));
        Self { stop, tasks, waiting, renewals, broken: broken.clone() }
    }

    /// Has all of them end what they have begun and begin nothing more.
    fn retire(&mut self) -> Retired {
        self.stop.cancel();
        Retired(std::mem::take(&mut self.tasks))
    }

    /// Stops all of them: what is not answered soon is given up, until its lease is over.
    pub async fn stop(&mut self) {
        let Retired(mut running) = self.retire();
        let ended = join_all(running.iter_mut().map(|one| &mut one.task));
        if tokio::time::timeout(STOP_GRACE, ended).await.is_ok() {
            return;
        }
        for one in running.into_iter().filter(|one| !one.task.is_finished()) {
            tracing::info!(channel = %one.channel, "stopped with deliveries unanswered");
            one.task.abort();
            let _ended = one.task.await;
        }
    }
}
