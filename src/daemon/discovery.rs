//! Looks for the feeds of a page, and believes none before it was read: candidates come from
//! [`crate::parse::discover`], each is fetched through the same guard and limits as any feed.
//!
//! The order is by how much a site says itself: the address, what the page declares and what is
//! known of the site, then links that look like feeds, then paths where feeds often lie. The later
//! stages are asked only if the earlier ones gave nothing, or everything is wanted.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use crate::domain::feed::{ParsedFeed, Validators};
use crate::domain::feed_address::comparable;
use crate::fetch::failure::FetchFailure;
use crate::fetch::{Fetched, Fetcher};
use crate::parse::discover::{self, Candidate, Why};
use crate::parse::{self, Limits, ParseFailure};

/// Most requests of one search, the page itself included.
const MAX_REQUESTS: usize = 30;

/// Most requests for links that only look like feeds.
const MAX_ANCHORS: usize = 10;

/// No request is begun after this time: a slow site is not worth more of anybody's patience.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a feed without entries is worth less, and one that has been silent for long.
const EMPTY_COST: u8 = 25;
const SILENT_COST: u8 = 15;
const SILENT_FOR: Duration = Duration::from_secs(365 * 86_400);

/// A feed that was found and read.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub url: String,
    /// How likely it is the one that is wanted, 0 to 100.
    pub score: u8,
    pub why: Why,
    /// `rss`, `atom`, `rdf` or `json`.
    pub format: &'static str,
    /// What it calls itself, else what the page calls it. From outside.
    pub title: Option<String>,
    pub entries: usize,
    /// The newest date in it.
    pub last_entry: Option<Timestamp>,
}

/// A candidate that proved to be none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub url: String,
    pub why: Why,
    /// As of a fetch: `http_404`, `not_a_feed_html`, …
    pub code: String,
    /// A sentence. From outside.
    pub detail: String,
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Best first.
    pub found: Vec<Found>,
    /// What was asked for and what a site declares that is no feed, in the order of asking.
    pub rejected: Vec<Rejected>,
    pub requests: usize,
    /// There was more to try than the limits allow.
    pub cut_short: bool,
}

/// Looks for feeds at and behind `url`. `thorough`: goes through all stages, even if a feed was
/// found. It stores nothing; `now` only says which feeds are silent.
pub async fn discover(fetcher: &Fetcher, url: &str, thorough: bool, now: Timestamp) -> Discovery {
    let mut search = Search {
        public: fetcher.public_only(),
        fetcher,
        asked_host: host(url),
        now,
        begun: Instant::now(),
        seen: BTreeSet::new(),
        closed: BTreeSet::new(),
        discovery: Discovery::default(),
    };
    let candidates = search.first(url).await;
    let enough = |search: &Search<'_>| !thorough && !search.discovery.found.is_empty();
    let (anchors, stated): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.why == Why::Anchor);
    if !enough(&search) {
        search.try_all(stated, usize::MAX).await;
    }
    if !enough(&search) {
        search.try_all(anchors, MAX_ANCHORS).await;
    }
    if !enough(&search) && !search.closed.contains(&search.asked_host) {
        for candidate in discover::well_known(url) {
            search.try_all(vec![candidate], 1).await;
            if enough(&search) {
                break;
            }
        }
    }
    search.discovery.found.sort_by_key(|found| std::cmp::Reverse(found.score));
    search.discovery
}

struct Search<'f> {
    fetcher: &'f Fetcher,
    /// For hosts that a page chose.
    public: Fetcher,
    asked_host: String,
    now: Timestamp,
    begun: Instant,
    /// Comparable addresses that were asked, or come to.
    seen: BTreeSet<String>,
    /// Hosts that asked to be left alone, or cannot be reached.
    closed: BTreeSet<String>,
    discovery: Discovery,
}

/// Why a candidate is none.
enum Trouble {
    Fetch(FetchFailure),
    Parse(Box<Fetched>, ParseFailure),
}

