//! Politeness: one request at a time per host with a gap between two, and a limit on all. Whoever
//! takes long makes room for the quick: a hundred servers that never answer keep nobody waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use url::{Host, Url};

/// Hosts remembered before idle ones are forgotten.
const HOSTS_BEFORE_SWEEP: usize = 1024;

/// How long a permit keeps its place among the quick ones. Most servers answer within less.
const QUICK: Duration = Duration::from_secs(1);

/// Places for permits that take longer, for each one among the quick. Slow servers cost little but
/// their sockets; when these places are taken too, the slow keep those of the quick.
const SLOW_PER_QUICK: usize = 3;

/// Lets requests through, host by host. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct HostGate {
    hosts: Arc<Mutex<HashMap<String, Arc<Slot>>>>,
    limits: Arc<Mutex<Limits>>,
}

#[derive(Debug, Clone)]
struct Limits {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    gap: Duration,
}

/// Leave to send requests to one host, until dropped.
#[derive(Debug)]
pub struct Permit {
    host: String,
    /// Holds the time at which the host may be asked again.
    turn: OwnedMutexGuard<Option<Instant>>,
    gap: Duration,
    _place: Place,
}

/// A place among the quick, and after [`QUICK`] one among the slow; given back when dropped.
#[derive(Debug)]
struct Place(AbortHandle);

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
    /// At most `global` quick permits at once, and [`SLOW_PER_QUICK`] times as many that take
    /// longer; `gap` between the end of one for a host and the next.
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
        let limits = self.limits().clone();
        let (gap, place) = (limits.gap, Place::take(limits).await);
        Permit { host: host.to_owned(), turn, gap, _place: place }
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
        let places = |n: usize| Arc::new(Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS)));
        Self { quick: places(global), slow: places(global.saturating_mul(SLOW_PER_QUICK)), gap }
    }
}

impl Place {
    async fn take(Limits { quick, slow, .. }: Limits) -> Self {
        // The semaphores are never closed; were they, their limits would be the only thing lost.
        let quick = quick.acquire_owned().await.ok();
        let holder = tokio::spawn(async move {
            tokio::time::sleep(QUICK).await;
            let _slow = slow.acquire_owned().await;
            drop(quick);
            std::future::pending::<()>().await;
        });
        Self(holder.abort_handle())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.abort();
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
