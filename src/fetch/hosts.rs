//! Politeness: one request at a time per host with a gap between two, and a limit on all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::{Host, Url};

/// Hosts remembered before idle ones are forgotten.
const HOSTS_BEFORE_SWEEP: usize = 1024;

/// Lets requests through, host by host. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct HostGate {
    hosts: Arc<Mutex<HashMap<String, Arc<Slot>>>>,
    limits: Arc<Mutex<Limits>>,
}

#[derive(Debug, Clone)]
struct Limits {
    global: Arc<Semaphore>,
    gap: Duration,
}

/// Leave to send requests to one host, until dropped.
#[derive(Debug)]
pub struct Permit {
    host: String,
    /// Holds the time at which the host may be asked again.
    turn: OwnedMutexGuard<Option<Instant>>,
    gap: Duration,
    _global: Option<OwnedSemaphorePermit>,
}

/// When the host may be asked again; locked while it is being asked. The lock is fair.
type Slot = AsyncMutex<Option<Instant>>;

/// What counts as one host: a name, or an address with its port, since behind one address there
/// may be many machines of a private network.
pub fn key(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').to_ascii_lowercase(),
        Some(address) => {
            let port = url.port_or_known_default().unwrap_or_default();
            format!("{address}:{port}")
        }
        None => String::new(),
    }
}

impl HostGate {
    /// At most `global` permits at once; `gap` between the end of one for a host and the next.
    pub fn new(global: usize, gap: Duration) -> Self {
        Self { hosts: Arc::default(), limits: Arc::new(Mutex::new(Limits::new(global, gap))) }
    }

    /// Goes on with other limits, for all clones. Which host waits for how long stays; requests
    /// under way do not count towards the new limit.
    pub fn renew(&self, global: usize, gap: Duration) {
        *self.limits() = Limits::new(global, gap);
    }

    /// Waits for this host's turn. Waiting for one host takes nothing from the others: the
    /// global limit counts only who may send.
    pub async fn acquire(&self, host: &str) -> Permit {
        let turn = self.slot(host).lock_owned().await;
        if let Some(ready) = *turn {
            tokio::time::sleep_until(ready).await;
        }
        // The semaphore is never closed; were it, its limit would be the only thing lost.
        let Limits { global, gap } = self.limits().clone();
        let global = global.acquire_owned().await.ok();
        Permit { host: host.to_owned(), turn, gap, _global: global }
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, host: &str) -> Arc<Slot> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_BEFORE_SWEEP {
            let now = Instant::now();
            hosts.retain(|_, slot| {
                Arc::strong_count(slot) > 1
                    || slot.try_lock().is_ok_and(|ready| ready.is_some_and(|ready| ready > now))
            });
        }
        Arc::clone(hosts.entry(host.to_owned()).or_default())
    }
}

impl Limits {
    fn new(global: usize, gap: Duration) -> Self {
        let global = Arc::new(Semaphore::new(global.clamp(1, Semaphore::MAX_PERMITS)));
        Self { global, gap }
    }
}

impl Permit {
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.turn = Some(Instant::now() + self.gap);
    }
}
