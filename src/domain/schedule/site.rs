//! Sites: a server that asks to be left alone (429, or 503 with `Retry-After`) means whoever asks,
//! and not only for the one feed that it said so of.

use std::time::Duration;

use jiff::Timestamp;
use url::{Host, Url};

use super::{RETRY, RETRY_AFTER, wait};
use crate::domain::feed::{FeedState, FetchMemory, FetchRecord};

/// Longest time for which the other feeds of a site wait: one feed that is refused again and
/// again must not silence the rest of a large host.
pub const LONGEST_HOLD: Duration = Duration::from_secs(6 * 3600);

/// The same where a 429 does not say how long.
const LONGEST_UNSAID: Duration = Duration::from_secs(15 * 60);

/// Gap between the feeds of a site that go on once it may be asked again …
const GAP: Duration = Duration::from_secs(5);

/// … and in which time all of them do, however many.
const ALL_WITHIN: Duration = Duration::from_secs(3600);

/// Longest time for which a feed waits for its site.
pub(super) const LONGEST_IN_LINE: Duration = LONGEST_HOLD.saturating_add(ALL_WITHIN);

/// A site that is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteHold {
    /// As [`site`] names it.
    pub site: String,
    /// Counted from the answer that asked for it.
    pub wait: Duration,
    pub until: Timestamp,
}

/// What counts as one site: the registrable domain of a URL; an address or a private name with
/// its port, since behind one address there may be many servers. None if there is no host.
pub fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let port = url.port_or_known_default().unwrap_or_default();
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let public = psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
            match psl::domain_str(&name).filter(|_| public) {
                Some(domain) => Some(domain.to_owned()),
                None => Some(format!("{name}:{port}")),
            }
        }
        address => Some(format!("{address}:{port}")),
    }
}

/// How long the feeds of the site that answered so are left alone, if they are. `after` is the
/// state to which the answer brought the feed that got it.
pub fn hold(
    site: Option<String>,
    record: &FetchRecord,
    after: &FeedState,
    retry_after: Option<Duration>,
) -> Option<SiteHold> {
    begun(site?, record.status, record.at, retry_after, super::wait(after))
}

/// The same of a page that a feed leads to, which answered with `status`.
pub fn hold_by_page(
    site: Option<String>,
    status: Option<u16>,
    at: Timestamp,
    retry_after: Option<Duration>,
) -> Option<SiteHold> {
    begun(site?, status, at, retry_after, Some(LONGEST_UNSAID))
}

fn begun(
    site: String,
    status: Option<u16>,
    at: Timestamp,
    retry_after: Option<Duration>,
    unsaid: Option<Duration>,
) -> Option<SiteHold> {
    let wait = match (status, retry_after) {
        (Some(429 | 503), Some(asked)) => asked.clamp(RETRY_AFTER.0, LONGEST_HOLD),
        (Some(429), None) => unsaid?.min(LONGEST_UNSAID),
        _ => return None,
    };
    Some(SiteHold { site, wait, until: wait::later(at, wait) })
}

/// The state of the n-th feed (from 0) that waits for its site: one after the other goes on.
pub fn resume(state: &FeedState, hold: &SiteHold, n: u32) -> (FeedState, Duration) {
    let after = GAP.saturating_mul(n).min(ALL_WITHIN);
    let state = FeedState {
        next_due: wait::later(hold.until, after),
        next_reason: RETRY.into(),
        memory: FetchMemory { held_by: Some(hold.site.clone()), ..state.memory.clone() },
        ..state.clone()
    };
    (state, hold.wait.saturating_add(after))
}
