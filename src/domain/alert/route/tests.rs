//! Which routes catch what, why the others do not, and what is odd about them.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::lint::{Lint, lint};
use super::*;

fn channel(id: &str) -> ChannelId {
    id.parse().unwrap()
}

/// A channel without a least severity; `log` is an alert log.
fn door(channel: &ChannelId) -> Door<'_> {
    Door { channel, keeps_all: channel.as_str() == "log", min_severity: Severity::Info }
}

fn rule(number: u32, channels: &[&str], when: Conditions) -> RouteRule {
    let channels = channels.iter().map(|id| channel(id)).collect();
    RouteRule { number, name: None, when, channels, goes_on: false }
}

fn hours(text: &str, days: Vec<Weekday>) -> QuietHours {
    let (from, to) = text.split_once('-').unwrap();
    let zone = TimeZone::get("Europe/Copenhagen").unwrap();
    QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap(), days, zone, except: None }
}

/// Office hours to the chat; at night only what is critical, to the phone; the rest to the mail.
fn desk() -> Routing {
    let office = Conditions {
        hours: Some(hours("08:00-18:00", Weekday::Monday.cycle_forward().take(5).collect())),
        ..Conditions::default()
    };
    let nights = Conditions {
        severity: Some(Severity::Critical),
        hours: Some(hours("22:00-07:00", Vec::new())),
        ..Conditions::default()
    };
    let nights = RouteRule { name: Some("nights".to_owned()), ..rule(2, &["phone"], nights) };
    let rest = rule(3, &["mail"], Conditions::default());
    Routing { rules: vec![rule(1, &["chat"], office), nights, rest] }
}

fn asked(topic: &TopicId, severity: Severity, at: &str) -> Asked<'static> {
    let topic: &'static TopicId = Box::leak(Box::new(topic.clone()));
    Asked {
        topic: Some(topic),
        tags: &[],
        severity,
        feed: Some("wire"),
        feed_tags: &[],
        publisher: Some("Harbour Wire"),
        language: Some("en-GB"),
        event: RouteEvent::Opened,
        at: at.parse().unwrap(),
    }
}

fn told(routing: &Routing, asked: &Asked<'_>) -> Vec<String> {
    let caught = routing.caught(asked);
    let all = ["chat", "phone", "mail", "log"].map(channel);
    let goes = |one: &&ChannelId| routing.leads(&caught, &[], asked.severity, door(one)).goes;
    all.iter().filter(goes).map(ToString::to_string).collect()
}

#[test]
fn the_hour_by_the_clock_on_the_wall_decides_over_summer_and_winter() {
    let nato: TopicId = "nato".parse().unwrap();
    for (at, severity, expected) in [
        // A Wednesday in summer: Copenhagen is two hours ahead.
        ("2026-06-03T05:59:59Z", Severity::High, "mail"),
        ("2026-06-03T06:00:00Z", Severity::High, "chat"),
        ("2026-06-03T15:59:59Z", Severity::Critical, "chat"),
        ("2026-06-03T16:00:00Z", Severity::Critical, "mail"),
        ("2026-06-03T20:00:00Z", Severity::Critical, "phone"),
        ("2026-06-03T20:00:00Z", Severity::High, "mail"),
        // In winter one hour; and Saturday is no office day.
        ("2026-12-02T06:59:59Z", Severity::High, "mail"),
        ("2026-12-02T07:00:00Z", Severity::High, "chat"),
        ("2026-06-06T10:00:00Z", Severity::High, "mail"),
        // The night in which clocks are put back: half past two comes twice.
        ("2026-10-25T00:30:00Z", Severity::Critical, "phone"),
        ("2026-10-25T01:30:00Z", Severity::Critical, "phone"),
    ] {
        let told = told(&desk(), &asked(&nato, severity, at));
        assert_eq!(told, [expected, "log"], "{at} {severity:?}");
    }
}

