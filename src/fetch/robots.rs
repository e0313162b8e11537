//! `robots.txt` (RFC 9309): asked for once a day per server, and kept to where pages are read;
//! [`super::rules`] reads it. Feeds themselves are published for programs, and fetched because a
//! person named them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use tokio::time::Instant;
use url::Url;

use super::failure::FetchFailure;
use super::rules::RuleSet;
use super::{Ask, Budget, Fetched, Fetcher, coding};
use crate::domain::feed::Validators;

/// The name by which `robots.txt` may address us.
const PRODUCT: &str = "wirewatch";

/// How long rules are believed (RFC 9309, section 2.4), and how long a server that could not
/// give any is left alone.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
const KEPT_UNREACHABLE: Duration = Duration::from_secs(600);

/// Bytes of rules that are read (RFC 9309, section 2.5, asks for at least these).
const MAX_BYTES: usize = 500 * 1024;

/// Servers remembered, and bytes of all that is remembered of them: beyond, the oldest go.
const MAX_SERVERS: usize = 2_048;
const MAX_KEPT_BYTES: usize = 8 * 1024 * 1024;

/// What a server costs in memory beside its name and rules.
const SERVER_BYTES: usize = 200;

const ACCEPT_RULES: HeaderValue = HeaderValue::from_static("text/plain, */*;q=0.5");

/// What servers said. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Robots(Arc<Mutex<Known>>);

/// What servers said, the oldest first.
#[derive(Debug, Default)]
struct Known {
    servers: HashMap<String, (Instant, Rules)>,
    order: VecDeque<String>,
    bytes: usize,
}

#[derive(Debug, Clone)]
enum Rules {
    /// There are none: everything is allowed.
    None,
    Given(Arc<RuleSet>),
    /// They could not be had: nothing is allowed until they can.
    Unreachable,
}

impl Robots {
    /// Whether the page at `url` may be read by a program.
    pub async fn allow(
        &self,
        fetcher: &Fetcher,
        url: &str,
        private: bool,
    ) -> Result<bool, FetchFailure> {
        let parsed =
            Url::parse(url).map_err(|error| FetchFailure::BadUrl { reason: error.to_string() })?;
        let server = parsed.origin().ascii_serialization();
        let rules = match self.known(&server) {
            Some(rules) => rules,
            None => {
                let rules = ask(fetcher, &server, private).await?;
                self.remember(server, rules.clone());
                rules
            }
        };
        match rules {
            Rules::None => Ok(true),
            Rules::Given(rules) => Ok(rules.allow(&parsed)),
            Rules::Unreachable => Err(FetchFailure::RobotsUnreachable),
        }
    }

    fn known(&self, server: &str) -> Option<Rules> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, rules) = known.servers.get(server)?;
        (*until > Instant::now()).then(|| rules.clone())
    }

    fn remember(&self, server: String, rules: Rules) {
        let kept = if matches!(rules, Rules::Unreachable) { KEPT_UNREACHABLE } else { KEPT };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.put(server, Instant::now() + kept, rules);
    }
}

impl Known {
    fn put(&mut self, server: String, until: Instant, rules: Rules) {
        if self.forget(&server) {
            self.order.retain(|other| *other != server);
        }
        self.bytes += cost(&server, &rules);
        self.order.push_back(server.clone());
        self.servers.insert(server, (until, rules));
        while self.servers.len() > MAX_SERVERS || self.bytes > MAX_KEPT_BYTES {
            let Some(oldest) = self.order.pop_front() else { return };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, server: &str) -> bool {
        let old = self.servers.remove(server);
        let freed = old.as_ref().map_or(0, |(_, rules)| cost(server, rules));
        self.bytes = self.bytes.saturating_sub(freed);
        old.is_some()
    }
}

fn cost(server: &str, rules: &Rules) -> usize {
    let rules = if let Rules::Given(rules) = rules { rules.bytes() } else { 0 };
    2 * server.len() + SERVER_BYTES + rules
}

/// Asks a server for its rules. A 4xx says that there are none; what is no answer at all says
/// nothing (RFC 9309, section 2.3.1). An address that may not be asked is an error of its own, and
/// so is a server that asks to be left alone.
async fn ask(fetcher: &Fetcher, server: &str, private: bool) -> Result<Rules, FetchFailure> {
    match fetch(fetcher, &format!("{server}/robots.txt"), private).await {
        Ok(fetched) => {
            let text = String::from_utf8_lossy(&fetched.body);
            Ok(Rules::Given(Arc::new(RuleSet::read(&text, PRODUCT))))
        }
        Err(
            busy @ (FetchFailure::Status { status: 429, .. }
            | FetchFailure::Status { status: 503, retry_after: Some(_), .. }),
        ) => Err(busy),
        Err(FetchFailure::Status { status: 400..=499, .. }) => Ok(Rules::None),
        Err(
            refused @ (FetchFailure::Refused(_)
            | FetchFailure::PrivateAnswer { .. }
            | FetchFailure::RedirectPrivate { .. }),
        ) => Err(refused),
        Err(_) => Ok(Rules::Unreachable),
    }
}

/// The beginning of the file, asked for as plain text: what unfolds to more than is read of it
/// is an error.
async fn fetch(fetcher: &Fetcher, url: &str, private: bool) -> Result<Fetched, FetchFailure> {
    let validators = Validators::default();
    let ask =
        Ask { accept: ACCEPT_RULES, validators: &validators, private, first: Some(MAX_BYTES) };
    let mut budget = Budget::new(fetcher.config.total_timeout);
    fetcher.attempt(url, &ask, coding::PLAIN, &mut budget).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules that cost about `kilobytes`.
    fn rules(kilobytes: usize) -> Rules {
        let lines = format!("Disallow: /{}\n", "a".repeat(980)).repeat(kilobytes);
        Rules::Given(Arc::new(RuleSet::read(&format!("User-agent: *\n{lines}"), PRODUCT)))
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes_first() {
        let robots = Robots::default();
        for n in 0..20 {
            robots.remember(format!("https://{n}.example"), rules(1_000));
        }
        let bytes = robots.0.lock().unwrap().bytes;
        assert!(bytes <= MAX_KEPT_BYTES && bytes > MAX_KEPT_BYTES / 2, "{bytes}");
        assert!(robots.known("https://0.example").is_none());
        assert!(robots.known("https://19.example").is_some());
        for n in 0..3_000 {
            robots.remember(format!("https://{n}.example"), Rules::None);
            robots.remember("https://same.example".to_owned(), rules(2));
        }
        let known = robots.0.lock().unwrap();
        assert_eq!((known.servers.len(), known.order.len()), (MAX_SERVERS, MAX_SERVERS));
        let counted: usize = known.servers.iter().map(|(name, (_, rules))| cost(name, rules)).sum();
        assert_eq!(known.bytes, counted);
    }
}
