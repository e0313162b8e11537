//! Topics on trial, budgets, verdicts and what the vigil asks, as the store keeps them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use wirewatch::config::outline::{Kind, Part};
use wirewatch::domain::alert::change::Wish;
use wirewatch::domain::alert::mark::Mark;
use wirewatch::domain::alert::{AlertState, Reach};
use wirewatch::domain::ingest::{Plan, Route, plan};
use wirewatch::domain::topic::{Mode, Severity, Topic};
use wirewatch::store::alerts::read::{AlertFilter, VerdictFilter};
use wirewatch::store::running::Takeover;
use wirewatch::store::topics::TopicRevision;
use wirewatch::store::verdicts::Verdict;

use super::desk::{Desk, RENDER, now, told, topic};

const HOUR: Duration = Duration::from_secs(3_600);
const TITLE: &str = "Denmark and Britain sign defence alliance in Copenhagen";

/// Ingests one entry that `topic` matches, with a channel that disturbs beside the log.
async fn tell(
    desk: &Desk,
    feed: usize,
    at: Timestamp,
    topic: Topic,
    (title, link): (&str, &str),
) -> Plan {
    let mut entry = told(title, link);
    entry.published = Some(at);
    entry.matches[0].0 = Arc::new(topic);
    let mut batch = Arc::unwrap_or_clone(desk.batch(feed, vec![entry]));
    batch.fetch.at = at;
    let channel = "hook".parse().unwrap();
    let terms = Default::default();
    batch.routes.push(Route { channel, min_severity: Severity::Info, budgeted: true, terms });
    let batch = Arc::new(batch);
    let same = batch.clone();
    desk.store.ingest(batch, move |view| plan(view, &same, at, RENDER)).await.unwrap()
}

fn shadow() -> Topic {
    Topic { mode: Mode::Shadow, ..topic() }
}

fn budget(budget: u32) -> Topic {
    let mut topic = topic();
    topic.alert.budget = Some(budget);
    topic
}

#[tokio::test]
async fn a_shadow_alert_is_kept_apart_until_it_is_opened_for_real() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    tell(&desk, 0, now(), shadow(), (TITLE, "/a")).await;
    let only = |shadow| AlertFilter { shadow: Some(shadow), ..AlertFilter::default() };
    assert_eq!(desk.store.alerts(&only(false)).unwrap(), []);
    let trial = desk.store.alerts(&only(true)).unwrap().remove(0);
    assert_eq!((trial.seq, trial.shadow), (1, true));
    assert_eq!(desk.store.counts().unwrap().alerts, 0);
    assert_eq!(desk.store.counts().unwrap().alerts_shadow, 1);
    assert_eq!(desk.store.last_alert_revisions(10, false).unwrap(), []);
    let detail = desk.store.alert(trial.id).unwrap().unwrap();
    assert_eq!((detail.revisions[0].reach, detail.deliveries.len()), (Reach::Shadow, 0));
    // Whoever looked it over has closed the trial, not the alert to come.
    desk.store.change_alert(trial.id, Wish::Close, "ann", None, now()).await.unwrap().unwrap();

    tell(&desk, 1, now() + HOUR, topic(), (TITLE, "/b")).await;
    let real = desk.store.alert(trial.id).unwrap().unwrap();
    assert_eq!((real.view.seq, real.view.shadow, real.view.state), (2, false, AlertState::Open));
    assert_eq!((real.view.opened, real.revisions[1].event.as_str()), (now() + HOUR, "opened"));
    let sent: Vec<&str> = real.deliveries.iter().map(|sent| sent.channel.as_str()).collect();
    assert_eq!((sent.len(), sent.contains(&"hook")), (2, true), "{sent:?}");
    assert_eq!(desk.store.counts().unwrap().alerts, 1);
    assert_eq!(desk.store.last_alert_revisions(10, false).unwrap().len(), 1);
    assert_eq!(desk.store.last_alert_revisions(10, true).unwrap().len(), 2);
}

