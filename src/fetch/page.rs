//! Fetches web pages that feeds lead to: once, as politely as the feeds themselves, and only where
//! the server's `robots.txt` lets us. The address of such a page was written by a stranger.

use reqwest::header::HeaderValue;

use super::failure::FetchFailure;
use super::hub::is_same_server;
use super::{Ask, Budget, Fetched, Fetcher, coding};
use crate::domain::feed::Validators;

const ACCEPT_PAGES: HeaderValue =
    HeaderValue::from_static("text/html, application/xhtml+xml;q=0.9, */*;q=0.1");

impl Fetcher {
    /// Fetches the page at `url` that the feed at `feed_url` leads to. It is asked of a private
    /// server only if that is the feed's own server: else a feed could choose which one is asked.
    ///
    /// # Errors
    /// [`FetchFailure::Robots`] if the site does not want its pages read by programs; else as
    /// for feeds.
    pub async fn page(&self, url: &str, feed_url: &str) -> Result<Fetched, FetchFailure> {
        let private = is_same_server(url, feed_url);
        if !self.robots.allow(self, url, private).await? {
            return Err(FetchFailure::Robots);
        }
        self.get(url, ACCEPT_PAGES, private).await
    }

    /// One unconditional request.
    pub(super) async fn get(
        &self,
        url: &str,
        accept: HeaderValue,
        private: bool,
    ) -> Result<Fetched, FetchFailure> {
        let ask = Ask { accept, validators: &Validators::default(), private, first: None };
        let mut budget = Budget::new(self.config.total_timeout);
        self.attempt(url, &ask, coding::OFFERED, &mut budget).await
    }
}