#[test]
fn each_condition_is_asked_and_says_why_it_does_not_hold() {
    let nato: TopicId = "nato".parse().unwrap();
    let (tags, feed_tags) = (["defence".to_owned()], ["press".to_owned()]);
    let asked = Asked {
        tags: &tags,
        feed_tags: &feed_tags,
        ..asked(&nato, Severity::Medium, "2026-06-03T10:00:00Z")
    };
    let none = Conditions::default;
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let oil: TopicId = "oil".parse().unwrap();
    for (when, why) in [
        (none(), None),
        (Conditions { topics: vec![oil.clone(), nato.clone()], ..none() }, None),
        (Conditions { topics: vec![oil], ..none() }, Some("topic nato is not oil")),
        (Conditions { tags: texts(&["energy", "defence"]), ..none() }, None),
        (Conditions { tags: texts(&["energy"]), ..none() }, Some("it has not the tag energy")),
        (Conditions { severity: Some(Severity::Medium), ..none() }, None),
        (Conditions { severity: Some(Severity::High), ..none() }, Some("medium is below high")),
        (Conditions { feeds: texts(&["wire"]), ..none() }, None),
        (
            Conditions { feeds: texts(&["ledger", "courant"]), ..none() },
            Some("feed wire is not ledger or courant"),
        ),
        (Conditions { feed_tags: texts(&["press"]), ..none() }, None),
        (
            Conditions { feed_tags: texts(&["blogs"]), ..none() },
            Some("it has not the feed tag blogs"),
        ),
        (Conditions { publishers: texts(&["HARBOUR wire"]), ..none() }, None),
        (
            Conditions { publishers: texts(&["BBC"]), ..none() },
            Some("publisher Harbour Wire is not BBC"),
        ),
        (Conditions { languages: texts(&["EN"]), ..none() }, None),
        (Conditions { languages: texts(&["en-gb"]), ..none() }, None),
        (
            Conditions { languages: texts(&["e", "da"]), ..none() },
            Some("language en-GB is not e or da"),
        ),
        (Conditions { events: vec![RouteEvent::Opened], ..none() }, None),
        (
            Conditions { events: vec![RouteEvent::Closed, RouteEvent::Notice], ..none() },
            Some("opened is not closed or notice"),
        ),
        (
            Conditions { hours: Some(hours("22:00-07:00", Vec::new())), ..none() },
            Some("wednesday 12:00 in Europe/Copenhagen is not 22:00-07:00"),
        ),
    ] {
        assert_eq!(when.miss(&asked).as_deref(), why, "{}", when.in_words());
    }
}

#[test]
fn a_route_that_goes_on_lets_the_next_ones_be_asked() {
    let nato: TopicId = "nato".parse().unwrap();
    let noon = asked(&nato, Severity::High, "2026-06-03T10:00:00Z");
    let mut routing = desk();
    routing.rules[0].goes_on = true;
    assert_eq!(told(&routing, &noon), ["chat", "mail", "log"]);
    let answers = routing.ask(&noon);
    assert_eq!(answers[0], Answer::Catches);
    assert!(matches!(&answers[1], Answer::Misses(why) if why == "high is below critical"));
    assert_eq!(desk().ask(&noon)[1..], [Answer::NotAsked, Answer::NotAsked]);
}

#[test]
fn topics_that_name_channels_decide_by_themselves_and_notices_ask_routes_for_notices_only() {
    let nato: TopicId = "nato".parse().unwrap();
    let noon = asked(&nato, Severity::High, "2026-06-03T10:00:00Z");
    let (routing, named) = (desk(), [channel("mail")]);
    let caught = routing.caught(&noon);
    let high = Severity::High;
    let goes = |id: &str| routing.leads(&caught, &named, high, door(&channel(id))).goes;
    assert_eq!((goes("mail"), goes("chat")), (true, false));
    let chat = channel("chat");
    assert_eq!(
        routing.leads(&caught, &[], high, door(&chat)).why,
        "route 1: 08:00-18:00 on monday, tuesday, wednesday, thursday, friday in Europe/Copenhagen"
    );
    let critical = Door { min_severity: Severity::Critical, ..door(&chat) };
    let refused = routing.leads(&caught, &[], high, critical);
    assert_eq!((refused.goes, refused.why.as_str()), {
        (false, "high is below its min_severity critical")
    });
    let notice = Asked { event: RouteEvent::Notice, topic: None, ..noon };
    assert!(routing.caught(&notice).is_empty());
    assert_eq!(routing.rules[2].when.miss(&notice).as_deref(), Some("it is about alerts only"));
    let none = Routing::default();
    assert!(none.leads(&[], &[], high, door(&chat)).goes, "without routes all are told");
}

