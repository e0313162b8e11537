//! Links made comparable: what says how one came to a page is dropped, what says which page it
//! is stays.

use url::Url;

/// Query parameters that begin so only tell where a reader came from.
const TRACKING_PREFIXES: &[&str] = &["utm_", "at_", "ns_", "pk_", "mtm_", "hsa_", "guce_", "wt."];

/// Query parameters that only tell where a reader came from.
const TRACKING: &[&str] = &[
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "cmp",
    "cmpid",
    "dclid",
    "fbclid",
    "ftag",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "icid",
    "igshid",
    "ito",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "ncid",
    "ocid",
    "oly_anon_id",
    "oly_enc_id",
    "s_cid",
    "smid",
    "spm",
    "traffic_source",
    "twclid",
    "vero_id",
    "wbraid",
    "wickedid",
    "wt_mc",
    "wt_zmc",
    "xtor",
    "yclid",
];

/// Query parameters that tell it if their value begins with `rss`, and may mean anything else.
const TRACKING_IF_RSS: &[&str] = &["feed", "from", "mod", "partner", "ref", "source", "src"];

/// A link without scheme, credentials, `www.`, default port, tracking parameters, fragment and
/// trailing slash, for comparison only. `None` if it is no http or https URL.
pub fn normalise_link(link: &str) -> Option<String> {
    let url = Url::parse(link.trim()).ok()?;
    let mut normal = bare(&url, is_tracking)?;
    // Pages of some applications are told apart by the fragment alone.
    if let Some(route) = url.fragment().filter(|text| text.starts_with(['!', '/'])) {
        normal.push('#');
        normal.push_str(route);
    }
    Some(normal)
}

/// A URL without scheme, credentials, `www.`, default port, fragment, trailing slash and the
/// parameters (`name=value`) that only track. `None` if it is no http or https URL.
pub fn bare(url: &Url, tracks: impl Fn(&str) -> bool) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.');
    let mut bare = host.strip_prefix("www.").unwrap_or(host).to_owned();
    if let Some(port) = url.port().filter(|port| !matches!(port, 80 | 443)) {
        bare.push_str(&format!(":{port}"));
    }
    bare.push_str(url.path().trim_end_matches('/'));
    let mut joint = '?';
    for parameter in url.query().unwrap_or_default().split('&') {
        if !parameter.is_empty() && !tracks(parameter) {
            bare.push(joint);
            bare.push_str(parameter);
            joint = '&';
        }
    }
    Some(bare)
}

fn is_tracking(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    TRACKING.contains(&name.as_str())
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || TRACKING_IF_RSS.contains(&name.as_str()) && value.to_ascii_lowercase().starts_with("rss")
}