impl Search<'_> {
    /// Asks for the address itself; returns what it leads to.
    async fn first(&mut self, url: &str) -> Vec<Candidate> {
        let mut candidates = discover::from_address(url);
        let own = Candidate { url: url.to_owned(), title: None, score: 100, why: Why::Itself };
        self.seen.extend(comparable(url));
        match self.read(&own).await {
            Ok((fetched, parsed)) => {
                candidates.extend(page_candidates(&fetched));
                self.keep(&own, &fetched, parsed);
            }
            Err(Trouble::Parse(fetched, failure)) => {
                candidates.extend(page_candidates(&fetched));
                self.reject(&own, failure.code().to_owned(), failure.to_string());
                self.seen.extend(comparable(&fetched.final_url));
            }
            Err(Trouble::Fetch(failure)) => self.close(&own, &failure),
        }
        discover::best_first(candidates)
    }

    async fn try_all(&mut self, candidates: Vec<Candidate>, limit: usize) {
        let mut tried = 0;
        for candidate in candidates {
            let is_new = comparable(&candidate.url).is_some_and(|key| self.seen.insert(key));
            if !is_new || self.closed.contains(&host(&candidate.url)) {
                continue;
            }
            let is_over = self.begun.elapsed() > PATIENCE;
            if tried >= limit || is_over || self.discovery.requests >= MAX_REQUESTS {
                self.discovery.cut_short = true;
                return;
            }
            tried += 1;
            match self.read(&candidate).await {
                Ok((fetched, parsed)) => self.keep(&candidate, &fetched, parsed),
                Err(Trouble::Fetch(failure)) => self.close(&candidate, &failure),
                Err(Trouble::Parse(_, failure)) => {
                    self.reject(&candidate, failure.code().to_owned(), failure.to_string());
                }
            }
        }
    }

    async fn read(&mut self, candidate: &Candidate) -> Result<(Fetched, ParsedFeed), Trouble> {
        self.discovery.requests += 1;
        // A page must not choose which private server is asked: other hosts than the one that the
        // user named are reached only as far as everybody reaches them.
        let own = host(&candidate.url) == self.asked_host;
        let fetcher = if own { self.fetcher } else { &self.public };
        let fetched = fetcher.fetch(&candidate.url, &Validators::default()).await;
        let fetched = fetched.map_err(Trouble::Fetch)?;
        let (body, content_type) = (fetched.body.clone(), fetched.content_type.as_deref());
        match parse::parse(body, content_type, &fetched.final_url, Limits::STANDARD).await {
            Ok(parsed) => Ok((fetched, parsed)),
            Err(failure) => Err(Trouble::Parse(Box::new(fetched), failure)),
        }
    }

    fn keep(&mut self, candidate: &Candidate, fetched: &Fetched, parsed: ParsedFeed) {
        let came_to = comparable(&fetched.final_url);
        let elsewhere = came_to.filter(|key| comparable(&candidate.url).as_ref() != Some(key));
        if elsewhere.is_some_and(|key| !self.seen.insert(key)) {
            return;
        }
        let last_entry =
            parsed.entries.iter().filter_map(|entry| entry.published.max(entry.updated)).max();
        let is_silent = last_entry.is_some_and(|at| {
            self.now.duration_since(at).unsigned_abs() > SILENT_FOR && at < self.now
        });
        let cost = match (parsed.entries.is_empty(), is_silent) {
            (true, _) => EMPTY_COST,
            (false, true) => SILENT_COST,
            (false, false) => 0,
        };
        self.discovery.found.push(Found {
            url: fetched.permanent_url.clone().unwrap_or_else(|| candidate.url.clone()),
            score: candidate.score.saturating_sub(cost),
            why: candidate.why,
            format: discover::format(&fetched.body, fetched.content_type.as_deref()),
            title: parsed.title.or_else(|| candidate.title.clone()),
            entries: parsed.entries.len(),
            last_entry,
        });
    }

    /// Notes a failed fetch, and asks no more of a host that wants to be left alone.
    fn close(&mut self, candidate: &Candidate, failure: &FetchFailure) {
        let wants_rest = matches!(failure.status(), Some(429 | 503));
        if wants_rest || failure.is_network() || matches!(failure, FetchFailure::StandIn { .. }) {
            self.closed.insert(host(&candidate.url));
        }
        self.reject(candidate, failure.code().into_owned(), failure.to_string());
    }

    /// What nobody claimed to be a feed is not worth a word.
    fn reject(&mut self, candidate: &Candidate, code: String, detail: String) {
        if !candidate.why.is_declared() {
            return;
        }
        let (url, why) = (candidate.url.clone(), candidate.why);
        self.discovery.rejected.push(Rejected { url, why, code, detail });
    }
}

/// A parse failure in a sentence; of a web page with the feed that it declares.
pub async fn described(failure: &ParseFailure, fetched: &Fetched, url: &str) -> String {
    if !matches!(failure, ParseFailure::NotAFeedHtml | ParseFailure::Login) {
        return failure.to_string();
    }
    let (body, url) = (fetched.body.clone(), url.to_owned());
    let content_type = fetched.content_type.clone();
    let look = move || discover::best_declared(&body, content_type.as_deref(), &url);
    match tokio::task::spawn_blocking(look).await {
        Ok(Some(best)) => format!("{failure}; it names this feed: {}", best.url),
        Ok(None) | Err(_) => failure.to_string(),
    }
}

/// All that an answer offers: by its headers, its address and its text.
fn page_candidates(fetched: &Fetched) -> Vec<Candidate> {
    let (url, content_type) = (&fetched.final_url, fetched.content_type.as_deref());
    let mut candidates = discover::candidates(&fetched.body, content_type, url);
    candidates.extend(discover::from_headers(fetched.link_headers.iter().map(String::as_str), url));
    candidates.extend(discover::from_address(url));
    candidates
}

/// What counts as one host: a name with its port.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let parts = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
    parts.map_or(String::new(), |(host, port)| match port {
        80 | 443 => host.to_owned(),
        port => format!("{host}:{port}"),
    })
}