#[tokio::test]
async fn a_budget_counts_what_was_pushed_within_a_day_across_batches() {
    let desk = Desk::open(&["wire"]).await;
    let stories = [
        ("Oslo bridge closes after inspection", "/1"),
        ("Turin museum loses its director", "/2"),
        ("Accra opens a second airport", "/3"),
    ];
    let mut reached = Vec::new();
    for story in stories {
        let plan = tell(&desk, 0, now(), budget(1), story).await;
        reached.push((plan.alerts[0].reach, plan.overspent.len()));
    }
    assert_eq!(reached, [(Reach::Pushed, 0), (Reach::HeldBack, 1), (Reach::HeldBack, 0)]);
    let listed = desk.store.alerts(&AlertFilter::default()).unwrap();
    assert_eq!(listed.iter().map(|alert| alert.held_back).collect::<Vec<_>>(), [1, 1, 0]);
    let held_back = desk.store.alert(listed[0].id).unwrap().unwrap();
    assert!(held_back.revisions[0].reason.text.ends_with("the budget of 1 a day is used up"));
    assert_eq!(held_back.deliveries.len(), 1, "the log has it");
    let later = now() + HOUR * 24;
    let plan = tell(&desk, 0, later, budget(1), ("Quito reactor restarts", "/4")).await;
    assert_eq!(plan.alerts[0].reach, Reach::Pushed, "a day later there is room again");
}

#[tokio::test]
async fn the_last_word_on_a_find_counts_and_shows_at_its_alert() {
    let desk = Desk::open(&["wire", "ledger"]).await;
    let entry = tell(&desk, 0, now(), topic(), (TITLE, "/a")).await.entries[0].id;
    let alert = desk.store.alerts(&AlertFilter::default()).unwrap()[0].id;
    let say = |verdict, author: &str, minutes: u64| Verdict {
        topic: topic().id,
        entry,
        verdict,
        author: author.to_owned(),
        note: Some("looked at it".to_owned()),
        at: now() + Duration::from_secs(60 * minutes),
        alert: Some(alert),
    };
    let by = |verdict| AlertFilter { verdict: Some(verdict), ..AlertFilter::default() };
    assert_eq!(desk.store.alerts(&by(VerdictFilter::None)).unwrap().len(), 1);
    desk.store.record_verdicts(vec![say(Mark::Noise, "ann", 1)]).await.unwrap();
    desk.store.record_verdicts(vec![say(Mark::Useful, "bob", 2)]).await.unwrap();
    let kept = desk.store.verdicts(&topic().id).unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].verdict, kept[0].author.as_str()), (Mark::Useful, "bob"));
    assert_eq!((kept[0].entry, kept[0].alert), (entry, Some(alert)));
    assert_eq!(desk.store.alert(alert).unwrap().unwrap().verdicts, kept);
    assert_eq!(desk.store.alerts(&by(VerdictFilter::None)).unwrap(), []);
    assert_eq!(desk.store.alerts(&by(VerdictFilter::Is(Mark::Noise))).unwrap(), []);
    let useful = desk.store.alerts(&by(VerdictFilter::Is(Mark::Useful))).unwrap();
    assert_eq!(useful[0].verdict, Some(Mark::Useful));
    // All or nothing.
    let nowhere = Verdict { entry: "E0".parse().unwrap(), ..say(Mark::Dup, "ann", 3) };
    let both = vec![say(Mark::Dup, "ann", 3), nowhere];
    assert_eq!(desk.store.record_verdicts(both).await.unwrap_err().code(), "unknown_id");
    assert_eq!(desk.store.verdicts(&topic().id).unwrap(), kept);
}

