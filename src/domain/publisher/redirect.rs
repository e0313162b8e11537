//! Links that only lead on: to where, as far as the link itself tells. Nothing is fetched.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::Url;

/// Most links in links that are followed.
const MAX_STEPS: usize = 4;

/// Longest link that is looked into, in bytes.
const MAX_LINK_BYTES: usize = 16 << 10;

/// Redirectors: host (or the end of it), start of the path, and the parameters with the target.
const REDIRECTORS: &[(&str, &str, &[&str])] = &[
    ("bing.com", "/news/apiclick.aspx", &["url"]),
    ("duckduckgo.com", "/l/", &["uddg"]),
    ("exit.sc", "/", &["url"]),
    ("facebook.com", "/l.php", &["u"]),
    ("flipboard.com", "/redirect", &["url"]),
    ("getpocket.com", "/redirect", &["url"]),
    ("go.redirectingat.com", "/", &["url"]),
    ("go.skimresources.com", "/", &["url"]),
    ("google.com", "/url", &["url", "q"]),
    ("l.instagram.com", "/", &["u"]),
    ("l.threads.net", "/", &["u"]),
    ("linkedin.com", "/redir", &["url"]),
    ("news.google.com", "/news/url", &["url"]),
    ("out.reddit.com", "/", &["url"]),
    ("redirect.viglink.com", "/", &["u"]),
    ("safelinks.protection.outlook.com", "/", &["url"]),
    ("slack-redir.net", "/link", &["url"]),
    ("t.umblr.com", "/redirect", &["z"]),
    ("translate.google.com", "/translate", &["u"]),
    ("vk.com", "/away.php", &["to"]),
    ("youtube.com", "/redirect", &["q"]),
];

/// Hosts behind which everybody's links are: they tell nothing.
const CARRIERS: &[&str] = &[
    "bit.ly",
    "buff.ly",
    "dlvr.it",
    "feedburner.com",
    "feedproxy.google.com",
    "feedsportal.com",
    "flip.it",
    "goo.gl",
    "hubs.ly",
    "ift.tt",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "rss.app",
    "shar.es",
    "share.google",
    "t.co",
    "tinyurl.com",
    "trib.al",
];

/// Whether a host (in small letters) only carries links.
pub fn is_carrier(host: &str) -> bool {
    CARRIERS.iter().any(|site| is_under(host, site))
}

/// Where a link leads, through whatever is wrapped around it. `None` for what is no web link.
pub fn origin(link: &str) -> Option<Url> {
    let mut url = web(link.trim())?;
    for _ in 0..MAX_STEPS {
        match inner(&url) {
            Some(next) => url = next,
            None => break,
        }
    }
    Some(url)
}

fn web(link: &str) -> Option<Url> {
    if link.len() > MAX_LINK_BYTES {
        return None;
    }
    Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_under(host: &str, site: &str) -> bool {
    host == site || host.strip_suffix(site).is_some_and(|front| front.ends_with('.'))
}

/// The link within a link.
fn inner(url: &Url) -> Option<Url> {
    let host = url.host_str()?.trim_end_matches('.');
    // Google's redirector stands under the domain of each country.
    let host = if is_google(host) { "google.com" } else { host };
    by_parameter(host, url)
        .or_else(|| by_path(host, url))
        .or_else(|| by_id(host, url))
        .or_else(|| by_host(host))
}

fn is_google(host: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let rest = host.strip_prefix("google.").unwrap_or_default();
    matches!(rest.len(), 2..=6) && !rest.starts_with('.')
}

fn by_parameter(host: &str, url: &Url) -> Option<Url> {
    let names = REDIRECTORS.iter().find_map(|(site, path, names)| {
        (is_under(host, site) && url.path().starts_with(path)).then_some(names)
    });
    if let Some(names) = names {
        let target = |name: &&str| {
            let mut pairs = url.query_pairs();
            web(&pairs.find(|(key, _)| key == *name)?.1)
        };
        return names.iter().find_map(target);
    }
    // Bing's other one: u=a1 and the target in base64.
    let is_bing = is_under(host, "bing.com") && url.path().starts_with("/ck/a");
    let coded = is_bing.then(|| url.query_pairs().find(|(key, _)| key == "u"))??.1;
    let bytes = URL_SAFE_NO_PAD.decode(coded.strip_prefix("a1")?.trim_end_matches('=')).ok()?;
    web(std::str::from_utf8(&bytes).ok()?)
}

/// Links whose path is the target.
fn by_path(host: &str, url: &Url) -> Option<Url> {
    let path = url.path();
    if host == "google.com" || is_under(host, "cdn.ampproject.org") {
        let kinds = ["/amp/", "/c/", "/v/", "/a/", "/i/", "/r/"];
        let rest = kinds.iter().find_map(|kind| path.strip_prefix(kind))?;
        let (scheme, rest) = rest.strip_prefix("s/").map_or(("http", rest), |rest| ("https", rest));
        return rest.contains('.').then(|| web(&format!("{scheme}://{rest}")))?;
    }
    if is_under(host, "web.archive.org") {
        let text = url.as_str();
        return web(&text[text.find("/http")? + 1..]);
    }
    if host == "r.search.yahoo.com" {
        let part = path.split('/').find_map(|part| part.strip_prefix("RU="))?;
        return web(&percent_encoding::percent_decode_str(part).decode_utf8().ok()?);
    }
    if is_under(host, "rd.yahoo.com") {
        let (_, target) = url.as_str().split_once('*')?;
        return web(target);
    }
    None
}

/// Google News: older ids hold the address, newer ones are known to Google alone.
fn by_id(host: &str, url: &Url) -> Option<Url> {
    if host != "news.google.com" {
        return None;
    }
    let mut parts = url.path_segments()?.skip_while(|part| !matches!(*part, "articles" | "read"));
    let id = parts.nth(1)?.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(id).or_else(|_| STANDARD_NO_PAD.decode(id)).ok()?;
    let start = bytes.windows(4).position(|four| four == b"http")?;
    // The byte before it, with one more for long ones, is the length of the address.
    let (low, high) = (*bytes.get(start.checked_sub(1)?)?, start.checked_sub(2));
    let length = match high.map(|at| bytes[at]) {
        Some(first) if first >= 0x80 => usize::from(first & 0x7f) | usize::from(low) << 7,
        _ => usize::from(low),
    };
    let target = bytes.get(start..start.saturating_add(length))?;
    web(std::str::from_utf8(target).ok()?)
}

/// Caches and translations whose host is the target's, with its dots as hyphens.
fn by_host(host: &str) -> Option<Url> {
    let sites = [".cdn.ampproject.org", ".translate.goog"];
    let name = sites.iter().find_map(|site| host.strip_suffix(site))?;
    let plain = name.replace("--", "\u{0}").replace('-', ".").replace('\u{0}', "-");
    plain.contains('.').then(|| web(&format!("https://{plain}/")))?
}

#[cfg(test)]
mod tests;
