//! Platforms on which many publish, each under a host or an account of their own.

use url::Url;

/// Most bytes of an account's name; platforms allow fewer.
const MAX_ACCOUNT_BYTES: usize = 100;

/// Whose page on a platform a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// The host or account, `ada.substack.com` or `medium.com/@ada`.
    Of(String),
    /// The link does not tell; the platform's name.
    Untold(&'static str),
}

/// Platforms where each has a host. Those on the public suffix list need no mention.
const HOSTS: &[(&str, &str)] = &[
    ("beehiiv.com", "beehiiv"),
    ("blogspot.com", "Blogger"),
    ("buttondown.email", "Buttondown"),
    ("canalblog.com", "Canalblog"),
    ("ghost.io", "Ghost"),
    ("github.io", "GitHub"),
    ("hatenablog.com", "Hatena"),
    ("livejournal.com", "LiveJournal"),
    ("medium.com", "Medium"),
    ("over-blog.com", "Over-blog"),
    ("podbean.com", "Podbean"),
    ("squarespace.com", "Squarespace"),
    ("substack.com", "Substack"),
    ("tumblr.com", "Tumblr"),
    ("typepad.com", "Typepad"),
    ("weebly.com", "Weebly"),
    ("wixsite.com", "Wix"),
    ("wordpress.com", "WordPress"),
];

/// Hosts of a platform itself.
const OWN_HOSTS: &[&str] = &["api", "blog", "feeds", "m", "mobile", "open", "support"];

/// Platforms where each has a path.
struct Paths {
    host: &'static str,
    name: &'static str,
    /// First parts of a path before an account's name.
    before: &'static [&'static str],
    /// Whether the first part is an account: `Any` part, one with an `@`, or none.
    first: First,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Any,
    At,
    No,
}

const fn paths(
    host: &'static str,
    name: &'static str,
    before: &'static [&'static str],
    first: First,
) -> Paths {
    Paths { host, name, before, first }
}

const PATHS: &[Paths] = &[
    paths("bsky.app", "Bluesky", &["profile"], First::No),
    paths("facebook.com", "Facebook", &[], First::Any),
    paths("fb.com", "Facebook", &[], First::Any),
    paths("github.com", "GitHub", &[], First::Any),
    paths("gitlab.com", "GitLab", &[], First::Any),
    paths("instagram.com", "Instagram", &[], First::Any),
    paths("linkedin.com", "LinkedIn", &["company", "in"], First::No),
    paths("mastodon.online", "Mastodon", &[], First::At),
    paths("mastodon.social", "Mastodon", &[], First::At),
    paths("medium.com", "Medium", &[], First::Any),
    paths("note.com", "note", &[], First::Any),
    paths("reddit.com", "Reddit", &["r", "u", "user"], First::No),
    paths("sites.google.com", "Google Sites", &["site", "view"], First::No),
    paths("soundcloud.com", "SoundCloud", &[], First::Any),
    paths("substack.com", "Substack", &["pub"], First::At),
    paths("t.me", "Telegram", &["s"], First::Any),
    paths("threads.net", "Threads", &[], First::At),
    paths("tiktok.com", "TikTok", &[], First::At),
    paths("twitter.com", "X", &[], First::Any),
    paths("vimeo.com", "Vimeo", &[], First::Any),
    paths("vk.com", "VK", &[], First::Any),
    paths("weibo.com", "Weibo", &["n", "u"], First::Any),
    paths("x.com", "X", &[], First::Any),
    paths("youtu.be", "YouTube", &[], First::No),
    paths("youtube.com", "YouTube", &["c", "channel", "user"], First::At),
];

/// First parts of paths that are the platform's and nobody's account.
const PAGES: &[&str] = &[
    "about",
    "explore",
    "events",
    "feed",
    "groups",
    "hashtag",
    "help",
    "home",
    "i",
    "login",
    "p",
    "permalink.php",
    "photo",
    "profile.php",
    "reel",
    "search",
    "share",
    "story.php",
    "tag",
    "topics",
    "video",
    "videos",
    "wall",
    "watch",
];

/// The page's owner, if the host (in small letters, without `www.`) is a platform's.
pub fn account(host: &str, url: &Url) -> Option<Page> {
    let bare = ["m.", "old.", "mobile.", "np.", "open.", "new."];
    let plain = bare.iter().find_map(|front| host.strip_prefix(front)).unwrap_or(host);
    if let Some(paths) = PATHS.iter().find(|paths| paths.host == plain) {
        return Some(by_path(paths, url));
    }
    let (site, name) = HOSTS.iter().find_map(|(site, name)| {
        let front = host.strip_suffix(site)?.strip_suffix('.');
        (front.is_some() || host == *site).then_some((*site, *name))
    })?;
    let owner = host.strip_suffix(site)?.trim_end_matches('.');
    Some(match owner.rsplit('.').next() {
        None | Some("") => Page::Untold(name),
        Some(owner) if OWN_HOSTS.contains(&owner) => Page::Untold(name),
        Some(owner) => Page::Of(format!("{owner}.{site}")),
    })
}

fn by_path(paths: &Paths, url: &Url) -> Page {
    let mut parts = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    let (mut first, mut second) = (parts.next().unwrap_or_default(), parts.next());
    if paths.host == "medium.com" && first == "feed" {
        (first, second) = (second.unwrap_or_default(), parts.next());
    }
    let lower = first.to_ascii_lowercase();
    let page = if let Some(kept) = paths.before.iter().find(|before| **before == lower) {
        second.map(|account| match (*kept, paths.host) {
            ("pub", "substack.com") => format!("{}.substack.com", account.to_lowercase()),
            ("s", "t.me") => format!("t.me/{}", account.to_lowercase()),
            // A channel's number is told apart by case.
            ("channel", _) => format!("{}/channel/{account}", paths.host),
            _ => format!("{}/{kept}/{}", paths.host, account.to_lowercase()),
        })
    } else {
        let is_account = match paths.first {
            First::Any => !lower.is_empty() && !PAGES.contains(&lower.as_str()),
            First::At => lower.len() > 1 && lower.starts_with('@'),
            First::No => false,
        };
        is_account.then(|| format!("{}/{lower}", paths.host))
    };
    let page = page.or_else(|| {
        // A channel's feed: /feeds/videos.xml?channel_id=…
        let of_channel = paths.name == "YouTube" && first == "feeds";
        let mut asked = url.query_pairs().filter(|(name, _)| of_channel && name == "channel_id");
        asked.next().map(|(_, id)| format!("youtube.com/channel/{id}"))
    });
    match page.filter(|page| page.len() <= MAX_ACCOUNT_BYTES) {
        Some(page) => Page::Of(page),
        None => Page::Untold(paths.name),
    }
}

#[cfg(test)]
mod tests;
