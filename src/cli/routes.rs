//! `wirewatch routes`: which alerts go to which channels, and why not to others. The decision is the
//! one that is made for each revision.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use crate::cli::args::{RouteTest, Routes};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::config::Config;
use crate::daemon::pipeline;
use crate::deliver::object::AlertV1;
use crate::domain::alert::route::{Answer, Asked, Leads, RouteEvent};
use crate::domain::calendar;
use crate::domain::ids::{AlertId, ChannelId, FeedKey, TopicId};
use crate::domain::topic::{Severity, Topic};
use crate::store::Access;

const LIST: &[Column] = &[
    Column::shown("number"),
    Column::text("name"),
    Column::text("when"),
    Column::text("channels"),
    Column::shown("continue"),
    Column::hidden("line"),
];

const ALL: &[Column] = &[
    Column::shown("topic"),
    Column::shown("severity"),
    Column::text("routes"),
    Column::text("channels"),
];

pub fn run(command: &Routes, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Routes::List => list(session),
        Routes::Test(test) if test.all => all(test, session),
        Routes::Test(test) => one(test, session),
    }
}

fn list(session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config_to_look()?;
    let mut records =
        Records::new(LIST, "no routes: every channel is told what its min_severity lets in");
    for (at, rule) in config.routing.rules.iter().enumerate() {
        records.row([
            json!(rule.number),
            json!(rule.name),
            json!(rule.when.in_words()),
            json!(rule.channels.iter().map(ChannelId::as_str).collect::<Vec<_>>()),
            json!(rule.goes_on),
            json!(config.route_lines.get(at)),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// What is asked about, owned.
struct Question {
    topic: Option<TopicId>,
    /// Channels that the topic names.
    named: Vec<ChannelId>,
    tags: Vec<String>,
    severity: Severity,
    feed: Option<FeedKey>,
    feed_tags: Vec<String>,
    publisher: Option<String>,
    language: Option<String>,
    event: RouteEvent,
    at: Timestamp,
}

impl Question {
    fn asked(&self) -> Asked<'_> {
        Asked {
            topic: self.topic.as_ref(),
            tags: &self.tags,
            severity: self.severity,
            feed: self.feed.as_ref().map(FeedKey::as_str),
            feed_tags: &self.feed_tags,
            publisher: self.publisher.as_deref(),
            language: self.language.as_deref(),
            event: self.event,
            at: self.at,
        }
    }

    fn of_topic(self, topic: &Topic) -> Self {
        let mut tags = topic.tags.clone();
        tags.extend(self.tags);
        let (id, named) = (Some(topic.id.clone()), topic.channels.clone());
        Self { topic: id, named, tags, ..self }
    }

    /// Which channels are told, in configured order, and why.
    fn channels(&self, config: &Config) -> Vec<(ChannelId, Leads)> {
        let caught = config.routing.caught(&self.asked());
        let leads = |route: &crate::domain::ingest::Route| {
            let leads = config.routing.leads(&caught, &self.named, self.severity, route.door());
            (route.channel.clone(), leads)
        };
        pipeline::routes(config).iter().map(leads).collect()
    }
}

fn question(test: &RouteTest, config: &Config, session: &Session) -> Result<Question, Failure> {
    let at = match &test.at {
        Some(text) => read_time(text, config, session.clock.now())?,
        None => session.clock.now(),
    };
    if let Some(id) = &test.alert {
        let question = of_alert(naming::read(id)?, config, session)?;
        let at = test.at.as_ref().map_or(question.at, |_| at);
        return Ok(Question { at, ..question });
    }
    let topic = match &test.topic {
        Some(text) => config.topics.get(&naming::topic(text, &config.topics)?),
        None => None,
    };
    let feed = test.feed.as_deref().map(|text| feed(text, config)).transpose()?;
    let publisher = test.publisher.as_deref().map(|name| naming::publisher(name, session));
    let question = Question {
        topic: None,
        named: Vec::new(),
        tags: test.tags.clone(),
        severity: test.severity.or(topic.map(|topic| topic.severity)).unwrap_or(Severity::Medium),
        feed: feed.map(|feed| feed.key.clone()),
        feed_tags: feed.map(|feed| feed.tags.clone()).unwrap_or_default(),
        publisher: publisher.or_else(|| feed.and_then(|feed| feed.publisher.clone())),
        language: test.language.clone(),
        event: test.event.into(),
        at,
    };
    Ok(match topic {
        Some(topic) => question.of_topic(topic),
        None => question,
    })
}

fn feed<'c>(text: &str, config: &'c Config) -> Result<&'c crate::domain::feed::Feed, Failure> {
    let key: FeedKey = naming::read(text)?;
    let found = config.feeds.iter().find(|feed| feed.key == key);
    found.map(|feed| &**feed).ok_or_else(|| {
        let names: Vec<String> = config.feeds.iter().map(|feed| feed.key.to_string()).collect();
        naming::unknown("feed", text, &names)
    })
}

/// An alert as it was told last.
fn of_alert(id: AlertId, config: &Config, session: &Session) -> Result<Question, Failure> {
    let store = session.store_of(config, Access::ReadOnly)?;
    let Some(alert) = store.alert(id)? else {
        return Err(crate::cli::alerts::no_such_alert(id));
    };
    let last = alert.revisions.last();
    let object = last.and_then(|last| serde_json::from_str::<AlertV1>(&last.object).ok());
    let Some((last, object)) = last.zip(object) else {
        return Err(Failure::said(Exit::Failed, format!("the revisions of {id} cannot be read")));
    };
    let feed: Option<FeedKey> = object.entry.feed.parse().ok();
    let configured = config.feeds.iter().find(|one| Some(&one.key) == feed.as_ref());
    let question = Question {
        topic: Some(alert.view.topic.clone()),
        named: Vec::new(),
        tags: Vec::new(),
        severity: alert.view.severity,
        feed_tags: configured.map(|feed| feed.tags.clone()).unwrap_or_default(),
        feed,
        publisher: Some(object.entry.publisher.clone()),
        language: object.entry.language.clone(),
        event: match last.event.as_str() {
            "opened" => RouteEvent::Opened,
            "closed" | "acknowledged" => RouteEvent::Closed,
            _ => RouteEvent::Updated,
        },
        at: last.at,
    };
    Ok(match config.topics.get(&alert.view.topic) {
        Some(topic) => question.of_topic(topic),
        None => question,
    })
}

/// A moment, in the zone of the first route with hours where none is given.
fn read_time(text: &str, config: &Config, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned.timestamp());
    }
    let hours = config.routing.rules.iter().find_map(|rule| rule.when.hours.as_ref());
    let zone = hours.map_or(TimeZone::UTC, |hours| hours.zone.clone());
    // A time of day is one without a date: a date and time is read first.
    let civil = text.parse::<DateTime>().ok().or_else(|| {
        let time = text.parse::<Time>().ok()?;
        Some(zone.to_datetime(now).date().to_datetime(time))
    });
    let at = civil.and_then(|civil| zone.to_ambiguous_timestamp(civil).compatible().ok());
    at.ok_or_else(|| {
        Failure::said(Exit::Usage, format!("`{text}` is no time"))
            .hint("such as 2026-06-03T22:30, 2026-06-03T20:30:00Z or 22:30")
    })
}

