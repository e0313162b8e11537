//! The way from the configured URL to the answer: which hops are followed, and whether all of
//! them were for good.

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode};
use url::Url;

use super::failure::FetchFailure;

/// Where a fetch has come to.
#[derive(Debug)]
pub struct Trail {
    /// Where the next request goes; holds the credentials, if any.
    url: Url,
    hops: u32,
    /// Whether every hop so far was a permanent one.
    permanent: bool,
}

/// Whether an answer sends one elsewhere. 304 is none, 300 lets a person choose.
pub fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

impl Trail {
    pub fn start(url: &str) -> Result<Self, FetchFailure> {
        let url = Url::parse(url.trim())
            .map_err(|error| FetchFailure::BadUrl { reason: error.to_string() })?;
        Ok(Self { url, hops: 0, permanent: true })
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether this is no longer where the user sent us.
    pub fn is_redirected(&self) -> bool {
        self.hops > 0
    }

    /// Takes the hop that `response` tells of.
    pub fn follow(&mut self, response: &Response, limit: u32) -> Result<(), FetchFailure> {
        if self.hops >= limit {
            return Err(FetchFailure::TooManyRedirects { limit });
        }
        let location = response
            .headers()
            .get(LOCATION)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .ok_or_else(|| bad_target("the server named no target"))?;
        self.url = next(&self.url, &location)?;
        self.hops += 1;
        self.permanent &= matches!(response.status().as_u16(), 301 | 308);
        Ok(())
    }

    /// The URL come to, without credentials and fragment.
    pub fn final_url(&self) -> String {
        let mut url = self.url.clone();
        drop_credentials(&mut url);
        url.set_fragment(None);
        url.into()
    }

    /// The URL come to, if there were hops and all were permanent.
    pub fn permanent_url(&self) -> Option<String> {
        (self.hops > 0 && self.permanent).then(|| self.final_url())
    }
}

/// The target of a hop. Credentials stay with the host they were configured for, and are never
/// taken from a server.
fn next(from: &Url, location: &str) -> Result<Url, FetchFailure> {
    let mut to = from.join(location.trim()).map_err(|error| bad_target(&error.to_string()))?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(bad_target("it leaves https for http"));
    }
    if !matches!(to.scheme(), "http" | "https") {
        return Err(bad_target("it is neither http nor https"));
    }
    drop_credentials(&mut to);
    if same_server(from, &to) {
        // These fail only for URLs without a host, which http and https URLs have.
        let _ = to.set_username(from.username());
        let _ = to.set_password(from.password());
    }
    Ok(to)
}

/// Same host and port, or the step from http to https at their usual ports.
fn same_server(a: &Url, b: &Url) -> bool {
    let upgraded = a.scheme() == "http" && b.scheme() == "https";
    let ports = (a.port_or_known_default(), b.port_or_known_default());
    a.host() == b.host() && (ports.0 == ports.1 || upgraded && ports == (Some(80), Some(443)))
}

fn drop_credentials(url: &mut Url) {
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

fn bad_target(reason: &str) -> FetchFailure {
    FetchFailure::RedirectBadTarget { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: &str, location: &str) -> Result<String, String> {
        next(&Url::parse(from).unwrap(), location)
            .map(String::from)
            .map_err(|failure| failure.code().into_owned())
    }

    #[test]
    fn credentials_stay_with_their_server() {
        let from = "https://me:pw@a.example/feed";
        assert_eq!(hop(from, "/new").unwrap(), "https://me:pw@a.example/new");
        assert_eq!(hop(from, "https://b.example/new").unwrap(), "https://b.example/new");
        assert_eq!(hop(from, "https://a.example:8443/").unwrap(), "https://a.example:8443/");
        assert_eq!(hop(from, "https://x:y@b.example/").unwrap(), "https://b.example/");
        let plain = "http://me:pw@a.example/feed";
        assert_eq!(hop(plain, "https://a.example/").unwrap(), "https://me:pw@a.example/");
    }

    #[test]
    fn a_redirect_never_leaves_https_nor_the_web() {
        let refused = Err("redirect_bad_target".to_owned());
        assert_eq!(hop("https://a.example/", "http://a.example/"), refused);
        assert_eq!(hop("http://a.example/", "file:///etc/passwd"), refused);
        assert_eq!(hop("http://a.example/", "javascript:alert(1)"), refused);
        assert_eq!(hop("http://a.example/", "http://"), refused);
    }
}
