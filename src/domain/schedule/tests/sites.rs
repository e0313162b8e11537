//! Whom a server means that asks to be left alone.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_site_is_a_registrable_domain_or_a_host_with_its_port() {
    for (url, name) in [
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
        ("http://News.Example.com.:8080/", "example.com"),
        ("https://me.github.io/feed", "me.github.io"),
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("https://[::1]/a", "[::1]:443"),
        ("http://localhost/a", "localhost:80"),
        ("http://news.intranet/a", "news.intranet:80"),
        ("http://co.uk/a", "co.uk:80"),
    ] {
        assert_eq!(site(url).as_deref(), Some(name), "{url}");
    }
    assert_eq!(site("no url"), None);
}

fn held(status: u16, retry_after: Option<Duration>) -> Option<Duration> {
    let record = FetchRecord { status: Some(status), ..record(Outcome::Failed) };
    let after = after_failure(&state(), &record, retry_after, false);
    let site = Some("wire.example".to_owned());
    hold(site, &record, &after, retry_after).map(|hold| hold.wait)
}

#[test]
fn a_wish_to_be_left_alone_counts_for_the_site_within_bounds() {
    assert_eq!(held(429, Some(HOUR)), Some(HOUR));
    assert_eq!(held(503, Some(HOUR)), Some(HOUR));
    assert_eq!(held(429, Some(Duration::MAX)), Some(6 * HOUR));
    assert_eq!(held(503, Some(Duration::ZERO)), Some(MINUTE));
    assert!(held(429, None).is_some_and(|wait| within(wait, 2 * MINUTE)));
    assert_eq!(held(503, None), None, "one feed's fault is not its site's");
    assert_eq!(held(500, Some(HOUR)), None);
}

#[test]
fn a_429_for_ever_without_a_time_holds_its_site_for_minutes_and_itself_for_a_day() {
    let failing = FeedState { failures: 1_000, ..state() };
    let record = FetchRecord { status: Some(429), ..record(Outcome::Failed) };
    let after = after_failure(&failing, &record, None, false);
    let hold = hold(Some("wire.example".into()), &record, &after, None).unwrap();
    assert_eq!(hold.wait, 15 * MINUTE);
    assert!(within(wait(&after), 24 * HOUR));
}

#[test]
fn feeds_of_a_site_go_on_one_after_the_other_and_say_what_they_waited_for() {
    let hold = SiteHold { site: "wire.example".into(), wait: HOUR, until: now() + HOUR };
    let (first, wait) = resume(&state(), &hold, 0);
    assert_eq!((first.next_due, wait), (now() + HOUR, HOUR));
    assert_eq!(why(&first), "wire.example asked to be left alone (Retry-After)");
    let (second, wait) = resume(&state(), &hold, 1);
    assert!(second.next_due > first.next_due && wait > HOUR);
    let (last, _) = resume(&state(), &hold, u32::MAX);
    assert_eq!(last.next_due, now() + 2 * HOUR);
    let read = after_success(&first, &record(Outcome::Fresh), INTERVAL, Hints::default());
    assert_eq!(read.memory.held_by, None);
}
