//! Where people publish: blogs and newsletters on hosts that many share, and papers.

use super::{Address, Feeds};

pub fn hosts(address: &Address<'_>) -> Option<Feeds> {
    let (host, origin) = (address.host, &address.origin);
    match (host, &address.parts[..]) {
        ("medium.com", parts) => medium(parts),
        ("dev.to", ["t", tag, ..]) => Feeds::new("DEV", [format!("https://dev.to/feed/tag/{tag}")]),
        ("dev.to", [name, ..]) => Feeds::new("DEV", [format!("https://dev.to/feed/{name}")]),
        ("tumblr.com", [name, ..]) => {
            let name = name.trim_start_matches('@');
            Feeds::new("Tumblr", [format!("https://{name}.tumblr.com/rss")])
        }
        ("blogger.com" | "wordpress.com" | "substack.com", _) => None,
        _ if address.is_below(".medium.com") => Feeds::new("Medium", [format!("{origin}/feed")]),
        _ if address.is_below(".substack.com") => {
            Feeds::new("Substack", [format!("{origin}/feed")])
        }
        _ if address.is_below(".tumblr.com") => match address.parts[..] {
            ["tagged", tag, ..] => Feeds::new(
                "Tumblr",
                [format!("{origin}/tagged/{tag}/rss"), format!("{origin}/rss")],
            ),
            _ => Feeds::new("Tumblr", [format!("{origin}/rss")]),
        },
        _ if address.is_below(".wordpress.com") => wordpress(address),
        _ if is_blogger(host) => blogger(address),
        _ if address.is_below(".livejournal.com") => {
            Feeds::new("LiveJournal", [format!("{origin}/data/rss")])
        }
        _ if address.is_below(".dreamwidth.org") => {
            Feeds::new("Dreamwidth", [format!("{origin}/data/atom")])
        }
        _ if address.is_below(".ghost.io") => Feeds::new("Ghost", [format!("{origin}/rss/")]),
        _ if address.is_below(".beehiiv.com") => None,
        _ => None,
    }
}

fn medium(parts: &[&str]) -> Option<Feeds> {
    let url = match parts {
        [] => return None,
        ["tag", tag, ..] => format!("https://medium.com/feed/tag/{tag}"),
        ["feed", ..] => return None,
        [name, "tagged", tag, ..] => format!("https://medium.com/feed/{name}/tagged/{tag}"),
        [name, ..] => format!("https://medium.com/feed/{name}"),
    };
    Feeds::new("Medium", [url])
}

/// Sections of a blog have feeds of their own.
fn wordpress(address: &Address<'_>) -> Option<Feeds> {
    let origin = &address.origin;
    let whole = format!("{origin}/feed/");
    match address.parts[..] {
        [kind @ ("category" | "tag" | "author"), name, ..] => {
            Feeds::new("WordPress", [format!("{origin}/{kind}/{name}/feed/"), whole])
        }
        _ => Feeds::new("WordPress", [whole]),
    }
}

fn is_blogger(host: &str) -> bool {
    // blogspot.com, and the same under the names of many countries.
    host.split_once(".blogspot.").is_some_and(|(name, _)| !name.is_empty())
}

fn blogger(address: &Address<'_>) -> Option<Feeds> {
    let whole = format!("{}/feeds/posts/default", address.origin);
    match address.parts[..] {
        ["search", "label", label, ..] => {
            Feeds::new("Blogger", [format!("{whole}/-/{label}"), whole])
        }
        _ => Feeds::new("Blogger", [whole]),
    }
}

pub fn papers(address: &Address<'_>) -> Option<Feeds> {
    match (address.host, &address.parts[..]) {
        ("arxiv.org", ["list", subject, ..] | ["archive", subject]) => {
            Feeds::new("arXiv", [format!("https://rss.arxiv.org/atom/{subject}")])
        }
        (host, ["wiki", page, ..]) if host.ends_with(".wikipedia.org") => {
            let base = format!("{}/w/index.php", address.origin);
            Feeds::new("Wikipedia", [format!("{base}?title={page}&action=history&feed=atom")])
        }
        _ => None,
    }
}
