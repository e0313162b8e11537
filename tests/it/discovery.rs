//! Finding the feeds of pages: real pages on a loopback server, through the real fetcher.

use std::time::Duration;

use wirewatch::config::{EgressConfig, FetchConfig};
use wirewatch::daemon::discovery::{Discovery, Found, discover};
use wirewatch::egress::Egress;
use wirewatch::fetch::Fetcher;
use wirewatch::parse::discover::Why;

use crate::support::server::{FeedServer, Reply};
use crate::support::world::{item, rss};

fn fetcher(allow_net: Vec<String>) -> Fetcher {
    let egress = Egress::new(&EgressConfig { contact: None, allow_net }).unwrap();
    let config = FetchConfig { host_gap: Duration::ZERO, ..FetchConfig::standard() };
    Fetcher::new(&config, egress).unwrap()
}

async fn search(server: &FeedServer, path: &str, thorough: bool) -> Discovery {
    let fetcher = fetcher(vec![server.allow_net()]);
    discover(&fetcher, &server.url(path), thorough, "2026-06-03T12:00:00Z".parse().unwrap()).await
}

fn feed(title: &str) -> Reply {
    let mut entry = item("NATO ministers meet");
    entry.published = Some("2026-06-01T10:00:00Z".parse().unwrap());
    Reply::ok(rss(title, &[entry])).header("Content-Type", "application/rss+xml")
}

fn page(head: &str, body: &str) -> Reply {
    let html = format!("<!doctype html><html><head>{head}</head><body>{body}</body></html>");
    Reply::ok(html).header("Content-Type", "text/html; charset=utf-8")
}

/// Paths of what was found, best first.
fn paths(discovery: &Discovery) -> Vec<&str> {
    let path = |found: &'_ Found| found.url.splitn(4, '/').nth(3).map_or(0, str::len);
    discovery.found.iter().map(|found| &found.url[found.url.len() - path(found)..]).collect()
}

