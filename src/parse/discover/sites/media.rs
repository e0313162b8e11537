//! Video and sound: channels, playlists, shows.

use super::{Address, Feeds, is_word};

const YOUTUBE_FEED: &str = "https://www.youtube.com/feeds/videos.xml";

/// How ids of channels begin on YouTube, and how long they are.
const CHANNEL_PREFIX: &str = "UC";
const CHANNEL_CHARS: usize = 24;

fn is_youtube(address: &Address<'_>) -> bool {
    matches!(address.host, "youtube.com" | "music.youtube.com" | "youtube-nocookie.com")
}

/// Channels by their id, playlists, and names of old. A page under an `@handle` names the id of
/// its channel itself: [`channel`].
pub fn youtube(address: &Address<'_>) -> Option<Feeds> {
    if !is_youtube(address) {
        return None;
    }
    let by = |name: &str, value: &str| format!("{YOUTUBE_FEED}?{name}={value}");
    let list = address.query("list");
    let url = match (&address.parts[..], &list) {
        (["channel", id, ..], _) => by("channel_id", id),
        (["user", name, ..], _) => by("user", name),
        (["playlist" | "watch"], Some(list)) => by("playlist_id", list),
        _ => return None,
    };
    Feeds::new("YouTube", [url])
}

/// The channel that a page of YouTube says it is about.
pub fn channel(address: &Address<'_>, id: &str) -> Option<Feeds> {
    let good = id.starts_with(CHANNEL_PREFIX) && id.len() == CHANNEL_CHARS && is_word(id);
    if !is_youtube(address) || !good {
        return None;
    }
    Feeds::new("YouTube", [format!("{YOUTUBE_FEED}?channel_id={id}")])
}

pub fn videos(address: &Address<'_>) -> Option<Feeds> {
    let origin = &address.origin;
    match (address.host, &address.parts[..]) {
        ("vimeo.com", ["channels", name, ..]) => {
            Feeds::new("Vimeo", [format!("https://vimeo.com/channels/{name}/videos/rss")])
        }
        ("vimeo.com", [name]) if !name.chars().all(|c| c.is_ascii_digit()) => {
            Feeds::new("Vimeo", [format!("https://vimeo.com/{name}/videos/rss")])
        }
        ("dailymotion.com", [name]) => {
            Feeds::new("Dailymotion", [format!("https://www.dailymotion.com/rss/user/{name}")])
        }
        ("odysee.com", [name, ..]) if name.starts_with('@') => {
            Feeds::new("Odysee", [format!("https://odysee.com/$/rss/{name}")])
        }
        // PeerTube: accounts and channels of any instance.
        (_, ["a" | "accounts", name, ..]) => {
            let url = format!("{origin}/feeds/videos.xml?accountName={name}");
            Feeds::new("PeerTube", [url]).map(Feeds::likely)
        }
        (
            _,
            ["c" | "video-channels", name, "videos" | "video-playlists"] | ["video-channels", name],
        ) => {
            let url = format!("{origin}/feeds/videos.xml?videoChannelName={name}");
            Feeds::new("PeerTube", [url]).map(Feeds::likely)
        }
        _ => None,
    }
}

pub fn sounds(address: &Address<'_>) -> Option<Feeds> {
    match (address.host, &address.parts[..]) {
        ("feeds.acast.com", _) => None,
        ("shows.acast.com" | "play.acast.com", ["s", show, ..] | [show, ..]) => {
            Feeds::new("Acast", [format!("https://feeds.acast.com/public/shows/{show}")])
        }
        ("mixcloud.com", [name, ..]) => {
            Feeds::new("Mixcloud", [format!("https://www.mixcloud.com/{name}/rss/")])
        }
        ("spreaker.com", ["show", id, ..]) if is_word(id) => {
            let id = id.rsplit("--").next().unwrap_or(id);
            Feeds::new("Spreaker", [format!("https://www.spreaker.com/show/{id}/episodes/feed")])
        }
        (host, _) if host.ends_with(".podbean.com") && host != "feed.podbean.com" => {
            let name = host.strip_suffix(".podbean.com")?;
            Feeds::new("Podbean", [format!("https://feed.podbean.com/{name}/feed.xml")])
        }
        (host, _) if address.is_below(".libsyn.com") => {
            Feeds::new("Libsyn", [format!("https://{host}/rss")])
        }
        _ => None,
    }
}