#[test]
fn routes_that_are_never_asked_and_channels_that_are_never_told_are_found() {
    let high = Conditions { severity: Some(Severity::High), ..Conditions::default() };
    let nato = Conditions {
        topics: vec!["nato".parse().unwrap()],
        severity: Some(Severity::Critical),
        ..Conditions::default()
    };
    let mut routing =
        Routing { rules: vec![rule(1, &["chat"], high), rule(2, &["phone"], nato.clone())] };
    let channels =
        ["chat", "phone", "mail", "log"].map(|id| (channel(id), id == "log", false)).to_vec();
    let unled = Lint::Unled(channel("mail"));
    let found = lint(&routing, &channels);
    assert_eq!(found, [Lint::Unreachable { number: 2, by: 1 }, unled.clone(), Lint::NoDefault]);
    routing.rules[0].goes_on = true;
    assert_eq!(lint(&routing, &channels), [unled, Lint::NoDefault]);
    routing.rules.push(rule(3, &["mail"], Conditions::default()));
    assert_eq!(lint(&routing, &channels), []);
    let notices = Conditions { events: vec![RouteEvent::Notice], ..Conditions::default() };
    routing.rules.push(rule(4, &["mail"], notices));
    assert_eq!(lint(&routing, &channels), [], "what is about alerts only leaves notices");
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> BoxedStrategy<Vec<T>> {
    let most = of.len();
    proptest::sample::subsequence(of, 0..=most).boxed()
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let topics: Vec<TopicId> = ["a", "b"].map(|id| id.parse().unwrap()).to_vec();
    let hours = proptest::option::of(prop_oneof![
        Just(hours("08:00-18:00", Vec::new())),
        Just(hours("22:00-07:00", vec![Weekday::Friday])),
    ]);
    let severity = proptest::option::of(proptest::sample::select(Severity::ALL.to_vec()));
    (
        (some(topics), some(texts(&["x", "y"])), severity),
        (some(texts(&["f", "g"])), some(texts(&["m", "n"]))),
        (some(texts(&["P", "Q"])), some(texts(&["en", "da"])), some(RouteEvent::ALL.to_vec())),
        hours,
    )
        .prop_map(
            |(
                (topics, tags, severity),
                (feeds, feed_tags),
                (publishers, languages, events),
                hours,
            )| {
                Conditions {
                    topics,
                    tags,
                    severity,
                    feeds,
                    feed_tags,
                    publishers,
                    languages,
                    events,
                    hours,
                }
            },
        )
}

proptest! {
    /// What a route is said to include, it catches; and the search ends with the first that catches
    /// and does not go on.
    #[test]
    fn the_first_that_catches_decides_and_what_is_included_is_never_asked(
        rules in proptest::collection::vec((conditions(), any::<bool>()), 1..6),
        topic in proptest::sample::select(vec!["a", "b", "c"]),
        tags in some(vec!["x".to_owned(), "y".to_owned()]),
        feed_tags in some(vec!["m".to_owned(), "n".to_owned()]),
        severity in proptest::sample::select(Severity::ALL.to_vec()),
        event in proptest::sample::select(RouteEvent::ALL.to_vec()),
        second in 1_700_000_000i64..1_900_000_000,
    ) {
        let rules: Vec<RouteRule> = (1u32..)
            .zip(rules)
            .map(|(number, (when, goes_on))| RouteRule { goes_on, ..rule(number, &["chat"], when) })
            .collect();
        let routing = Routing { rules };
        let topic: TopicId = topic.parse().unwrap();
        let asked = Asked {
            topic: Some(&topic),
            tags: &tags,
            severity,
            feed: Some("f"),
            feed_tags: &feed_tags,
            publisher: Some("P"),
            language: Some("da"),
            event,
            at: Timestamp::from_second(second).unwrap(),
        };
        // Naively: all that catch, cut after the first that ends the search.
        let mut expected = Vec::new();
        for rule in &routing.rules {
            if rule.when.miss(&asked).is_none() {
                expected.push(rule.number);
                if !rule.goes_on {
                    break;
                }
            }
        }
        let caught: Vec<u32> = routing.caught(&asked).iter().map(|rule| rule.number).collect();
        prop_assert_eq!(&caught, &expected);
        for one in &routing.rules {
            for other in &routing.rules {
                if one.when.includes(&other.when) && other.when.miss(&asked).is_none() {
                    prop_assert_eq!(one.when.miss(&asked), None);
                }
            }
        }
        for found in lint(&routing, &[]) {
            if let Lint::Unreachable { number, .. } = found {
                prop_assert!(!caught.contains(&number));
            }
        }
    }
}
