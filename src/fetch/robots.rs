//! `robots.txt` (RFC 9309): asked for once a day per server, and kept to where pages are read.
//! Feeds themselves are published for programs, and fetched because a person named them.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use robotstxt::DefaultMatcher;
use tokio::time::Instant;
use url::Url;

use super::Fetcher;
use super::failure::FetchFailure;

/// The name by which `robots.txt` may address us.
const PRODUCT: &str = "wirewatch";

/// How long rules are believed (RFC 9309, section 2.4), and how long a server that could not
/// give any is left alone.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
const KEPT_UNREACHABLE: Duration = Duration::from_secs(600);

/// Bytes of rules that are read (RFC 9309, section 2.5, asks for at least these).
const MAX_BYTES: usize = 500 * 1024;

/// Servers remembered; when there are more, all are asked again.
const MAX_SERVERS: usize = 2_048;

const ACCEPT_RULES: HeaderValue = HeaderValue::from_static("text/plain, */*;q=0.5");

/// What servers said. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Robots(Arc<Mutex<HashMap<String, (Instant, Rules)>>>);

#[derive(Debug, Clone)]
enum Rules {
    /// There are none: everything is allowed.
    None,
    Text(Arc<str>),
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
            Rules::Text(text) => Ok(is_allowed(&text, parsed.as_str())),
            Rules::Unreachable => Err(FetchFailure::RobotsUnreachable),
        }
    }

    fn known(&self, server: &str) -> Option<Rules> {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, rules) = servers.get(server)?;
        (*until > Instant::now()).then(|| rules.clone())
    }

    fn remember(&self, server: String, rules: Rules) {
        let kept = if matches!(rules, Rules::Unreachable) { KEPT_UNREACHABLE } else { KEPT };
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if servers.len() >= MAX_SERVERS {
            servers.clear();
        }
        servers.insert(server, (Instant::now() + kept, rules));
    }
}

/// Asks a server for its rules. A 4xx says that there are none; what is no answer at all says
/// nothing (RFC 9309, section 2.3.1). An address that may not be asked is an error of its own, and
/// so is a server that asks to be left alone.
async fn ask(fetcher: &Fetcher, server: &str, private: bool) -> Result<Rules, FetchFailure> {
    match fetcher.get(&format!("{server}/robots.txt"), ACCEPT_RULES, private).await {
        Ok(fetched) => {
            let bytes = &fetched.body[..fetched.body.len().min(MAX_BYTES)];
            Ok(Rules::Text(String::from_utf8_lossy(bytes).into()))
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

/// Whether rules let us read `url`. Rules on which their reader gives up forbid nothing.
fn is_allowed(rules: &str, url: &str) -> bool {
    let decide = || DefaultMatcher::default().one_agent_allowed_by_robots(rules, PRODUCT, url);
    panic::catch_unwind(AssertUnwindSafe(decide)).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_for_us_count_before_those_for_all() {
        let rules = "User-agent: *\nDisallow: /\n\nUser-agent: wirewatch\nDisallow: /private/\n";
        assert!(is_allowed(rules, "https://a.example/news/1"));
        assert!(!is_allowed(rules, "https://a.example/private/1"));
        assert!(!is_allowed("User-agent: *\nDisallow: /\n", "https://a.example/"));
        assert!(is_allowed("", "https://a.example/"));
        assert!(is_allowed("<html>not found</html>", "https://a.example/"));
    }

    #[test]
    fn rules_that_are_no_rules_end_nothing() {
        for odd in
            ["User-agent: *\nDisallow: /é%\u{0}*$*$", "::::\n\u{feff}Disallow", "Disallow: /\n*"]
        {
            let _whatever = is_allowed(odd, "https://a.example/é?x#y");
        }
    }
}