fn one(test: &RouteTest, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let question = question(test, &config, session)?;
    let answers = config.routing.ask(&question.asked());
    let channels = question.channels(&config);
    let said: Vec<(String, &str, String)> = config
        .routing
        .rules
        .iter()
        .zip(answers)
        .map(|(rule, answer)| match answer {
            Answer::Catches => (rule.title(), "catches", rule.when.in_words()),
            Answer::Misses(why) => (rule.title(), "misses", why),
            Answer::NotAsked => {
                (rule.title(), "not_asked", "an earlier route caught it".to_owned())
            }
        })
        .collect();
    let mut page = Page::new(&session.printer);
    let at = calendar::moment(question.at, &TimeZone::UTC);
    page.line(&format!("{}, {at} UTC", described(&question)));
    page.line("");
    for (title, answer, why) in &said {
        let says = if *answer == "not_asked" { "is not asked" } else { answer };
        page.line(&format!("{title} {says}: {why}"));
    }
    if said.is_empty() {
        page.line("no routes");
    }
    page.line("");
    for (channel, leads) in &channels {
        let told = if leads.goes { "is told" } else { "is not told" };
        page.line(&format!("{channel} {told}: {}", leads.why));
    }
    let object = json!({
        "topic": question.topic.as_ref().map(TopicId::as_str),
        "tags": question.tags,
        "severity": question.severity.as_str(),
        "feed": question.feed.as_ref().map(FeedKey::as_str),
        "feed_tags": question.feed_tags,
        "publisher": question.publisher,
        "language": question.language,
        "event": question.event.as_str(),
        "at": moment::json(question.at),
        "routes": said.iter().map(|(title, answer, why)| json!({
            "route": title, "answer": answer, "why": why,
        })).collect::<Vec<Value>>(),
        "channels": channels.iter().map(|(channel, leads)| json!({
            "channel": channel.as_str(), "told": leads.goes, "why": leads.why,
        })).collect::<Vec<Value>>(),
    });
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

/// `topic nato, severity high, opened, feed wire`.
fn described(question: &Question) -> String {
    let topic = question.topic.as_ref().map(|topic| format!("topic {topic}"));
    let tags = (!question.tags.is_empty()).then(|| format!("tags {}", question.tags.join(", ")));
    let parts = [
        topic,
        tags,
        Some(format!("severity {}", question.severity.as_str())),
        Some(question.event.as_str().to_owned()),
        question.feed.as_ref().map(|feed| format!("feed {feed}")),
        question.publisher.as_ref().map(|publisher| format!("publisher {publisher}")),
        question.language.as_ref().map(|language| format!("language {language}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Each topic, by itself.
fn all(test: &RouteTest, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let mut records = Records::new(ALL, "no topics");
    for (topic, _) in config.topics.topics() {
        let severity = test.severity.unwrap_or(topic.severity);
        let question = Question { severity, ..question(test, &config, session)? }.of_topic(topic);
        let caught = config.routing.caught(&question.asked());
        let routes: Vec<String> = match topic.channels.is_empty() {
            true => caught.iter().map(|rule| rule.title()).collect(),
            false => Vec::new(),
        };
        let told = question.channels(&config).into_iter().filter(|(_, leads)| leads.goes);
        records.row([
            json!(topic.id.as_str()),
            json!(severity.as_str()),
            json!(routes),
            json!(told.map(|(channel, _)| channel.to_string()).collect::<Vec<_>>()),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}
