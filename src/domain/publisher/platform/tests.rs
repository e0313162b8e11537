//! Whose page on a platform a link leads to.

use super::*;

fn page(link: &str) -> Option<Page> {
    let url = Url::parse(link).unwrap();
    account(url.host_str().unwrap().trim_start_matches("www."), &url)
}

#[test]
fn hosts_and_paths_name_accounts() {
    for (link, expect) in [
        ("https://medium.com/feed/@ada", "medium.com/@ada"),
        ("https://medium.com/the-ledger/a-1", "medium.com/the-ledger"),
        ("https://open.substack.com/pub/ada/p/x", "ada.substack.com"),
        ("https://www.youtube.com/@Ledger/videos", "youtube.com/@ledger"),
        ("https://www.youtube.com/channel/UCaB/videos", "youtube.com/channel/UCaB"),
        ("https://www.youtube.com/feeds/videos.xml?channel_id=UCaB", "youtube.com/channel/UCaB"),
        ("https://old.reddit.com/r/Europe/", "reddit.com/r/europe"),
        ("https://x.com/Ledger/status/1", "x.com/ledger"),
        ("https://m.facebook.com/ledger/posts/1", "facebook.com/ledger"),
        ("https://mastodon.social/@ada/1", "mastodon.social/@ada"),
        ("https://bsky.app/profile/ada.example/post/1", "bsky.app/profile/ada.example"),
        ("https://ada.wordpress.com/2026/", "ada.wordpress.com"),
        ("https://www.ada.blogspot.com/", "ada.blogspot.com"),
    ] {
        assert_eq!(page(link), Some(Page::Of(expect.to_owned())), "{link}");
    }
}

#[test]
fn pages_of_the_platform_are_nobody_s_and_other_sites_are_no_platform() {
    for (link, name) in [
        ("https://www.youtube.com/watch?v=1", "YouTube"),
        ("https://youtu.be/1", "YouTube"),
        ("https://www.facebook.com/story.php?id=1", "Facebook"),
        ("https://www.reddit.com/", "Reddit"),
        ("https://medium.com/", "Medium"),
        ("https://substack.com/home", "Substack"),
    ] {
        assert_eq!(page(link), Some(Page::Untold(name)), "{link}");
    }
    let long = format!("https://medium.com/@{}", "a".repeat(200));
    assert_eq!(page(&long), Some(Page::Untold("Medium")));
    for link in ["https://ledger.example/@ada", "https://notmedium.com/@ada", "https://fox.com/a"] {
        assert_eq!(page(link), None, "{link}");
    }
}