#[tokio::test]
async fn the_vigil_learns_when_a_topic_matched_and_since_when_it_is_watched() {
    let desk = Desk::open(&["wire"]).await;
    let revision = || TopicRevision {
        id: topic().id,
        name: "News".into(),
        severity: Severity::High,
        revision: wirewatch::domain::ids::Digest::of("rule", &[b"1"]),
        source: "text".into(),
        file: "topics/news.toml".into(),
        shadow: true,
    };
    desk.store.sync_topics(vec![revision()], now()).await.unwrap();
    assert_eq!(desk.store.last_read().unwrap(), None);
    tell(&desk, 0, now() + HOUR, topic(), ("Oslo bridge closes after inspection", "/1")).await;
    tell(&desk, 0, now() + HOUR * 2, topic(), ("Turin museum loses its director", "/2")).await;
    let matched = |since, limit| desk.store.matched_since(&topic().id, since, limit).unwrap();
    assert_eq!(matched(now(), 10), [now() + HOUR * 2, now() + HOUR]);
    assert_eq!(matched(now(), 1), [now() + HOUR * 2]);
    assert_eq!(matched(now() + HOUR, 10), [now() + HOUR * 2], "after, and not at");
    assert_eq!(desk.store.last_read().unwrap(), Some(now() + HOUR * 2));

    desk.store.set_silent(&topic().id, Some(now() + HOUR * 3)).await.unwrap();
    let view = || desk.store.topics().unwrap().remove(0);
    desk.store.sync_topics(vec![revision()], now() + HOUR * 4).await.unwrap();
    let kept = view();
    assert_eq!((kept.watched_since, kept.silent_since), (now(), Some(now() + HOUR * 3)));
    assert_eq!((kept.last_match, kept.shadow), (Some(now() + HOUR * 2), true));
    // Out of the configuration and back: it is watched anew.
    desk.store.sync_topics(vec![], now() + HOUR * 5).await.unwrap();
    desk.store.sync_topics(vec![revision()], now() + HOUR * 6).await.unwrap();
    let back = view();
    assert_eq!((back.watched_since, back.silent_since), (now() + HOUR * 6, None));

    // An old entry that its publisher saves again is nothing that was heard.
    let mut again = told("Oslo bridge closes after a long inspection", "/1");
    again.matches[0].0 = Arc::new(topic());
    let mut batch = Arc::unwrap_or_clone(desk.batch(0, vec![again]));
    batch.fetch.at = now() + HOUR * 7;
    let (batch, at) = (Arc::new(batch), now() + HOUR * 7);
    let same = batch.clone();
    let saved = desk.store.ingest(batch, move |view| plan(view, &same, at, RENDER)).await.unwrap();
    assert_eq!((saved.revised.len(), saved.decisions.len()), (1, 1));
    assert_eq!(matched(now() + HOUR * 2, 10), []);
    assert_eq!(view().last_match, Some(now() + HOUR * 2));
    assert_eq!(matched(now(), 10), [now() + HOUR * 2, now() + HOUR]);
}

#[tokio::test]
async fn what_runs_is_replaced_and_what_stays_is_not_written_again() {
    let desk = Desk::open(&["wire"]).await;
    let part = |id: &str, kind: Kind, value: &str| Part {
        kind,
        id: id.to_owned(),
        fields: [("rule".to_owned(), value.to_owned())].into(),
        source: (kind == Kind::Topic).then(|| format!("match = '{value}'").into()),
    };
    let settings = || part("fetch", Kind::Settings, "s");
    let first = vec![
        part("gone", Kind::Topic, "1"),
        part("kept", Kind::Topic, "1"),
        part("new", Kind::Topic, "1"),
        settings(),
    ];
    let takeover = |parts: Vec<Part>| Takeover { parts, ..Takeover::default() };
    desk.store.take_over(takeover(first), now()).await.unwrap();
    let second = vec![part("kept", Kind::Topic, "1"), part("new", Kind::Topic, "2"), settings()];
    let later = now() + HOUR;
    desk.store.take_over(takeover(second.clone()), later).await.unwrap();
    let (since, mut parts) = desk.store.running().unwrap().expect("it ran");
    parts.sort_by_key(|part| (part.kind, part.id.clone()));
    assert_eq!((since, parts), (later, second));
}
