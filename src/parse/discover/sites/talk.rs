//! Places where people talk: forums, questions and answers, social networks.

use super::{Address, Feeds};

pub fn reddit(address: &Address<'_>) -> Option<Feeds> {
    if !matches!(address.host, "reddit.com" | "old.reddit.com" | "new.reddit.com" | "np.reddit.com")
    {
        return None;
    }
    // Whatever page there is has a feed below it: a community, a user, a thread, a search.
    let last = address.parts.last().copied().unwrap_or_default();
    let parts: Vec<&str> = address.parts.iter().copied().filter(|part| *part != ".rss").collect();
    let path: String = parts.iter().map(|part| format!("/{part}")).collect();
    let query = match (last, address.url.query()) {
        ("search", Some(query)) => format!("?{query}"),
        _ => String::new(),
    };
    Feeds::new("reddit", [format!("https://www.reddit.com{path}/.rss{query}")])
}

/// Sites where links are shared and voted on.
pub fn news(address: &Address<'_>) -> Option<Feeds> {
    match (address.host, &address.parts[..]) {
        ("news.ycombinator.com", _) => {
            Feeds::new("Hacker News", ["https://news.ycombinator.com/rss".to_owned()])
        }
        ("lobste.rs", ["t", tags, ..]) => {
            Feeds::new("Lobsters", [format!("https://lobste.rs/t/{tags}.rss")])
        }
        ("lobste.rs", _) => Feeds::new("Lobsters", ["https://lobste.rs/rss".to_owned()]),
        ("slashdot.org", _) => {
            Feeds::new("Slashdot", ["https://rss.slashdot.org/Slashdot/slashdotMain".to_owned()])
        }
        _ => None,
    }
}

fn is_stack_exchange(address: &Address<'_>) -> bool {
    matches!(
        address.host,
        "stackoverflow.com"
            | "superuser.com"
            | "serverfault.com"
            | "askubuntu.com"
            | "mathoverflow.net"
            | "stackapps.com"
    ) || address.is_below(".stackexchange.com")
        || address.is_below(".stackoverflow.com")
}

/// Stack Exchange: tags, questions, users, or all of a site.
pub fn questions(address: &Address<'_>) -> Option<Feeds> {
    if !is_stack_exchange(address) {
        return None;
    }
    let feeds = format!("{}/feeds", address.origin);
    let url = match address.parts[..] {
        ["questions", "tagged", tags, ..] | ["tags", tags, ..] => {
            format!("{feeds}/tag?tagnames={tags}&sort=newest")
        }
        ["questions" | "q", id, ..] if is_number(id) => format!("{feeds}/question/{id}"),
        ["users", id, ..] if is_number(id) => format!("{feeds}/user/{id}"),
        _ => feeds,
    };
    Feeds::new("Stack Exchange", [url])
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hosts whose `/@name` is not what it is on Mastodon.
const OTHER_AT: &[&str] = &["medium.com", "odysee.com", "threads.com", "threads.net", "tiktok.com"];

/// Social networks: Bluesky by its host, Mastodon and its like by the look of a path.
pub fn networks(address: &Address<'_>) -> Option<Feeds> {
    let origin = &address.origin;
    match (address.host, &address.parts[..]) {
        ("bsky.app", ["profile", name]) => {
            Feeds::new("Bluesky", [format!("https://bsky.app/profile/{name}/rss")])
        }
        (host, [name, ..])
            if name.len() > 1
                && name.starts_with('@')
                // `@name@elsewhere` is known here, and has its feed there.
                && !name[1..].contains('@')
                && !OTHER_AT.contains(&host)
                && !host.ends_with("youtube.com") =>
        {
            let name = name.trim_end_matches(".rss");
            Feeds::new("Mastodon", [format!("{origin}/{name}.rss")]).map(Feeds::likely)
        }
        (_, ["tags", tag]) => {
            let tag = tag.trim_end_matches(".rss");
            Feeds::new("Mastodon", [format!("{origin}/tags/{tag}.rss")]).map(Feeds::likely)
        }
        (_, ["c", name]) => {
            // Lemmy has communities there, PeerTube channels.
            let urls = [
                format!("{origin}/feeds/c/{name}.xml?sort=New"),
                format!("{origin}/feeds/videos.xml?videoChannelName={name}"),
            ];
            Feeds::new("Lemmy or PeerTube", urls).map(Feeds::likely)
        }
        _ => None,
    }
}
