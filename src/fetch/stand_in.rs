//! Pages that stand where a feed was expected: a check for a browser, a login, a parked domain.
//! Told by headers, by where a redirect ended, and by what only such pages have in them. Looked
//! at only where there is no feed: a feed that quotes such a page is a feed.

use memchr::memmem;
use reqwest::header::HeaderMap;
use url::Url;

use crate::domain::document::declares_feed;
use crate::domain::feed::health::advice;

/// How much of a page is looked at.
pub const LOOKED_AT_BYTES: usize = 64 * 1024;

/// What a page is that is no feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// It lets in who can run its script or solve its puzzle.
    Challenge,
    /// It wants to know who asks.
    Login,
    /// The domain belongs to a dealer, and the feed to nobody.
    Parked,
}

/// Headers of answers that check for a browser, with how their values begin.
const CHALLENGE_HEADERS: [(&str, &[&str]); 4] = [
    ("cf-mitigated", &["challenge"]),
    ("x-amzn-waf-action", &["challenge", "captcha"]),
    ("x-vercel-mitigated", &["challenge", "deny"]),
    ("sg-captcha", &["challenge"]),
];

/// What is in the pages of those who check for a browser, in lower case.
const CHALLENGES: [&str; 17] = [
    "/cdn-cgi/challenge-platform/",
    "cf_chl_opt",
    "cf-browser-verification",
    "challenges.cloudflare.com",
    "captcha-delivery.com",
    "_incapsula_resource",
    "px-captcha",
    "sucuri_cloudproxy",
    "/.well-known/sgcaptcha/",
    "awswafintegration",
    "awswafcookiedomainlist",
    "anubis_challenge",
    "/.within.website/",
    "ddos-guard/js-challenge",
    "vercel security checkpoint",
    "checking your browser before accessing",
    "/_guard/html.js",
];

/// What is in the pages of dealers in domains, in lower case.
const PARKED: [&str; 16] = [
    "sedoparking.com",
    "parkingcrew.net",
    "bodis.com",
    "parklogic.com",
    "hugedomains.com/domain_profile",
    "dan.com/buy-domain",
    "afternic.com/forsale",
    "above.com/marketplace",
    "window.location.href=\"/lander\"",
    "cdn.parkingpage",
    "domain is for sale",
    "domain may be for sale",
    "domain name is for sale",
    "buy this domain",
    "this domain is parked",
    "domain is parked free",
];

/// Last parts of the paths of login pages.
const LOGIN_PATHS: [&str; 12] = [
    "login",
    "log-in",
    "signin",
    "sign-in",
    "sign_in",
    "wp-login.php",
    "login.php",
    "login.aspx",
    "sso",
    "authorize",
    "authenticate",
    "saml2",
];

impl StandIn {
    /// What these headers tell, whatever the body.
    pub fn by_headers(headers: &HeaderMap) -> Option<Self> {
        let told = CHALLENGE_HEADERS.iter().any(|(name, values)| {
            let value = headers.get(*name).and_then(|value| value.to_str().ok());
            let value = value.unwrap_or_default().to_ascii_lowercase();
            values.iter().any(|known| value.trim_start().starts_with(known))
        });
        told.then_some(Self::Challenge)
    }

    /// What a page is. `asked` is the URL that was asked for, `answered` where the answer came
    /// from.
    pub fn of(body: &[u8], asked: &str, answered: &str) -> Option<Self> {
        let head = &body[..body.len().min(LOOKED_AT_BYTES)];
        let text = head.to_ascii_lowercase();
        let has = |marks: &[&str]| marks.iter().any(|mark| finds(&text, mark));
        if has(&CHALLENGES) {
            return Some(Self::Challenge);
        }
        let is_login = has_password_field(&text) || answered != asked && is_login(answered);
        // Many a front page has a form to log in, and names its feed beside.
        if is_login && !declares_feed(&text) {
            return Some(Self::Login);
        }
        has(&PARKED).then_some(Self::Parked)
    }

    /// A stable word for logs, metrics, columns and filters.
    pub fn code(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Login => "login",
            Self::Parked => "parked",
        }
    }

    /// What happened: a sentence without its end.
    pub fn text(self) -> &'static str {
        match self {
            Self::Challenge => "the server answered with a page that checks for a browser",
            Self::Login => "the server answered with a login page",
            Self::Parked => "the domain is parked: a dealer's page stands where the feed was",
        }
    }

    /// What the user can do about it: one sentence, without a label.
    pub fn advice(self) -> &'static str {
        advice(self.code()).unwrap_or_default()
    }
}

fn finds(text: &[u8], mark: &str) -> bool {
    memmem::find(text, mark.as_bytes()).is_some()
}

/// `<input type=password>`, however it is quoted.
fn has_password_field(text: &[u8]) -> bool {
    ["type=\"password\"", "type='password'", "type=password"].iter().any(|mark| finds(text, mark))
        && finds(text, "<input")
}

fn is_login(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let mut segments = url.path_segments().into_iter().flatten();
    segments.any(|segment| LOGIN_PATHS.iter().any(|known| segment.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests;
