//! What is kept although it seems old: alerts whose story goes on, what was stored after the clock had
//! leapt ahead, feeds that are no longer configured; and what cannot be taken out stops nothing.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use wirewatch::daemon::upkeep;
use wirewatch::domain::ids::IdSource;
use wirewatch::domain::retention::{Keep, Retention};
use wirewatch::store::Store;
use wirewatch::store::prune::Removed;
use wirewatch::store::running::Takeover;

use crate::store_contract::desk::{self, Desk};

const DAY_S: u64 = 24 * 3_600;

fn in_days(days: i64) -> Timestamp {
    desk::now() + SignedDuration::from_hours(24 * days)
}

fn kept_for(days: u64) -> Keep {
    Keep::For(std::time::Duration::from_secs(days * DAY_S))
}

fn month() -> Retention {
    Retention { entries: kept_for(30), alerts: kept_for(30), ..Retention::standard() }
}

async fn prune(store: &Store, retention: &Retention, now: Timestamp) -> Removed {
    let limits = store.limits(retention, now).unwrap();
    upkeep::prune(store, limits, None, &CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn an_alert_stays_as_long_as_its_story_goes_on() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    desk.raw("UPDATE deliveries SET state = 'delivered', settled_at = created");
    let late = in_days(32).as_millisecond();
    // The first story goes on itself, the second in the one that it was merged into.
    desk.raw(&format!(
        "UPDATE stories SET last_seen = {late} WHERE id = (SELECT min(id) FROM stories); \
         INSERT INTO stories (id, headline, first_seen, last_seen, entries, publishers, feeds) \
           SELECT 7, headline, first_seen, {late}, 1, publishers, feeds FROM stories LIMIT 1; \
         UPDATE stories SET merged_into = 7 WHERE id = (SELECT story_id FROM alerts \
           ORDER BY id LIMIT 1 OFFSET 1); \
         UPDATE story_members SET story_id = 7 WHERE story_id = (SELECT story_id FROM alerts \
           ORDER BY id LIMIT 1 OFFSET 1)"
    ));
    assert_eq!(prune(&desk.store, &month(), in_days(33)).await.alerts, 0);
    assert_eq!(desk.store.counts().unwrap().alerts, 3, "each would be told again");
    let later = prune(&desk.store, &month(), in_days(63)).await;
    assert_eq!(later.alerts, 2, "once the stories are over, but for the last alert of all");
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_once_does_not_keep_what_came_after_it() {
    let desk = Desk::open(&["wire"]).await;
    // One id of 2036: all later ones go on from there.
    let leapt = IdSource::floor("2036-11-23T12:00:00Z".parse().unwrap());
    desk.raw(&format!("UPDATE meta SET value = {leapt} + (value & 4095) WHERE name = 'last_id'"));
    let mut entries = desk.stories(0, 4);
    entries.iter_mut().skip(1).for_each(|entry| entry.matches.clear());
    desk.ingest(0, entries).await.unwrap();
    desk.raw("UPDATE deliveries SET state = 'delivered', settled_at = created");
    let (_, last) = &desk.feeds[0];
    assert!(last.id.0 < leapt, "the feed is from before");
    let removed = prune(&desk.store, &Retention::standard(), in_days(89)).await;
    assert!(removed.is_nothing(), "{removed:?}");
    let removed = prune(&desk.store, &Retention::standard(), in_days(91)).await;
    assert_eq!(removed.entries, 3, "after their 90 days, not after 2036");
    let removed = prune(&desk.store, &Retention::standard(), in_days(181)).await;
    assert_eq!(removed.deliveries, 1, "likewise");
    assert_eq!(desk.store.counts().unwrap().alerts, 1);
}

#[tokio::test]
async fn what_was_to_stay_for_ever_stays_when_its_feed_is_no_longer_configured() {
    let desk = Desk::open(&["gazette", "wire"]).await;
    let unmatched = |feed: usize, n: usize| {
        let mut entries = desk.stories(feed, n + 2).split_off(n);
        entries.iter_mut().for_each(|entry| entry.matches.clear());
        entries
    };
    desk.ingest(0, unmatched(0, 0)).await.unwrap();
    desk.ingest(1, unmatched(1, 4)).await.unwrap();
    let mut told = Retention::standard();
    told.feeds.insert("gazette".parse().unwrap(), Some(Keep::Forever));
    told.feeds.insert("wire".parse().unwrap(), Some(kept_for(400)));
    desk.store.remember_keeps(&told).await.unwrap();
    desk.store.sync_feeds(Vec::new(), in_days(1)).await.unwrap();
    // Nothing is said of either any more.
    desk.store.remember_keeps(&Retention::standard()).await.unwrap();
    assert!(prune(&desk.store, &Retention::standard(), in_days(399)).await.is_nothing());
    let removed = prune(&desk.store, &Retention::standard(), in_days(401)).await;
    assert_eq!(removed.entries, 2, "those of the feed with 400 days");
    assert_eq!(desk.store.counts().unwrap().entries, 2);
}

/// As a configuration of these feeds has it, each with what it says.
fn saying(feeds: &[(&str, Option<Keep>)]) -> Retention {
    let feeds = feeds.iter().map(|(key, keep)| (key.parse().unwrap(), *keep));
    Retention { feeds: feeds.collect(), ..Retention::standard() }
}

#[tokio::test]
async fn what_a_feed_said_before_does_not_hold_once_it_is_configured_without_it() {
    let desk = Desk::open(&["gazette"]).await;
    let mut entries = desk.stories(0, 3);
    entries.iter_mut().for_each(|entry| entry.matches.clear());
    desk.ingest(0, entries).await.unwrap();
    let (forever, nothing) =
        (saying(&[("gazette", Some(Keep::Forever))]), saying(&[("gazette", None)]));
    desk.store.remember_keeps(&forever).await.unwrap();
    let gone = |limits| desk.store.prune_report(&limits).unwrap().stories;
    let limits = |retention: &Retention| desk.store.limits(retention, in_days(91)).unwrap();
    assert_eq!(gone(limits(&forever)), 0);
    assert_eq!(gone(limits(&nothing)), 3, "nobody remembered that yet, and it holds");
    assert_eq!(gone(limits(&saying(&[]))), 0, "what it last said, as it is not configured");
    desk.store.remember_keeps(&nothing).await.unwrap();
    assert_eq!(gone(limits(&saying(&[]))), 3, "and what it last said was nothing");
}

#[tokio::test]
async fn what_a_feed_says_is_remembered_from_the_moment_it_is_configured() {
    let desk = Desk::open(&["gazette"]).await;
    let mut entries = desk.stories(0, 3);
    entries.iter_mut().for_each(|entry| entry.matches.clear());
    desk.ingest(0, entries).await.unwrap();
    let feeds: Vec<_> = desk.feeds.iter().map(|(feed, _)| feed.clone()).collect();
    let retention = saying(&[("gazette", Some(Keep::Forever))]);
    let with = Takeover { feeds, retention, ..Takeover::default() };
    desk.store.take_over(with, in_days(1)).await.unwrap();
    // It is given up before anybody looks after the database.
    desk.store.take_over(Takeover::default(), in_days(1)).await.unwrap();
    let removed = prune(&desk.store, &Retention::standard(), in_days(91)).await;
    assert!(removed.is_nothing(), "{removed:?}");
}

#[tokio::test]
async fn what_would_go_is_counted_over_more_stories_than_are_read_at_once() {
    let desk = Desk::open(&["wire"]).await;
    let mut entries = desk.stories(0, 700);
    entries.iter_mut().for_each(|entry| entry.matches.clear());
    desk.ingest(0, entries).await.unwrap();
    let limits = desk.store.limits(&Retention::standard(), in_days(91)).unwrap();
    let report = desk.store.prune_report(&limits).unwrap();
    assert_eq!((report.feeds[0].stored, report.feeds[0].going), (700, 700));
    let removed = prune(&desk.store, &Retention::standard(), in_days(91)).await;
    assert_eq!((removed.stories, removed.entries), (report.stories, 700));
}

#[tokio::test]
async fn one_row_that_cannot_be_taken_out_does_not_keep_the_others() {
    let desk = Desk::open(&["wire"]).await;
    let mut entries = desk.stories(0, 6);
    entries.iter_mut().for_each(|entry| entry.matches.clear());
    desk.ingest(0, entries).await.unwrap();
    // Something that nobody foresaw refers to the third.
    desk.raw(
        "CREATE TABLE unforeseen (id INTEGER PRIMARY KEY, entry INTEGER REFERENCES entries (id)); \
         INSERT INTO unforeseen SELECT 1, id FROM entries ORDER BY id LIMIT 1 OFFSET 2",
    );
    let removed = prune(&desk.store, &Retention::standard(), in_days(91)).await;
    assert_eq!((removed.entries, removed.stories, removed.skipped), (5, 5, 1));
    let again = prune(&desk.store, &Retention::standard(), in_days(92)).await;
    assert_eq!((again.entries, again.skipped), (0, 1));
    desk.check_index();
}
