//! What the store shows: alerts, entries, search.

use proptest::prelude::*;
use wirewatch::domain::alert::AlertState;
use wirewatch::domain::alert::change::{Refusal, Wish};
use wirewatch::domain::ids::AlertId;
use wirewatch::domain::topic::Severity;
use wirewatch::store::alerts::read::AlertFilter;
use wirewatch::store::entries::EntryFilter;
use wirewatch::store::topics::TopicRevision;

use super::desk::{Desk, now, told, topic};

#[tokio::test]
async fn an_entry_is_read_as_it_was_written_evidence_and_all() {
    let desk = Desk::open(&["wire"]).await;
    let prepared = told("Ferry sinks off Rhodes", "/f");
    let plan = desk.ingest(0, vec![prepared.clone()]).await.unwrap();
    let detail = desk.store.entry(plan.entries[0].id).unwrap().unwrap();
    assert_eq!(detail.entry, plan.entries[0]);
    assert_eq!(detail.feed_key.as_str(), "wire");
    assert_eq!(desk.store.entries_of(&detail.feed_key, 9).unwrap(), plan.entries);
    assert_eq!(detail.story, Some(plan.stories[0].id));
    assert_eq!(detail.matches[0].found, prepared.matches[0].1);
    assert_eq!(detail.decisions[0].verdict, "raise");
    assert_eq!(detail.decisions[0].alert, Some(plan.alerts[0].alert));
    let (story, members) = desk.store.story(plan.stories[0].id).unwrap().unwrap();
    assert_eq!((story, members), (plan.stories[0].clone(), plan.members.clone()));
    let object = &desk.store.alert(plan.alerts[0].alert).unwrap().unwrap().revisions[0].object;
    assert_eq!(object.as_bytes(), plan.objects[0]);
}

#[tokio::test]
async fn alerts_are_listed_newest_first_through_filters_and_pages() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 7)).await.unwrap();
    let all = desk.store.alerts(&AlertFilter::default()).unwrap();
    assert_eq!(all.len(), 7);
    assert!(all.is_sorted_by(|a, b| a.id > b.id));
    let page = AlertFilter { before: Some(all[2].id), limit: 2, ..Default::default() };
    assert_eq!(desk.store.alerts(&page).unwrap(), all[3..5]);
    let newer = AlertFilter { after: Some(all[2].id), ..Default::default() };
    assert_eq!(desk.store.alerts(&newer).unwrap(), all[..2]);
    let count = |filter: AlertFilter| desk.store.alerts(&filter).unwrap().len();
    let severity_min =
        |severity| AlertFilter { severity_min: Some(severity), ..Default::default() };
    assert_eq!(
        (count(severity_min(Severity::High)), count(severity_min(Severity::Critical))),
        (7, 0)
    );
    let topic = |id: &str| AlertFilter { topic: Some(id.parse().unwrap()), ..Default::default() };
    assert_eq!((count(topic("news")), count(topic("sport"))), (7, 0));
}

#[tokio::test]
async fn what_people_do_with_an_alert_is_noted_with_who_and_why() {
    let desk = Desk::open(&["wire"]).await;
    let plan = desk.ingest(0, desk.stories(0, 2)).await.unwrap();
    let alert = plan.alerts[0].alert;
    let set = |wish, note| desk.store.change_alert(alert, wish, "ann", note, now());
    let view = set(Wish::Acknowledge, Some("on it")).await.unwrap().unwrap();
    assert_eq!(view.state, AlertState::Acknowledged);
    set(Wish::Close, None).await.unwrap().unwrap();
    let refused = set(Wish::Acknowledge, None).await.unwrap().unwrap_err();
    assert_eq!(refused, Refusal::Closed(alert));
    let notes = desk.store.alert(alert).unwrap().unwrap().notes;
    let told: Vec<_> = notes.iter().map(|note| (note.state, note.note.as_deref())).collect();
    assert_eq!(told, [(AlertState::Acknowledged, Some("on it")), (AlertState::Closed, None)]);
    let closed = AlertFilter { state: Some(AlertState::Closed), ..Default::default() };
    assert_eq!(desk.store.alerts(&closed).unwrap().len(), 1);
    let counts = desk.store.counts().unwrap();
    assert_eq!((counts.alerts_open, counts.alerts_closed), (1, 1));
    let nobody = desk.store.change_alert(AlertId(1), Wish::Close, "ann", None, now());
    assert_eq!(nobody.await.unwrap().unwrap_err(), Refusal::Unknown(AlertId(1)));
    set(Wish::Remark, Some("see the other")).await.unwrap().unwrap();
    let view = set(Wish::Reopen, None).await.unwrap().unwrap();
    assert_eq!(
        (view.state, desk.store.alert(alert).unwrap().unwrap().notes.len()),
        (AlertState::Open, 4)
    );
}

