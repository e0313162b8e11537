//! URLs of feeds as people write them, and as they are compared: two ways to write the address of
//! one feed must not become two feeds. Unlike an entry's link ([`super::entry::identity`]), a
//! feed's query is kept nearly whole: `?feed=rss2` says which feed it is.

use url::{Host, Url};

use super::entry::identity::bare;

/// Schemes that browsers once gave to programs like this one.
const FEED_SCHEMES: &[&str] = &["feed:", "rss:", "pcast:", "podcast:", "itpc:"];

/// Query parameters that begin so only tell where a reader came from.
const TRACKING_PREFIX: &str = "utm_";

/// An address as typed or pasted, made one that can be requested: `example.org/feed` is taken for
/// https (of this machine: http), `feed://example.org/x` and `feed:https://example.org/x` for what they stand for.
pub fn as_typed(text: &str) -> String {
    let mut text = text.trim();
    for scheme in FEED_SCHEMES {
        let Some(head) = text.get(..scheme.len()) else {
            continue;
        };
        if head.eq_ignore_ascii_case(scheme) {
            let rest = &text[scheme.len()..];
            match rest.strip_prefix("//") {
                Some(host) => return format!("http://{host}"),
                None => text = rest,
            }
        }
    }
    let scheme_end = text.find("://");
    let has_scheme = scheme_end.is_some_and(|end| !text[..end].contains(['/', '.', '?', '#']));
    let other = text.split_once(':').is_some_and(|(scheme, rest)| {
        let word = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic());
        // `localhost:8080` is a host with its port.
        word && !rest.starts_with(|c: char| c.is_ascii_digit())
    });
    if has_scheme || other || text.is_empty() {
        return text.to_owned();
    }
    let address = text.trim_start_matches('/');
    // Programs on this machine hardly ever have a certificate.
    let scheme = if is_loopback(address) { "http" } else { "https" };
    format!("{scheme}://{address}")
}

/// Whether an address without scheme begins with this machine's name or address.
fn is_loopback(address: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{address}")) else {
        return false;
    };
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// A feed's URL without scheme, credentials, `www.`, default port, `utm_` parameters, fragment and
/// trailing slash, for comparison only. `None` if it is no http or https URL.
pub fn comparable(url: &str) -> Option<String> {
    let url = Url::parse(url.trim()).ok()?;
    let tracks = |parameter: &str| {
        let start = parameter.get(..TRACKING_PREFIX.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(TRACKING_PREFIX))
    };
    bare(&url, tracks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_can_be_requested() {
        for (typed, meant) in [
            (" example.org/feed ", "https://example.org/feed"),
            ("//example.org/feed", "https://example.org/feed"),
            ("http://example.org/", "http://example.org/"),
            ("feed://example.org/x", "http://example.org/x"),
            ("feed:https://example.org/x", "https://example.org/x"),
            ("FEED:example.org", "https://example.org"),
            ("localhost:8080/x", "http://localhost:8080/x"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080/x", "http://[::1]:8080/x"),
            ("10.0.0.1/x", "https://10.0.0.1/x"),
            (
                "example.org/?next=http://other.example",
                "https://example.org/?next=http://other.example",
            ),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("mailto:me@example.org", "mailto:me@example.org"),
            ("", ""),
            ("é", "https://é"),
        ] {
            assert_eq!(as_typed(typed), meant, "{typed:?}");
        }
    }

    #[test]
    fn one_feed_written_in_several_ways_is_one_feed() {
        let one = comparable("https://www.example.org/feed/?utm_source=x#top");
        for other in [
            "http://example.org/feed",
            "https://EXAMPLE.org:443/feed/",
            "http://www.example.org./feed",
        ] {
            assert_eq!(comparable(other), one, "{other}");
        }
        for other in [
            "https://example.org/",
            "https://example.org/feed?feed=atom",
            "https://example.org:8443/feed",
        ] {
            assert_ne!(comparable(other), one, "{other}");
        }
        assert_ne!(
            comparable("https://a.example/?feed=rss2"),
            comparable("https://a.example/?feed=atom")
        );
        assert_eq!(comparable("file:///etc/passwd"), None);
    }
}