#[tokio::test]
async fn an_address_that_is_a_feed_is_the_answer_and_costs_one_request() {
    let server = FeedServer::start().await;
    server.set("/feed", feed("Wire"));
    let discovery = search(&server, "/feed", false).await;
    assert_eq!(discovery.requests, 1);
    let found = &discovery.found[0];
    assert_eq!((found.why, found.score, found.format), (Why::Itself, 100, "rss"));
    assert_eq!((found.title.as_deref(), found.entries), (Some("Wire"), 1));
    assert_eq!(found.last_entry, Some("2026-06-01T10:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn what_a_page_declares_is_read_before_it_is_believed() {
    let server = FeedServer::start().await;
    let head = r#"<base href="/news/">
        <LINK REL=alternate TYPE="application/rss+xml" TITLE="Gone" HREF="gone.xml">
        <link rel="alternate" type="application/atom+xml" title="World" href="world.atom">
        <link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed">
        <link rel="feed" href="login"><link rel="feed" href="world.atom#again">"#;
    server.set(
        "/",
        page(head, "")
            .header("Link", "<all.json>; rel=\"alternate\"; type=\"application/feed+json\""),
    );
    server.set("/news/world.atom", feed("World of news"));
    server.set("/news/comments/feed", feed("Talk"));
    server.set("/news/login", page("", "Please log in"));
    server.set(
        "/all.json",
        Reply::ok(r#"{"version":"https://jsonfeed.org/version/1.1","title":"All","items":[]}"#),
    );
    let discovery = search(&server, "/", false).await;
    assert_eq!(paths(&discovery), ["news/world.atom", "all.json", "news/comments/feed"]);
    let [world, all, talk] = &discovery.found[..] else { panic!("{discovery:#?}") };
    assert_eq!((world.title.as_deref(), world.why), (Some("World of news"), Why::Link));
    assert_eq!((all.format, all.entries, all.why), ("json", 0, Why::Header));
    assert!(world.score > all.score && all.score > talk.score, "{discovery:#?}");
    let rejected: Vec<_> =
        discovery.rejected.iter().map(|one| (one.why, one.code.as_str())).collect();
    assert_eq!(
        rejected,
        [(Why::Itself, "not_a_feed_html"), (Why::Link, "http_404"), (Why::Link, "not_a_feed_html")]
    );
    // Nothing was guessed where something was declared.
    assert_eq!(discovery.requests, 6);
    assert!(server.requests("/feed").is_empty());
}

#[tokio::test]
async fn links_in_the_text_are_tried_where_nothing_is_declared() {
    let server = FeedServer::start().await;
    let many: String = (0..40).map(|n| format!("<a href=\"/dead{n}.rss\">x</a>")).collect();
    server.set(
        "/",
        page("", &format!("<a href=\"/about\">About</a><a href=\"/all.xml\">RSS</a>{many}")),
    );
    server.set("/all.xml", feed("All"));
    let discovery = search(&server, "/", false).await;
    assert_eq!(paths(&discovery), ["all.xml"]);
    assert_eq!(discovery.found[0].why, Why::Anchor);
    assert!(discovery.requests <= 11, "{}", discovery.requests);
    assert!(server.requests("/about").is_empty() && server.requests("/feed").is_empty());
    // Guesses that fail are nobody's fault.
    assert_eq!(discovery.rejected.len(), 1, "{:?}", discovery.rejected);
}

#[tokio::test]
async fn well_known_paths_come_last_and_the_first_hit_ends_it() {
    let server = FeedServer::start().await;
    server.set("/", page("", "nothing here"));
    server.set("/rss.xml", feed("Quiet"));
    server.set("/index.xml", feed("Never asked"));
    let discovery = search(&server, "/", false).await;
    assert_eq!(paths(&discovery), ["rss.xml"]);
    assert_eq!(discovery.found[0].why, Why::Path);
    assert_eq!(server.requests("/feed").len(), 1);
    assert!(server.requests("/index.xml").is_empty());
    let all = search(&server, "/", true).await;
    assert_eq!(paths(&all), ["rss.xml", "index.xml"]);
}

#[tokio::test]
async fn one_feed_at_several_addresses_is_shown_once() {
    let server = FeedServer::start().await;
    let head = "<link rel=feed href=/old><link rel=feed href=/new><link rel=feed href=/new/>";
    server.set("/", page(head, ""));
    server.set("/old", Reply::redirect(301, "/new"));
    server.set("/new", feed("Moved"));
    let discovery = search(&server, "/", false).await;
    assert_eq!(paths(&discovery), ["new"]);
}

#[tokio::test]
async fn a_server_that_wants_rest_gets_it() {
    let server = FeedServer::start().await;
    let head = "<link rel=feed href=/a><link rel=feed href=/b>";
    server.set("/", page(head, "<a href=/c.rss>c</a>"));
    server.set("/a", Reply::status(429).header("Retry-After", "600"));
    server.set("/b", feed("B"));
    server.set("/feed", feed("F"));
    let discovery = search(&server, "/", true).await;
    assert!(discovery.found.is_empty());
    assert_eq!(discovery.requests, 2);
    assert_eq!(discovery.rejected.last().unwrap().code, "http_429");
}

#[tokio::test]
async fn a_page_cannot_choose_which_private_server_is_asked() {
    let (server, inside) = (FeedServer::start().await, FeedServer::start().await);
    inside.set("/secret", feed("Secret"));
    let head = format!(
        "<base href=\"{}\"><link rel=feed href=/secret><link rel=feed href=http://169.254.169.254/>\
         <link rel=feed href=file:///etc/passwd>",
        inside.url("/")
    );
    server.set("/", page(&head, &format!("<a href=\"{}\">RSS</a>", inside.url("/secret.rss"))));
    // Both are opened for what the user configures; the second is not what was asked for.
    let fetcher = fetcher(vec![server.allow_net(), inside.allow_net()]);
    let now = "2026-06-03T12:00:00Z".parse().unwrap();
    let discovery = discover(&fetcher, &server.url("/"), true, now).await;
    assert!(discovery.found.is_empty(), "{discovery:#?}");
    assert!(inside.requests("/secret").is_empty() && inside.requests("/secret.rss").is_empty());
    let codes: Vec<_> = discovery.rejected.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["not_a_feed_html", "private_address", "private_address"]);
    assert_eq!(discover(&fetcher, &inside.url("/secret"), false, now).await.found.len(), 1);
}

#[tokio::test]
async fn a_hostile_page_costs_a_bounded_number_of_requests() {
    let server = FeedServer::start().await;
    let links: String = (0..5_000).map(|n| format!("<link rel=feed href=/f{n}>")).collect();
    server.set("/", page(&links, &"<div>".repeat(100_000)));
    let discovery = search(&server, "/", true).await;
    assert!(discovery.found.is_empty() && discovery.cut_short);
    assert_eq!(discovery.requests, 30);
}
