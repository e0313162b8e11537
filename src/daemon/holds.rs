//! The sites that are left alone for a while, as visits under way see them. Many feeds of a site
//! may stand in line when the first of them is told to come later: then none of them asks.
//! [`super::scheduler`] makes them due again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::schedule::SiteHold;

/// Holds by site. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Holds(Arc<Mutex<HashMap<String, Held>>>);

#[derive(Debug)]
struct Held {
    /// In monotonic time.
    until: Duration,
    hold: SiteHold,
    /// Feeds that stand in line.
    line: u32,
}

impl Holds {
    /// Leaves a site alone from `now` on, at least for as long as it is already.
    pub fn begin(&self, hold: &SiteHold, now: Duration) {
        let mut held = self.lock();
        held.retain(|_, held| held.until > now);
        let until = now.saturating_add(hold.wait);
        if held.get(&hold.site).is_none_or(|held| held.until < until) {
            let begun = Held { until, hold: hold.clone(), line: 0 };
            held.insert(hold.site.clone(), begun);
        }
    }

    /// Why a site is not to be asked at `now`, with what is left of the wait.
    pub fn of(&self, site: Option<&str>, now: Duration) -> Option<SiteHold> {
        let held = self.lock();
        let Held { until, hold, .. } = held.get(site?)?;
        let wait = until.checked_sub(now).filter(|wait| !wait.is_zero())?;
        Some(SiteHold { wait, ..hold.clone() })
    }

    /// The next place in line for a site, from 0.
    pub fn place(&self, site: &str) -> u32 {
        let mut held = self.lock();
        let Some(held) = held.get_mut(site) else { return 0 };
        held.line = held.line.saturating_add(1);
        held.line - 1
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
