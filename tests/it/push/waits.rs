//! When hubs are asked again, and when not.

use wirewatch::domain::schedule::{self, SiteHold};

use super::*;

/// Past the time that a hub has to verify.
const UNVERIFIED: Duration = Duration::from_secs(301);

#[tokio::test]
async fn a_hub_that_takes_every_request_and_verifies_none_is_asked_ever_less_often() {
    let hub = Hub::start().await;
    let mut waits = Vec::new();
    for post in 1..=4 {
        hub.asked(post).await;
        hub.until(Subscription::is_unverified).await;
        hub.world.clock.advance(UNVERIFIED);
        let failed = hub.state(PushState::Failed).await;
        assert_eq!(failed.code.as_deref(), Some("unverified"));
        assert_eq!(hub.world.server.requests("/hub").len(), post, "asked before its time");
        let wait = failed.next_at.duration_since(hub.world.now()).as_secs();
        waits.push(wait);
        hub.world.clock.advance(Duration::from_secs(wait as u64 + 1));
    }
    assert_eq!(waits, [300, 600, 1_200, 2_400]);
    hub.asked(5).await;
}

#[tokio::test]
async fn a_renewal_that_is_not_verified_waits_too_and_the_lease_goes_on() {
    let hub = Hub::start().await;
    hub.subscribed().await;
    hub.world.clock.advance(Duration::from_secs(648_001));
    hub.asked(2).await;
    hub.until(Subscription::is_unverified).await;
    hub.world.clock.advance(UNVERIFIED);
    let failed = hub.until(|one| one.code.as_deref() == Some("unverified")).await;
    assert_eq!((failed.state, failed.attempts), (PushState::Active, 1));
    assert_eq!(hub.world.server.requests("/hub").len(), 2);
}

#[tokio::test]
async fn a_hub_that_verifies_before_its_answer_breaks_off_is_believed() {
    let mut hub = Hub::answering(Reply::hang()).await;
    hub.subscribed().await;
    // The answer to the request never comes: its connection ends.
    hub.world.server.vanish().await;
    hub.world.server.reappear().await;
    hub.world.server.set("/hub", Reply::status(202));
    hub.world.clock.advance(Duration::from_secs(648_001));
    hub.asked(2).await;
    let renewing = hub.subscription();
    assert!(renewing.lease_until.is_some(), "{renewing:?}");
}

#[tokio::test]
async fn a_site_that_asked_to_be_left_alone_is_not_asked_as_a_hub_either() {
    let mut world = World::new(&["wire"]).await;
    world.extra = "[http]\n".to_owned();
    serve(&world, &[]);
    world.start().await;
    world.first_round().await;
    let (wait, site) = (Duration::from_secs(3_600), schedule::site(&world.server.url("/hub")));
    let hold = SiteHold { site: site.unwrap(), wait, until: world.now() + wait };
    world.app().store().hold_site(hold, Vec::new(), world.now()).await.unwrap();
    world.extra = HTTP.to_owned();
    world.app().reload(world.load()).await.unwrap();
    let web = Web::start(&listening(), world.app().desk().clone()).await.unwrap();
    let hub = Hub { world, web, items: Vec::new() };
    let now = hub.world.now();
    let later = hub.until(|one| one.next_at > now).await;
    assert_eq!(later.next_at, now + wait);
    assert!(hub.world.server.requests("/hub").is_empty());
    hub.world.clock.advance(wait + Duration::from_secs(1));
    hub.asked(1).await;
}

#[tokio::test]
async fn a_hub_that_asks_to_be_left_alone_is_so_with_all_of_its_site() {
    let busy = Reply::status(429).header("Retry-After", "3600");
    let mut hub = Hub::answering(busy).await;
    let failed = hub.state(PushState::Failed).await;
    assert_eq!(failed.code.as_deref(), Some("http_429"));
    let now = hub.world.now();
    let site = schedule::site(&hub.world.server.url("/hub")).unwrap();
    let holds = hub.world.app().store().site_holds(now).unwrap();
    let held: Vec<_> = holds.iter().map(|hold| (hold.site.clone(), hold.wait)).collect();
    assert_eq!(held, [(site, Duration::from_secs(3_600))]);
    // The feed is of the same site: what is asked for now waits too.
    let asked = hub.world.server.requests("/wire").len();
    hub.world.app().visit_now(&"wire".parse().unwrap());
    hub.world.clock.advance(Duration::from_secs(3_601));
    hub.world.next_visit().await;
    assert_eq!(hub.world.server.requests("/wire").len(), asked + 1);
}

#[tokio::test]
async fn a_hub_that_hangs_keeps_no_other_waiting() {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.allow(&format!("localhost:{}", world.server.address().port()));
    world.extra = "[http]\n".to_owned();
    // Two servers, by their names.
    let config = |world: &World, http: &str| {
        let text = std::fs::read_to_string(world.write_config()).unwrap();
        let at = world.server.url("/ledger");
        text.replace(&at, &at.replace("127.0.0.1", "localhost")).replace("[http]\n", http)
    };
    for (feed, hub) in [("wire", "/hub-a"), ("ledger", "/hub-b")] {
        let host = if feed == "wire" { "127.0.0.1" } else { "localhost" };
        let link = format!("<http://{host}:{}{hub}>; rel=hub", world.server.address().port());
        world.server.set(hub, Reply::hang());
        let feed = (format!("/{feed}"), rss(feed, &[]));
        world.server.set(&feed.0, Reply::ok(feed.1).header("Link", link));
    }
    world.app_from(&config(&world, "[http]\n")).await;
    world.first_round().await;
    let file = world.dir().join("wirewatch.toml");
    std::fs::write(&file, config(&world, HTTP)).unwrap();
    let env = wirewatch::config::Environment::fixed([]);
    let config = wirewatch::config::load(&file, &env).unwrap();
    world.app().reload(config).await.unwrap();
    world.server.wait_for("/hub-a", 1).await;
    world.server.wait_for("/hub-b", 1).await;
    for feed in ["wire", "ledger"] {
        let asked = world.store().subscription(&feed.parse().unwrap()).unwrap().unwrap();
        assert_eq!(asked.code.as_deref(), Some("asked"), "{feed} was given up before");
    }
}
