//! `[[route]]`: which alerts and notices go to which channels, in the order in which they are asked.
//! Read from the main file with the channels ([`read`]); what they say of topics is held against the
//! topic files once these are read ([`resolve`]).

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::ChannelConfig;
use super::key;
use super::outline::{Kind, Part};
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::Literal;
use super::timetable;
use super::topic_file::TopicFiles;
use crate::domain::alert::route::{Conditions, RouteEvent, RouteRule, Routing};
use crate::domain::calendar::QuietHours;
use crate::domain::feed::Feed;
use crate::domain::ids::{ChannelId, FeedKey, TopicId};
use crate::domain::publisher::Directory;

/// Most routes of one configuration.
const MAX_ROUTES: usize = 500;

/// Most values of one key.
const MAX_VALUES: usize = 1_000;

pub(super) const ROUTE: Shape = Shape {
    what: "a route",
    keys: &[
        "name",
        "topic",
        "tag",
        "severity",
        "feed",
        "feed_tag",
        "publisher",
        "language",
        "event",
        "hours",
        "days",
        "zone",
        "channels",
        "continue",
    ],
};

/// A route, and where it stands.
pub(super) struct PlacedRoute {
    rule: RouteRule,
    topics: Vec<Literal>,
    tags: Vec<Literal>,
    /// 1-based line of its header.
    line: u32,
}

/// Reads all routes of the main file.
pub(super) fn read(
    root: &Section<'_>,
    channels: &[ChannelConfig],
    feeds: &[std::sync::Arc<Feed>],
    report: &mut Report,
) -> Vec<PlacedRoute> {
    // A zone that is wrong is noted where channels are read.
    let zone = timetable::default_zone(root, &mut Report::default());
    let sections = root.sections("route", &ROUTE, report);
    if let Some(extra) = sections.get(MAX_ROUTES) {
        let message = format!("there are more than {MAX_ROUTES} routes");
        report.add(extra.place(), "too_many", message);
    }
    let feeds = Feeds::of(feeds);
    let numbered = (1u32..).zip(sections.iter().take(MAX_ROUTES));
    numbered
        .map(|(number, section)| route(number, section, channels, &feeds, &zone, report))
        .collect()
}

/// The routes with their topics, and the line of each in the main file.
pub(super) fn resolve(
    placed: Vec<PlacedRoute>,
    topics: &TopicFiles,
    publishers: &Directory,
    report: &mut Report,
) -> (Routing, Vec<u32>) {
    let lines = placed.iter().map(|placed| placed.line).collect();
    let all = || topics.topics.iter().map(|placed| &placed.topic);
    let ids: Vec<&str> = all().map(|topic| topic.id.as_str()).collect();
    let mut tags: Vec<&str> =
        all().flat_map(|topic| topic.tags.iter().map(String::as_str)).collect();
    tags.sort_unstable();
    tags.dedup();
    let mut rules = Vec::with_capacity(placed.len());
    for PlacedRoute { mut rule, topics: named, tags: wanted, .. } in placed {
        for text in named {
            let known = ids.contains(&text.value.as_str()) || topics.incomplete;
            match text.value.parse::<TopicId>().ok().filter(|_| known) {
                Some(id) => rule.when.topics.push(id),
                None => key::not_among(&text, "topic", &ids, "unknown_topic", report),
            }
        }
        for text in wanted {
            if tags.contains(&text.value.as_str()) || topics.incomplete {
                rule.when.tags.push(text.value);
            } else {
                key::not_among(&text, "tag of a topic", &tags, "unknown_tag", report);
            }
        }
        for publisher in &mut rule.when.publishers {
            *publisher = publishers.canonical(publisher).to_owned();
        }
        rules.push(rule);
    }
    (Routing { rules }, lines)
}

/// Each route in short, in the order in which they are asked, for an outline of the configuration;
/// nothing where there are none.
pub(super) fn part(routing: &Routing) -> Option<Part> {
    let fields = routing.rules.iter().map(|rule| {
        let channels: Vec<&str> = rule.channels.iter().map(ChannelId::as_str).collect();
        let then = if rule.goes_on { ", and on" } else { "" };
        let text = format!("{} to {}{then}", rule.when.in_words(), channels.join(", "));
        (format!("{:03}", rule.number), text)
    });
    let (id, fields): (_, BTreeMap<_, _>) = ("routes".to_owned(), fields.collect());
    let part = Part { kind: Kind::Settings, id, fields, source: None };
    (!part.fields.is_empty()).then_some(part)
}

/// The feeds there are, and their tags.
struct Feeds<'f> {
    keys: Vec<&'f str>,
    tags: Vec<&'f str>,
}

impl<'f> Feeds<'f> {
    fn of(feeds: &'f [std::sync::Arc<Feed>]) -> Self {
        let mut tags: Vec<&str> =
            feeds.iter().flat_map(|feed| feed.tags.iter().map(String::as_str)).collect();
        tags.sort_unstable();
        tags.dedup();
        Self { keys: feeds.iter().map(|feed| feed.key.as_str()).collect(), tags }
    }
}

