//! Where a fetch may be led, and what it takes along.

use wirewatch::config::FetchConfig;
use wirewatch::domain::feed::Validators;

use super::{FEED, SHORT, config, fetcher, get, get_with};
use crate::support::server::{FeedServer, Reply};

#[tokio::test]
async fn the_total_timeout_spans_redirects() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(302, "/b"));
    server.set("/b", Reply::hang());
    let config = FetchConfig { total_timeout: SHORT, ..config() };
    let failure = get_with(&server, "/a", &config).await.unwrap_err();
    assert_eq!(failure.code(), "timeout_total");
}

#[tokio::test]
async fn redirects_are_followed_and_only_permanent_ones_remembered() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(301, "/b?x=1#part"));
    server.set("/b?x=1", Reply::redirect(308, server.url("/c")));
    server.set("/c", Reply::ok(FEED));
    let fetched = get(&server, "/a").await.unwrap();
    assert_eq!(fetched.final_url, server.url("/c"));
    assert_eq!(fetched.permanent_url, Some(server.url("/c")));

    server.set("/b?x=1", Reply::redirect(307, "/c"));
    let fetched = get(&server, "/a").await.unwrap();
    assert_eq!((fetched.body, fetched.permanent_url), (FEED.into(), None));
}

#[tokio::test]
async fn a_redirect_loop_ends_at_the_limit() {
    let server = FeedServer::start().await;
    server.set("/a", Reply::redirect(302, "/a"));
    let failure = get(&server, "/a").await.unwrap_err();
    assert_eq!(failure.code(), "too_many_redirects");
    assert_eq!(server.requests("/a").len(), 6);
    server.set("/nowhere", Reply::status(302));
    let failure = get(&server, "/nowhere").await.unwrap_err();
    assert_eq!(failure.code(), "redirect_bad_target");
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_refused() {
    let (server, other) = (FeedServer::start().await, FeedServer::start().await);
    other.set("/", Reply::ok("secret"));
    let port = server.address().port();
    for target in [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://[::1]/".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706434:{port}/"),
        other.url("/"),
        // A name, so that the resolver has to refuse it.
        format!("http://localhost:{}/", other.address().port()),
    ] {
        server.set("/", Reply::redirect(302, &target));
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(failure.code(), "redirect_private", "{target}");
        assert!(failure.to_string().starts_with("a redirect leads to "), "{failure}");
        let is_metadata = target.contains("169.254");
        assert_eq!(failure.advice().contains("allow_net"), !is_metadata, "{target}");
    }
    assert!(other.requests("/").is_empty());
    server.set("/", Reply::redirect(302, "file:///etc/passwd"));
    assert_eq!(get(&server, "/").await.unwrap_err().code(), "redirect_bad_target");
}

#[tokio::test]
async fn a_private_address_is_refused_without_an_exception_and_reached_with_one() {
    let server = FeedServer::start().await;
    server.set("/", Reply::ok(FEED));
    let (port, none) = (server.address().port(), Validators::default());
    let by_name = format!("http://localhost:{port}/");
    for url in [server.url("/"), by_name.clone()] {
        let refused = fetcher(&[], &config()).fetch(&url, &none).await.unwrap_err();
        assert_eq!(refused.code(), "private_address", "{url}");
    }
    assert!(server.requests("/").is_empty());
    for allowed in [format!("localhost:{port}"), "127.0.0.0/8".to_owned()] {
        let fetched = fetcher(&[allowed], &config()).fetch(&by_name, &none).await;
        assert_eq!(fetched.unwrap().body, FEED);
    }
}

#[tokio::test]
async fn a_feed_that_needs_an_exception_may_be_redirected_to_another() {
    let (server, other) = (FeedServer::start().await, FeedServer::start().await);
    other.set("/", Reply::ok(FEED));
    server.set("/", Reply::redirect(302, other.url("/")));
    let allow = [server.allow_net(), other.allow_net()];
    let fetched = fetcher(&allow, &config()).fetch(&server.url("/"), &Validators::default()).await;
    assert_eq!(fetched.unwrap().body, FEED);
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let (server, other) = (FeedServer::start().await, FeedServer::start().await);
    server.set("/a", Reply::redirect(302, "/b"));
    server.set("/b", Reply::redirect(302, other.url("/c")));
    other.set("/c", Reply::ok(FEED));
    let url = server.url("/a").replace("http://", "http://me:secret@");
    let fetcher = fetcher(&[server.allow_net(), other.allow_net()], &config());
    let fetched = fetcher.fetch(&url, &Validators::default()).await.unwrap();
    assert_eq!(server.requests("/a")[0].text("authorization"), "Basic bWU6c2VjcmV0");
    assert_eq!(server.requests("/b")[0].text("authorization"), "Basic bWU6c2VjcmV0");
    assert_eq!(other.requests("/c")[0].header("authorization"), None);
    assert!(!fetched.final_url.contains("secret"));
}
