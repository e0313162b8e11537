//! When a server wants to be asked again: `Cache-Control`, `Expires` and `Retry-After`
//! (RFC 9111, section 4.2; RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, RETRY_AFTER};

use crate::domain::feed::Freshness;

/// No server makes us come sooner …
const SHORTEST: Duration = Duration::from_secs(60);

/// … nor stay away longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub fn read(status: StatusCode, headers: &HeaderMap) -> Freshness {
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    Freshness {
        fresh_for: fresh_for(headers).map(clamp),
        retry_after: retry_after(headers).filter(|_| busy).map(clamp),
        said_now: said_now(headers),
    }
}

/// The server's own time; what a cache in between has kept has aged since.
fn said_now(headers: &HeaderMap) -> Option<Timestamp> {
    let date = Timestamp::try_from(date(headers, DATE)?).ok()?;
    let age = seconds(joined(headers, AGE).trim()).unwrap_or_default();
    date.checked_add(age).ok()
}

/// `max-age` less `Age`, else `Expires` less `Date`; `None` if nothing, or nothing fresh.
fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let control = joined(headers, CACHE_CONTROL).to_ascii_lowercase();
    let directives = || control.split(',').map(str::trim);
    if directives().any(|one| one == "no-cache" || one == "no-store") {
        return None;
    }
    let max_age = directives()
        .find_map(|one| one.strip_prefix("max-age="))
        .map(|value| value.trim().trim_matches('"'))
        .and_then(seconds);
    let left = match max_age {
        Some(max_age) => {
            let age = seconds(joined(headers, AGE).trim()).unwrap_or_default();
            max_age.saturating_sub(age)
        }
        None => {
            let expires = date(headers, EXPIRES)?;
            expires.duration_since(date(headers, DATE)?).ok()?
        }
    };
    (!left.is_zero()).then_some(left)
}

/// Seconds, or a date less the server's own `Date`, whose clock set it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = joined(headers, RETRY_AFTER);
    seconds(value.trim()).or_else(|| {
        let now = date(headers, DATE).unwrap_or_else(SystemTime::now);
        let until = httpdate::parse_http_date(value.trim()).ok()?;
        Some(until.duration_since(now).unwrap_or_default())
    })
}

/// Decimal seconds; numbers beyond all bounds saturate.
fn seconds(text: &str) -> Option<Duration> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

fn joined(headers: &HeaderMap, name: HeaderName) -> String {
    let values: Vec<&str> =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}

fn clamp(wait: Duration) -> Duration {
    wait.clamp(SHORTEST, LONGEST)
}
