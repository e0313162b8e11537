//! Sites that list what others publish: their names, and how they say whose an entry is.

use super::directory::name_key;

/// Hosts, and the names.
const AGGREGATORS: &[(&str, &str)] = &[
    ("apple.news", "Apple News"),
    ("bing.com", "Bing News"),
    ("dailyhunt.in", "Dailyhunt"),
    ("digg.com", "Digg"),
    ("drudgereport.com", "Drudge Report"),
    ("dzen.ru", "Dzen"),
    ("fark.com", "Fark"),
    ("feedly.com", "Feedly"),
    ("finance.yahoo.com", "Yahoo Finance"),
    ("flipboard.com", "Flipboard"),
    ("getpocket.com", "Pocket"),
    ("google.com", "Google"),
    ("ground.news", "Ground News"),
    ("inoreader.com", "Inoreader"),
    ("lobste.rs", "Lobsters"),
    ("mediagazer.com", "Mediagazer"),
    ("memeorandum.com", "Memeorandum"),
    ("msn.com", "MSN"),
    ("news.daum.net", "Daum News"),
    ("news.google.com", "Google News"),
    ("news.naver.com", "Naver News"),
    ("news.yahoo.co.jp", "Yahoo! Japan News"),
    ("news.ycombinator.com", "Hacker News"),
    ("newsbreak.com", "NewsBreak"),
    ("newsnow.co.uk", "NewsNow"),
    ("newsnow.com", "NewsNow"),
    ("pressreader.com", "PressReader"),
    ("smartnews.com", "SmartNews"),
    ("techmeme.com", "Techmeme"),
    ("toutiao.com", "Toutiao"),
    ("upday.com", "upday"),
    ("v.daum.net", "Daum News"),
    ("yahoo.com", "Yahoo News"),
];

/// Aggregators whose members write there too: what leads nowhere else is their own.
const COMMUNITIES: &[&str] = &["Hacker News", "Lobsters"];

/// Aggregators that put the source's name into each title.
const SIGNING: &[&str] = &[
    "Bing News",
    "Google",
    "Google News",
    "MSN",
    "Mediagazer",
    "Memeorandum",
    "Techmeme",
    "Yahoo News",
];

/// Longest name of a source in a title, in characters; more is the title itself.
const MAX_SUFFIX_CHARS: usize = 60;

/// What stands between a title and the name of its source.
const SEPARATORS: &[&str] = &[" - ", " – ", " — ", " | "];

/// The aggregator at this host, in small letters without `www.`.
pub fn at(host: &str, path: &str) -> Option<&'static str> {
    let is_google = |rest: &str| host == "google.com" && !path.starts_with(rest);
    // Google's own announcements are its own.
    if is_google("/url") && is_google("/amp/") && is_google("/alerts") {
        return None;
    }
    let is_here = |site: &str| {
        host == site || host.strip_suffix(site).is_some_and(|front| front.ends_with('.'))
    };
    // The longest is the nearest: `finance.yahoo.com` before `yahoo.com`.
    let found = AGGREGATORS
        .iter()
        .filter(|(site, _)| is_here(site) && (*site != "google.com" || host == "google.com"));
    found.max_by_key(|(site, _)| site.len()).map(|(_, name)| *name)
}

/// Whether a name is an aggregator's: a feed that is said to be "Google News" has no newsroom.
pub fn is_name(name: &str) -> bool {
    let name = name_key(name);
    AGGREGATORS.iter().any(|(_, known)| name_key(known) == name)
}

/// How an entry is named whose newsroom an aggregator does not tell.
pub fn via(name: &str) -> String {
    if COMMUNITIES.contains(&name) { name.to_owned() } else { format!("via {name}") }
}

/// Whether titles end with a source by rule, so that an unknown name there is one too.
pub fn signs_titles(name: &str) -> bool {
    SIGNING.contains(&name)
}

/// The source that a title ends with: `… - Reuters`, or `… (Ada Miles/The Ledger)`.
pub fn named_in_title(title: &str) -> Option<&str> {
    let title = title.trim();
    let bracketed = title.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    if let Some((author, name)) = bracketed.and_then(|(_, inner)| inner.rsplit_once('/')) {
        let name = name.trim();
        return Some(name).filter(|name| !author.trim().is_empty() && is_source(name));
    }
    let ends = SEPARATORS.iter().filter_map(|sign| title.rsplit_once(sign));
    let (front, name) = ends.min_by_key(|(_, end)| end.len())?;
    let name = name.trim();
    (!front.trim().is_empty() && is_source(name)).then_some(name)
}

/// Whether a text may be a source's name.
fn is_source(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= MAX_SUFFIX_CHARS
        && name.chars().any(char::is_alphabetic)
        && !name.ends_with(['?', '!', '…'])
        && !is_name(name)
}
