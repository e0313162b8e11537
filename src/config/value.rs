//! Values people write as text: durations, sizes, URLs, networks. [`super::section`] reads
//! them from the files.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::{Host, Url};

use crate::domain::feed::MAX_URL_BYTES;

/// Why a text is not the value asked for: what is wrong, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadValue {
    pub code: &'static str,
    pub message: String,
    pub hint: String,
}

fn bad(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> BadValue {
    BadValue { code, message: message.into(), hint: hint.into() }
}

/// `15m`, `6h`, `30 s`, `1h 30m`, `7 days`, `0s`.
pub(super) fn duration(text: &str) -> Result<Duration, BadValue> {
    let wrong = || {
        let message = format!("`{text}` is not a duration");
        let hint = "write a number and its unit (ms, s, m, h, d or w), such as \"30s\", \"15m\", \
                    \"1h 30m\" or \"7 days\"";
        bad("bad_duration", message, hint)
    };
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest).ok_or_else(wrong)?;
        let milliseconds: u64 = match unit {
            "ms" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 604_800_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(milliseconds).ok_or_else(wrong)?;
        total = total.checked_add(Duration::from_millis(part)).ok_or_else(wrong)?;
        rest = after.trim_start();
    }
    Ok(total)
}

/// `1/week`, `3/day`, `1/2 weeks`: how often, at least, in each stretch of time. A month is 30 days.
pub(super) fn rate(text: &str) -> Result<(u32, Duration), BadValue> {
    /// Most times, and the longest stretch.
    const MAX_COUNT: u32 = 1_000_000;
    const MAX_PER: Duration = Duration::from_secs(365 * 86_400);

    let wrong = || {
        let message = format!("`{text}` does not say how often");
        let hint = "write a number of times per hour, day, week or month, such as \"1/week\", \
                    \"3/day\" or \"1/2 weeks\"";
        bad("bad_rate", message, hint)
    };
    let (count, per) = text.split_once('/').ok_or_else(wrong)?;
    let count: u32 = count.trim().parse().map_err(|_| wrong())?;
    let per = per.trim();
    let digits = per.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = if digits == 0 { 1 } else { per[..digits].parse().map_err(|_| wrong())? };
    let seconds: u64 = match per[digits..].trim_start() {
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        "month" | "months" => 30 * 86_400,
        _ => return Err(wrong()),
    };
    let per = Duration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?);
    let good = (1..=MAX_COUNT).contains(&count) && !per.is_zero() && per <= MAX_PER;
    if good { Ok((count, per)) } else { Err(wrong()) }
}

/// `10MiB`, `64 KiB`, `1MB`, `512 B`.
pub(super) fn size(text: &str) -> Result<u64, BadValue> {
    let wrong = || {
        let message = format!("`{text}` is not a size");
        let hint = "write a number and its unit, such as \"512KiB\", \"16MiB\" or \"1GiB\"";
        bad("bad_size", message, hint)
    };
    let (number, unit, rest) = number_and_unit(text.trim()).ok_or_else(wrong)?;
    let bytes: u64 = match unit.to_ascii_lowercase().as_str() {
        "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let size = number.checked_mul(bytes).filter(|_| rest.is_empty());
    size.ok_or_else(wrong)
}

/// A number, the unit behind it, and the rest.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number = text[..digits].parse().ok()?;
    let tail = text[digits..].trim_start();
    let end = tail.find(|c: char| !c.is_ascii_alphabetic());
    let (unit, rest) = tail.split_at(end.unwrap_or(tail.len()));
    (!unit.is_empty()).then_some((number, unit, rest))
}

/// A duration for people.
pub(super) fn show_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units =
        [(604_800_000, "w"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units
        .into_iter()
        .find(|(size, _)| milliseconds >= *size && milliseconds.is_multiple_of(*size));
    match unit {
        Some((size, name)) => format!("{}{name}", milliseconds / size),
        None if milliseconds == 0 => "0s".to_owned(),
        None => format!("{milliseconds}ms"),
    }
}

/// An absolute http or https URL without credentials.
pub(super) fn http_url(text: &str) -> Result<Url, BadValue> {
    let hint = "write an absolute URL, such as \"https://example.org/feed.xml\"";
    if text.len() > MAX_URL_BYTES {
        let message = format!("this URL is longer than {MAX_URL_BYTES} bytes");
        return Err(bad("bad_url", message, hint));
    }
    let url = Url::parse(text.trim())
        .map_err(|error| bad("bad_url", format!("this is not a URL: {error}"), hint))?;
    if !matches!(url.scheme(), "http" | "https") {
        let message = format!("`{}:` URLs are not fetched", url.scheme());
        return Err(bad("bad_url", message, "only http: and https: are"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "this URL carries a user name or password";
        let hint = "credentials in a URL end up in logs: leave them out";
        return Err(bad("inline_secret", message, hint));
    }
    Ok(url)
}

/// Whether a URL's host is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An address, an address with a port, a network, or a host name, perhaps with a port.
pub(super) fn network(text: &str) -> Result<(), BadValue> {
    let address = text.parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok();
    let network = text.split_once('/').is_some_and(|(address, bits)| {
        let widest = match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        bits.parse::<u8>().is_ok_and(|bits| bits <= widest)
    });
    if address || network || is_host(text) {
        return Ok(());
    }
    let message = format!("`{text}` is no address, network or host name");
    let hint = "such as \"10.1.0.0/16\", \"127.0.0.1:8080\" or \"intranet.example\"";
    Err(bad("bad_network", message, hint))
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "1"));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let numeric = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    let good = host.len() <= 253 && !numeric && host.trim_end_matches('.').split('.').all(label);
    good && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests;
