//! Signals: SIGTERM and Ctrl-C stop the daemon (a second Ctrl-C at once), SIGHUP reloads it.
//! [`super::governor`] obeys them.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals the daemon heeds, listened to from the moment this is made.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Begins to listen. Fails only where the system has no signals to offer.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to stop.
    pub async fn stop_asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits for a signal to stop at once: a second Ctrl-C.
    pub(super) async fn haste_asked(&mut self) {
        self.interrupt.recv().await;
    }

    /// Waits for a signal to stop or to reload.
    pub(super) async fn asked(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hangup.recv() => Asked::Reload,
        }
    }
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Stop,
    Reload,
}