fn route(
    number: u32,
    section: &Section<'_>,
    channels: &[ChannelConfig],
    feeds: &Feeds<'_>,
    zone: &TimeZone,
    report: &mut Report,
) -> PlacedRoute {
    section.require("channels", "[\"phone\"]", report);
    let severity = section.text("severity", report).and_then(|text| key::severity(&text, report));
    let when = Conditions {
        topics: Vec::new(),
        tags: Vec::new(),
        severity,
        feeds: among(section, "feed", "feed", &feeds.keys, "unknown_feed", report),
        feed_tags: among(section, "feed_tag", "feed tag", &feeds.tags, "unknown_tag", report),
        publishers: texts(section, "publisher", report),
        languages: texts(section, "language", report),
        events: events(section, report),
        hours: hours(section, zone, report),
    };
    let rule = RouteRule {
        number,
        name: super::line(section.text("name", report), report),
        when,
        channels: named_channels(section, channels, report),
        goes_on: section.boolean("continue", report).unwrap_or(false),
    };
    PlacedRoute {
        rule,
        topics: section.texts("topic", report),
        tags: section.texts("tag", report),
        line: section.line(report),
    }
}

fn named_channels(
    section: &Section<'_>,
    channels: &[ChannelConfig],
    report: &mut Report,
) -> Vec<ChannelId> {
    let mut named = Vec::new();
    for text in section.texts("channels", report) {
        match channels.iter().find(|channel| channel.id.as_str() == text.value) {
            Some(channel) if named.contains(&channel.id) => {}
            Some(channel) => named.push(channel.id.clone()),
            None => {
                let names: Vec<&str> = channels.iter().map(|one| one.id.as_str()).collect();
                key::not_among(&text, "channel", &names, "unknown_channel", report);
            }
        }
    }
    named
}

/// Texts that are not empty, at most [`MAX_VALUES`].
fn literals(section: &Section<'_>, name: &'static str, report: &mut Report) -> Vec<Literal> {
    let mut texts = section.texts(name, report);
    if let Some(extra) = texts.get(MAX_VALUES) {
        let message = format!("`{name}` has more than {MAX_VALUES} values");
        report.add(extra.place(), "too_many", message);
        texts.truncate(MAX_VALUES);
    }
    texts.retain(|text| super::not_empty(text, name, report));
    texts
}

fn texts(section: &Section<'_>, name: &'static str, report: &mut Report) -> Vec<String> {
    literals(section, name, report).into_iter().map(|text| text.value).collect()
}

/// Texts each of which is one of `known`.
fn among(
    section: &Section<'_>,
    name: &'static str,
    kind: &str,
    known: &[&str],
    code: &'static str,
    report: &mut Report,
) -> Vec<String> {
    let mut found = Vec::new();
    for text in literals(section, name, report) {
        let own = text.value.parse::<FeedKey>().ok().filter(|_| name == "feed");
        let key = own.map_or(text.value.clone(), |key| key.to_string());
        if known.contains(&key.as_str()) {
            found.push(key);
        } else {
            key::not_among(&text, kind, known, code, report);
        }
    }
    found
}

fn events(section: &Section<'_>, report: &mut Report) -> Vec<RouteEvent> {
    let mut events = Vec::new();
    for text in section.texts("event", report) {
        match RouteEvent::from_code(&text.value) {
            Some(event) => events.push(event),
            None if text.value == "digest" => {
                report
                    .add(text.place(), "bad_event", "digests are not routed")
                    .hint("a channel that wants one has it made: `digest = { every = \"day\" }` under `[[channel]]`");
            }
            None => {
                let names = RouteEvent::ALL.map(RouteEvent::as_str);
                key::not_among(&text, "event", &names, "bad_event", report);
            }
        }
    }
    events
}

/// `hours = "08:00-18:00"`, `days = ["monday"]`, `zone = "Europe/Copenhagen"`.
fn hours(section: &Section<'_>, usual: &TimeZone, report: &mut Report) -> Option<QuietHours> {
    let text = section.text("hours", report);
    let days = section.texts("days", report);
    let all_day = text.is_none();
    if all_day && days.is_empty() {
        if let Some(zone) = section.get("zone") {
            report
                .add(zone.place, "missing_key", "`zone` goes with `hours` or `days`")
                .hint("such as `hours = \"08:00-18:00\"`");
        }
        return None;
    }
    let zone = timetable::zone(section, report).unwrap_or_else(|| usual.clone());
    let days = days.iter().filter_map(|text| timetable::day(text, report)).collect();
    let (from, to) = match text {
        Some(text) => span(&text, report)?,
        None => (Time::midnight(), Time::midnight()),
    };
    Some(QuietHours { from, to, days, zone, except: None })
}

fn span(text: &Literal, report: &mut Report) -> Option<(Time, Time)> {
    let parts = text.value.split_once('-');
    let span = parts
        .and_then(|(from, to)| Some((timetable::time_of_day(from)?, timetable::time_of_day(to)?)));
    if span.is_none() {
        let message = format!("`{}` are no hours", text.value);
        report
            .add(text.place(), "bad_time", message)
            .hint("from when to when: \"08:00-18:00\", or over midnight \"22:00-07:00\"");
    }
    span
}