#[tokio::test]
async fn who_follows_the_alerts_misses_none_and_sees_none_twice() {
    let desk = Desk::open(&["a", "b", "c"]).await;
    let title = "Denmark and Britain sign defence alliance in Copenhagen";
    let mut seen = Vec::new();
    let mut cursor = desk.store.last_alert_cursor().unwrap();
    for feed in 0..3 {
        desk.ingest(feed, vec![told(title, &format!("/{feed}"))]).await.unwrap();
        for revision in desk.store.alert_revisions_after(cursor, 10).unwrap() {
            cursor = revision.cursor;
            seen.push((revision.seq, revision.event, revision.reason.code));
        }
    }
    let expected = [(1, "opened", "first"), (2, "updated", "publishers>=3")];
    assert_eq!(seen, expected.map(|(seq, event, code)| (seq, event.into(), code.into())));
    assert_eq!(desk.store.last_alert_cursor().unwrap(), cursor);
}

#[tokio::test]
async fn entries_are_listed_by_feed_topic_and_time() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    let mut plain = told("Nothing of note happened", "/n");
    plain.matches.clear();
    desk.ingest(1, vec![plain]).await.unwrap();
    let list = |filter: EntryFilter| desk.store.entries(&filter).unwrap();
    let all = list(EntryFilter::default());
    assert_eq!((all.len(), all[0].feed.as_str()), (4, "ledger"), "newest first");
    assert_eq!((all[0].topics.len(), all[1].topics[0].as_str()), (0, "news"));
    let of_feed = EntryFilter { feed: Some("wire".parse().unwrap()), ..Default::default() };
    assert_eq!(list(of_feed), all[1..]);
    let of_topic = EntryFilter { topic: Some("news".parse().unwrap()), ..Default::default() };
    assert_eq!(list(of_topic), all[1..]);
    let page = EntryFilter { before: Some(all[1].id), limit: 1, ..Default::default() };
    assert_eq!(list(page), all[2..3]);
    let since = now() + std::time::Duration::from_secs(1);
    assert_eq!(list(EntryFilter { since: Some(since), ..Default::default() }), []);
}

#[tokio::test]
async fn topics_come_go_and_keep_their_old_rules() {
    let desk = Desk::open(&["wire"]).await;
    let revision = |source: &str| TopicRevision {
        id: topic().id,
        name: "News".into(),
        severity: Severity::High,
        revision: wirewatch::domain::ids::Digest::of("rule", &[source.as_bytes()]),
        source: source.into(),
        file: "topics/news.toml".into(),
        shadow: false,
    };
    desk.store.sync_topics(vec![revision("NATO")], now()).await.unwrap();
    desk.store.sync_topics(vec![revision("NATO OR EU")], now()).await.unwrap();
    let topics = desk.store.topics().unwrap();
    assert_eq!((topics.len(), topics[0].revision), (1, revision("NATO OR EU").revision));
    assert_eq!(desk.dump()["topic_revisions"].len(), 2);
    desk.store.sync_topics(vec![], now()).await.unwrap();
    assert_eq!(desk.store.topics().unwrap()[0].retired_at, Some(now()));
}

#[tokio::test]
async fn search_finds_words_phrases_and_beginnings_newest_first() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, vec![told("Krümmel reactor closes in Geesthacht", "/1")]).await.unwrap();
    desk.ingest(0, vec![told("Reactor in Krummel to reopen", "/2")]).await.unwrap();
    let titles = |query: &str| -> Vec<String> {
        let found = desk.store.search(query, 10).unwrap();
        found.into_iter().map(|entry| entry.title).collect()
    };
    let both = ["Reactor in Krummel to reopen", "Krümmel reactor closes in Geesthacht"];
    assert_eq!(titles("KRÜMMEL"), both, "whatever the case and the accents");
    assert_eq!(titles("reactor closes"), both[1..]);
    assert_eq!(titles("\"reactor in\""), both[..1]);
    assert_eq!(titles("geest*"), both[1..]);
    assert_eq!(titles("geest").len() + titles("").len() + titles("\"*\" -").len(), 0);
    assert_eq!(desk.store.search("reactor", 1).unwrap().len(), 1);
}

#[test]
fn no_query_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let desk = runtime.block_on(Desk::open(&["wire"]));
    runtime.block_on(desk.ingest(0, desk.stories(0, 5))).unwrap();
    for hostile in [
        "\"",
        "\"\"\"",
        "a\" OR \"b",
        "NEAR(a b)",
        "title:*",
        "* * *",
        "^start",
        "(",
        "a AND",
        "NOT",
        "-",
        "a\0\"b",
        "\u{202e}\u{0}",
        "{title body} : x",
        "'; DROP TABLE entries; --",
        "+++",
        "a+b",
        "entries_fts",
        "rank",
        &"x\" ".repeat(5_000),
        "\u{1F600}",
        "e\u{301}*",
    ] {
        desk.store.search(hostile, 10).unwrap_or_else(|error| panic!("{hostile:?}: {error}"));
    }
    proptest!(ProptestConfig::with_cases(400), |(query in "[\"*^:(){}+\\-a-z \\PC\\x00]{0,40}")| {
        let result = desk.store.search(&query, 3);
        prop_assert!(result.is_ok(), "{:?}", result);
    });
    assert_eq!(desk.found("inspection"), 5, "nothing was harmed");
}
